pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// One case: its number, the three honest words, and what can be done with it: print its receipt again, take it back.
KioskScreen {
    id: root

    readonly property var line: Cases.open
    readonly property string status: line.state === undefined ? "" : line.state
    readonly property bool printing: Session.busy
    readonly property bool explained: ["parked", "withdrawing", "withdraw_refused", "withdrawn", "not_accepted", "supplement_required"].includes(status) && !(line.missing?.length > 0)

    title: line.callBack ? qsTrId("screens.call_back.case") : line.name === undefined || line.name === "" ? qsTrId("screens.cases.unknown_service") : line.name
    instruction: status === "" ? "" : qsTrId("screens.cases.state." + status)
    aloud: [line.number ?? "", status === "" || !explained ? "" : Sentence.fill(qsTrId("screens.case.note." + status), {
            "phone": Station.phone
        }), Session.receipt === "printed" ? qsTrId("screens.case.reprinted") : "", (line.role ?? "self") === "self" ? "" : qsTrId("screens.case.role." + line.role)]
    readonly property string acted: (line.role ?? "self") === "self" ? "" : line.other === "" ? qsTrId("screens.case.role." + line.role) : Sentence.fill(qsTrId("screens.case.role_of." + line.role), {
        "name": line.other
    })

    backText: qsTrId("screens.case.list")
    endVisible: false
    mainText: line.here && !line.callBack ? qsTrId("screens.case.reprint") : ""
    mainIcon: "printer"
    mainEnabled: !printing
    mainBusy: printing

    function goOn(): void {
        Cases.reprint();
    }

    PageScroller {
        anchors.fill: parent
        spacing: Theme.counter ? Theme.space3 : Theme.space4

        Notice {
            width: parent?.width ?? 0
            objectName: "case_reprinted"
            kind: "good"
            text: qsTrId("screens.case.reprinted")
            visible: Session.receipt === "printed"
        }

        CaseNumber {
            width: parent?.width ?? 0
            line: root.line
        }

        Notice {
            width: parent?.width ?? 0
            objectName: "case_role"
            text: root.acted
            visible: text !== ""
        }

        PromiseTrack {
            width: parent?.width ?? 0
            reached: Math.max(0, root.line.reached ?? 0)
            visible: (root.line.reached ?? -1) >= 0 && !root.line.callBack
        }

        Notice {
            width: parent?.width ?? 0
            kind: root.status === "withdrawing" || root.status === "withdrawn" ? "info" : "warn"
            text: root.status === "" || !visible ? "" : Sentence.fill(qsTrId("screens.case.note." + root.status), {
                "phone": Station.phone
            })
            visible: root.explained
        }

        Panel {
            width: parent?.width ?? 0
            objectName: "case_missing"
            icon: "clock"
            heading: qsTrId("screens.case.missing")
            strong: (root.line.bringBy ?? "") === "" ? "" : Sentence.fill(qsTrId("screens.case.bring_by"), {
                "day": root.line.bringBy
            })
            points: root.line.missing ?? []
            visible: strong !== ""
        }

        Panel {
            width: parent?.width ?? 0
            objectName: "case_answer"
            icon: "phone"
            heading: qsTrId("screens.call_back.answer")
            strong: root.line.answer ?? ""
            visible: strong !== ""
        }

        KioskButton {
            objectName: "case_withdraw"
            width: Theme.portrait ? parent?.width ?? 0 : Math.min(parent?.width ?? 0, Theme.mm(130))
            height: Math.max(implicitHeight, Theme.target)
            kind: "danger"
            text: qsTrId("screens.case.withdraw")
            enabled: !root.printing
            visible: root.line.withdrawable ?? false
            onClicked: Cases.askWithdraw()
        }
    }
}
