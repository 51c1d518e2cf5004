import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// *You handed this in at 21:14; again?* before a long form is filled in twice.
KioskScreen {
    title: qsTrId("screens.again.title")
    instruction: qsTrId("screens.again.instruction")
    aloud: [qsTrId("screens.again.at"), Cases.againAt, qsTrId("screens.again.safe"), qsTrId("screens.again.next"), backText]
    backText: qsTrId("screens.again.look")
    endVisible: false // both answers lead on to an end, and three buttons of large words do not fit
    mainText: qsTrId("screens.again.go")

    PageScroller {
        anchors.fill: parent
        spacing: Theme.space4

        Panel {
            width: parent?.width ?? 0
            icon: "clock"
            heading: qsTrId("screens.again.at")
            strong: Cases.againAt
            text: Catalogue.guide.name ?? ""
        }

        Notice {
            width: parent?.width ?? 0
            text: qsTrId("screens.again.safe")
            nextStep: qsTrId("screens.again.next")
        }
    }
}
