pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The screen of the session's state, and above it, in order: trouble, the offer of elder mode, the question whether to
// leave, and the count-down, which any touch ends.
FocusScope {
    id: root

    // Components and not file names: every screen is compiled before the first person comes, and none from then on.
    readonly property var screens: ({
            "attract": attractScreen,
            "home": homeScreen,
            "guide": guideScreen,
            "for_whom": forWhomScreen,
            "consent": consentScreen,
            "identify": identifyScreen,
            "code": codeScreen,
            "again": againScreen,
            "cases": casesScreen,
            "case": caseScreen,
            "withdraw": withdrawScreen,
            "principal": principalScreen,
            "relation": relationScreen,
            "form": formScreen,
            "materials": materialsScreen,
            "capture": captureScreen,
            "sign": signScreen,
            "review": reviewScreen,
            "submit": submitScreen,
            "outcome": outcomeScreen,
            "preview": previewScreen,
            "print": printScreen,
            "taken": takenScreen,
            "guard": guardScreen,
            "staff_pin": staffPinScreen,
            "staff": staffScreen,
            "desk": deskScreen,
            "attest": attestScreen,
            "confirm": confirmScreen,
            "out_of_service": outOfServiceScreen,
            "choose": formScreen,
            "prepare": submitScreen
        })
    readonly property bool covered: help.active || trouble.open || elder.open || leave.open || idle.open

    focus: true

    Connections {
        target: Voice

        function onSaid(speaker: int, words: list<string>): void {
            Speech.open(speaker, words);
        }

        function onTold(words: list<string>): void {
            Speech.tell(words);
        }
    }

    // Who cannot see where the keypad is hears it.
    readonly property Item focused: Window.activeFocusItem

    onFocusedChanged: {
        const framed = !focused || focused instanceof ScreenFrame || focused instanceof Overlay || focused === root;
        if (framed || focused instanceof Pressable && !(focused as Pressable).visualFocus)
            return;
        const at = focused.Accessible;
        Speech.tell([at.name, at.checked ? qsTrId("speech.chosen") : "", at.description]);
    }

    Loader {
        id: loader

        anchors.fill: parent
        enabled: !root.covered
        focus: !root.covered
        visible: !help.active
        sourceComponent: root.screens[Session.state] ?? null
        // What comes first lies on the same words of a window that is about to go: nobody is to see the change.
        onLoaded: {
            if (changed)
                fade.restart();
            changed = true;
        }

        property bool changed: false

        NumberAnimation {
            id: fade

            target: loader.item
            property: "opacity"
            from: Theme.reducedMotion ? 1 : 0
            to: 1
            duration: Theme.motion
        }
    }

    // The step stays as it is behind the help: where it was scrolled to, what was marked.
    Loader {
        id: help

        readonly property KioskScreen step: loader.item as KioskScreen

        anchors.fill: parent
        active: Help.stage !== ""
        enabled: !trouble.open && !elder.open && !leave.open && !idle.open
        focus: active && enabled
        sourceComponent: Help.stage === "open" ? helpScreen : callBackScreen
    }

    Component {
        id: helpScreen

        HelpScreen {
            stepTitle: help.step?.title ?? ""
            stepInstruction: help.step?.instruction ?? ""
        }
    }

    Component {
        id: callBackScreen

        CallBackScreen {}
    }

    Component {
        id: attractScreen

        AttractScreen {}
    }

    Component {
        id: homeScreen

        HomeScreen {}
    }

    Component {
        id: guideScreen

        GuideScreen {}
    }

    Component {
        id: forWhomScreen

        ForWhomScreen {}
    }

    Component {
        id: principalScreen

        PrincipalScreen {}
    }

    Component {
        id: relationScreen

        RelationScreen {}
    }

    Component {
        id: consentScreen

        ConsentScreen {}
    }

    Component {
        id: identifyScreen

        IdentifyScreen {}
    }

    Component {
        id: codeScreen

        CodeScreen {}
    }

    Component {
        id: againScreen

        AgainScreen {}
    }

    Component {
        id: casesScreen

        CasesScreen {}
    }

    Component {
        id: caseScreen

        CaseScreen {}
    }

    Component {
        id: withdrawScreen

        WithdrawScreen {}
    }

    Component {
        id: formScreen

        FormScreen {}
    }

    Component {
        id: materialsScreen

        MaterialsScreen {}
    }

    Component {
        id: captureScreen

        CaptureScreen {}
    }

    Component {
        id: signScreen

        SignScreen {}
    }

    Component {
        id: reviewScreen

        ReviewScreen {}
    }

    Component {
        id: submitScreen

        SubmitScreen {}
    }

    Component {
        id: outcomeScreen

        OutcomeScreen {}
    }

    Component {
        id: previewScreen

        PreviewScreen {}
    }

    Component {
        id: printScreen

        PrintScreen {}
    }

    Component {
        id: takenScreen

        TakenScreen {}
    }

    Component {
        id: guardScreen

        GuardScreen {}
    }

    Component {
        id: staffPinScreen

        StaffPinScreen {}
    }

    Component {
        id: staffScreen

        StaffScreen {}
    }

    Component {
        id: deskScreen

        DeskScreen {}
    }

    Component {
        id: attestScreen

        AttestScreen {}
    }

    Component {
        id: confirmScreen

        ConfirmScreen {}
    }

    Component {
        id: outOfServiceScreen

        OutOfServiceScreen {}
    }

    Overlay {
        id: trouble

        readonly property var words: ({
                "retry": qsTrId("screens.trouble.retry"),
                "skip": qsTrId("screens.trouble.skip"),
                "change": qsTrId("screens.trouble.change"),
                "leave": qsTrId("screens.trouble.leave")
            })
        readonly property list<string> choices: Session.troubleChoices

        objectName: "trouble"
        open: Session.troubleId !== "" && !Session.leaving
        kind: "warn"
        icon: "warn"
        title: qsTrId("screens.trouble.title")
        lines: open ? [Sentence.fill(qsTrId(Session.troubleId), {
                "detail": Session.troubleDetail,
                "phone": Station.phone
            })] : []
        // What it lies over may be the number that the person is told to copy down.
        strong: Session.state === "outcome" ? Case.code : Session.state === "case" ? Cases.open.number ?? "" : ""
        strongName: qsTrId("screens.outcome.code")
        mainText: choices.length > 1 ? words[choices[0]] : ""
        secondText: choices.length > 2 ? words[choices[1]] : choices.length === 1 ? words[choices[0]] : ""
        thirdText: choices.length > 1 ? words[choices[choices.length - 1]] : ""
        picture: Session.troubleDevice !== "" ? waiting : null
        onMain: Session.answerTrouble(choices[0])
        onSecond: Session.answerTrouble(choices.length > 2 ? choices[1] : choices[0])
        onThird: Session.answerTrouble(choices[choices.length - 1])
    }

    Component {
        id: waiting

        ProgressRing {
            implicitWidth: Theme.mm(26)
            implicitHeight: Theme.mm(26)
            color: Theme.warn
        }
    }

    Overlay {
        id: elder

        objectName: "elder_offer"
        open: Session.elderOffered && !trouble.open
        icon: "elder"
        title: qsTrId("screens.elder.title")
        lines: [qsTrId("screens.elder.text")]
        mainText: qsTrId("screens.elder.yes")
        secondText: qsTrId("screens.elder.no")
        onMain: Session.setElder(true)
        onSecond: Session.setElder(false)
    }

    Overlay {
        id: leave

        objectName: "leave"
        open: Session.leaving
        icon: "out"
        title: qsTrId("screens.leave.title")
        lines: [qsTrId("screens.leave.text")]
        mainText: qsTrId("screens.leave.stay")
        secondText: qsTrId("screens.leave.go")
        onMain: Session.answerLeave(false)
        onSecond: Session.answerLeave(true)
    }

    Overlay {
        id: idle

        objectName: "idle"
        open: Session.warned
        kind: "warn"
        icon: "clock"
        title: qsTrId("screens.idle.title")
        // Said when it opens and every ten seconds, not with every second.
        readonly property int tens: Math.ceil(Math.max(0, Session.secondsLeft) / 10) * 10

        lines: [Sentence.fill(qsTrId("screens.idle.text"), {
                "seconds": Math.max(0, Session.secondsLeft)
            })]
        spoken: [title, Sentence.fill(qsTrId("screens.idle.text"), {
                "seconds": tens
            }), mainText]
        mainText: qsTrId("screens.idle.stay")
        picture: countdown
        onMain: Session.touched()
        onTouched: Session.touched()
    }

    TrainingMark {
        anchors.fill: parent
        z: 1000
    }

    Component {
        id: countdown

        ProgressRing {
            implicitWidth: Theme.mm(44)
            implicitHeight: Theme.mm(44)
            value: Math.max(0, Session.secondsLeft) / 30
            color: Theme.warn

            KioskText {
                anchors.centerIn: parent
                text: Math.max(0, Session.secondsLeft)
                role: "title"
                color: Theme.warn
            }
        }
    }
}
