pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Who it is about, masked; shown in full only while a finger presses, and for ten seconds at most. `other`: somebody whom the
// person acts for.
Rectangle {
    id: root

    property bool shown: false
    property bool other: false

    implicitHeight: row.implicitHeight + 2 * Theme.space3
    radius: Theme.radius3
    color: Theme.goodTint
    border.width: Theme.highContrast ? Theme.stroke : 0
    border.color: Theme.edge

    GridLayout {
        id: row

        x: Theme.space4
        y: Theme.space3
        width: parent.width - 2 * Theme.space4
        // The number stands in one line, or the button goes below it.
        columns: Theme.icon2 + number.implicitWidth + show.implicitWidth + 2 * columnSpacing > width ? 2 : 3
        columnSpacing: Theme.space4
        rowSpacing: Theme.space3

        Icon {
            name: "card"
            size: Theme.icon2
            color: Theme.good
        }

        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            KioskText {
                Layout.fillWidth: true
                text: !root.other ? qsTrId("form.source.id_card") : Acting.byCard ? qsTrId("screens.person.other_card") : qsTrId("form.source.agent")
                role: "caption"
                color: Theme.good
            }

            KioskText {
                Layout.fillWidth: true
                objectName: "person_name"
                text: root.other ? (root.shown ? Acting.plain("name") : Acting.maskedName) : root.shown ? Person.plain("name") : Person.maskedName
                role: "lead"
                font.bold: true
                color: Theme.good
            }

            KioskText {
                id: number

                Layout.fillWidth: true
                text: root.other ? (root.shown ? Acting.plain("number") : Acting.maskedNumber) : root.shown ? Person.plain("number") : Person.maskedNumber
                color: Theme.good
                font.bold: true
            }

            KioskText {
                Layout.fillWidth: true
                text: Sentence.fill(qsTrId("screens.person.acting"), {
                    "name": Person.maskedName
                })
                role: "caption"
                color: Theme.good
                visible: root.other
            }
        }

        KioskButton {
            id: show

            objectName: "person_show"
            Layout.columnSpan: row.columns === 2 ? 2 : 1
            Layout.fillWidth: row.columns === 2
            iconName: "eye"
            text: qsTrId("controls.hold_to_show")
            onPressed: {
                root.shown = true;
                limit.restart();
            }
            onReleased: root.shown = false
            onCanceled: root.shown = false

            Timer {
                id: limit

                interval: 10000
                onTriggered: root.shown = false
            }
        }
    }
}
