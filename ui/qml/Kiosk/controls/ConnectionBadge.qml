import QtQuick
import Kiosk

// Honest about the line: a mark and a word, never a colour alone.
Row {
    id: root

    property bool online: true

    Accessible.role: Accessible.StaticText
    Accessible.name: word.text
    spacing: Theme.space1

    Icon {
        anchors.verticalCenter: parent.verticalCenter
        name: root.online ? "online" : "offline"
        size: Theme.mm(7)
        color: root.online ? Theme.good : Theme.warn
    }

    KioskText {
        id: word

        anchors.verticalCenter: parent.verticalCenter
        text: root.online ? qsTrId("controls.connected") : qsTrId("controls.offline_short")
        role: "caption"
        font.pixelSize: Theme.head
        font.bold: true
        color: root.online ? Theme.good : Theme.warn
        wrapMode: Text.NoWrap
        Accessible.ignored: true
    }
}
