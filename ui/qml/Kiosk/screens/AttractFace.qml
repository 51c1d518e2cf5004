pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.controls

// What the attract screen shows. It asks nobody for anything, so that the first window shows the same before the terminal is
// loaded.
GridLayout {
    id: root

    property string site
    property string number
    property bool down: false
    property list<string> opening // what stands there instead of the invitation, or nothing

    columns: Theme.portrait ? 1 : 2
    columnSpacing: Theme.counter ? Theme.space4 : Theme.space6
    rowSpacing: 0

    ColumnLayout {
        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.preferredWidth: 1
        spacing: Theme.space4

        Item {
            Layout.fillHeight: true
            Layout.preferredHeight: 1
        }

        Emblem {
            Layout.alignment: Theme.portrait ? Qt.AlignHCenter : Qt.AlignLeft
            size: Theme.mm(Theme.portrait ? 54 : Theme.counter ? 24 : 40)
        }

        Prose {
            Layout.fillWidth: true
            Layout.topMargin: Theme.space4
            text: qsTrId("screens.attract.title")
            role: "display"
            horizontalAlignment: Theme.portrait ? Text.AlignHCenter : Text.AlignLeft
        }

        KioskText {
            Layout.fillWidth: true
            text: root.site
            role: "lead"
            color: Theme.inkSoft
            horizontalAlignment: Theme.portrait ? Text.AlignHCenter : Text.AlignLeft
        }

        Item {
            Layout.fillHeight: true
            Layout.preferredHeight: 1
        }
    }

    ColumnLayout {
        Layout.fillWidth: true
        Layout.fillHeight: !Theme.portrait
        Layout.preferredWidth: 1
        spacing: Theme.counter ? Theme.space2 : Theme.space3

        Item {
            Layout.fillHeight: true
            visible: !Theme.portrait
        }

        Repeater {
            model: [
                {
                    "icon": "page",
                    "title": qsTrId("screens.attract.line1"),
                    "note": qsTrId("screens.attract.line1_note")
                },
                {
                    "icon": "certificate",
                    "title": qsTrId("screens.attract.line2"),
                    "note": qsTrId("screens.attract.line2_note")
                },
                {
                    "icon": "clock",
                    "title": qsTrId("screens.attract.line3"),
                    "note": qsTrId("screens.attract.line3_note")
                }
            ]

            RowLayout {
                id: line

                required property var modelData

                Layout.fillWidth: true
                spacing: Theme.space4

                Rectangle {
                    Layout.preferredWidth: Theme.mm(19)
                    Layout.preferredHeight: Theme.mm(19)
                    radius: Theme.radius3
                    color: Theme.tint
                    border.width: Theme.highContrast ? Theme.stroke : 0
                    border.color: Theme.edge

                    Icon {
                        anchors.centerIn: parent
                        name: line.modelData.icon
                        size: Theme.mm(11)
                    }
                }

                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 0

                    KioskText {
                        Layout.fillWidth: true
                        text: line.modelData.title
                        role: "lead"
                        font.bold: true
                        color: Theme.brand
                    }

                    KioskText {
                        Layout.fillWidth: true
                        text: line.modelData.note
                        role: Theme.counter ? "caption" : "body"
                        color: Theme.inkSoft
                    }
                }
            }
        }

        Rectangle {
            id: invitation

            Layout.fillWidth: true
            Layout.topMargin: Theme.counter ? Theme.space2 : Theme.space5
            Layout.preferredHeight: Math.max(Theme.mm(Theme.counter ? 22 : 34), call.implicitHeight + (Theme.counter ? Theme.space3 : Theme.space5))
            radius: Theme.radius3
            color: root.down ? Theme.accentDeep : Theme.accent
            border.color: Theme.accentEdge
            border.width: Theme.stroke

            RowLayout {
                id: call

                anchors.centerIn: parent
                width: Math.min(implicitWidth, parent.width - 2 * Theme.space4)
                spacing: Theme.space4

                Icon {
                    name: "touch"
                    size: Theme.mm(16)
                    color: Theme.accentInk

                    SequentialAnimation on scale {
                        running: invitation.visible && Theme.animated
                        loops: Animation.Infinite

                        NumberAnimation {
                            to: 0.86
                            duration: 700
                            easing.type: Easing.InOutSine
                        }

                        NumberAnimation {
                            to: 1
                            duration: 700
                            easing.type: Easing.InOutSine
                        }
                    }
                }

                KioskText {
                    Layout.fillWidth: true
                    objectName: "attract_call"
                    text: root.opening.length > 0 ? root.opening.join("\n") : qsTrId("screens.attract.instruction")
                    role: Theme.counter || root.opening.length > 0 ? "lead" : "title"
                    font.bold: true
                    color: Theme.accentInk
                    Accessible.ignored: true
                }
            }
        }

        Item {
            Layout.fillHeight: true
            visible: !Theme.portrait
        }

        RowLayout {
            Layout.fillWidth: true
            Layout.topMargin: Theme.counter ? 0 : Theme.space4
            Layout.bottomMargin: Theme.portrait ? Theme.space4 : 0

            KioskText {
                Layout.fillWidth: true
                text: Sentence.fill(qsTrId("screens.head.number"), {
                    "number": root.number
                })
                role: "caption"
                color: Theme.inkSoft
            }

            SampleTag {}
        }
    }
}
