pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Keyboard
import "Keypad.js" as Keypad

// The frame of every screen. Head: who and where, the clock, the line, the tools. Body: one decision, in the default
// slot; it is laid out by `contentItem`'s size. Foot: back left, the one main action right, always in the same place,
// never under the keyboard. Portrait stacks title and body; landscape and counter put the title into a rail at the left.
// Low reach brings everything that is pressed into the lower part and leaves the upper part to words and pictures.
FocusScope {
    id: root

    // ---- Head
    property string terminalName
    property string clock
    property string date
    property bool online: true
    property string offlineText: qsTrId("controls.offline") // empty where the badge says enough
    property string nextLanguage // what the next one calls itself
    property bool soundOn: false
    property bool soundAvailable: true
    property bool toolsVisible: true
    property string note // what must not be overlooked on any screen just now, or nothing
    property string hand // who enters where two work together: "clerk", "resident", or nothing
    property bool covered: false // something lies over it that must be answered first

    // ---- Words of this screen
    property string title
    property string instruction
    property list<string> steps
    property int step: 0
    property list<string> aloud // said between the instruction and the main action
    property Component picture: null // shows where: on the reader, under the camera, in the slot

    // ---- Foot
    property bool backVisible: true
    property string backText: qsTrId("controls.back")
    property string mainText
    property string mainIcon: "next"
    property bool mainEnabled: true
    property bool mainWaits: false // grey until something is done; a touch on it asks what: `missed`
    property bool mainBusy: false
    property string otherText
    property string otherIcon
    property string otherKind: "secondary"

    // ---- Body
    default property alias content: body.data
    readonly property alias contentItem: body
    readonly property bool rail: !Theme.portrait && (title !== "" || picture !== null)
    readonly property bool low: Theme.lowReach && !Theme.counter && (toolsVisible || foot.used) // a counter is low enough
    readonly property real reachTop: Theme.portrait && low ? height * 0.4 : 0 // nothing to press above this line
    readonly property real pageTop: head.height + strip.height
    readonly property real breath: Theme.counter ? (keyboard.active ? Theme.space1 : Theme.space3) : Theme.space4

    // ---- Keyboard: opens by itself when a field gets the focus, between body and foot
    property KeyboardModel keyboardModel: null
    property Field editing: null
    readonly property bool typing: keyboard.active
    readonly property Item focused: Window.activeFocusItem
    // A counter with large text or targets has room for the field's box alone above its keyboard: the question, and what is
    // wrong with the answer, stand beside it then.
    readonly property bool squeezed: Theme.counter && (Theme.elder || Theme.textStep > 1) && keyboard.active
    readonly property string question: squeezed ? editing?.called ?? "" : ""
    readonly property string complaint: squeezed ? editing?.error ?? "" : ""

    signal back
    signal main
    signal missed
    signal other
    signal languageWanted
    signal textSizeWanted
    signal contrastWanted
    signal soundWanted
    signal soundRefused
    signal lowReachWanted
    signal helpWanted
    signal handWanted

    Binding {
        target: root.editing
        property: "bare"
        value: root.squeezed
        when: root.editing !== null
    }

    function fieldOf(item: Item): Field {
        for (let at = item; at; at = at.parent) {
            if (at instanceof Field)
                return (at as Field).editable ? at as Field : null;
            if (at === keyboard)
                return editing;
        }
        return null;
    }

    // The field gives the focus up: else a touch on it would change nothing, and the keyboard never come back.
    function closeKeyboard(): void {
        root.resting = root.editing;
        if (root.editing)
            root.editing.focus = false;
        root.forceActiveFocus(Qt.OtherFocusReason);
        root.editing = null;
    }

    // A screen that takes digits without a field overrides it; true when the key meant something.
    function typed(_event: KeyEvent): bool {
        return false;
    }

    function steer(key: int): bool {
        if (typing)
            return Keypad.steerTyping(root, keyboard, editing, focused, key);
        return Keypad.steer(root, resting ?? focused, key);
    }

    property Item resting: null // where the keypad goes on after the keyboard has closed

    // The keyboard that goes may take a page's buttons with it, and one of these may be what has the focus: it moves again
    // while this runs. So each step asks for what has it now, and nothing here hangs on a binding, which would be a loop.
    Window.onActiveFocusItemChanged: {
        root.editing = root.fieldOf(root.Window.activeFocusItem);
        const now = root.Window.activeFocusItem;
        if (root.resting && !(now && Keypad.contains(now, root.resting)))
            root.resting = null;
    }

    Accessible.role: Accessible.Pane
    Accessible.name: root.title === "" ? root.terminalName : root.title
    Keys.onPressed: event => event.accepted = root.typed(event) || root.steer(event.key)
    focus: true
    // A new screen takes the keypad, unless something of its own has it already.
    Component.onCompleted: if (!activeFocus)
        forceActiveFocus(Qt.OtherFocusReason)

    Spoken {
        words: [root.note, root.title, root.instruction].filter((part, at) => at > 0 || part !== "").concat(root.aloud, [root.mainEnabled && !root.mainWaits ? root.mainText : ""])
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.paper
    }

    // ---------------------------------------------------------------- head
    Rectangle {
        id: head

        readonly property bool stacked: Theme.portrait && !root.low && root.toolsVisible
        readonly property real row: Math.max(identity.toldHeight, !root.low && root.toolsVisible && !Theme.portrait ? Theme.target : Theme.mm(17))

        width: parent.width
        height: Theme.space2 + row + (stacked ? Theme.target + Theme.space2 : 0) + Theme.space2
        color: Theme.surface

        Rectangle {
            anchors.bottom: parent.bottom
            width: parent.width
            height: Theme.hairline
            color: Theme.line
        }

        Masthead {
            id: identity

            x: Theme.margin
            y: Theme.space2
            width: parent.width - 2 * Theme.margin - (head.stacked || root.low || !root.toolsVisible ? 0 : tools.width + Theme.space4)
            height: head.row
            terminalName: root.terminalName
            clock: root.clock
            date: root.date
            online: root.online
        }
    }

    Rectangle {
        id: strip

        anchors.top: head.bottom
        width: parent.width
        objectName: "offline_strip"
        height: visible ? stripText.implicitHeight + Theme.space2 : 0
        visible: stripText.text !== ""
        color: root.note !== "" ? Theme.badTint : Theme.warnTint

        KioskText {
            id: stripText

            anchors.verticalCenter: parent.verticalCenter
            x: Theme.margin
            width: parent.width - 2 * Theme.margin
            text: [root.note, root.online ? "" : root.offlineText].filter(part => part !== "").join("\n")
            role: "caption"
            font.bold: root.note !== ""
            color: root.note !== "" ? Theme.bad : Theme.warn
        }

        Rectangle {
            anchors.bottom: parent.bottom
            width: parent.width
            height: Theme.hairline
            color: Theme.highContrast ? Theme.line : "transparent"
        }
    }

    Rectangle {
        id: toolGround

        y: root.low ? foot.y - height : 0
        width: parent.width
        height: Theme.target + 2 * Theme.space1
        visible: root.low && root.toolsVisible
        color: Theme.surface

        Rectangle {
            width: parent.width
            height: Theme.hairline
            color: Theme.line
        }
    }

    Row {
        id: tools

        enabled: !root.covered

        readonly property bool wide: Theme.portrait || root.low
        readonly property int count: (Theme.counter ? 5 : 6) + (root.hand !== "" ? 1 : 0)
        readonly property real cell: wide ? (root.width - 2 * Theme.margin - (count - 1) * spacing) / count : 0

        x: root.width - Theme.margin - width
        y: root.low ? toolGround.y + Theme.space1 : head.stacked ? head.height - Theme.space1 - height : Theme.space2
        spacing: Theme.gap
        visible: root.toolsVisible

        HeadTool {
            width: tools.wide ? tools.cell : Math.max(Theme.target, Theme.counter ? Math.min(implicitWidth, 1.5 * Theme.target) : implicitWidth)
            height: Theme.target
            objectName: "tool_hand"
            iconName: root.hand === "clerk" ? "pen" : "person"
            text: root.hand === "clerk" ? qsTrId("controls.hand_clerk") : qsTrId("controls.hand_resident")
            hint: qsTrId("controls.hand_hint")
            on: root.hand === "resident"
            visible: root.hand !== ""
            onClicked: root.handWanted()
        }

        HeadTool {
            width: tools.wide ? tools.cell : Math.max(Theme.target, Theme.counter ? Math.min(implicitWidth, 1.5 * Theme.target) : implicitWidth)
            height: Theme.target
            objectName: "tool_language"
            iconName: "globe"
            text: root.nextLanguage
            onClicked: root.languageWanted()
        }

        HeadTool {
            width: tools.wide ? tools.cell : Math.max(Theme.target, Theme.counter ? Math.min(implicitWidth, 1.5 * Theme.target) : implicitWidth)
            height: Theme.target
            objectName: "tool_text"
            iconName: "text"
            text: qsTrId("controls.text_size")
            on: Theme.textStep > 0
            onClicked: root.textSizeWanted()
        }

        HeadTool {
            width: tools.wide ? tools.cell : Math.max(Theme.target, Theme.counter ? Math.min(implicitWidth, 1.5 * Theme.target) : implicitWidth)
            height: Theme.target
            objectName: "tool_contrast"
            iconName: "contrast"
            text: qsTrId("controls.contrast")
            on: Theme.highContrast
            onClicked: root.contrastWanted()
        }

        HeadTool {
            width: tools.wide ? tools.cell : Math.max(Theme.target, Theme.counter ? Math.min(implicitWidth, 1.5 * Theme.target) : implicitWidth)
            height: Theme.target
            objectName: "tool_sound"
            iconName: root.soundAvailable ? "sound" : "mute"
            text: qsTrId("controls.sound")
            on: root.soundOn
            blocked: !root.soundAvailable
            hint: root.soundAvailable ? "" : qsTrId("controls.sound_off")
            onClicked: root.soundWanted()
            onRefused: root.soundRefused()
        }

        HeadTool {
            width: tools.wide ? tools.cell : Math.max(Theme.target, Theme.counter ? Math.min(implicitWidth, 1.5 * Theme.target) : implicitWidth)
            height: Theme.target
            objectName: "tool_reach"
            iconName: Theme.lowReach ? "lift" : "reach"
            text: qsTrId("controls.low_reach")
            on: Theme.lowReach
            visible: !Theme.counter
            onClicked: root.lowReachWanted()
        }

        HeadTool {
            width: tools.wide ? tools.cell : Math.max(Theme.target, Theme.counter ? Math.min(implicitWidth, 1.5 * Theme.target) : implicitWidth)
            height: Theme.target
            objectName: "tool_help"
            iconName: "help"
            text: qsTrId("controls.help")
            onClicked: root.helpWanted()
        }
    }

    // ---------------------------------------------------------------- words of this screen
    Item {
        id: words

        readonly property real full: column.implicitHeight
        readonly property bool tight: root.rail && keyboard.active && height < Theme.mm(70) // the title alone stays, whole

        clip: keyboard.active
        x: Theme.margin
        y: root.pageTop + root.breath
        width: root.rail ? root.width * (Theme.counter ? 0.31 : 0.3) - Theme.margin : root.width - 2 * Theme.margin
        height: root.rail ? bottom.y - y - Theme.space3 : root.reachTop > 0 ? root.reachTop - y : full
        visible: column.implicitHeight > 0

        ColumnLayout {
            id: column

            width: parent.width
            spacing: Theme.space3

            StepBar {
                Layout.fillWidth: true
                steps: root.steps
                current: root.step
                visible: steps.length > 0 && !words.tight && root.question === ""
            }

            KioskText {
                objectName: "rail_question"
                Layout.fillWidth: true
                Layout.maximumHeight: root.complaint === "" ? words.height : (words.height - column.spacing) / 2
                text: root.question
                color: Theme.brand
                font.bold: true
                fontSizeMode: Text.Fit
                minimumPixelSize: Theme.mm(6.6)
                visible: text !== ""
                wrapMode: Text.WordWrap
                Accessible.ignored: true
            }

            KioskText {
                Layout.fillWidth: true
                Layout.maximumHeight: (words.height - column.spacing) / 2
                text: root.complaint
                color: Theme.bad
                font.bold: true
                fontSizeMode: Text.Fit
                minimumPixelSize: Theme.mm(6.6)
                visible: text !== ""
                wrapMode: Text.WordWrap
                Accessible.ignored: true
            }

            // In a rail the words have so much room and no more: there they grow smaller before they are cut or broken.
            Prose {
                id: titleText

                Layout.fillWidth: true
                Layout.maximumHeight: root.rail ? words.height * (instructionText.visible ? 0.5 : 1) : implicitHeight
                text: root.title
                role: "title"
                fontSizeMode: root.rail ? Text.Fit : Text.FixedSize
                lineHeight: 0.9
                minimumPixelSize: Theme.body
                visible: text !== "" && !root.squeezed
                wrapMode: Text.WordWrap
            }

            Prose {
                id: instructionText

                Layout.fillWidth: true
                Layout.maximumHeight: root.rail ? Math.max(0, words.height - y) : implicitHeight
                text: root.instruction
                role: "lead"
                fontSizeMode: root.rail ? Text.Fit : Text.FixedSize
                minimumPixelSize: Theme.mm(6.6)
                visible: text !== "" && !words.tight && !(root.rail && keyboard.active)
                wrapMode: Text.WordWrap
            }
        }

        Loader {
            id: pictureBelow

            readonly property real room: words.height - words.full - Theme.space4

            active: root.picture !== null && (root.rail || root.reachTop > 0) && room > Theme.mm(30)
            sourceComponent: root.picture
            y: words.full + Theme.space4
            width: parent.width
            height: room
        }
    }

    // ---------------------------------------------------------------- body
    Item {
        id: stage

        enabled: !root.covered
        x: root.rail ? words.x + words.width + Theme.space5 : Theme.margin
        y: root.rail ? root.pageTop + root.breath : root.reachTop > 0 ? root.reachTop : words.y + (words.full > 0 ? words.full + Theme.space4 : 0)
        width: root.width - Theme.margin - x
        height: Math.max(0, bottom.y - y - Math.min(root.breath, Theme.space3))

        Loader {
            id: pictureAbove

            active: root.picture !== null && !pictureBelow.active && !root.rail && root.reachTop === 0
            sourceComponent: root.picture
            width: parent.width
            height: active ? Math.min(parent.height * 0.42, Theme.mm(150)) : 0
        }

        Item {
            id: body

            y: pictureAbove.height > 0 ? pictureAbove.height + Theme.space4 : 0
            width: parent.width
            height: parent.height - y
        }
    }

    // Everything below this line belongs to the keyboard, the tools of low reach, and the foot.
    Item {
        id: bottom

        y: (root.low && root.toolsVisible ? toolGround.y : foot.y) - keyboard.height
    }

    Loader {
        id: keyboard

        y: bottom.y
        width: parent.width
        height: active ? (item as Item)?.implicitHeight ?? 0 : 0
        active: root.keyboardModel !== null && (root.editing?.visible ?? false)

        sourceComponent: KeyboardPanel {
            model: root.keyboardModel
            target: root.editing
            onClosed: root.closeKeyboard()
        }
    }

    // ---------------------------------------------------------------- foot
    Rectangle {
        id: foot

        readonly property bool used: root.backVisible || root.mainText !== "" || root.otherText !== ""

        y: parent.height - height
        width: parent.width
        height: used ? Math.max(backButton.implicitHeight, otherButton.implicitHeight, mainButton.implicitHeight, Theme.target) + 2 * (Theme.counter ? Theme.space2 : Theme.space3) : 0
        visible: used
        enabled: !root.covered
        color: Theme.surface

        Rectangle {
            width: parent.width
            height: Theme.hairline
            color: Theme.line
        }

        RowLayout {
            anchors.fill: parent
            anchors.leftMargin: Theme.margin
            anchors.rightMargin: Theme.margin
            spacing: Math.max(Theme.gap, Theme.space3)

            KioskButton {
                id: backButton

                Layout.minimumWidth: Theme.mm(48)
                objectName: "foot_back"
                iconName: "back"
                text: root.backText
                visible: root.backVisible
                onClicked: root.back()
            }

            Item {
                Layout.fillWidth: true
            }

            KioskButton {
                id: otherButton

                Layout.fillWidth: true // gives way to the main action, on two lines
                Layout.minimumWidth: Theme.mm(48)
                Layout.maximumWidth: Math.max(implicitWidth, Layout.minimumWidth)
                Layout.preferredWidth: Layout.maximumWidth
                objectName: "foot_other"
                kind: root.otherKind
                iconName: root.otherIcon
                text: root.otherText
                visible: text !== ""
                onClicked: root.other()
            }

            KioskButton {
                id: mainButton

                Layout.fillWidth: true // gives way to the others, on two lines
                Layout.maximumWidth: Math.max(implicitWidth, Layout.minimumWidth)
                Layout.minimumWidth: Math.min(Theme.mm(110), root.width * 0.34)
                Layout.preferredWidth: Layout.maximumWidth
                objectName: "foot_main"
                kind: "primary"
                iconName: root.mainIcon
                iconAfter: true
                text: root.mainText
                enabled: root.mainEnabled
                waits: root.mainWaits
                busy: root.mainBusy
                visible: text !== ""
                onClicked: root.main()
                onRefused: if (waits)
                    root.missed()
            }
        }
    }
}
