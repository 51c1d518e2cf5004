pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Shapes
import Kiosk

// Shows what the hands do now, without a word: "card" (lay it on the reader), "page" (lay it under the camera), "paper"
// (take it from the slot), "touch" (the screen). Moves slowly; stands at its meaning when motion is reduced.
Item {
    id: root

    property string scene: "card"

    readonly property real unit: Math.min(width / 240, height / 160)
    readonly property real progress: clock.progress
    readonly property color line: Theme.brand
    readonly property color metal: Theme.highContrast ? "#000000" : "#d5e2de"
    readonly property color glow: Theme.highContrast ? "#fffde0" : "#ffc65a"

    Accessible.ignored: true // the instruction beside it says the same
    implicitWidth: Theme.mm(120)
    implicitHeight: Theme.mm(80)

    QtObject {
        id: clock

        // 0 the hand begins, 1 it has arrived; a third of the time it stays.
        property real progress: 1
    }

    SequentialAnimation {
        running: root.visible && Theme.animated
        loops: Animation.Infinite
        onRunningChanged: if (!running)
            clock.progress = 1

        NumberAnimation {
            target: clock
            property: "progress"
            from: 0
            to: 1
            duration: 1500
            easing.type: Easing.InOutCubic
        }

        PauseAnimation {
            duration: 1400
        }
    }

    Item {
        anchors.centerIn: parent
        width: 240 * root.unit
        height: 160 * root.unit

        Loader {
            anchors.fill: parent
            sourceComponent: root.scene === "card" ? card : root.scene === "page" ? page : root.scene === "paper" ? paper : touch
        }
    }

    // Drawn at its real size: a scaled rectangle shows its steps.
    component Box: Rectangle {
        property rect at // in the grid of 240 x 160
        property real round: 0
        property real edge: 0

        x: at.x * root.unit
        y: at.y * root.unit
        width: at.width * root.unit
        height: at.height * root.unit
        radius: round * root.unit
        color: root.line
        border.color: root.line
        border.width: edge * root.unit
    }

    component Plate: Box {
        round: 10
        edge: 3
        color: root.metal
    }

    component Sheet: Box {
        edge: 3
        color: Theme.surface
    }

    component Lines: Repeater {
        id: lines

        property point at
        property var widths: []

        model: widths

        Box {
            required property real modelData
            required property int index

            at: Qt.rect(lines.at.x, lines.at.y + 11 * index, modelData, 4)
            round: 2
            opacity: 0.75
        }
    }

    component Drawing: Shape {
        id: drawing

        property string path
        property color fill: "transparent"
        property real edge: 3

        width: 240 * root.unit
        height: 160 * root.unit
        layer.enabled: true // clipped, as Icon explains

        ShapePath {
            scale: Qt.size(root.unit, root.unit)
            strokeColor: drawing.edge > 0 ? root.line : "transparent"
            strokeWidth: drawing.edge * root.unit
            fillColor: drawing.fill
            joinStyle: ShapePath.RoundJoin
            capStyle: ShapePath.RoundCap

            PathSvg {
                path: drawing.path
            }
        }
    }

    Component {
        id: card

        Item {
            Plate {
                at: Qt.rect(50, 70, 140, 82)
            }

            Box {
                at: Qt.rect(64, 78, 112, 66)
                round: 9
                edge: root.progress > 0.98 ? 5 : 2
                color: "transparent"
                border.color: root.progress > 0.98 ? root.glow : root.line
            }

            Sheet {
                at: Qt.rect(72, 80 - 76 * (1 - root.progress), 96, 62)
                round: 8

                Box {
                    at: Qt.rect(64, 12, 20, 26)
                    round: 4
                }

                Lines {
                    at: Qt.point(12, 14)
                    widths: [38, 30, 34]
                }

                Box {
                    at: Qt.rect(12, 48, 72, 4)
                    round: 2
                }
            }
        }
    }

    Component {
        id: page

        Item {
            Plate {
                at: Qt.rect(24, 122, 192, 30)
            }

            Box {
                at: Qt.rect(198, 16, 8, 110)
                round: 4
            }

            Box {
                at: Qt.rect(104, 16, 102, 8)
                round: 4
            }

            Drawing {
                path: "M118 36 L62 120 L174 120 Z"
                fill: root.glow
                edge: 0
                opacity: root.progress > 0.98 ? 0.55 : 0
            }

            Box {
                at: Qt.rect(98, 10, 40, 24)
                round: 7

                Box {
                    at: Qt.rect(14, 6, 12, 12)
                    round: 6
                    color: root.glow
                }
            }

            Item {
                x: -70 * root.unit * (1 - root.progress)
                opacity: Math.min(1, root.progress * 4)

                Drawing {
                    path: "M72 118 L164 118 L178 138 L58 138 Z"
                    fill: Theme.surface
                }

                Drawing {
                    path: "M84 124 L150 124 M80 131 L140 131"
                }
            }
        }
    }

    Component {
        id: paper

        Item {
            Item {
                x: 74 * root.unit
                y: 60 * root.unit
                width: 92 * root.unit
                height: 98 * root.unit
                clip: true

                Sheet {
                    at: Qt.rect(0, -96 + 96 * root.progress, 92, 94)

                    Lines {
                        at: Qt.point(14, 18)
                        widths: [64, 52, 64, 40]
                    }

                    Box {
                        at: Qt.rect(58, 62, 20, 20)
                    }
                }
            }

            Plate {
                at: Qt.rect(36, 12, 168, 52)
            }

            Box {
                at: Qt.rect(62, 46, 116, 10)
                round: 5
            }

            Box {
                at: Qt.rect(180, 23, 12, 12)
                round: 6
                edge: 2
                color: root.glow
            }
        }
    }

    Component {
        id: touch

        Item {
            Sheet {
                at: Qt.rect(60, 6, 120, 148)
                round: 10
            }

            Box {
                at: Qt.rect(78, 94, 84, 32)
                round: 8
                edge: 2
                color: root.progress > 0.9 ? root.glow : root.metal
            }

            Lines {
                at: Qt.point(78, 28)
                widths: [84, 84, 52]
            }

            Icon {
                x: (106 + 34 * (1 - root.progress)) * root.unit
                y: (100 + 40 * (1 - root.progress)) * root.unit
                name: "touch"
                size: 58 * root.unit
                weight: 1.5
                color: root.line
            }
        }
    }
}
