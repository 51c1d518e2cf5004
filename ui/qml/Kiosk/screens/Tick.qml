import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.controls

// Something to agree to: a box to tick, what it is, and what it means in plain words. The whole card is the target.
Pressable {
    id: root

    property string heading
    property string note
    property bool on: false
    property string missing // says what is to be done while it is not ticked, once somebody asked

    readonly property string called: missing === "" ? heading : Sentence.fill(qsTrId("screens.consent.missing_one"), {
        "name": heading
    })

    Accessible.role: Accessible.CheckBox
    Accessible.name: root.called
    Accessible.checkable: true
    Accessible.checked: root.on
    onOnChanged: if (visualFocus)
        Voice.tell([text, on ? qsTrId("speech.chosen") : qsTrId("speech.not_chosen")])
    text: heading
    hint: [note, missing].filter(part => part !== "").join(" ")
    corner: Theme.radius3
    leftPadding: Theme.space4
    rightPadding: Theme.space4
    topPadding: Theme.space4
    bottomPadding: Theme.space4

    background: Rectangle {
        radius: root.corner
        color: root.on || root.down ? Theme.tint : Theme.surface
        border.width: root.on || root.missing !== "" ? Theme.strokeStrong : Theme.highContrast ? Theme.stroke : Theme.hairline
        border.color: root.on ? Theme.brand : root.missing !== "" ? Theme.bad : Theme.edge
    }

    contentItem: RowLayout {
        spacing: Theme.space4

        Rectangle {
            Layout.alignment: Qt.AlignTop
            Layout.preferredWidth: Theme.mm(13)
            Layout.preferredHeight: Theme.mm(13)
            radius: Theme.radius1
            color: root.on ? Theme.brand : Theme.surface
            border.width: Theme.stroke
            border.color: root.on ? Theme.brand : root.missing !== "" ? Theme.bad : Theme.edge

            Icon {
                anchors.centerIn: parent
                name: root.on ? "check" : ""
                size: parent.width * 0.75
                color: Theme.brandInk
                weight: 2.8
            }
        }

        ColumnLayout {
            Layout.fillWidth: true
            spacing: Theme.space1

            Prose {
                Layout.fillWidth: true
                text: root.heading
                role: "lead"
                font.bold: true
                color: Theme.brand
                Accessible.ignored: true
            }

            Prose {
                Layout.fillWidth: true
                text: root.note
                Accessible.ignored: true
            }

            FieldError {
                Layout.fillWidth: true
                text: root.missing
            }
        }
    }
}
