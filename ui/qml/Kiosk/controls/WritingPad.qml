pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Keyboard

// Where a character is written by hand, one at a time, with what takes ink back beside it; where the glass is wide and
// low, digits stand beside it too. It takes the place of three rows of keys, and ten keys across. Without the recogniser
// it says so, with the code for the technician.
Item {
    id: root

    required property KeyboardModel model
    required property real keyWidth
    required property real keyHeight

    readonly property bool digits: !Theme.portrait
    readonly property real step: keyWidth + Theme.keyGap
    readonly property real rows: 3 * keyHeight + 2 * Theme.keyGap
    readonly property real rowHeight: (height - 2 * Theme.keyGap) / 3
    readonly property bool usable: model.handFault === ""

    implicitHeight: Theme.counter ? rows : Math.max(rows, Theme.mm(Theme.portrait ? 96 : 72))
    implicitWidth: 10 * step - Theme.keyGap

    Grid {
        columns: 3
        spacing: Theme.keyGap
        visible: root.digits

        Repeater {
            model: Array.from("123456789")

            KeyCap {
                required property string modelData

                width: root.keyWidth
                height: root.rowHeight
                objectName: "key_" + modelData
                text: modelData
                onClicked: root.model.key(modelData)
            }
        }
    }

    Rectangle {
        id: paper

        objectName: "writing_pad"
        x: root.digits ? 3 * root.step : 0
        width: (root.digits ? 5 : 8) * root.step - Theme.keyGap
        height: root.height
        radius: Theme.radius3
        color: root.usable ? Theme.surface : Theme.sunk
        border.width: Theme.stroke
        border.color: Theme.edge

        Accessible.role: Accessible.Canvas
        Accessible.name: qsTrId("controls.write_here")
        Accessible.ignored: !root.usable

        Item {
            id: square

            anchors.centerIn: parent
            width: Math.min(parent.width, parent.height) - 2 * Theme.space2
            height: width
            visible: root.usable

            Rectangle {
                anchors.fill: parent
                color: "transparent"
                border.width: Theme.hairline
                border.color: Theme.line
            }

            Rectangle {
                anchors.centerIn: parent
                width: parent.width
                height: Theme.hairline
                color: Theme.line
            }

            Rectangle {
                anchors.centerIn: parent
                width: Theme.hairline
                height: parent.height
                color: Theme.line
            }
        }

        InkArea {
            anchors.fill: parent
            across: height
            enabled: root.usable
            pen: Theme.mm(Theme.counter ? 2 : 2.6)
            strokes: root.model.ink
            onDrawn: points => root.model.write(points.map(point => Qt.point(point.x, point.y)))
        }

        KioskText {
            anchors.fill: parent
            anchors.margins: Theme.space3
            objectName: "no_handwriting"
            text: Sentence.fill(qsTrId("controls.no_handwriting"), {
                "code": root.model.handFault
            })
            fontSizeMode: Text.Fit
            minimumPixelSize: Theme.mm(6.6)
            horizontalAlignment: Text.AlignHCenter
            verticalAlignment: Text.AlignVCenter
            visible: !root.usable
        }
    }

    component Tool: KeyCap {
        anchors.right: parent?.right
        width: 2 * root.step - Theme.keyGap
        height: root.rowHeight
        kind: "tool"
    }

    Tool {
        objectName: "key_undo_stroke"
        text: qsTrId("controls.key_undo_stroke")
        onClicked: root.model.undoStroke()
    }

    Tool {
        y: root.rowHeight + Theme.keyGap
        objectName: "key_clear_ink"
        text: qsTrId("controls.key_clear_ink")
        onClicked: root.model.clearInk()
    }

    Tool {
        y: 2 * (root.rowHeight + Theme.keyGap)
        objectName: "key_erase"
        text: qsTrId("controls.key_erase")
        iconName: "erase"
        autoRepeat: true
        onClicked: root.model.backspace()
    }
}
