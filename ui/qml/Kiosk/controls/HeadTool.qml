import QtQuick
import Kiosk

// A tool of the head: an icon over its word. `on` is said in words too, never by colour alone.
Pressable {
    id: root

    property string iconName
    property bool on: false
    readonly property color ink: on ? Theme.brandInk : blocked ? Theme.inkSoft : Theme.brand

    Accessible.checkable: true
    Accessible.checked: root.on
    corner: Theme.radius2
    leftPadding: Theme.space2
    rightPadding: Theme.space2
    topPadding: Theme.space1
    bottomPadding: Theme.space1

    background: Rectangle {
        radius: root.corner
        color: root.on ? Theme.brand : root.blocked ? Theme.sunk : root.down ? Theme.tint : "transparent"
        border.width: root.down || Theme.highContrast && !root.blocked ? Theme.stroke : 0
        border.color: Theme.brand
    }

    contentItem: Item {
        implicitWidth: Math.max(icon.width, word.implicitWidth)
        implicitHeight: icon.height + word.implicitHeight

        Icon {
            id: icon

            anchors.horizontalCenter: parent.horizontalCenter
            y: (parent.height - height - word.height) / 2
            name: root.iconName
            size: Theme.mm(8.4)
            color: root.ink
        }

        KioskText {
            id: word

            anchors.top: icon.bottom
            width: parent.width
            text: root.text
            role: "caption"
            lineHeight: 0.88
            font.pixelSize: Theme.head
            color: root.ink
            horizontalAlignment: Text.AlignHCenter
            maximumLineCount: 1
            wrapMode: Text.NoWrap
            Accessible.ignored: true
        }
    }
}
