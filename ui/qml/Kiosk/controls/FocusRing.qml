import QtQuick
import Kiosk

// Shows where the keypad is: a ring outside its parent, inside the 3 mm that keep two targets apart.
Rectangle {
    id: root

    property bool shown: false
    property real corner: Theme.radius2

    anchors.fill: parent
    anchors.margins: -Theme.strokeStrong - Theme.mm(0.35)
    radius: corner + Theme.strokeStrong
    color: "transparent"
    border.color: Theme.focus
    border.width: Theme.strokeStrong
    visible: shown
}
