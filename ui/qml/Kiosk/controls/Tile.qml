import QtQuick
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
    // The least width in which no word is broken.
    readonly property real narrowest: leftPadding + rightPadding + content.wordsX + Math.max(head.narrowest, below.narrowest)
    readonly property real picture: !upright || Theme.counter ? Theme.icon2 + Theme.space2 : width > Theme.mm(120) ? Theme.mm(24) : Theme.icon3

    // `refused` when it is pressed while grey: the screen may say the reason aloud.
    blocked: busy || !available
    text: title
    hint: available ? subtitle : reason
    Accessible.name: root.title
    corner: Theme.radius3
    leftPadding: Theme.counter ? Theme.space3 : Theme.space4
    rightPadding: leftPadding
    topPadding: upright && !Theme.counter ? Theme.space4 : Theme.space3
    bottomPadding: topPadding

    background: Rectangle {
        radius: root.corner
        color: !root.available ? Theme.sunk : root.down ? Theme.tint : Theme.surface
        border.width: root.down && root.available ? Theme.strokeStrong : Theme.highContrast ? Theme.stroke : Theme.hairline
        border.color: root.down ? Theme.brand : root.available ? Theme.line : Theme.highContrast ? Theme.idleLine : Theme.sunk
    }

    contentItem: Item {
        id: content

        // Placed by hand: a layout learns too late how tall wrapped words become.
        readonly property bool pictured: root.iconName !== ""
        readonly property real wordsX: pictured && !root.upright ? root.picture + Theme.space3 : 0
        readonly property real wordsY: pictured && root.upright ? root.picture + Theme.space3 : 0

        implicitHeight: root.upright ? wordsY + words.height : Math.max(root.picture, words.height)
        implicitWidth: Theme.mm(60)

        Rectangle {
            y: root.upright ? 0 : (content.height - height) / 2
            width: root.picture
            height: width
            visible: content.pictured
            radius: width * 0.22
            color: root.available ? Theme.tint : "transparent"
            border.width: Theme.highContrast || !root.available ? Theme.hairline : 0
            border.color: Theme.edge

            Icon {
                anchors.centerIn: parent
                name: root.available ? root.iconName : "lock"
                size: parent.width * 0.62
                color: root.available ? Theme.brand : Theme.inkSoft
            }
        }

        Column {
            id: words

            x: content.wordsX
            y: root.upright ? content.wordsY : (content.height - height) / 2
            width: content.width - x
            spacing: Theme.space1

            WholeText {
                id: head

                width: parent.width
                text: root.title
                role: "lead"
                font.bold: true
                color: root.available ? Theme.brand : Theme.inkSoft
                Accessible.ignored: true
            }

            WholeText {
                id: below

                width: parent.width
                text: root.available ? root.subtitle : root.reason
                role: "caption"
                color: Theme.inkSoft
                visible: text !== ""
                Accessible.ignored: true
            }
        }
    }
}
