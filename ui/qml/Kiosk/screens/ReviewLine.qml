import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// One line of the review.
Pressable {
    id: root

    required property var line
    property bool first: false

    readonly property string label: line.label

    objectName: "review_" + line.line
    readonly property string by: line.by === "clerk" ? qsTrId("screens.review.by_clerk") : line.by === "resident" ? qsTrId("screens.review.by_resident") : ""

    text: [label, line.value, by].filter(part => part !== "").join(" ")
    hint: line.leads ? qsTrId("screens.review.change") : ""
    enabled: line.leads
    leftPadding: Theme.space4
    rightPadding: Theme.space3
    topPadding: Theme.space1
    bottomPadding: Theme.space1
    onClicked: Case.reopen(line.line)

    background: Rectangle {
        color: root.down ? Theme.tint : "transparent"

        Rectangle {
            x: Theme.space4
            y: -(Theme.gap + height) / 2
            width: parent.width - 2 * Theme.space4
            height: Theme.hairline
            color: Theme.line
            visible: !root.first
        }
    }

    contentItem: RowLayout {
        spacing: Theme.space3

        GridLayout {
            Layout.fillWidth: true
            columns: Theme.textStep > 1 || (Theme.counter && Theme.elder) || asked.narrowest > 0.34 * (root.width - change.width) ? 1 : 2
            columnSpacing: Theme.space3
            rowSpacing: 0

            WholeText {
                id: asked

                Layout.fillWidth: true
                Layout.preferredWidth: 2
                text: root.label
                color: Theme.inkSoft
                Accessible.ignored: true
            }

            ColumnLayout {
                Layout.fillWidth: true
                Layout.preferredWidth: 3
                spacing: 0

                KioskText {
                    Layout.fillWidth: true
                    text: root.line.value
                    font.bold: true
                    Accessible.ignored: true
                }

                KioskText {
                    Layout.fillWidth: true
                    text: root.by
                    role: "caption"
                    color: root.line.by === "clerk" ? Theme.warn : Theme.inkSoft
                    visible: text !== ""
                    Accessible.ignored: true
                }
            }
        }

        Item {
            Layout.preferredWidth: change.implicitWidth
            Layout.preferredHeight: change.implicitHeight

            Row {
                id: change

                spacing: Theme.space1
                visible: root.line.leads

                Icon {
                    anchors.verticalCenter: parent.verticalCenter
                    name: "pen"
                    size: Theme.icon1 * 0.85
                }

                KioskText {
                    anchors.verticalCenter: parent.verticalCenter
                    text: qsTrId("screens.review.change")
                    color: Theme.brand
                    font.bold: true
                    wrapMode: Text.NoWrap
                    Accessible.ignored: true
                }
            }
        }
    }
}
