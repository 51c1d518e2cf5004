import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The clerk looks at the person and at the card, and says what they see. Not to be sure is an answer.
KioskScreen {
    id: root

    aloud: [qsTrId("screens.attest.meaning"), otherText]
    backText: qsTrId("screens.head.end")
    endVisible: false
    otherText: qsTrId("screens.attest.unsure")
    otherIcon: ""
    otherKind: "secondary"
    mainText: qsTrId("screens.attest.holds")
    mainIcon: "check"

    function goOn(): void {
        Assist.attest(true);
    }

    function goOther(): void {
        Assist.attest(false);
    }

    PageScroller {
        anchors.fill: parent
        spacing: Theme.space4

        PersonCard {
            width: parent?.width ?? 0
        }

        Notice {
            width: parent?.width ?? 0
            text: qsTrId("screens.attest.meaning")
        }
    }
}
