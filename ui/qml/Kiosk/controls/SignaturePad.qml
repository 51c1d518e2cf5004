pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Shapes
import Kiosk

// A sheet to sign on. `strokes` is a list of strokes, each a list of {x, y, t, p}: x and y from 0 to 1 of the width and
// height, t in milliseconds since the first touch, p the pressure from 0 to 1 (1 where the glass cannot tell).
Item {
    id: root

    property string prompt: qsTrId("controls.sign_here")
    property var strokes: []

    readonly property bool empty: strokes.length === 0 && running.length === 0
    readonly property var running: pen.points

    signal signed(var strokes) // after every stroke

    function clear(): void {
        pen.points = [];
        strokes = [];
        signed([]);
    }

    function line(points: var): var {
        const dots = points.map(point => Qt.point(point.x * width, point.y * height));
        return dots.length === 1 ? [dots[0], Qt.point(dots[0].x + 0.1, dots[0].y)] : dots;
    }

    Accessible.role: Accessible.Canvas
    Accessible.name: root.prompt
    implicitHeight: Theme.mm(70)

    Rectangle {
        anchors.fill: parent
        radius: Theme.radius3
        color: Theme.surface
        border.width: Theme.stroke
        border.color: Theme.edge

        Rectangle {
            anchors.horizontalCenter: parent.horizontalCenter
            y: parent.height * 0.76
            width: parent.width - 2 * Theme.space5
            height: Theme.hairline
            color: Theme.edge
        }

        KioskText {
            anchors.horizontalCenter: parent.horizontalCenter
            anchors.bottom: parent.bottom
            anchors.bottomMargin: Theme.space3
            text: root.prompt
            color: Theme.inkSoft
            Accessible.ignored: true
        }
    }

    // One shape for every finished stroke, so that a moving finger repaints only its own.
    Repeater {
        model: root.strokes

        Stroke {
            required property var modelData

            points: modelData
        }
    }

    Stroke {
        points: pen.points
        visible: pen.points.length > 0
    }

    PointHandler {
        id: pen

        property var points: []
        property real began: 0

        function add(): void {
            const x = Math.max(0, Math.min(1, point.position.x / root.width));
            const y = Math.max(0, Math.min(1, point.position.y / root.height));
            const last = points[points.length - 1];
            if (last && last.x === x && last.y === y)
                return;
            points = points.concat([{
                        "x": x,
                        "y": y,
                        "t": Math.round(Date.now() - began),
                        "p": point.pressure > 0 ? point.pressure : 1
                    }]);
        }

        onActiveChanged: {
            if (active) {
                if (root.strokes.length === 0)
                    began = Date.now();
                points = [];
                add();
            } else if (points.length > 0) {
                const whole = points;
                points = [];
                root.strokes = root.strokes.concat([whole]);
                root.signed(root.strokes);
            }
        }
        onPointChanged: if (active && points.length > 0)
            add()
    }

    component Stroke: Shape {
        id: stroke

        property var points: []

        anchors.fill: parent

        ShapePath {
            strokeColor: Theme.ink
            strokeWidth: Theme.mm(1.3)
            fillColor: "transparent"
            capStyle: ShapePath.RoundCap
            joinStyle: ShapePath.RoundJoin

            PathPolyline {
                path: root.line(stroke.points)
            }
        }
    }
}
