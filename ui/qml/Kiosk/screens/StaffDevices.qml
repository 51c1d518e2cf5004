pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Every device as it is now, and a trial of each; the line, what waits to be sent, the terminal itself.
PageScroller {
    id: root

    // A device's own name for what is wrong: for the technician whom one calls.
    function coded(detail: string): string {
        return detail === "" ? "" : Sentence.fill(qsTrId("staff.code"), {
            "code": detail
        });
    }

    spacing: Theme.space3

    Notice {
        width: parent?.width ?? 0
        objectName: "staff_report"
        kind: Staff.report === "printed" ? "good" : Staff.report === "running" ? "info" : "warn"
        text: Staff.report === "" ? "" : qsTrId("staff.report.is." + Staff.report)
        visible: Staff.report !== ""
    }

    KioskButton {
        width: parent?.width ?? 0
        objectName: "staff_assist"
        iconName: "people"
        text: qsTrId("staff.assist")
        visible: Session.fault === ""
        onClicked: Assist.begin()
    }

    KioskButton {
        width: parent?.width ?? 0
        objectName: "staff_training"
        iconName: "school"
        text: Training.on ? qsTrId("staff.training.on") : qsTrId("staff.training")
        onClicked: Staff.look("training")
    }

    Repeater {
        model: Devices.rows

        Rectangle {
            id: device

            required property var modelData
            readonly property string kind: ({
                    "ready": "good",
                    "degraded": "warn",
                    "lost": "bad",
                    "faulted": "bad",
                    "absent": "info"
                })[modelData.state] ?? "info"
            readonly property var trial: Staff.trials[modelData.kind] ?? null
            readonly property color mark: kind === "good" ? Theme.good : kind === "warn" ? Theme.warn : kind === "bad" ? Theme.bad : Theme.inkSoft

            objectName: "device_" + modelData.kind
            width: parent?.width ?? 0
            height: row.implicitHeight + 2 * Theme.space3
            radius: Theme.radius2
            color: Theme.surface
            border.width: Theme.highContrast ? Theme.stroke : Theme.hairline
            border.color: Theme.highContrast ? Theme.edge : Theme.line

            // Large words need the whole width: state and trial stand below them then.
            GridLayout {
                id: row

                readonly property bool stacked: Theme.textStep > (Theme.counter ? 0 : 1) || named.narrowest > 0.17 * width

                x: Theme.space4
                y: Theme.space3
                width: parent.width - 2 * Theme.space4
                columns: stacked ? 2 : 4
                columnSpacing: Theme.space4
                rowSpacing: Theme.space2

                Icon {
                    name: device.kind
                    size: Theme.icon2
                    color: device.mark
                }

                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 0

                    WholeText {
                        id: named

                        Layout.fillWidth: true
                        text: qsTrId("screens.device." + device.modelData.kind)
                        role: "lead"
                        font.bold: true
                        color: Theme.brand
                    }

                    KioskText {
                        Layout.fillWidth: true
                        text: [device.modelData.status === "" ? "" : qsTrId("staff.status." + device.modelData.status), root.coded(device.modelData.detail)].filter(part => part !== "").join(" · ")
                        color: Theme.inkSoft
                        visible: text !== ""
                    }

                    KioskText {
                        Layout.fillWidth: true
                        objectName: "trial_" + device.modelData.kind
                        text: device.trial === null ? "" : [qsTrId("staff.trial." + device.trial.state), device.trial.state === "failed" ? root.coded(device.trial.detail) : device.trial.detail].filter(part => part !== "").join(" · ")
                        font.bold: true
                        color: device.trial?.state === "failed" ? Theme.bad : Theme.good
                        visible: text !== ""
                    }
                }

                ColumnLayout {
                    Layout.column: row.stacked ? 1 : 2
                    Layout.row: row.stacked ? 1 : 0
                    spacing: 0

                    KioskText {
                        Layout.alignment: row.stacked ? Qt.AlignLeft : Qt.AlignRight
                        Layout.maximumWidth: row.stacked ? -1 : Theme.mm(66)
                        text: qsTrId("staff.supervisor." + device.modelData.state)
                        font.bold: true
                        color: device.mark
                        horizontalAlignment: row.stacked ? Text.AlignLeft : Text.AlignRight
                    }

                    KioskText {
                        Layout.alignment: row.stacked ? Qt.AlignLeft : Qt.AlignRight
                        text: device.modelData.since === "" ? "" : Sentence.fill(qsTrId("staff.since"), {
                            "time": device.modelData.since
                        })
                        role: "caption"
                        color: Theme.inkSoft
                        wrapMode: Text.NoWrap
                        visible: text !== ""
                    }
                }

                KioskButton {
                    Layout.column: row.stacked ? 1 : 3
                    Layout.row: row.stacked ? 2 : 0
                    objectName: "try_" + device.modelData.kind
                    text: qsTrId("staff.try")
                    Accessible.name: text + " " + qsTrId("screens.device." + device.modelData.kind)
                    busy: device.trial?.state === "running"
                    enabled: !busy && device.modelData.state !== "absent"
                    visible: Staff.testable.includes(device.modelData.kind)
                    onClicked: Staff.tryDevice(device.modelData.kind)
                }
            }
        }
    }

    Panel {
        width: parent?.width ?? 0
        icon: Station.lineUp ? "online" : "offline"
        heading: qsTrId("staff.line")
        strong: Station.lineUp ? qsTrId("staff.line_up") : qsTrId("staff.line_down")
        text: Station.lastSuccess === "" ? qsTrId("staff.never") : Sentence.fill(qsTrId("staff.last_success"), {
            "time": Station.lastSuccess
        })
    }

    Panel {
        width: parent?.width ?? 0
        icon: "inbox"
        heading: qsTrId("staff.outbox")
        strong: Station.waiting === 0 ? qsTrId("staff.outbox_none") : Sentence.fill(qsTrId("staff.outbox_count"), {
            "count": Station.waiting
        })
    }

    Panel {
        width: parent?.width ?? 0
        icon: "building"
        heading: qsTrId("staff.terminal")
        strong: Station.number
        text: Station.site + (Session.fault === "" ? "" : " · " + Session.fault)
    }
}
