import QtQuick
import QtQuick.Layouts
import Kiosk

// One answer among others: a mark whose shape says single (round) or several (square), the answer, a note.
Pressable {
    id: root

    property string note
    property bool on: false
    property bool many: false

    Accessible.role: many ? Accessible.CheckBox : Accessible.RadioButton
    Accessible.checkable: true
    Accessible.checked: root.on
    onOnChanged: if (visualFocus)
        Voice.tell([text, on ? qsTrId("speech.chosen") : qsTrId("speech.not_chosen")])
    hint: note
    leftPadding: Theme.space4
    rightPadding: Theme.space4
    topPadding: Theme.space2
    bottomPadding: Theme.space2

    background: Rectangle {
        radius: root.corner
        color: !root.enabled ? Theme.sunk : root.on || root.down ? Theme.tint : Theme.surface
        border.width: root.on ? Theme.strokeStrong : root.down ? Theme.strokeStrong : Theme.stroke
        border.color: !root.enabled ? Theme.idleLine : root.on || root.down ? Theme.brand : Theme.edge
    }

    contentItem: RowLayout {
        spacing: Theme.space3

        Rectangle {
            Layout.preferredWidth: Theme.mm(9)
            Layout.preferredHeight: Theme.mm(9)
            radius: root.many ? Theme.radius1 : width / 2
            color: root.on ? Theme.brand : Theme.surface
            border.width: Theme.stroke
            border.color: root.on ? Theme.brand : Theme.edge

            Icon {
                anchors.centerIn: parent
                name: root.on ? "check" : ""
                size: parent.width * 0.78
                weight: 3
                color: Theme.brandInk
            }
        }

        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0

            KioskText {
                Layout.fillWidth: true
                text: root.text
                font.bold: root.on
                color: root.enabled ? Theme.ink : Theme.idle
                Accessible.ignored: true
            }

            Prose {
                Layout.fillWidth: true
                text: root.note
                role: "caption"
                color: Theme.inkSoft
                visible: text !== ""
                Accessible.ignored: true
            }
        }
    }
}
