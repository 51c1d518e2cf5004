import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.controls

// One case of the list: what it is, how far it got, and the number and time that tell it from another.
Pressable {
    id: root

    required property var line

    readonly property string name: line.callBack ? qsTrId("screens.call_back.case") : line.name === "" ? qsTrId("screens.cases.unknown_service") : line.name
    readonly property bool fine: line.reached >= 0 && line.state !== "supplement_required" || line.callBack && line.state !== "parked" || line.state === "supplement_kept"
    readonly property string byDay: line.state !== "supplement_required" || (line.bringBy ?? "") === "" ? "" : Sentence.fill(qsTrId("screens.case.wanted_by"), {
        "day": line.bringBy
    })
    readonly property string status: [qsTrId("screens.cases.state." + line.state), byDay].filter(part => part !== "").join(" · ")

    readonly property string acted: line.role === "self" ? "" : qsTrId("screens.cases.role." + line.role)

    objectName: "case_" + line.code
    text: name
    hint: [status, line.handedIn, acted].filter(part => part !== "").join(" ")
    Accessible.name: root.name + " " + root.line.number
    corner: Theme.radius3
    leftPadding: Theme.space4
    rightPadding: Theme.space4
    topPadding: Theme.counter ? Theme.space2 : Theme.space3
    bottomPadding: topPadding

    background: Rectangle {
        radius: root.corner
        color: root.down ? Theme.tint : Theme.surface
        border.width: root.down ? Theme.strokeStrong : Theme.highContrast ? Theme.stroke : Theme.hairline
        border.color: root.down ? Theme.brand : Theme.line
    }

    contentItem: RowLayout {
        spacing: Theme.space4

        Icon {
            Layout.alignment: Qt.AlignVCenter
            name: root.line.callBack ? "phone" : root.line.state === "withdrawn" || root.line.state === "withdrawing" ? "back" : root.fine ? "page" : "warn"
            size: Theme.mm(13)
            color: root.fine ? Theme.brand : Theme.warn
        }

        ColumnLayout {
            Layout.fillWidth: true
            spacing: Theme.space1

            KioskText {
                Layout.fillWidth: true
                text: root.name
                role: "lead"
                font.bold: true
                color: Theme.brand
                Accessible.ignored: true
            }

            KioskText {
                Layout.fillWidth: true
                text: root.status
                font.bold: true
                color: root.fine ? Theme.good : Theme.warn
                Accessible.ignored: true
            }

            Prose {
                Layout.fillWidth: true
                text: [root.line.supplement ? qsTrId("screens.case.supplement") : "", root.line.number, Sentence.whole(root.line.handedIn), root.acted].filter(part => part !== "").join(" · ")
                role: "caption"
                color: Theme.inkSoft
                Accessible.ignored: true
            }
        }

        Icon {
            Layout.alignment: Qt.AlignVCenter
            name: "right"
            size: Theme.icon1
        }
    }
}
