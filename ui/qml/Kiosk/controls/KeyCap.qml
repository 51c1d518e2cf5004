import QtQuick
import Kiosk

// One key of the keyboard. kind: "letter", "tool" (modes, shift, erase), "done".
Pressable {
    id: root

    property string kind: "letter"
    property string iconName
    property bool on: false

    corner: Theme.radius2
    leftPadding: Theme.space1
    rightPadding: Theme.space1
    topPadding: 0
    bottomPadding: 0
    implicitWidth: Math.max(Theme.key, implicitContentWidth + leftPadding + rightPadding)
    implicitHeight: Theme.key

    background: Rectangle {
        radius: root.corner
        color: root.down || root.on ? Theme.brand : root.kind === "letter" ? Theme.surface : Theme.tint
        border.width: Theme.highContrast ? Theme.stroke : Theme.hairline
        border.color: root.kind === "letter" ? Theme.line : Theme.edge
    }

    contentItem: Item {
        implicitWidth: word.visible ? word.implicitWidth : Theme.icon1
        implicitHeight: word.implicitHeight

        KioskText {
            id: word

            anchors.centerIn: parent
            text: root.text
            role: "lead"
            font.pixelSize: root.kind === "letter" ? Theme.mm(Theme.elder && !Theme.counter ? 13 : 10) : Theme.mm(Theme.elder && !Theme.counter ? 8.6 : 7.4)
            font.bold: root.kind !== "letter"
            color: root.down || root.on ? Theme.brandInk : Theme.ink
            visible: root.iconName === ""
            wrapMode: Text.NoWrap
            Accessible.ignored: true
        }

        Icon {
            anchors.centerIn: parent
            name: root.iconName
            size: Theme.mm(9)
            color: root.down || root.on ? Theme.brandInk : Theme.brand
        }
    }
}
