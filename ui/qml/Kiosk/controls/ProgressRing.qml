pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Shapes
import Kiosk

// A ring that fills with `value` (0 to 1), or turns while it is -1. With reduced motion it stands at a quarter.
Item {
    id: root

    property real value: -1
    property color color: Theme.brand
    property color ground: Theme.highContrast ? "#000000" : Theme.line
    property string label

    readonly property real thickness: Math.max(3, width / 9)
    readonly property bool turning: value < 0

    Accessible.role: Accessible.ProgressBar
    Accessible.name: root.label !== "" ? root.label : qsTrId("controls.busy")
    implicitWidth: Theme.icon3
    implicitHeight: Theme.icon3

    Shape {
        id: ring

        anchors.fill: parent
        layer.enabled: true // clipped, as Icon explains

        RotationAnimation on rotation {
            running: root.visible && root.turning && Theme.animated
            loops: Animation.Infinite
            from: 0
            to: 360
            duration: 1100
        }

        ShapePath {
            strokeColor: root.ground
            strokeWidth: root.thickness
            fillColor: "transparent"

            PathAngleArc {
                centerX: root.width / 2
                centerY: root.height / 2
                radiusX: (root.width - root.thickness) / 2
                radiusY: (root.height - root.thickness) / 2
                startAngle: 0
                sweepAngle: 360
            }
        }

        ShapePath {
            strokeColor: root.color
            strokeWidth: root.thickness
            fillColor: "transparent"
            capStyle: ShapePath.RoundCap

            PathAngleArc {
                centerX: root.width / 2
                centerY: root.height / 2
                radiusX: (root.width - root.thickness) / 2
                radiusY: (root.height - root.thickness) / 2
                startAngle: -90
                sweepAngle: root.turning ? 90 : Math.max(0.1, Math.min(1, root.value) * 360)
            }
        }
    }
}
