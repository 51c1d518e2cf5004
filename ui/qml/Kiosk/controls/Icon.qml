pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Shapes
import Kiosk
import "Icons.js" as Icons

// A stroke icon by name (Icons.js). An icon never stands without words, so it is silent to accessibility.
Item {
    id: root

    property string name
    property color color: Theme.brand
    property real size: Theme.icon1
    property real weight: 1.9 // of the grid of 24

    implicitWidth: size
    implicitHeight: size

    Shape {
        anchors.centerIn: parent
        width: root.size
        height: root.size
        visible: root.name !== ""
        // WORKAROUND: without a GPU a Shape that lies wholly outside its clip is drawn all the same; a layer is clipped.
        layer.enabled: true

        ShapePath {
            scale: Qt.size(root.size / 24, root.size / 24)
            strokeColor: root.color
            strokeWidth: root.weight * root.size / 24
            fillColor: "transparent"
            capStyle: ShapePath.RoundCap
            joinStyle: ShapePath.RoundJoin

            PathSvg {
                path: Icons.paths[root.name] ?? ""
            }
        }
    }
}
