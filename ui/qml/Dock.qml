pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bench
import Kiosk.controls

// The hands of a citizen at the left, the health of the devices in the middle, what came out at the right. For a mouse.
// It stands at the right of the desktop, beside an upright terminal (`Main.qml`), and grows smaller before it covers that.
Window {
    id: root

    readonly property var state: Bench.state
    readonly property string card: state.id_card?.card?.name ?? ""
    readonly property string page: state.camera?.page ?? ""
    readonly property bool line: state.network?.connected ?? false

    property size desktop: Qt.size(Screen.desktopAvailableWidth, Screen.desktopAvailableHeight)
    readonly property real taken: Math.min(1920, desktop.height * 0.94) * 1080 / 1920
    readonly property real shrink: Math.max(0.7, Math.min(1, (desktop.width - taken - 16) / 1180, desktop.height * 0.94 / 860))

    x: Math.max(0, Math.round(desktop.width - width))
    y: Math.round(desktop.height * 0.04)
    width: Math.floor(1180 * shrink)
    height: Math.floor(860 * shrink)
    visible: true
    title: qsTrId("staff.dock.title")
    color: Theme.paper

    Component.onCompleted: Theme.layout = "landscape"

    Binding {
        target: Theme
        property: "pxPerMm"
        value: 1.95 * root.shrink
    }

    component Heading: KioskText {
        Layout.fillWidth: true
        Layout.topMargin: Theme.space3
        font.bold: true
        color: Theme.brand
    }

    component Deed: KioskButton {
        property bool on: false

        Layout.fillWidth: true
        Layout.preferredWidth: 1
        Layout.preferredHeight: Theme.mm(19)
        leftPadding: Theme.space2
        rightPadding: Theme.space2
        iconName: on ? "check" : ""
        enabled: Bench.there
    }

    component Sheet: Rectangle {
        id: sheet

        property string name

        readonly property bool there: Bench.pictures.includes(sheet.name)

        Layout.fillWidth: true
        Layout.preferredWidth: 1
        Layout.fillHeight: true
        radius: Theme.radius2
        color: Theme.sunk

        Image {
            anchors.fill: parent
            anchors.margins: Theme.space3
            source: sheet.there ? "image://bench/" + sheet.name + "/" + Bench.turns : ""
            fillMode: Image.PreserveAspectFit
            mipmap: true
            cache: false
        }

        KioskText {
            anchors.centerIn: parent
            width: parent.width - Theme.space4
            text: qsTrId("staff.dock.nothing")
            role: "caption"
            horizontalAlignment: Text.AlignHCenter
            visible: !sheet.there
        }
    }

    component Paper: RowLayout {
        id: paper

        property string device

        readonly property string now: root.state[device]?.paper ?? ""

        Layout.fillWidth: true
        spacing: Theme.space2

        Deed {
            objectName: "paper_ok_" + paper.device
            text: qsTrId("staff.dock.paper_ok")
            on: paper.now === "ok"
            onClicked: Bench.order(paper.device + "/paper", {
                "state": "ok"
            })
        }

        Deed {
            objectName: "paper_low_" + paper.device
            text: qsTrId("staff.dock.paper_low")
            on: paper.now === "low"
            onClicked: Bench.order(paper.device + "/paper", {
                "state": "low"
            })
        }

        Deed {
            objectName: "paper_out_" + paper.device
            text: qsTrId("staff.dock.paper_out")
            on: paper.now === "out"
            onClicked: Bench.order(paper.device + "/paper", {
                "state": "out"
            })
        }
    }

    component Plug: Deed {
        id: plug

        property string device

        readonly property bool plugged: root.state[device]?.plugged ?? true

        objectName: "plug_" + device
        text: plugged ? qsTrId("staff.dock.unplug") : qsTrId("staff.dock.plug")
        onClicked: Bench.order(plug.device + (plug.plugged ? "/unplug" : "/replug"), {})
    }

    RowLayout {
        anchors.fill: parent
        anchors.margins: Theme.space4
        spacing: Theme.space5

        // ---- hands
        ColumnLayout {
            Layout.fillHeight: true
            Layout.preferredWidth: 270
            Layout.maximumWidth: 270
            spacing: Theme.space2

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space3

                Emblem {
                    size: Theme.mm(16)
                }

                KioskText {
                    Layout.fillWidth: true
                    text: qsTrId("staff.dock.title")
                    role: "lead"
                    font.bold: true
                    color: Theme.brand
                }

                KioskButton {
                    Layout.preferredHeight: Theme.mm(17)
                    objectName: "language"
                    kind: "quiet"
                    iconName: "globe"
                    text: Bench.nextLanguage
                    onClicked: Bench.switchLanguage()
                }
            }

            KioskText {
                Layout.fillWidth: true
                text: Bench.there ? qsTrId("staff.dock.note") : qsTrId("staff.dock.no_rig")
                role: "caption"
                color: Bench.there ? Theme.inkSoft : Theme.bad
            }

            Heading {
                text: qsTrId("staff.dock.cards")
            }

            Deed {
                objectName: "card_a"
                text: qsTrId("staff.dock.card_a")
                on: root.card === "测试甲"
                onClicked: Bench.order("id_card/place", {
                    "name": "测试甲"
                })
            }

            Deed {
                objectName: "card_b"
                text: qsTrId("staff.dock.card_b")
                on: root.card === "测试乙"
                onClicked: Bench.order("id_card/place", {
                    "name": "测试乙"
                })
            }

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space2

                Deed {
                    objectName: "card_expired"
                    text: qsTrId("staff.dock.card_expired")
                    onClicked: Bench.order("id_card/place", {
                        "person": {
                            "name": "测试甲",
                            "valid_from": "2010-01-01",
                            "valid_to": "2020-01-01"
                        }
                    })
                }

                Deed {
                    objectName: "card_off"
                    text: qsTrId("staff.dock.card_off")
                    enabled: Bench.there && root.card !== ""
                    onClicked: Bench.order("id_card/lift", {})
                }
            }

            Heading {
                text: qsTrId("staff.dock.camera")
            }

            Repeater {
                model: [["address_proof_1", qsTrId("staff.dock.page_residence_1")], ["address_proof_2", qsTrId("staff.dock.page_residence_2")], ["employment_proof", qsTrId("staff.dock.page_employment")], ["study_proof", qsTrId("staff.dock.page_study")], ["id_photo", qsTrId("staff.dock.page_photo")]]

                Deed {
                    required property var modelData

                    objectName: "lay_" + modelData[0]
                    text: modelData[1]
                    on: root.page === modelData[0]
                    onClicked: Bench.order("camera/lay", {
                        "page": modelData[0]
                    })
                }
            }

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space2

                Deed {
                    objectName: "clear"
                    text: qsTrId("staff.dock.page_clear")
                    enabled: Bench.there && root.page !== ""
                    onClicked: Bench.order("camera/clear", {})
                }

                Deed {
                    readonly property bool blurred: root.state.camera?.faults?.includes("blurred") ?? false

                    objectName: "blur"
                    text: qsTrId("staff.dock.blur")
                    on: blurred
                    onClicked: Bench.order("camera/fault", {
                        "blurred": !blurred
                    })
                }
            }

            Item {
                Layout.fillHeight: true
            }
        }

        // ---- devices
        ColumnLayout {
            Layout.fillHeight: true
            Layout.preferredWidth: 270
            Layout.maximumWidth: 270
            spacing: Theme.space2

            Heading {
                text: qsTrId("staff.dock.line")
            }

            Deed {
                objectName: "line"
                kind: root.line ? "danger" : "primary"
                text: root.line ? qsTrId("staff.dock.line_cut") : qsTrId("staff.dock.line_restore")
                onClicked: Bench.order(root.line ? "network/cut" : "network/restore", {})
            }

            Heading {
                text: qsTrId("staff.dock.receipt_printer")
            }

            Paper {
                device: "receipt_printer"
            }

            Plug {
                device: "receipt_printer"
            }

            Heading {
                text: qsTrId("staff.dock.page_printer")
            }

            Paper {
                device: "page_printer"
            }

            Plug {
                device: "page_printer"
            }

            Heading {
                text: qsTrId("staff.dock.page_scanner")
            }

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space2

                Deed {
                    readonly property bool loaded: (root.state.page_scanner?.sheets ?? 0) > 0

                    objectName: "feeder"
                    text: loaded ? qsTrId("staff.dock.feeder_clear") : qsTrId("staff.dock.feeder_load")
                    onClicked: Bench.order("page_scanner/load", {
                        "sheets": loaded ? 0 : 3
                    })
                }

                Plug {
                    device: "page_scanner"
                }
            }

            Heading {
                text: qsTrId("staff.dock.code_reader")
            }

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space2

                Deed {
                    objectName: "show_receipt"
                    text: qsTrId("staff.dock.show_receipt")
                    enabled: Bench.there && Bench.pictures.includes("receipt")
                    onClicked: Bench.order("code_reader/show_receipt", {})
                }

                Plug {
                    device: "code_reader"
                }
            }

            Heading {
                text: qsTrId("screens.device.id_card")
            }

            Plug {
                device: "id_card"
            }

            Heading {
                text: qsTrId("staff.dock.staff_card")
            }

            Deed {
                readonly property bool inserted: Boolean(root.state.staff_card?.inserted)

                objectName: "staff_card"
                text: inserted ? qsTrId("staff.dock.staff_out") : qsTrId("staff.dock.staff_in")
                onClicked: Bench.order(inserted ? "staff_card/remove" : "staff_card/insert", {})
            }

            Item {
                Layout.fillHeight: true
            }
        }

        // ---- what came out
        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            spacing: Theme.space2

            Heading {
                text: qsTrId("staff.dock.messages")
            }

            Rectangle {
                Layout.fillWidth: true
                Layout.preferredHeight: 150
                radius: Theme.radius2
                color: Theme.surface
                border.color: Theme.line
                border.width: Theme.hairline

                ListView {
                    anchors.fill: parent
                    anchors.margins: Theme.space3
                    clip: true
                    spacing: Theme.space3
                    model: Bench.messages

                    delegate: KioskText {
                        required property var modelData

                        width: ListView.view.width
                        text: modelData.to + "  " + modelData.text
                        role: "caption"
                    }
                }

                KioskText {
                    anchors.centerIn: parent
                    text: qsTrId("staff.dock.no_messages")
                    role: "caption"
                    visible: Bench.messages.length === 0
                }
            }

            RowLayout {
                Layout.fillWidth: true
                Layout.fillHeight: true
                spacing: Theme.space3

                ColumnLayout {
                    Layout.fillWidth: true
                    Layout.preferredWidth: 2 // a receipt is a strip, a certificate a page
                    Layout.fillHeight: true

                    Heading {
                        text: qsTrId("staff.dock.receipt")
                    }

                    Sheet {
                        name: "receipt"
                    }
                }

                ColumnLayout {
                    Layout.fillWidth: true
                    Layout.preferredWidth: 3
                    Layout.fillHeight: true

                    Heading {
                        text: qsTrId("staff.dock.certificate")
                    }

                    Sheet {
                        name: "certificate"
                    }
                }
            }
        }
    }
}
