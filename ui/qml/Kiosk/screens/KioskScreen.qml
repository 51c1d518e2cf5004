import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.Keyboard
import Kiosk.controls

// The frame with what every screen has in common: who and where, the clock, the line, the tools, back and end.
ScreenFrame {
    id: root

    property bool endVisible: Session.journey !== ""
    property bool silenceAsked: false // why nothing can be heard
    property bool questioned: false // a question of the screen's own lies over it

    // A screen with another meaning of a button overrides its function: a handler of its own would only be added.
    function goBack(): void {
        Session.back();
    }

    function goOn(): void {
        Session.confirm();
    }

    function goOther(): void {
        Session.cancel();
    }

    // Enter goes on from the digits of a keypad, while nothing else has its focus.
    function entered(event: KeyEvent): bool {
        const enter = event.key === Qt.Key_Return || event.key === Qt.Key_Enter || event.key === Qt.Key_Select;
        if (!enter || !mainEnabled || mainBusy)
            return false;
        goOn();
        return true;
    }

    // Letters or strokes that no character was picked for are not thrown away: they become the first candidate, and the page
    // waits until the person has seen it. Says whether nothing waits.
    function finishTyping(): bool {
        if (root.typing && Keyboard.model.composing) {
            if (Keyboard.model.candidates.length > 0)
                Keyboard.model.space();
            else
                Keyboard.model.enter();
            return false;
        }
        root.closeKeyboard();
        return true;
    }

    function askHelp(): void {
        Help.ask();
    }

    keyboardModel: Keyboard.model
    objectName: "screen_" + Session.state
    terminalName: Station.name
    clock: Station.time
    date: Sentence.today(Station.month, Station.day, Station.weekday)
    online: Station.lineUp
    // What the line's loss means for what is done here; a page for staff, or one that is closed, has nothing to promise.
    offlineText: ({
            "apply": qsTrId("controls.offline"),
            "certificate": qsTrId("screens.head.offline_print"),
            "cases": qsTrId("screens.head.offline_cases"),
            "supplement": qsTrId("screens.head.offline_supplement")
        })[Session.journey] ?? (["attract", "home"].includes(Session.state) ? qsTrId("screens.head.offline_home") : "")
    steps: Session.steps.map(name => qsTrId("screens.step." + name))
    step: Math.max(0, Session.step)
    title: qsTrId("screens." + Session.state + ".title")
    instruction: qsTrId("screens." + Session.state + ".instruction")
    otherText: endVisible ? qsTrId("screens.head.end") : ""
    otherIcon: Theme.textStep > 1 ? "" : "out"
    otherKind: "quiet"

    onBack: root.goBack()
    onMain: root.goOn()
    onOther: root.goOther()
    nextLanguage: Settings.nextLanguage
    onLanguageWanted: Settings.changeLanguage()
    onTextSizeWanted: Settings.setTextSize((Settings.textSize + 1) % 4)
    onContrastWanted: Settings.setHighContrast(!Settings.highContrast)
    onLowReachWanted: Settings.setLowReach(!Settings.lowReach)
    covered: silenceAsked || questioned
    soundOn: Speech.on
    soundAvailable: Speech.available
    onSoundWanted: Speech.toggle()
    onSoundRefused: silenceAsked = true
    onHelpWanted: root.askHelp()
    note: Training.on ? qsTrId("screens.training.strip") : ""
    hand: Assist.hand
    onHandWanted: Assist.passOver()

    Overlay {
        objectName: "silence"
        parent: root
        open: root.silenceAsked
        icon: "mute"
        title: qsTrId("screens.sound.title")
        lines: [Sentence.fill(qsTrId("screens.sound.text"), {
                "phone": Station.phone
            })]
        mainText: qsTrId("screens.help.close")
        onMain: root.silenceAsked = false
    }
}
