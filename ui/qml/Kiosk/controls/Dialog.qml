pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import "Keypad.js" as Keypad

// A question with two answers that must be answered before anything else. Fills its parent, keeps the focus inside, and
// cannot be dismissed by touching beside it.
FocusScope {
    id: root

    property bool open: false
    property string kind: "info" // "info", "good", "warn", "bad"
    property string title
    property string text
    property string mainText
    property string mainKind: "primary"
    property string otherText
    property real secondsLeft: -1 // a count-down ring, when 0 or more
    property real secondsWhole: 30

    signal main
    signal other

    Accessible.role: Accessible.Dialog
    Accessible.name: [title, text].filter(part => part !== "").join(" ")
    Keys.onPressed: event => event.accepted = Keypad.steer(root, root.Window.activeFocusItem, event.key)
    anchors.fill: parent
    enabled: open
    visible: open
    z: 100
    onOpenChanged: take()
    Component.onCompleted: take()

    function take(): void {
        if (open)
            mainButton.forceActiveFocus(Qt.OtherFocusReason);
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.scrim
    }

    MouseArea {
        anchors.fill: parent
    }

    Rectangle {
        readonly property real room: root.width - 2 * Theme.margin

        x: (root.width - width) / 2
        y: Theme.lowReach ? root.height - height - Theme.margin : (root.height - height) / 2
        width: Math.min(room, Theme.mm(Theme.portrait ? 250 : 280))
        height: column.implicitHeight + 2 * Theme.space5
        radius: Theme.radius3
        color: Theme.surface
        border.width: Theme.highContrast ? Theme.strokeStrong : 0
        border.color: Theme.edge

        ColumnLayout {
            id: column

            x: Theme.space5
            y: Theme.space5
            width: parent.width - 2 * Theme.space5
            spacing: Theme.space4

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space4

                Icon {
                    Layout.alignment: Qt.AlignTop
                    name: root.kind
                    size: Theme.icon3
                    color: root.kind === "bad" ? Theme.bad : root.kind === "warn" ? Theme.warn : root.kind === "good" ? Theme.good : Theme.brand
                    visible: root.secondsLeft < 0
                }

                ProgressRing {
                    Layout.alignment: Qt.AlignTop
                    value: Math.max(0, root.secondsLeft / root.secondsWhole)
                    visible: root.secondsLeft >= 0
                    implicitWidth: Theme.mm(24)
                    implicitHeight: Theme.mm(24)

                    KioskText {
                        anchors.centerIn: parent
                        text: Math.ceil(root.secondsLeft)
                        role: "lead"
                        font.bold: true
                    }
                }

                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: Theme.space2

                    KioskText {
                        Layout.fillWidth: true
                        text: root.title
                        role: "title"
                    }

                    KioskText {
                        Layout.fillWidth: true
                        text: root.text
                        role: "lead"
                        visible: text !== ""
                    }
                }
            }

            RowLayout {
                Layout.fillWidth: true
                Layout.topMargin: Theme.space3
                spacing: Theme.space3

                KioskButton {
                    id: otherButton

                    Layout.fillWidth: true
                    Layout.preferredWidth: 1
                    KeyNavigation.backtab: mainButton
                    KeyNavigation.tab: mainButton
                    objectName: "dialog_other"
                    text: root.otherText
                    visible: text !== ""
                    onClicked: root.other()
                }

                KioskButton {
                    id: mainButton

                    Layout.fillWidth: true
                    Layout.preferredWidth: 1
                    KeyNavigation.backtab: otherButton.visible ? otherButton : mainButton
                    KeyNavigation.tab: otherButton.visible ? otherButton : mainButton
                    objectName: "dialog_main"
                    kind: root.mainKind
                    text: root.mainText
                    onClicked: root.main()
                }
            }
        }
    }
}
