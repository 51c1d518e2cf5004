pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Shapes
import Kiosk
import Kiosk.controls

// Four handles on the corners of a page, over the picture they belong to (`shown`, px of the parent). A finger drags one;
// on the keypad arrows move the handle that has the focus, Enter goes on to the next.
Item {
    id: root

    property rect shown
    property var corners: [0.2, 0.2, 0.8, 0.2, 0.8, 0.8, 0.2, 0.8] // x, y of each as shares, clockwise from the top left

    readonly property real step: 0.01
    readonly property real knob: Theme.mm(9)
    readonly property list<string> names: [qsTrId("screens.capture.corner_1"), qsTrId("screens.capture.corner_2"), qsTrId("screens.capture.corner_3"), qsTrId("screens.capture.corner_4")]

    function place(index: int, x: real, y: real): void {
        const moved = corners.slice();
        moved[2 * index] = Math.max(0, Math.min(1, x));
        moved[2 * index + 1] = Math.max(0, Math.min(1, y));
        corners = moved;
    }

    function spotX(index: int): real {
        return shown.x + corners[2 * (index % 4)] * shown.width;
    }

    function spotY(index: int): real {
        return shown.y + corners[2 * (index % 4) + 1] * shown.height;
    }

    Shape {
        anchors.fill: parent

        ShapePath {
            strokeColor: "#ffc65a"
            strokeWidth: Theme.strokeStrong
            fillColor: "#28ffc65a"
            joinStyle: ShapePath.RoundJoin
            startX: root.spotX(0)
            startY: root.spotY(0)

            PathLine {
                x: root.spotX(1)
                y: root.spotY(1)
            }

            PathLine {
                x: root.spotX(2)
                y: root.spotY(2)
            }

            PathLine {
                x: root.spotX(3)
                y: root.spotY(3)
            }

            PathLine {
                x: root.spotX(0)
                y: root.spotY(0)
            }
        }
    }

    Repeater {
        model: 4

        Item {
            id: handle

            required property int index

            function nudge(dx: int, dy: int): void {
                root.place(index, root.corners[2 * index] + dx * root.step, root.corners[2 * index + 1] + dy * root.step);
            }

            objectName: "corner_" + index
            width: Theme.target
            height: Theme.target
            x: root.spotX(index) - width / 2
            y: root.spotY(index) - height / 2
            activeFocusOnTab: true
            Accessible.role: Accessible.Slider
            Accessible.name: root.names[index]
            Accessible.focusable: true
            Keys.onLeftPressed: nudge(-1, 0)
            Keys.onRightPressed: nudge(1, 0)
            Keys.onUpPressed: nudge(0, -1)
            Keys.onDownPressed: nudge(0, 1)
            Keys.onReturnPressed: nextItemInFocusChain().forceActiveFocus(Qt.TabFocusReason)
            Keys.onEnterPressed: nextItemInFocusChain().forceActiveFocus(Qt.TabFocusReason)
            Keys.onSelectPressed: nextItemInFocusChain().forceActiveFocus(Qt.TabFocusReason)

            Rectangle {
                anchors.centerIn: parent
                width: root.knob
                height: width
                radius: width / 2
                color: "#40ffffff"
                border.width: Theme.strokeStrong
                border.color: "#ffc65a"

                Rectangle {
                    anchors.centerIn: parent
                    width: Theme.mm(1)
                    height: width
                    radius: width / 2
                    color: "#ffc65a"
                }
            }

            FocusRing {
                shown: handle.activeFocus
                corner: Theme.radius2
            }

            MouseArea {
                property point grip

                anchors.fill: parent
                preventStealing: true
                onPressed: mouse => grip = Qt.point(mouse.x - width / 2, mouse.y - height / 2)
                onPositionChanged: mouse => {
                    const at = mapToItem(root, mouse.x - grip.x, mouse.y - grip.y);
                    root.place(handle.index, (at.x - root.shown.x) / root.shown.width, (at.y - root.shown.y) / root.shown.height);
                }
            }
        }
    }
}
