pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// What the city has not received: each row by its code, why it is where it is, and the one thing that can be done with it.
PageScroller {
    id: root

    signal parkWanted(var row)

    spacing: Theme.space3

    Notice {
        width: parent?.width ?? 0
        kind: "bad"
        text: Sentence.fill(qsTrId("staff.outbox_failed"), {
            "code": Staff.failed
        })
        visible: Staff.failed !== ""
    }

    Panel {
        width: parent?.width ?? 0
        objectName: "outbox_counts"
        icon: "inbox"
        heading: qsTrId("staff.outbox_counts")
        strong: Sentence.fill(qsTrId("staff.outbox_figures"), {
            "waiting": Staff.counts.waiting,
            "parked": Staff.counts.parked,
            "received": Staff.counts.received
        })
        text: Station.lastSuccess === "" ? qsTrId("staff.never") : Sentence.fill(qsTrId("staff.last_success"), {
            "time": Station.lastSuccess
        })
    }

    Notice {
        width: parent?.width ?? 0
        objectName: "export_said"
        kind: Staff.export.state === "done" ? "good" : Staff.export.state === "running" ? "info" : "bad"
        text: Staff.export.state === "" ? "" : Sentence.fill(qsTrId("staff.export.is." + Staff.export.state), {
            "count": Staff.export.items,
            "detail": Staff.export.detail
        })
        visible: Staff.export.state !== ""
    }

    KioskButton {
        width: parent?.width ?? 0
        objectName: "export"
        iconName: "usb"
        text: qsTrId("staff.export")
        busy: Staff.export.state === "running"
        visible: Staff.stick
        onClicked: Staff.carryAway()
    }

    BatchPanel {
        width: parent?.width ?? 0
    }

    Repeater {
        model: Staff.rows

        Rectangle {
            id: line

            required property var modelData
            readonly property bool parked: modelData.state === "parked"

            objectName: "row_" + modelData.seq
            width: parent?.width ?? 0
            height: row.implicitHeight + 2 * Theme.space3
            radius: Theme.radius2
            color: Theme.surface
            border.width: Theme.highContrast ? Theme.stroke : Theme.hairline
            border.color: Theme.highContrast ? Theme.edge : Theme.line

            GridLayout {
                id: row

                x: Theme.space4
                y: Theme.space3
                width: parent.width - 2 * Theme.space4
                columns: Theme.textStep > (Theme.counter ? 0 : 1) ? 1 : 2
                columnSpacing: Theme.space4
                rowSpacing: Theme.space2

                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 0

                    KioskText {
                        Layout.fillWidth: true
                        text: line.modelData.number
                        role: "lead"
                        font.bold: true
                        color: Theme.brand
                    }

                    KioskText {
                        Layout.fillWidth: true
                        text: line.modelData.service !== "" ? line.modelData.service : ["case_withdrawal", "case_supplement", "call_back", "rating"].includes(line.modelData.kind) ? qsTrId("staff.service." + line.modelData.kind) : line.modelData.kind
                    }

                    KioskText {
                        Layout.fillWidth: true
                        text: [qsTrId("staff.row." + line.modelData.state), line.modelData.batch ? qsTrId("staff.batch") : "", line.modelData.reason === "" ? "" : Sentence.fill(qsTrId("staff.code"), {
                            "code": line.modelData.reason
                        })].filter(part => part !== "").join(" · ")
                        font.bold: true
                        color: line.parked ? Theme.warn : Theme.good
                    }

                    KioskText {
                        Layout.fillWidth: true
                        text: Sentence.fill(qsTrId("staff.row.tried"), {
                            "time": line.modelData.handedIn,
                            "count": line.modelData.attempts
                        })
                        role: "caption"
                        color: Theme.inkSoft
                    }
                }

                KioskButton {
                    objectName: (line.parked ? "retry_" : "park_") + line.modelData.seq
                    text: line.parked ? qsTrId("staff.retry") : qsTrId("staff.park")
                    Accessible.name: text + " " + line.modelData.number
                    onClicked: {
                        if (line.parked)
                            Staff.retry(line.modelData.seq);
                        else
                            root.parkWanted(line.modelData);
                    }
                }
            }
        }
    }
}
