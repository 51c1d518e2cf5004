pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Shapes
import Kiosk

// What a finger writes, drawn while it writes. `strokes` is a list of strokes, each a list of {x, y}; a finished stroke is
// told and not kept: whoever owns the strokes adds it. `across` and `along` are the pixels of x = 1 and y = 1.
Item {
    id: root

    property var strokes: []
    property real across: width
    property real along: height
    property real pen: Theme.mm(1.3)

    readonly property bool writing: tip.points.length > 0

    signal began
    signal drawn(var points) // each {x, y, t, p}: t in milliseconds since `restart`, p the pressure from 0 to 1

    // Time begins with the next stroke.
    function restart(): void {
        tip.start = 0;
    }

    function drop(): void {
        tip.points = [];
    }

    // A point of a stroke that no finger draws, x and y as in `strokes`; `finish` ends the stroke.
    function mark(x: real, y: real): void {
        tip.begin();
        tip.put(x, y, 1);
    }

    function finish(): void {
        tip.finish();
    }

    function line(points: var): var {
        const dots = points.map(point => Qt.point(point.x * across, point.y * along));
        return dots.length === 1 ? [dots[0], Qt.point(dots[0].x + 0.1, dots[0].y)] : dots;
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
        points: tip.points
        visible: root.writing
    }

    PointHandler {
        id: tip

        property var points: []
        property real start: 0

        function begin(): void {
            if (start === 0)
                start = Date.now();
        }

        function add(): void {
            const x = Math.max(0, Math.min(root.width, point.position.x)) / root.across;
            const y = Math.max(0, Math.min(root.height, point.position.y)) / root.along;
            put(x, y, point.pressure > 0 ? point.pressure : 1); // 1 where the glass cannot tell
        }

        function put(x: real, y: real, pressure: real): void {
            const last = points[points.length - 1];
            if (last && last.x === x && last.y === y)
                return;
            points = points.concat([
                {
                    "x": x,
                    "y": y,
                    "t": Math.round(Date.now() - start),
                    "p": pressure
                }
            ]);
        }

        function finish(): void {
            if (points.length === 0)
                return;
            const whole = points;
            points = [];
            root.drawn(whole);
        }

        onActiveChanged: {
            if (active) {
                begin();
                points = [];
                root.began();
                add();
            } else {
                finish();
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
            strokeWidth: root.pen
            fillColor: "transparent"
            capStyle: ShapePath.RoundCap
            joinStyle: ShapePath.RoundJoin

            PathPolyline {
                path: root.line(stroke.points)
            }
        }
    }
}
