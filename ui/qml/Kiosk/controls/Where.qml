pragma ComponentBehavior: Bound
import QtQuick
import Kiosk

// The terminal from the front, with the place lit where something has to be done now: "reader", "slot" (A4), "receipt"
// or "camera". A card or a page moves to its place, or stands there with reduced motion. No words: those are beside it.
Item {
    id: root

    property string place: "reader"
    property bool taking: false // the thing comes out instead of going in

    readonly property real unit: Math.min(width / 100, height / 86)
    readonly property color quiet: Theme.highContrast ? Theme.paper : "#d3dedb"
    readonly property color body: Theme.highContrast ? Theme.paper : "#eef3f1"
    readonly property real travel: mover.value

    Accessible.ignored: true

    QtObject {
        id: mover

        property real value: 1
    }

    SequentialAnimation {
        running: root.visible && Theme.animated
        loops: Animation.Infinite

        NumberAnimation {
            target: mover
            property: "value"
            from: 0
            to: 1
            duration: 1300
            easing.type: Easing.InOutCubic
        }

        PauseAnimation {
            duration: 900
        }
    }

    Item {
        anchors.centerIn: parent
        width: 100 * root.unit
        height: 86 * root.unit

        // the housing
        Rectangle {
            x: 14 * root.unit
            width: 72 * root.unit
            height: 86 * root.unit
            radius: 4 * root.unit
            color: root.body
            border.color: Theme.highContrast ? Theme.ink : "#b9c9c5"
            border.width: Math.max(1, 0.5 * root.unit)
        }

        // the screen
        Rectangle {
            x: 21 * root.unit
            y: 6 * root.unit
            width: 58 * root.unit
            height: 36 * root.unit
            radius: 2 * root.unit
            color: Theme.highContrast ? Theme.paper : Theme.brand
            border.color: Theme.highContrast ? Theme.ink : Theme.brandDeep
            border.width: Math.max(1, 0.5 * root.unit)

            Column {
                anchors.centerIn: parent
                spacing: 3 * root.unit

                Repeater {
                    model: [30, 40, 22]

                    Rectangle {
                        required property int modelData

                        width: modelData * root.unit
                        height: 3 * root.unit
                        radius: height / 2
                        color: Theme.highContrast ? Theme.ink : Qt.rgba(1, 1, 1, 0.35)
                    }
                }
            }
        }

        // the shelf below: A4 slot at the left, receipt slot in the middle, card reader at the right
        Spot {
            x: 19 * root.unit
            y: 50 * root.unit
            width: 28 * root.unit
            height: 7 * root.unit
            unit: root.unit
            lit: root.place === "slot"
        }

        Spot {
            x: 49.5 * root.unit
            y: 50 * root.unit
            width: 10 * root.unit
            height: 7 * root.unit
            unit: root.unit
            lit: root.place === "receipt"
        }

        Spot {
            id: reader

            x: 62 * root.unit
            y: 48 * root.unit
            width: 20 * root.unit
            height: 14 * root.unit
            unit: root.unit
            lit: root.place === "reader"

            Icon {
                anchors.centerIn: parent
                name: "card"
                size: 9 * root.unit
                color: reader.lit ? Theme.accentInk : Theme.highContrast ? Theme.ink : "#8ba19c"
            }
        }

        // the mat of the camera
        Spot {
            x: 21 * root.unit
            y: 66 * root.unit
            width: 58 * root.unit
            height: 17 * root.unit
            unit: root.unit
            lit: root.place === "camera"
        }

        // what moves
        Rectangle {
            visible: root.place === "reader"
            x: (64 + 22 * (root.taking ? root.travel : 1 - root.travel)) * root.unit
            y: (50 + 26 * (root.taking ? root.travel : 1 - root.travel)) * root.unit
            width: 16 * root.unit
            height: 10 * root.unit
            radius: 1.2 * root.unit
            color: Theme.surface
            border.color: Theme.brand
            border.width: Math.max(1, 0.6 * root.unit)

            Rectangle {
                x: 2 * root.unit
                y: 2.5 * root.unit
                width: 4 * root.unit
                height: 5 * root.unit
                radius: 0.6 * root.unit
                color: Theme.brand
            }

            Repeater {
                model: 3

                Rectangle {
                    required property int index

                    x: 8 * root.unit
                    y: (2.4 + 2 * index) * root.unit
                    width: (index === 2 ? 4 : 6) * root.unit
                    height: root.unit
                    radius: height / 2
                    color: Theme.brand
                }
            }
        }

        Rectangle {
            visible: root.place === "slot" || root.place === "receipt"
            x: (root.place === "slot" ? 22 : 51) * root.unit
            y: 54 * root.unit
            width: (root.place === "slot" ? 22 : 7) * root.unit
            height: 24 * root.unit * (0.15 + 0.85 * root.travel)
            color: Theme.surface
            border.color: Theme.brand
            border.width: Math.max(1, 0.6 * root.unit)
            clip: true

            Column {
                x: 2 * root.unit
                y: 2 * root.unit
                spacing: 2 * root.unit

                Repeater {
                    model: 6

                    Rectangle {
                        required property int index

                        width: (root.place === "slot" ? (index % 3 === 2 ? 10 : 18) : (index % 3 === 2 ? 2 : 3)) * root.unit
                        height: root.unit
                        radius: height / 2
                        color: Theme.highContrast ? Theme.ink : "#9db0ac"
                    }
                }
            }
        }

        Rectangle {
            visible: root.place === "camera"
            x: (38 + 50 * (1 - root.travel)) * root.unit
            y: 67.5 * root.unit
            width: 24 * root.unit
            height: 14 * root.unit
            color: Theme.surface
            border.color: Theme.brand
            border.width: Math.max(1, 0.6 * root.unit)

            Column {
                anchors.centerIn: parent
                spacing: 1.6 * root.unit

                Repeater {
                    model: 4

                    Rectangle {
                        required property int index

                        width: (index === 3 ? 10 : 18) * root.unit
                        height: root.unit
                        radius: height / 2
                        color: Theme.highContrast ? Theme.ink : "#9db0ac"
                    }
                }
            }
        }
    }

    component Spot: Rectangle {
        property real unit
        property bool lit: false

        radius: 1.6 * unit
        color: lit ? Theme.accent : root.quiet
        border.color: lit ? Theme.accentEdge : Theme.highContrast ? Theme.ink : "#b9c9c5"
        border.width: Math.max(1, (lit ? 0.9 : 0.4) * unit)
    }
}
