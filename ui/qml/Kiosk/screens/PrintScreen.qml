import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Where the paper comes out, and which page is on its way.
KioskScreen {
    id: root

    readonly property string progress: Sentence.fill(qsTrId("screens.print.page"), {
        "page": Math.min(Certificate.pagesPrinted + 1, Math.max(1, Certificate.pages)),
        "pages": Certificate.pages
    })

    aloud: [progress, qsTrId("screens.print.wait")]
    endVisible: false
    backText: qsTrId("screens.print.cancel")

    Where {
        anchors.top: parent.top
        anchors.bottom: below.top
        anchors.bottomMargin: Theme.space5
        width: parent.width
        place: "slot"
    }

    Column {
        id: below

        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.space4
        width: parent.width
        spacing: Theme.space3

        ProgressBar {
            objectName: "print_progress"
            width: parent.width
            value: Certificate.pages > 0 ? Certificate.pagesPrinted / Certificate.pages : 0
            label: root.progress
        }

        Prose {
            width: parent.width
            text: qsTrId("screens.print.wait")
            color: Theme.inkSoft
        }
    }
}
