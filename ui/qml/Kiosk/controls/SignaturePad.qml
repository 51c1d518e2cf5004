import QtQuick
import Kiosk

// A sheet to sign on. `strokes` is a list of strokes, each a list of {x, y, t, p}: x and y from 0 to 1 of the width and
// height, t in milliseconds since the first touch, p the pressure from 0 to 1 (1 where the glass cannot tell).
Item {
    id: root

    property string prompt: qsTrId("controls.sign_here")
    property var strokes: []

    readonly property bool empty: strokes.length === 0 && !sheet.writing

    signal signed(var strokes) // after every stroke

    function clear(): void {
        sheet.drop();
        sheet.restart();
        strokes = [];
        signed([]);
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

    InkArea {
        id: sheet

        anchors.fill: parent
        strokes: root.strokes
        onDrawn: points => {
            root.strokes = root.strokes.concat([points]);
            root.signed(root.strokes);
        }
    }
}
