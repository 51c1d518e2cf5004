import QtQuick
import QtQuick.Layouts
import Kiosk

// kind: "primary" is the one thing to do next, "secondary" anything else, "quiet" for the head and for links,
// "danger" for what cannot be undone.
Pressable {
    id: root

    property string kind: "secondary"
    property string iconName
    property bool iconAfter: false
    property int lines: 2
    property bool waits: false // grey, as long as something is missing; pressed all the same, it is `refused`

    readonly property bool live: enabled && !waits
    readonly property bool filled: kind === "primary" && live
    readonly property color foreground: !live ? Theme.idle : kind === "primary" ? Theme.accentInk : kind === "danger" ? Theme.bad : Theme.brand

    blocked: busy || waits
    Accessible.description: root.busy ? qsTrId("controls.busy") : root.hint
    leftPadding: Theme.space4
    rightPadding: Theme.space4
    topPadding: Theme.space2
    bottomPadding: Theme.space2

    background: Rectangle {
        radius: root.corner
        color: !root.live ? Theme.sunk : root.kind === "primary" ? (root.down ? Theme.accentDeep : Theme.accent) : root.down ? Theme.tint : root.kind === "quiet" ? "transparent" : Theme.surface
        border.width: !root.live ? Theme.hairline : root.kind === "quiet" ? 0 : root.down ? Theme.strokeStrong : Theme.stroke
        border.color: !root.live ? Theme.idleLine : root.kind === "primary" ? Theme.accentEdge : root.kind === "danger" ? Theme.bad : Theme.brand
    }

    contentItem: Item {
        implicitWidth: row.implicitWidth + 2 * Theme.space2
        implicitHeight: row.implicitHeight

        RowLayout {
            id: row

            anchors.centerIn: parent
            width: Math.min(implicitWidth, parent.width)
            spacing: Theme.space2
            layoutDirection: root.iconAfter ? Qt.RightToLeft : Qt.LeftToRight

            Icon {
                Layout.alignment: Qt.AlignVCenter
                name: root.iconName
                color: root.foreground
                weight: 2.3
                visible: root.iconName !== "" && !root.busy
            }

            ProgressRing {
                Layout.alignment: Qt.AlignVCenter
                Layout.preferredWidth: Theme.icon1
                Layout.preferredHeight: Theme.icon1
                color: root.foreground
                ground: "transparent"
                visible: root.busy
                Accessible.ignored: true
            }

            KioskText {
                Layout.alignment: Qt.AlignVCenter
                Layout.fillWidth: true
                text: root.text
                role: root.kind === "primary" ? "lead" : "body"
                color: root.foreground
                font.bold: root.kind !== "quiet"
                horizontalAlignment: Text.AlignHCenter
                maximumLineCount: root.lines
                visible: text !== ""
                Accessible.ignored: true
            }
        }
    }
}
