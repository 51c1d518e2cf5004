import QtQuick
import Kiosk
import Kiosk.controls

// The number of a page, in a corner of its picture: filled when the page is there.
Rectangle {
    id: root

    required property int number // from 0
    property bool there: true

    width: Theme.mm(11)
    height: width
    radius: width / 2
    color: there ? Theme.good : Theme.surface
    border.width: there ? 0 : Theme.stroke
    border.color: Theme.edge

    KioskText {
        anchors.centerIn: parent
        text: root.number + 1
        role: "caption"
        font.bold: true
        color: root.there ? (Theme.highContrast ? "#000000" : "#ffffff") : Theme.inkSoft
        Accessible.ignored: true
    }
}
