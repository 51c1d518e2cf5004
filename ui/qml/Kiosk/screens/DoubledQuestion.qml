pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The page that was just taken, or came in a file, looks like an earlier one: both side by side, and the person says what
// it is.
Overlay {
    id: root

    readonly property var found: Materials.doubled
    readonly property bool large: Theme.textStep > 1 // the words take the height
    readonly property int number: (found.earlier ?? 0) + 1

    objectName: "doubled"
    open: found.material !== undefined
    kind: "warn"
    title: Sentence.fill(qsTrId("screens.doubled.title"), {
        "page": number
    })
    lines: [qsTrId("screens.doubled.text")]
    mainText: qsTrId("screens.doubled.leave_out")
    secondText: qsTrId("screens.doubled.keep")
    picture: both
    onMain: Materials.answerDoubled(false)
    onSecond: Materials.answerDoubled(true)
    onTouched: Session.touched()

    component Side: Column {
        property alias name: picture.name
        property alias text: caption.text

        spacing: Theme.space1

        Picture {
            id: picture

            anchors.horizontalCenter: parent.horizontalCenter
            width: Theme.mm(Theme.portrait ? 84 : root.large ? 40 : Theme.counter ? 36 : 62)
            height: Theme.mm(Theme.portrait ? 118 : Theme.counter ? (root.large ? 22 : 42) : root.large ? 50 : 84)
            Accessible.role: Accessible.Graphic
            Accessible.name: caption.text
        }

        KioskText {
            id: caption

            anchors.horizontalCenter: parent.horizontalCenter
            role: "caption"
            color: Theme.inkSoft
        }
    }

    Component {
        id: both

        Row {
            spacing: Theme.space5

            Side {
                objectName: "doubled_earlier"
                name: root.open ? "page/" + root.found.material + "/" + root.found.earlier : ""
                text: Sentence.fill(qsTrId("screens.capture.page"), {
                    "page": root.number
                })
            }

            Side {
                objectName: "doubled_now"
                name: root.open ? "doubled" : ""
                text: root.found.file ? qsTrId("screens.doubled.file") : qsTrId("screens.doubled.now")
            }
        }
    }
}
