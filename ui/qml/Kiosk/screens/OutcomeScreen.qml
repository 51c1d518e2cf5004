pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The three honest words, the number that finds the case, and what happens by when. If the receipt failed, it says so.
// A counter is low: there the number stands beside its name and the receipt is not pictured, so that the dates are in view.
KioskScreen {
    id: root

    readonly property bool failed: Session.receipt === "failed"
    readonly property bool printing: Session.receipt === "printing"

    title: failed ? qsTrId("screens.outcome.title_failed") : qsTrId("screens.outcome.title")
    instruction: failed ? qsTrId("screens.outcome.instruction_failed") : printing ? qsTrId("screens.outcome.printing") : qsTrId("screens.outcome.instruction")
    readonly property var promised: Case.promises

    // What stands on the receipt.
    aloud: printing ? [] : [Session.notice === "" ? "" : qsTrId(Session.notice), qsTrId("screens.outcome.code"), Case.code, failed ? qsTrId("screens.outcome.failed_next") : "", Session.promise === "none" ? "" : qsTrId("screens.outcome.track." + Session.promise), qsTrId("screens.outcome.next")].concat(...promised.map(promise => [promise.label, promise.value]))
    backVisible: false
    endVisible: false
    mainText: qsTrId("screens.outcome.done")
    mainIcon: "check"
    mainEnabled: !printing
    mainBusy: printing

    PageScroller {
        objectName: "outcome_page"
        anchors.fill: parent
        spacing: Theme.space3

        Notice {
            objectName: "outcome_notice"
            width: parent?.width ?? 0
            kind: "warn"
            text: Session.notice === "" ? "" : qsTrId(Session.notice)
            visible: Session.notice !== ""
        }

        GridLayout {
            width: parent?.width ?? 0
            columns: 2
            columnSpacing: Theme.space4
            rowSpacing: Theme.counter ? Theme.space3 : Theme.space4

            Rectangle {
                Layout.fillWidth: true
                Layout.columnSpan: paper.visible && !Theme.portrait ? 1 : 2
                Layout.preferredHeight: number.implicitHeight + 2 * (Theme.portrait ? Theme.space4 : Theme.counter ? Theme.space1 : Theme.space2)
                radius: Theme.radius3
                color: root.failed ? Theme.warnTint : Theme.tint
                border.width: Theme.highContrast ? Theme.stroke : 0
                border.color: Theme.edge

                Grid {
                    id: number

                    readonly property bool beside: Theme.counter && Theme.textStep < 2

                    anchors.centerIn: parent
                    width: parent.width - 2 * Theme.space4
                    columns: beside ? 2 : 1
                    columnSpacing: Theme.space3
                    rowSpacing: Theme.space1
                    verticalItemAlignment: Grid.AlignVCenter

                    KioskText {
                        width: number.beside ? number.width * 0.28 : number.width
                        text: qsTrId("screens.outcome.code")
                        horizontalAlignment: Text.AlignHCenter
                        color: Theme.inkSoft
                    }

                    KioskText {
                        objectName: "case_code"
                        width: number.beside ? number.width * 0.72 - number.columnSpacing : number.width
                        text: Case.code
                        role: "display"
                        font.pixelSize: Math.min(number.beside ? Theme.title : Theme.display * 1.15, width / 10.4)
                        font.letterSpacing: Theme.mm(0.3)
                        horizontalAlignment: Text.AlignHCenter
                        wrapMode: Text.NoWrap
                        color: root.failed ? Theme.warn : Theme.brand
                    }

                    Item {
                        width: number.width * 0.28 // so that the sentence stands below the number
                        height: 1
                        visible: number.beside && root.failed
                    }

                    Prose {
                        width: number.beside ? number.width * 0.72 - number.columnSpacing : number.width
                        text: qsTrId("screens.outcome.failed_next")
                        horizontalAlignment: Text.AlignHCenter
                        font.bold: true
                        color: Theme.warn
                        visible: root.failed
                    }
                }
            }

            Rectangle {
                id: paper

                Layout.row: Theme.portrait ? 2 : 0
                Layout.column: 1
                Layout.rowSpan: Theme.portrait ? 1 : 3
                Layout.preferredWidth: Theme.mm(Theme.portrait ? 84 : 92)
                Layout.preferredHeight: Math.min(width * (picture?.ratio ?? 1), Theme.portrait ? Theme.mm(190) : root.contentItem.height)
                Layout.alignment: Qt.AlignTop
                visible: !Theme.counter && (picture?.present ?? false)
                color: "#ffffff"
                border.width: Theme.stroke
                border.color: Theme.line
                clip: true

                Picture {
                    id: picture

                    objectName: "receipt_picture"
                    width: parent.width
                    height: width * ratio
                    name: "receipt"
                }
            }

            PromiseTrack {
                Layout.row: 1
                Layout.column: 0
                Layout.columnSpan: paper.visible && !Theme.portrait ? 1 : 2
                Layout.fillWidth: true
                reached: Session.promise === "accepted" ? 2 : Session.promise === "received" ? 1 : 0
            }

            ColumnLayout {
                Layout.row: 2
                Layout.column: 0
                Layout.columnSpan: paper.visible ? 1 : 2
                Layout.fillWidth: true
                Layout.alignment: Qt.AlignTop
                spacing: Theme.counter ? Theme.space1 : Theme.space3

                KioskText {
                    Layout.fillWidth: true
                    text: qsTrId("screens.outcome.next")
                    role: Theme.counter ? "body" : "lead"
                    font.bold: true
                    color: Theme.brand
                }

                Grid {
                    id: promises

                    Layout.fillWidth: true
                    columns: Theme.portrait || Theme.textStep > 1 ? 1 : 2
                    columnSpacing: Theme.space3
                    rowSpacing: Theme.counter ? Theme.space1 : Theme.space3

                    Repeater {
                        model: Case.promises

                        RowLayout {
                            id: promise

                            required property var modelData
                            required property int index

                            width: (promises.width - (promises.columns - 1) * promises.columnSpacing) / promises.columns
                            spacing: Theme.space3

                            Icon {
                                Layout.alignment: Qt.AlignTop
                                Layout.topMargin: Theme.space1
                                name: "calendar"
                                size: Theme.icon1
                                visible: !Theme.counter
                            }

                            ColumnLayout {
                                Layout.fillWidth: true
                                spacing: 0

                                Prose {
                                    Layout.fillWidth: true
                                    text: promise.modelData.label
                                    role: promise.modelData.value === "" ? "body" : "caption"
                                    font.bold: promise.modelData.value === ""
                                    color: promise.modelData.value === "" ? Theme.ink : Theme.inkSoft
                                }

                                KioskText {
                                    Layout.fillWidth: true
                                    objectName: "promise_" + promise.index
                                    text: Sentence.whole(promise.modelData.value)
                                    Accessible.name: promise.modelData.value
                                    role: Theme.counter ? "caption" : "body"
                                    font.bold: true
                                    visible: text !== ""
                                }
                            }
                        }
                    }
                }
            }
        }

        RatingRow {
            width: parent?.width ?? 0
            visible: Session.journey !== "supplement"
        }
    }
}
