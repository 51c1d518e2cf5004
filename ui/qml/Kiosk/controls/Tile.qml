import QtQuick
import QtQuick.Layouts
import Kiosk

// One thing that can be chosen: icon, title, one line below. `reason` makes it grey and says why, before the first
// question; it still takes the focus, so that a keypad or a voice can reach the reason.
Pressable {
    id: root

    property string title
    property string subtitle
    property string reason
    property string iconName
    property bool upright: true // icon above the words; beside them when false

    readonly property bool available: reason === ""

    // `refused` when it is pressed while grey: the screen may say the reason aloud.
    blocked: busy || !available
    text: title
    hint: available ? subtitle : reason
    Accessible.name: root.title
    corner: Theme.radius3
    leftPadding: Theme.space4
    rightPadding: Theme.space4
    topPadding: upright ? Theme.space4 : Theme.space3
    bottomPadding: upright ? Theme.space4 : Theme.space3

    background: Rectangle {
        radius: root.corner
        color: !root.available ? Theme.sunk : root.down ? Theme.tint : Theme.surface
        border.width: root.down && root.available ? Theme.strokeStrong : Theme.highContrast ? Theme.stroke : Theme.hairline
        border.color: root.down ? Theme.brand : root.available ? Theme.line : Theme.sunk
    }

    contentItem: GridLayout {
        columns: root.upright ? 1 : 2
        columnSpacing: Theme.space3
        rowSpacing: Theme.space3

        Rectangle {
            Layout.preferredWidth: root.upright ? Theme.icon3 : Theme.icon2 + Theme.space3
            Layout.preferredHeight: Layout.preferredWidth
            Layout.alignment: root.upright ? Qt.AlignLeft : Qt.AlignLeft | Qt.AlignVCenter
            visible: root.iconName !== ""
            radius: Theme.radius2
            color: root.available ? Theme.tint : "transparent"
            border.width: Theme.highContrast || !root.available ? Theme.hairline : 0
            border.color: Theme.edge

            Icon {
                anchors.centerIn: parent
                name: root.available ? root.iconName : "lock"
                size: parent.width * 0.6
                color: root.available ? Theme.brand : Theme.inkSoft
            }
        }

        ColumnLayout {
            Layout.fillWidth: true
            Layout.alignment: root.upright ? Qt.AlignTop : Qt.AlignVCenter
            spacing: Theme.space1

            KioskText {
                Layout.fillWidth: true
                text: root.title
                role: "lead"
                font.bold: true
                color: root.available ? Theme.brand : Theme.inkSoft
                Accessible.ignored: true
            }

            KioskText {
                Layout.fillWidth: true
                text: root.available ? root.subtitle : root.reason
                role: "caption"
                color: Theme.inkSoft
                visible: text !== ""
                Accessible.ignored: true
            }
        }

        Item {
            Layout.fillHeight: true
            visible: root.upright
        }
    }
}
