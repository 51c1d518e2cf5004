pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The three honest words, the number that finds the case, and what happens by when. If the receipt failed, it says so.
KioskScreen {
    id: root

    readonly property bool failed: Session.receipt === "failed"
    readonly property bool printing: Session.receipt === "printing"

    title: failed ? qsTrId("screens.outcome.title_failed") : qsTrId("screens.outcome.title")
    instruction: failed ? qsTrId("screens.outcome.instruction_failed") : printing ? qsTrId("screens.outcome.printing") : qsTrId("screens.outcome.instruction")
    backVisible: false
    endVisible: false
    mainText: qsTrId("screens.outcome.done")
    mainIcon: "check"
    mainEnabled: !printing
    mainBusy: printing

    PageScroller {
        anchors.fill: parent
        spacing: Theme.space4

        Rectangle {
            width: parent?.width ?? 0
            height: number.implicitHeight + 2 * Theme.space4
            radius: Theme.radius3
            color: root.failed ? Theme.warnTint : Theme.tint
            border.width: Theme.highContrast ? Theme.stroke : 0
            border.color: Theme.edge

            Column {
                id: number

                anchors.centerIn: parent
                width: parent.width - 2 * Theme.space4
                spacing: Theme.space1

                KioskText {
                    width: parent.width
                    text: qsTrId("screens.outcome.code")
                    horizontalAlignment: Text.AlignHCenter
                    color: Theme.inkSoft
                }

                KioskText {
                    objectName: "case_code"
                    width: parent.width
                    text: Case.code
                    role: "display"
                    font.pixelSize: Math.min(Theme.display * 1.15, width / 9.2)
                    font.letterSpacing: Theme.mm(0.6)
                    horizontalAlignment: Text.AlignHCenter
                    wrapMode: Text.NoWrap
                    color: root.failed ? Theme.warn : Theme.brand
                }

                KioskText {
                    width: parent.width
                    text: qsTrId("screens.outcome.failed_next")
                    horizontalAlignment: Text.AlignHCenter
                    font.bold: true
                    color: Theme.warn
                    visible: root.failed
                }
            }
        }

        PromiseTrack {
            width: parent?.width ?? 0
            reached: Session.promise === "accepted" ? 2 : Session.promise === "received" ? 1 : 0
        }

        RowLayout {
            width: parent?.width ?? 0
            spacing: Theme.space4

            ColumnLayout {
                Layout.fillWidth: true
                Layout.alignment: Qt.AlignTop
                spacing: Theme.space3

                KioskText {
                    Layout.fillWidth: true
                    text: qsTrId("screens.outcome.next")
                    role: "lead"
                    font.bold: true
                    color: Theme.brand
                }

                Repeater {
                    model: Case.promises

                    RowLayout {
                        id: promise

                        required property var modelData

                        Layout.fillWidth: true
                        spacing: Theme.space3

                        Icon {
                            Layout.alignment: Qt.AlignTop
                            Layout.topMargin: Theme.space1
                            name: "calendar"
                            size: Theme.icon1
                        }

                        ColumnLayout {
                            Layout.fillWidth: true
                            spacing: 0

                            KioskText {
                                Layout.fillWidth: true
                                text: promise.modelData.label
                                role: "caption"
                                color: Theme.inkSoft
                            }

                            KioskText {
                                Layout.fillWidth: true
                                text: promise.modelData.value
                                font.bold: true
                            }
                        }
                    }
                }
            }

            Rectangle {
                id: paper

                Layout.preferredWidth: Theme.mm(Theme.portrait ? 84 : 74)
                Layout.preferredHeight: Math.min(width * picture.ratio, Theme.mm(Theme.portrait ? 190 : 130))
                Layout.alignment: Qt.AlignTop
                visible: picture.present
                color: "#ffffff"
                border.width: Theme.stroke
                border.color: Theme.line
                clip: true

                Picture {
                    id: picture

                    width: parent.width
                    height: width * ratio
                    name: "receipt"
                }
            }

            Where {
                Layout.preferredWidth: Theme.mm(84)
                Layout.preferredHeight: Theme.mm(72)
                Layout.alignment: Qt.AlignTop
                visible: !picture.present && !root.failed
                place: "receipt"
            }
        }
    }
}
