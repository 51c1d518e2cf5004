import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// One thing: the card on the reader. The picture shows where.
KioskScreen {
    id: root

    aloud: [qsTrId("screens.identify.where"), Session.agreesByCard ? qsTrId("screens.agree.reminder") : "", Sentence.fill(qsTrId("screens.identify.no_card"), {
            "phone": Station.phone
        })]

    Where {
        anchors.top: parent.top
        anchors.bottom: help.top
        anchors.bottomMargin: Theme.space4
        width: parent.width
        place: "reader"
    }

    Column {
        id: help

        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.space3
        width: parent.width
        spacing: Theme.space3

        Row {
            anchors.horizontalCenter: parent.horizontalCenter
            spacing: Theme.space3

            ProgressRing {
                anchors.verticalCenter: parent.verticalCenter
                width: Theme.icon2
                height: Theme.icon2
                Accessible.ignored: true
            }

            KioskText {
                anchors.verticalCenter: parent.verticalCenter
                width: Math.min(implicitWidth, help.width - Theme.icon2 - Theme.space4)
                text: qsTrId("screens.identify.where")
                role: "lead"
                font.bold: true
                color: Theme.brand
            }
        }

        Prose {
            width: parent.width
            text: qsTrId("screens.agree.reminder")
            horizontalAlignment: Text.AlignHCenter
            visible: Session.agreesByCard
        }

        Prose {
            width: parent.width
            text: Sentence.fill(qsTrId("screens.identify.no_card"), {
                "phone": Station.phone
            })
            color: Theme.inkSoft
            horizontalAlignment: Text.AlignHCenter
        }
    }
}
