import QtQuick
import Kiosk

// A bar with its sentence above: `value` from 0 to 1.
Column {
    id: root

    property real value: 0
    property string label

    Accessible.role: Accessible.ProgressBar
    Accessible.name: root.label
    spacing: Theme.space2

    KioskText {
        width: parent.width
        text: root.label
        visible: text !== ""
        Accessible.ignored: true
    }

    Rectangle {
        width: parent.width
        height: Theme.mm(4)
        radius: height / 2
        color: Theme.highContrast ? Theme.paper : Theme.line
        border.color: Theme.edge
        border.width: Theme.highContrast ? Theme.stroke : 0

        Rectangle {
            width: Math.max(parent.height, parent.width * Math.max(0, Math.min(1, root.value)))
            height: parent.height
            radius: height / 2
            color: Theme.brand

            Behavior on width {
                NumberAnimation {
                    duration: Theme.motion
                }
            }
        }
    }
}
