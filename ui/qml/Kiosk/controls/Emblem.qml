import QtQuick
import QtQuick.Shapes
import Kiosk

// The terminal's own mark: a window with an open casement. Not a state emblem, whose use the law reserves.
Item {
    id: root

    property real size: Theme.mm(15)

    implicitWidth: size
    implicitHeight: size

    Rectangle {
        anchors.fill: parent
        radius: width * 0.24
        color: Theme.brand
    }

    Shape {
        anchors.fill: parent

        ShapePath {
            scale: Qt.size(root.size / 24, root.size / 24)
            strokeColor: Theme.brandInk
            strokeWidth: root.size / 24 * 1.5
            fillColor: "transparent"
            joinStyle: ShapePath.RoundJoin
            capStyle: ShapePath.RoundCap

            PathSvg {
                path: "M6 18.2 L6 9.5 C6 3.4 18 3.4 18 9.5 L18 18.2 M4.6 18.2 L19.4 18.2 M6 11.6 L12 11.6 M12 5 L12 18.2"
            }
        }

        ShapePath {
            scale: Qt.size(root.size / 24, root.size / 24)
            strokeColor: Theme.highContrast ? Theme.brandInk : Theme.accent
            strokeWidth: root.size / 24 * 1.5
            fillColor: Theme.highContrast ? "transparent" : Theme.accent
            joinStyle: ShapePath.RoundJoin

            PathSvg {
                path: "M12 9.2 L16 7.4 L16 17 L12 18.2 Z"
            }
        }
    }
}
