import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The paper is out: take it, and say so. Whoever likes says how it was; nobody has to.
KioskScreen {
    instruction: Sentence.fill(qsTrId("screens.taken.instruction"), {
        "pages": Certificate.pages
    })
    aloud: [qsTrId("screens.taken.verify")]
    backVisible: false
    endVisible: false
    mainText: qsTrId("screens.taken.done")
    mainIcon: "check"

    PageScroller {
        id: page

        anchors.fill: parent
        spacing: Theme.counter ? Theme.space3 : Theme.space4

        Where {
            width: parent?.width ?? 0
            height: Math.max(Theme.mm(Theme.counter ? 45 : 70), page.height - rating.implicitHeight - note.implicitHeight - 2 * page.spacing)
            place: "slot"
            taking: true
        }

        RatingRow {
            id: rating

            width: parent?.width ?? 0
        }

        Notice {
            id: note

            width: parent?.width ?? 0
            text: qsTrId("screens.taken.verify")
        }
    }
}
