import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Nobody goes without the card. What was known of the person is already cleared.
KioskScreen {
    id: root

    readonly property bool held: Session.holding === "card"
    readonly property bool unsure: Session.holding === "card_unknown"

    readonly property string reminder: Session.guardStage >= 3 ? qsTrId("screens.guard.called") : Sentence.fill(qsTrId("screens.guard.reminder"), {
        "count": Session.guardStage + 1
    })

    title: held ? qsTrId("screens.guard.title") : unsure ? qsTrId("screens.guard.title_unknown") : qsTrId("screens.guard.title_done")
    instruction: held ? qsTrId("screens.guard.instruction") : unsure ? qsTrId("screens.guard.instruction_unknown") : qsTrId("screens.guard.instruction_done")
    aloud: [held ? reminder : "", qsTrId("screens.guard.cleared")]
    steps: []
    backVisible: false
    endVisible: false
    mainText: held || unsure ? qsTrId("screens.guard.taken") : ""
    mainIcon: "check"

    Where {
        anchors.top: parent.top
        anchors.bottom: words.top
        anchors.bottomMargin: Theme.space5
        width: parent.width
        place: root.held || root.unsure ? "reader" : ""
        taking: true
    }

    Column {
        id: words

        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.space3
        width: parent.width
        spacing: Theme.space3

        Notice {
            width: parent.width
            kind: "warn"
            text: root.reminder
            visible: root.held
        }

        Notice {
            width: parent.width
            kind: "good"
            text: qsTrId("screens.guard.cleared")
        }
    }
}
