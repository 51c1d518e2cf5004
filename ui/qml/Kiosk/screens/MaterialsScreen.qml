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
    aloud: [].concat(...views.filter(view => view.state === "needed" || view.state === "partly").map(view => [view.name, qsTrId("screens.materials.state.needed")]))
    questioned: bringing.open || stick.open || doubled.open
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
                readonly property bool later: modelData.state === "later"
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
                    columns: Theme.counter || Theme.textStep > 1 && Theme.portrait ? 2 : 3
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

                        WholeText {
                            Layout.fillWidth: true
                            text: card.modelData.name
                            role: "lead"
                            font.bold: true
                            color: card.here ? Theme.good : Theme.brand
                        }

                        Prose {
                            Layout.fillWidth: true
                            text: card.modelData.state === "have" ? qsTrId("screens.materials.state.have") : card.modelData.state === "done" ? Sentence.fill(card.modelData.profile === "photo" ? qsTrId("screens.materials.state.done_photo") : qsTrId("screens.materials.state.done"), {
                                "pages": card.modelData.pages
                            }) : card.later ? Sentence.fill(qsTrId("screens.materials.state.later"), {
                                "day": card.modelData.laterBy
                            }) : card.modelData.state === "partly" ? Sentence.fill(qsTrId("screens.materials.state.partly"), {
                                "missing": Math.max(1, card.modelData.minPages - card.modelData.pages)
                            }) : qsTrId("screens.materials.state.needed")
                            font.bold: true
                            color: card.here ? Theme.good : Theme.ink
                        }

                        Prose {
                            Layout.fillWidth: true
                            text: card.modelData.note
                            role: "caption"
                            color: Theme.inkSoft
                            visible: text !== "" && !card.here
                        }

                        Prose {
                            Layout.fillWidth: true
                            text: card.modelData.reason === "" ? "" : qsTrId(card.modelData.reason)
                            role: "caption"
                            color: Theme.inkSoft
                            visible: text !== "" && !card.here
                        }
                    }

                    ColumnLayout {
                        Layout.columnSpan: row.columns === 2 ? 2 : 1
                        Layout.fillWidth: row.columns === 2
                        Layout.minimumWidth: Theme.mm(52)
                        spacing: Theme.gap
                        visible: card.scanned

                        KioskButton {
                            Layout.fillWidth: true
                            objectName: "scan_" + card.modelData.key
                            kind: !card.here && card.modelData.key === (root.views.find(view => view.state === "needed" || view.state === "partly")?.key ?? "") ? "primary" : "secondary"
                            iconName: card.here ? "" : "camera"
                            text: card.here ? qsTrId("screens.materials.again") : qsTrId("screens.materials.scan")
                            Accessible.name: text + " " + card.modelData.name
                            onClicked: Session.openMaterial(card.modelData.key)
                        }

                        KioskButton {
                            Layout.fillWidth: true
                            objectName: "later_" + card.modelData.key
                            iconName: "clock"
                            text: qsTrId("screens.materials.later")
                            visible: card.modelData.laterBy !== "" && !card.here && !card.later
                            Accessible.name: text + " " + card.modelData.name
                            onClicked: Materials.bringLater(card.modelData.key)
                        }

                        KioskButton {
                            Layout.fillWidth: true
                            objectName: "phone_" + card.modelData.key
                            iconName: "phone"
                            text: qsTrId("screens.materials.phone")
                            enabled: Station.lineUp
                            visible: !card.here
                            hint: why.visible ? why.text : ""
                            Accessible.name: text + " " + card.modelData.name
                            onClicked: Materials.bring(card.modelData.key)
                        }

                        // Grey it says itself why.
                        KioskButton {
                            Layout.fillWidth: true
                            objectName: "stick_" + card.modelData.key
                            iconName: enabled ? "usb" : ""
                            text: enabled ? qsTrId("screens.materials.stick") : qsTrId(Materials.stickWanting)
                            enabled: Materials.stickWanting === ""
                            visible: !card.here
                            Accessible.name: text + " " + card.modelData.name
                            onClicked: Materials.lookAtStick(card.modelData.key)
                        }

                        Prose {
                            id: why

                            Layout.fillWidth: true
                            Layout.preferredWidth: 1 // as wide as its button, and no wider
                            objectName: "phone_why_" + card.modelData.key
                            text: qsTrId("documents.bring.no_line")
                            role: "caption"
                            horizontalAlignment: Text.AlignHCenter
                            color: Theme.inkSoft
                            visible: !Station.lineUp && !card.here
                        }
                    }
                }
            }
        }

        Notice {
            width: parent?.width ?? 0
            objectName: "materials_gap"
            title: qsTrId("screens.materials.gap")
            text: root.views.some(view => view.laterBy !== "" && (view.state === "needed" || view.state === "partly")) ? qsTrId("screens.materials.gap_some") : qsTrId("screens.materials.gap_none")
            visible: root.missing > 0
        }
    }

    Overlay {
        id: bringing

        readonly property var phone: Materials.bringing

        parent: root
        objectName: "bringing"
        open: (phone.material ?? "") !== "" && !doubled.open
        icon: "phone"
        kind: (phone.said ?? "") === "" ? "info" : "warn"
        title: qsTrId("screens.bring.title")
        lines: {
            const said = phone.said ?? "";
            const last = said !== "" ? [qsTrId(said)] : [];
            if ((phone.pages ?? 0) > 0)
                return [Sentence.fill(qsTrId("screens.bring.pages"), {
                        "pages": phone.pages
                    })].concat(last);
            return [phone.claimed ? qsTrId("screens.bring.claimed") : qsTrId("screens.bring.scan")].concat(last);
        }
        mainText: (phone.pages ?? 0) > 0 ? qsTrId("screens.bring.done") : qsTrId("screens.bring.back")
        // On a counter large words leave no height for the code once there is more to say; by then it was scanned.
        picture: (phone.url ?? "") === "" || Theme.counter && Theme.textStep > 1 && lines.length > 1 ? null : code
        onMain: Materials.endBringing()
        onTouched: Session.touched()
    }

    // The code, and beside it the last pages that came: whoever sends a picture sees that it is the right one.
    Component {
        id: code

        Row {
            id: beside

            readonly property string material: bringing.phone.material ?? ""
            readonly property int pages: root.views.find(view => view.key === material)?.pages ?? 0
            readonly property int shown: Math.min(3, pages, bringing.phone.pages ?? 0)

            spacing: Theme.space4

            Picture {
                objectName: "phone_code"
                width: Theme.mm(Theme.counter ? 52 : 70)
                height: width
                name: "qr/" + Materials.bringing.url
            }

            Repeater {
                model: beside.shown

                PageTile {
                    required property int index

                    width: Theme.mm(Theme.counter ? 38 : 46)
                    height: Theme.mm(Theme.counter ? 52 : 70)
                    number: beside.pages - beside.shown + index
                    name: "page/" + beside.material + "/" + number
                }
            }
        }
    }

    StickFiles {
        id: stick

        parent: root
        away: doubled.open
    }

    DoubledQuestion {
        id: doubled

        parent: root
    }
}
