pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The list of papers with the state of each, and the next one to scan as its only button of weight.
KioskScreen {
    id: root

    readonly property var views: Materials.views
    readonly property int missing: views.filter(view => view.state === "needed" || view.state === "partly").length

    instruction: Materials.complete ? qsTrId("screens.materials.instruction_done") : qsTrId("screens.materials.instruction")
    mainText: Materials.complete ? qsTrId("screens.materials.next") : Sentence.fill(qsTrId("screens.materials.missing"), {
        "count": missing
    })
    mainIcon: Materials.complete ? "next" : ""
    mainEnabled: Materials.complete

    PageScroller {
        anchors.fill: parent
        spacing: Theme.space3

        Repeater {
            model: root.views

            Rectangle {
                id: card

                required property var modelData
                required property int index
                readonly property bool here: modelData.state === "have" || modelData.state === "done"
                readonly property bool scanned: modelData.state !== "have"

                width: parent?.width ?? 0
                height: row.implicitHeight + 2 * Theme.space4
                radius: Theme.radius3
                color: here ? Theme.goodTint : Theme.surface
                border.width: Theme.highContrast ? Theme.stroke : here ? 0 : Theme.stroke
                border.color: Theme.highContrast ? Theme.edge : Theme.line

                GridLayout {
                    id: row

                    x: Theme.space4
                    y: Theme.space4
                    width: parent.width - 2 * Theme.space4
                    columns: Theme.textStep > 1 && (Theme.portrait || Theme.counter) ? 2 : 3
                    columnSpacing: Theme.space4
                    rowSpacing: Theme.space3

                    Icon {
                        Layout.alignment: Qt.AlignVCenter
                        name: card.here ? "good" : card.modelData.profile === "photo" ? "person" : "page"
                        size: Theme.mm(14)
                        color: card.here ? Theme.good : Theme.brand
                    }

                    ColumnLayout {
                        Layout.fillWidth: true
                        spacing: Theme.space1

                        KioskText {
                            Layout.fillWidth: true
                            text: card.modelData.name
                            role: "lead"
                            font.bold: true
                            color: card.here ? Theme.good : Theme.brand
                        }

                        KioskText {
                            Layout.fillWidth: true
                            text: card.modelData.state === "have" ? qsTrId("screens.materials.state.have") : card.modelData.state === "done" ? Sentence.fill(qsTrId("screens.materials.state.done"), {
                                "pages": card.modelData.pages
                            }) : card.modelData.state === "partly" ? Sentence.fill(qsTrId("screens.materials.state.partly"), {
                                "missing": Math.max(1, card.modelData.minPages - card.modelData.pages)
                            }) : qsTrId("screens.materials.state.needed")
                            font.bold: true
                            color: card.here ? Theme.good : Theme.ink
                        }

                        KioskText {
                            Layout.fillWidth: true
                            text: card.modelData.note
                            role: "caption"
                            color: Theme.inkSoft
                            visible: text !== "" && !card.here
                        }

                        KioskText {
                            Layout.fillWidth: true
                            text: card.modelData.reason === "" ? "" : qsTrId(card.modelData.reason)
                            role: "caption"
                            color: Theme.inkSoft
                            visible: text !== "" && !card.here
                        }
                    }

                    KioskButton {
                        Layout.columnSpan: row.columns === 2 ? 2 : 1
                        Layout.fillWidth: row.columns === 2
                        Layout.minimumWidth: Theme.mm(52)
                        objectName: "scan_" + card.modelData.key
                        kind: !card.here && card.modelData.key === (root.views.find(view => view.state === "needed" || view.state === "partly")?.key ?? "") ? "primary" : "secondary"
                        iconName: card.here ? "" : "camera"
                        text: card.here ? qsTrId("screens.materials.again") : qsTrId("screens.materials.scan")
                        visible: card.scanned
                        onClicked: Session.openMaterial(card.modelData.key)
                    }
                }
            }
        }
    }
}
