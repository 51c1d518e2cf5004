pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Shapes
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// A box to write in. The strokes go to the desk when the finger lifts.
KioskScreen {
    id: root

    property var strokes: []
    property var line: []
    property real began: 0

    instruction: qsTrId("screens.sign.instruction")
    mainText: qsTrId("screens.sign.done")
    mainIcon: "check"
    mainEnabled: Case.signed
    Component.onCompleted: root.strokes = Case.strokes

    function path(strokes: var): list<var> {
        return strokes.map(stroke => stroke.map(point => Qt.point(point.x * pad.width, point.y * pad.height))).map(points => points.length === 1 ? [points[0], Qt.point(points[0].x + 1, points[0].y + 1)] : points);
    }

    KioskText {
        id: meaning

        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.space2
        width: parent.width - clear.width - Theme.space4
        height: clear.height
        text: qsTrId("screens.sign.meaning")
        color: Theme.inkSoft
        verticalAlignment: Text.AlignVCenter
    }

    KioskButton {
        id: clear

        anchors.right: parent.right
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.space2
        objectName: "sign_clear"
        iconName: "erase"
        text: qsTrId("screens.sign.clear")
        enabled: root.strokes.length > 0
        onClicked: {
            root.strokes = [];
            root.line = [];
            Case.sign([], Math.round(pad.width), Math.round(pad.height));
        }
    }

    Rectangle {
        id: pad

        objectName: "sign_pad"
        anchors.top: parent.top
        anchors.bottom: clear.top
        anchors.bottomMargin: Theme.space4
        anchors.topMargin: Theme.portrait ? Theme.space5 : 0
        width: parent.width
        height: undefined
        radius: Theme.radius3
        color: Theme.surface
        border.width: Theme.stroke
        border.color: Theme.edge
        Accessible.role: Accessible.Canvas
        Accessible.name: qsTrId("screens.sign.here")

        Rectangle {
            anchors.horizontalCenter: parent.horizontalCenter
            y: parent.height * 0.72
            width: parent.width * 0.84
            height: Theme.stroke
            color: Theme.line
        }

        Row {
            anchors.horizontalCenter: parent.horizontalCenter
            y: parent.height * 0.72 + Theme.space3
            spacing: Theme.space2

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                name: "pen"
                color: Theme.inkSoft
            }

            KioskText {
                text: qsTrId("screens.sign.here")
                color: Theme.inkSoft
            }
        }

        Shape {
            anchors.fill: parent

            ShapePath {
                strokeColor: Theme.ink
                strokeWidth: Theme.mm(1.6)
                fillColor: "transparent"
                capStyle: ShapePath.RoundCap
                joinStyle: ShapePath.RoundJoin

                PathMultiline {
                    paths: root.path(root.line.length > 0 ? root.strokes.concat([root.line]) : root.strokes)
                }
            }
        }

        MouseArea {
            anchors.fill: parent
            anchors.margins: Theme.space2
            preventStealing: true
            onPressed: mouse => {
                if (root.strokes.length === 0)
                    root.began = Date.now();
                root.line = [parent.at(mouse)];
            }
            onPositionChanged: mouse => root.line = root.line.concat([pad.at(mouse)])
            onReleased: pad.lift()
            onCanceled: pad.lift()
        }

        function at(mouse: MouseEvent): var {
            const inset = Theme.space2;
            return {
                "x": Math.max(0, Math.min(1, (mouse.x + inset) / pad.width)),
                "y": Math.max(0, Math.min(1, (mouse.y + inset) / pad.height)),
                "t": (Date.now() - root.began) / 1000
            };
        }

        function lift(): void {
            if (root.line.length === 0)
                return;
            root.strokes = root.strokes.concat([root.line]);
            root.line = [];
            Case.sign(root.strokes, Math.round(pad.width), Math.round(pad.height));
        }
    }
}
