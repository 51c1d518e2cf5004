import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Between two residents: nothing of the last one is left, the clerk is still signed in, and the day's batch stands here.
KioskScreen {
    id: root

    instruction: Sentence.fill(qsTrId("screens.desk.instruction"), {
        "name": Staff.name
    })
    endVisible: false
    backText: qsTrId("screens.desk.leave")
    otherText: qsTrId("screens.desk.pages")
    otherIcon: ""
    otherKind: "secondary"
    mainText: qsTrId("screens.desk.next")

    function goOther(): void {
        Assist.staffPages();
    }

    PageScroller {
        anchors.fill: parent
        spacing: Theme.space4

        BatchPanel {
            width: parent?.width ?? 0
        }

        Notice {
            width: parent?.width ?? 0
            title: qsTrId("screens.desk.how")
            text: qsTrId("screens.desk.how_text")
        }
    }
}
