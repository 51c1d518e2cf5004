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
    readonly property bool explained: ["parked", "withdrawing", "withdraw_refused", "withdrawn", "not_accepted", "supplement_required", "supplement_kept", "supplement_parked"].includes(status) && !(line.missing?.length > 0) && !waits
    readonly property bool waits: (line.wanted?.length ?? 0) > 0
    readonly property var points: waits ? line.wanted.map(one => ({
                "name": one.name,
                "note": [Sentence.fill(qsTrId("screens.case.wanted_day"), {
                        "reason": qsTrId("screens.wanted." + one.reason),
                        "day": one.due
                    }), one.said].filter(part => part !== "").join("\n")
            })) : []
    readonly property string brought: (line.brought ?? "") === "" ? "" : Sentence.fill(qsTrId("screens.case.brought." + line.brought), {
        "phone": Station.phone
    })

    title: line.supplement ? qsTrId("screens.case.supplement") : line.callBack ? qsTrId("screens.call_back.case") : line.name === undefined || line.name === "" ? qsTrId("screens.cases.unknown_service") : line.name
    instruction: status === "" ? "" : qsTrId("screens.cases.state." + status)
    aloud: [line.number ?? "", status === "" || !explained ? "" : Sentence.fill(qsTrId("screens.case.note." + status), {
            "phone": Station.phone
        })].concat(wishes(), [brought, line.bring || (line.bringReason ?? "") === "" ? "" : qsTrId(line.bringReason)], outcome(), [Session.receipt === "printed" ? qsTrId("screens.case.reprinted") : "", (line.role ?? "self") === "self" ? "" : qsTrId("screens.case.role." + line.role)])
    readonly property string acted: (line.role ?? "self") === "self" ? "" : line.other === "" ? qsTrId("screens.case.role." + line.role) : Sentence.fill(qsTrId("screens.case.role_of." + line.role), {
        "name": line.other
    })

    // What staff wrote stands on the screen alone: it is said to nobody who only passes by.
    function wishes(): list<string> {
        return waits ? [].concat(qsTrId("screens.case.wanted"), ...line.wanted.map(one => [one.name, qsTrId("screens.wanted." + one.reason), Sentence.fill(qsTrId("screens.case.wanted_by"), {
                        "day": one.due
                    })])) : [];
    }

    function outcome(): list<string> {
        return (line.result ?? "") === "" ? [] : [qsTrId("screens.case.result"), line.result, line.collected];
    }

    backText: qsTrId("screens.case.list")
    endVisible: false
    mainText: line.bring ? qsTrId("screens.case.bring") : line.printable ? qsTrId("screens.case.print_result") : line.here && !line.callBack ? qsTrId("screens.case.reprint") : ""
    mainIcon: line.bring ? "camera" : "printer"
    mainEnabled: !printing
    mainBusy: printing

    function goOn(): void {
        if (line.bring)
            Cases.bring();
        else if (line.printable)
            Cases.printResult();
        else
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

        // What can be done comes before what has been: on a low screen the rest is a scroll away.
        Panel {
            width: parent?.width ?? 0
            objectName: "case_wanted"
            icon: "clock"
            heading: qsTrId("screens.case.wanted")
            points: root.points
            visible: root.waits
        }

        Notice {
            width: parent?.width ?? 0
            objectName: "case_brought"
            kind: root.line.brought === "parked" ? "warn" : "good"
            text: root.brought
            visible: text !== ""
        }

        Notice {
            width: parent?.width ?? 0
            objectName: "case_bring"
            kind: root.line.bring ? "info" : "warn"
            text: root.line.bring ? qsTrId("screens.case.bring_note") : (root.line.bringReason ?? "") === "" ? "" : qsTrId(root.line.bringReason)
            nextStep: (root.line.bringNext ?? "") === "" ? "" : qsTrId(root.line.bringNext)
            visible: text !== ""
        }

        Panel {
            width: parent?.width ?? 0
            objectName: "case_result"
            icon: "inbox"
            kind: "good"
            heading: qsTrId("screens.case.result")
            strong: root.line.result ?? ""
            text: strong === "" ? "" : [root.line.collected, root.line.office, Sentence.fill(qsTrId("screens.case.office"), {
                    "hours": root.line.hours
                })].join("\n")
            visible: strong !== ""
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
            kind: ["withdrawing", "withdrawn", "supplement_kept"].includes(root.status) ? "info" : "warn"
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
            strong: (root.line.bringBy ?? "") === "" || root.waits ? "" : Sentence.fill(qsTrId("screens.case.bring_by"), {
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
