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
        id: drawn

        // In the face's own line of 1.45 em the characters begin 0.28 em below the top and end 0.09 em above the bottom:
        // what is seen is what stands in the middle, clear of the outline above and below.
        readonly property real above: 0.28 * Theme.head
        readonly property real gap: Theme.mm(0.6)
        readonly property real tall: icon.height + gap + 1.08 * Theme.head

        implicitWidth: Math.max(icon.width, word.implicitWidth)
        implicitHeight: tall

        Icon {
            id: icon

            anchors.horizontalCenter: parent.horizontalCenter
            y: (drawn.height - drawn.tall) / 2
            name: root.iconName
            size: Theme.mm(7.8)
            color: root.ink
        }

        KioskText {
            id: word

            y: icon.y + icon.height + drawn.gap - drawn.above
            width: parent.width
            text: root.text
            role: "caption"
            font.pixelSize: Theme.head
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: 0.75 * Theme.head
            color: root.ink
            horizontalAlignment: Text.AlignHCenter
            maximumLineCount: 1
            wrapMode: Text.NoWrap
            Accessible.ignored: true
        }
    }
}
