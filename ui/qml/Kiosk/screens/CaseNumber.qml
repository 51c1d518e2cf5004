import QtQuick
import Kiosk
import Kiosk.controls

// The number by which a case is found, large enough to be copied down, and when it was handed in.
Rectangle {
    id: root

    required property var line

    implicitHeight: column.implicitHeight + 2 * (Theme.portrait ? Theme.space4 : Theme.space2)
    radius: Theme.radius3
    color: Theme.tint
    border.width: Theme.highContrast ? Theme.stroke : 0
    border.color: Theme.edge

    Column {
        id: column

        anchors.centerIn: parent
        width: parent.width - 2 * Theme.space4
        spacing: Theme.space1

        KioskText {
            width: parent.width
            text: qsTrId("screens.outcome.code")
            horizontalAlignment: Text.AlignHCenter
            color: Theme.inkSoft
        }

        KioskText {
            objectName: "case_number"
            width: parent.width
            text: root.line.number ?? ""
            role: "display"
            font.pixelSize: Math.min(Theme.display, width / 10.4)
            font.letterSpacing: Theme.mm(0.3)
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.NoWrap
            color: Theme.brand
        }

        KioskText {
            width: parent.width
            text: Sentence.fill(qsTrId("screens.case.handed_in"), {
                "time": root.line.handedIn ?? ""
            })
            horizontalAlignment: Text.AlignHCenter
            color: Theme.inkSoft
            visible: (root.line.handedIn ?? "") !== ""
        }
    }
}
