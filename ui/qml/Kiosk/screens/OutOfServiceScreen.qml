import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Says so in large words: since when, why, whom to call. The code and its picture are for the technician.
KioskScreen {
    id: root

    title: ""
    instruction: ""
    backVisible: false
    endVisible: false
    toolsVisible: false

    aloud: [qsTrId("screens.out_of_service.title"), reason, Sentence.fill(qsTrId("screens.out_of_service.call"), {
            "phone": Station.phone
        }), qsTrId("screens.out_of_service.kept")]
    readonly property string reason: Session.stopping ? qsTrId("screens.out_of_service.stopping") : Station.faultId === "" ? qsTrId("screens.out_of_service.reason") : qsTrId(Station.faultId)
    readonly property bool crowded: Theme.counter && Theme.textStep > 1 // words before pictures

    GridLayout {
        anchors.fill: parent
        columns: Theme.portrait ? 1 : 2
        columnSpacing: Theme.counter ? Theme.space4 : Theme.space6
        rowSpacing: Theme.space5

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: 1
            spacing: Theme.space4

            Item {
                Layout.fillHeight: true
            }

            Rectangle {
                Layout.alignment: Qt.AlignHCenter
                Layout.preferredWidth: Theme.mm(Theme.counter ? 30 : 48)
                Layout.preferredHeight: Layout.preferredWidth
                radius: width / 2
                color: Theme.warnTint
                border.width: Theme.highContrast ? Theme.stroke : 0
                border.color: Theme.edge

                Icon {
                    anchors.centerIn: parent
                    name: "wrench"
                    size: parent.width * 0.52
                    color: Theme.warn
                }
                visible: !root.crowded
            }

            KioskText {
                Layout.fillWidth: true
                text: qsTrId("screens.out_of_service.title")
                role: root.crowded ? "title" : "display"
                horizontalAlignment: Text.AlignHCenter
            }

            KioskText {
                Layout.fillWidth: true
                text: Station.outSince === "" ? "" : Sentence.fill(qsTrId("screens.out_of_service.since"), {
                    "time": Station.outSince
                })
                role: "lead"
                font.bold: true
                horizontalAlignment: Text.AlignHCenter
                visible: text !== ""
            }

            Prose {
                Layout.fillWidth: true
                text: root.reason
                role: root.crowded ? "body" : "lead"
                horizontalAlignment: Text.AlignHCenter
            }

            Item {
                Layout.fillHeight: true
            }
        }

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: !Theme.portrait
            Layout.preferredWidth: 1
            spacing: root.crowded ? Theme.space2 : Theme.space4

            Item {
                Layout.fillHeight: true
                visible: !Theme.portrait
            }

            Panel {
                Layout.fillWidth: true
                icon: "call"
                heading: qsTrId("screens.out_of_service.help")
                strong: Sentence.fill(qsTrId("screens.out_of_service.call"), {
                    "phone": Station.phone
                })
                text: root.crowded ? "" : qsTrId("screens.out_of_service.call_note")
            }

            Notice {
                Layout.fillWidth: true
                kind: "good"
                text: qsTrId("screens.out_of_service.kept")
            }

            Item {
                Layout.fillHeight: true
                visible: !Theme.portrait
            }

            RowLayout {
                Layout.fillWidth: true
                Layout.topMargin: Theme.portrait ? Theme.space6 : 0
                Layout.bottomMargin: Theme.counter ? 0 : Theme.space4
                spacing: Theme.space4
                visible: Session.fault !== ""

                Rectangle {
                    Layout.preferredWidth: Theme.mm(root.crowded ? 28 : 34)
                    Layout.preferredHeight: Layout.preferredWidth
                    color: "#ffffff"
                    radius: Theme.radius1

                    Picture {
                        anchors.fill: parent
                        anchors.margins: Theme.space1
                        name: Session.fault === "" ? "" : "qr/" + Session.fault + ";" + Station.number + ";" + Station.faultSince
                    }
                }

                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 0

                    KioskText {
                        Layout.fillWidth: true
                        text: qsTrId("screens.out_of_service.code")
                        role: "caption"
                        color: Theme.inkSoft
                    }

                    KioskText {
                        Layout.fillWidth: true
                        text: Session.fault
                        role: "lead"
                        font.bold: true
                    }

                    KioskText {
                        Layout.fillWidth: true
                        text: Sentence.fill(qsTrId("screens.head.number"), {
                            "number": Station.number
                        })
                        role: "caption"
                        color: Theme.inkSoft
                        visible: !root.crowded // it stands in the picture too
                    }
                }
            }
        }
    }
}
