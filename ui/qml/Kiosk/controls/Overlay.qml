pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import "Keypad.js" as Keypad

// A question laid over the screen: nothing below it can be reached by finger or keypad until it is answered. The buttons
// stand one above the other, the one that harms nothing first. A finger that was typing where a button comes up has not
// answered: the buttons refuse until the question has stood for a moment, and again when they come to say something else.
FocusScope {
    id: root

    property bool open: false
    property string icon: "info"
    property string kind: "info" // "info", "warn", "bad"
    property string title
    property list<string> lines
    property string strong // to be copied down: large, with what it is above it
    property string strongName
    property string mainText
    property string secondText
    property string thirdText
    property string thirdKind: "quiet"
    property Component picture: null
    property bool pictureLast: false // what is to be chosen from stands below the words that ask for it
    property list<string> spoken: [title].concat(lines, strong !== "" ? [strongName, strong] : [], [mainText, secondText, thirdText])

    property int lull: 700 // ms, longer than two touches of a fast typist are apart
    readonly property bool fresh: calm.running
    readonly property color mark: kind === "warn" ? Theme.warn : kind === "bad" ? Theme.bad : Theme.brand

    signal main
    signal second
    signal third
    signal touched

    Accessible.role: Accessible.Dialog
    Accessible.name: [title].concat(lines, strongName, strong).join(" ")
    Keys.onPressed: event => event.accepted = Keypad.steer(root, root.Window.activeFocusItem, event.key)
    anchors.fill: parent
    visible: open
    enabled: open
    focus: open
    z: 100
    onOpenChanged: take()
    onMainTextChanged: pause()
    onSecondTextChanged: pause()
    onThirdTextChanged: pause()
    Component.onCompleted: take()

    Spoken {
        words: root.spoken
        open: root.open
        level: 1
    }

    function take(): void {
        pause();
        if (open)
            root.forceActiveFocus();
    }

    function pause(): void {
        if (open)
            calm.restart();
        else
            calm.stop();
    }

    Timer {
        id: calm

        interval: root.lull
    }

    function pass(from: Item, by: int): void {
        const answers = [first, other, last].filter(answer => answer.visible);
        answers[(answers.indexOf(from) + by + answers.length) % answers.length].forceActiveFocus(Qt.TabFocusReason);
    }

    component Shown: Loader {
        Layout.alignment: Qt.AlignHCenter
        visible: active
        sourceComponent: root.picture
    }

    component Answer: KioskButton {
        Layout.fillWidth: true
        Keys.onTabPressed: root.pass(this, 1)
        Keys.onBacktabPressed: root.pass(this, -1)
        blocked: busy || root.fresh
        visible: text !== ""
        onRefused: root.touched()
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.scrim
    }

    MouseArea {
        anchors.fill: parent
        onPressed: root.touched()
    }

    Rectangle {
        id: card

        readonly property bool wide: root.strong !== "" && !Theme.portrait // answers side by side
        readonly property bool tight: Theme.counter || wide // no height there for a mark
        readonly property real widest: Theme.portrait ? root.width - 2 * Theme.margin : root.width * (wide ? 0.84 : 0.62)

        anchors.horizontalCenter: parent.horizontalCenter
        y: Theme.lowReach && Theme.portrait ? root.height - height - Theme.margin : Math.max(Theme.margin, (root.height - height) / 2)
        width: Math.min(card.widest, Theme.mm(card.wide ? 360 : 260))
        height: Math.min(root.height - 2 * Theme.margin, column.implicitHeight + 2 * column.anchors.margins)
        radius: Theme.radius3
        color: Theme.surface
        border.width: Theme.highContrast ? Theme.stroke : 0
        border.color: Theme.edge

        ColumnLayout {
            id: column

            anchors.fill: parent
            anchors.margins: card.tight ? Theme.space4 : Theme.space5
            spacing: card.tight ? Theme.space3 : Theme.space4

            Rectangle {
                Layout.alignment: Qt.AlignHCenter
                Layout.preferredWidth: Theme.mm(26)
                Layout.preferredHeight: Theme.mm(26)
                radius: width / 2
                color: root.kind === "warn" ? Theme.warnTint : root.kind === "bad" ? Theme.badTint : Theme.tint
                border.width: Theme.highContrast ? Theme.stroke : 0
                border.color: Theme.edge
                visible: root.picture === null && !card.tight

                Icon {
                    anchors.centerIn: parent
                    name: root.icon
                    size: parent.width * 0.56
                    color: root.mark
                }
            }

            Shown {
                active: root.open && root.picture !== null && !root.pictureLast
            }

            Prose {
                Layout.fillWidth: true
                text: root.title
                role: "title"
                horizontalAlignment: Text.AlignHCenter
                color: root.mark
                visible: text !== ""
            }

            Repeater {
                model: root.lines

                Prose {
                    required property string modelData

                    Layout.fillWidth: true
                    text: modelData
                    role: Theme.counter && Theme.textStep > 1 ? "body" : "lead" // the answers must have room below
                    horizontalAlignment: Text.AlignHCenter
                }
            }

            Rectangle {
                Layout.fillWidth: true
                implicitHeight: copied.implicitHeight + 2 * Theme.space3
                radius: Theme.radius2
                color: Theme.tint
                border.width: Theme.highContrast ? Theme.stroke : 0
                border.color: Theme.edge
                visible: root.strong !== ""

                Column {
                    id: copied

                    anchors.centerIn: parent
                    width: parent.width - 2 * Theme.space3

                    KioskText {
                        width: parent.width
                        text: root.strongName
                        horizontalAlignment: Text.AlignHCenter
                        color: Theme.inkSoft
                    }

                    KioskText {
                        objectName: "overlay_strong"
                        width: parent.width
                        text: root.strong
                        role: "display"
                        font.pixelSize: Math.min(Theme.display, width / 10.4)
                        font.letterSpacing: Theme.mm(0.3)
                        horizontalAlignment: Text.AlignHCenter
                        wrapMode: Text.NoWrap
                        color: Theme.brand
                    }
                }
            }

            Shown {
                active: root.open && root.picture !== null && root.pictureLast
            }

            GridLayout {
                Layout.fillWidth: true
                Layout.topMargin: Theme.space2
                columns: card.wide ? 2 : 1
                columnSpacing: Theme.space4
                rowSpacing: column.spacing
                uniformCellWidths: card.wide

                Answer {
                    id: first

                    objectName: "overlay_main"
                    kind: "primary"
                    text: root.mainText
                    focus: true
                    onClicked: root.main()
                }

                Answer {
                    id: other

                    objectName: "overlay_second"
                    text: root.secondText
                    onClicked: root.second()
                }

                Answer {
                    id: last

                    objectName: "overlay_third"
                    kind: root.thirdKind
                    text: root.thirdText
                    onClicked: root.third()
                }
            }
        }
    }
}
