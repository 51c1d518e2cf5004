import QtQuick
import Kiosk
import Kiosk.controls

// Sample data says so, everywhere it could be taken for real.
Rectangle {
    id: root

    property string text: qsTrId("screens.head.sample")

    Accessible.role: Accessible.Note
    Accessible.name: root.text
    implicitWidth: word.implicitWidth + 2 * Theme.space2
    implicitHeight: word.implicitHeight + Theme.space1
    radius: Theme.radius1
    color: "transparent"
    border.color: Theme.edge
    border.width: Theme.hairline

    KioskText {
        id: word

        anchors.centerIn: parent
        text: root.text
        role: "caption"
        font.pixelSize: Theme.mm(6.6)
        color: Theme.inkSoft
        wrapMode: Text.NoWrap
        Accessible.ignored: true
    }
}
