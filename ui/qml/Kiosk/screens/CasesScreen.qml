pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// What this person handed in before: this terminal's own first, then what the city knows, and as of when.
KioskScreen {
    id: root

    readonly property var lines: Cases.lines
    readonly property bool seeking: Session.busy
    readonly property bool collects: Cases.collects
    readonly property bool none: Cases.lines.length === 0 && !seeking && !Cases.asking

    title: collects ? qsTrId("screens.cases.title_collect") : qsTrId("screens.cases.title")
    instruction: seeking ? qsTrId("screens.cases.seeking") : none ? "" : qsTrId("screens.cases.instruction")
    aloud: none ? (collects ? [qsTrId("screens.cases.none_collect"), qsTrId("screens.cases.none_collect_why"), qsTrId("screens.cases.none_collect_next")] : [qsTrId("screens.cases.none"), qsTrId("screens.cases.none_why")]) : seeking || Cases.asking ? [] : [].concat(...lines.map(line => [line.name === "" ? qsTrId("screens.cases.unknown_service") : line.name, line.state === "" ? "" : qsTrId("screens.cases.state." + line.state)]))
    // Who came from the question *again?* goes back to it; anybody else is done here.
    backVisible: Session.journey === "apply"
    endVisible: false
    mainText: qsTrId("screens.cases.done")
    mainIcon: "check"

    ProgressRing {
        anchors.centerIn: parent
        width: Theme.mm(40)
        height: width
        visible: root.seeking
    }

    PageScroller {
        anchors.fill: parent
        spacing: Theme.space3
        visible: !root.seeking

        Notice {
            width: parent?.width ?? 0
            objectName: "cases_none"
            visible: root.none
            title: root.collects ? qsTrId("screens.cases.none_collect") : qsTrId("screens.cases.none")
            text: root.collects ? qsTrId("screens.cases.none_collect_why") : qsTrId("screens.cases.none_why")
            nextStep: root.collects ? qsTrId("screens.cases.none_collect_next") : Sentence.fill(qsTrId("screens.cases.none_next"), {
                "phone": Station.phone
            })
        }

        Repeater {
            model: Cases.lines

            CaseTile {
                required property var modelData

                width: parent?.width ?? 0
                line: modelData
                onClicked: Cases.look(line.code)
            }
        }

        Notice {
            width: parent?.width ?? 0
            objectName: "cases_source"
            kind: Cases.asOf !== "" || Cases.asking ? "info" : "warn"
            text: Cases.asking ? qsTrId("screens.cases.asking") : Cases.asOf !== "" ? Sentence.fill(qsTrId("screens.cases.as_of"), {
                "time": Cases.asOf
            }) : qsTrId("screens.cases.here_only")
        }
    }
}
