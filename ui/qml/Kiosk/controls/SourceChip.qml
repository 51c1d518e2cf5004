import QtQuick
import Kiosk

// Names where a value came from, so that nobody wonders who told the machine.
Rectangle {
    id: root

    property string text
    property string iconName: "shield"

    Accessible.role: Accessible.Note
    Accessible.name: root.text
    implicitWidth: row.implicitWidth + 2 * Theme.space2
    implicitHeight: row.implicitHeight + Theme.space1
    radius: height / 2
    color: Theme.goodTint
    border.width: Theme.highContrast ? Theme.hairline : 0
    border.color: Theme.edge

    Row {
        id: row

        anchors.centerIn: parent
        spacing: Theme.space1

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            name: root.iconName
            size: Theme.caption
            color: Theme.good
        }

        KioskText {
            anchors.verticalCenter: parent.verticalCenter
            text: root.text
            role: "caption"
            color: Theme.good
            wrapMode: Text.NoWrap
            Accessible.ignored: true
        }
    }
}
