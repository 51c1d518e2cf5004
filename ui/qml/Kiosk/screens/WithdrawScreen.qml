import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The question before a case is taken back. *Back* keeps it, stands where back always stands, and says so.
KioskScreen {
    id: root

    readonly property var line: Cases.open

    aloud: [qsTrId("screens.withdraw.meaning"), Station.lineUp ? qsTrId("screens.withdraw.online") : qsTrId("screens.withdraw.offline"), qsTrId("screens.withdraw.later"), backText]
    backText: qsTrId("screens.withdraw.keep")
    endVisible: false
    mainText: qsTrId("screens.withdraw.go")
    mainIcon: ""
    mainEnabled: !Session.busy
    mainBusy: Session.busy

    PageScroller {
        anchors.fill: parent
        spacing: Theme.space4

        Prose {
            width: parent?.width ?? 0
            text: root.line.name === undefined || root.line.name === "" ? qsTrId("screens.cases.unknown_service") : root.line.name
            role: "lead"
            font.bold: true
            color: Theme.brand
        }

        Notice {
            width: parent?.width ?? 0
            kind: "warn"
            title: qsTrId("screens.withdraw.meaning")
            text: Station.lineUp ? qsTrId("screens.withdraw.online") : qsTrId("screens.withdraw.offline")
            nextStep: qsTrId("screens.withdraw.later")
        }

        CaseNumber {
            width: parent?.width ?? 0
            line: root.line
        }
    }
}
