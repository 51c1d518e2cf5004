import QtQuick
import Kiosk

// A sheet to sign on. `strokes` is a list of strokes, each a list of {x, y, t, p}: x and y from 0 to 1 of the width and
// height, t in milliseconds since the first touch, p the pressure from 0 to 1 (1 where the glass cannot tell).
// Without touch, Select puts the pen down and lifts it, and between the two the four arrows lead it: whoever cannot reach
// the glass makes a mark of their own all the same.
FocusScope {
    id: root

    property string prompt: qsTrId("controls.sign_here")
    property var strokes: []

    readonly property bool empty: strokes.length === 0 && !sheet.writing

    signal signed(var strokes) // after every stroke

    function clear(): void {
        penDown = false;
        sheet.drop();
        sheet.restart();
        strokes = [];
        signed([]);
    }

    // ---- The keypad's pen
    property bool penDown: false
    property real penX: 0.3
    property real penY: 0.5

    function putPen(): void {
        if (penDown) {
            lift();
        } else {
            penDown = true;
            sheet.mark(penX, penY);
        }
        Voice.tell([penDown ? qsTrId("controls.pen_down") : qsTrId("controls.pen_up")]);
    }

    function leadPen(across: int, along: int): void {
        penX = Math.max(0.02, Math.min(0.98, penX + 0.03 * across));
        penY = Math.max(0.04, Math.min(0.96, penY + 0.03 * along * width / Math.max(1, height)));
        sheet.mark(penX, penY);
    }

    function lift(): void {
        penDown = false;
        sheet.finish();
    }

    Accessible.role: Accessible.Canvas
    Accessible.name: root.prompt
    Accessible.description: qsTrId("controls.pen_hint")
    Accessible.focusable: true
    Accessible.onPressAction: root.putPen()
    Keys.onPressed: event => {
        const select = [Qt.Key_Return, Qt.Key_Enter, Qt.Key_Select, Qt.Key_Space].includes(event.key);
        const across = event.key === Qt.Key_Left ? -1 : event.key === Qt.Key_Right ? 1 : 0;
        const along = event.key === Qt.Key_Up ? -1 : event.key === Qt.Key_Down ? 1 : 0;
        const led = root.penDown && (across !== 0 || along !== 0);
        event.accepted = select || led;
        if (select && !event.isAutoRepeat)
            root.putPen();
        else if (led)
            root.leadPen(across, along);
    }
    activeFocusOnTab: true
    onActiveFocusChanged: if (!activeFocus && penDown)
        lift()
    implicitHeight: Theme.mm(70)

    Rectangle {
        anchors.fill: parent
        radius: Theme.radius3
        color: Theme.surface
        border.width: Theme.stroke
        border.color: Theme.edge

        Rectangle {
            anchors.horizontalCenter: parent.horizontalCenter
            y: Math.min(parent.height * 0.76, words.y - Theme.space1)
            width: parent.width - 2 * Theme.space5
            height: Theme.hairline
            color: Theme.edge
        }

        KioskText {
            id: words

            anchors.horizontalCenter: parent.horizontalCenter
            anchors.bottom: parent.bottom
            anchors.bottomMargin: Theme.space3
            width: parent.width - 2 * Theme.space4
            text: root.activeFocus ? qsTrId("controls.pen_hint") : root.prompt
            horizontalAlignment: Text.AlignHCenter
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

    Rectangle {
        x: root.penX * root.width - width / 2
        y: root.penY * root.height - height / 2
        width: Theme.mm(root.penDown ? 5 : 8)
        height: width
        radius: width / 2
        color: root.penDown ? Theme.focus : "transparent"
        border.width: Theme.strokeStrong
        border.color: Theme.focus
        visible: root.activeFocus
    }

    FocusRing {
        shown: root.activeFocus
        corner: Theme.radius3
    }
}
