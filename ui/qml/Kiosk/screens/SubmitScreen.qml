import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// A short wait: for the outbox to commit, or for the city to issue a certificate.
KioskScreen {
    aloud: [Session.state === "submit" ? qsTrId("screens.submit.note") : qsTrId("screens.prepare.note")]
    backVisible: false
    endVisible: Session.state === "prepare"

    Column {
        anchors.centerIn: parent
        width: parent.width
        spacing: Theme.space5

        ProgressRing {
            anchors.horizontalCenter: parent.horizontalCenter
            width: Theme.mm(70)
            height: Theme.mm(70)

            Icon {
                anchors.centerIn: parent
                name: Session.state === "submit" ? "lock" : "certificate"
                size: Theme.mm(30)
            }
        }

        Prose {
            width: parent.width
            text: Session.state === "submit" ? qsTrId("screens.submit.note") : qsTrId("screens.prepare.note")
            role: "lead"
            horizontalAlignment: Text.AlignHCenter
            color: Theme.inkSoft
        }
    }
}
