import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The paper is out: take it, and say so.
KioskScreen {
    instruction: Sentence.fill(qsTrId("screens.taken.instruction"), {
        "pages": Certificate.pages
    })
    aloud: [qsTrId("screens.taken.verify")]
    backVisible: false
    endVisible: false
    mainText: qsTrId("screens.taken.done")
    mainIcon: "check"

    Where {
        anchors.top: parent.top
        anchors.bottom: note.top
        anchors.bottomMargin: Theme.space5
        width: parent.width
        place: "slot"
        taking: true
    }

    Notice {
        id: note

        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.space3
        width: parent.width
        text: qsTrId("screens.taken.verify")
    }
}
