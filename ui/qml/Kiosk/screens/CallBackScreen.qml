import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The number at which somebody may call back; then what became of the wish: kept with its number, or not kept.
KioskScreen {
    id: root

    readonly property bool filed: Help.stage === "filed"
    readonly property bool refused: Help.stage === "refused"
    readonly property bool typingNumber: !filed && !refused
    readonly property string wrong: Help.problem === "" ? "" : Sentence.fill(qsTrId(Help.problem), {
        "missing": Help.missing
    })

    objectName: "screen_call_back"
    title: filed ? qsTrId("screens.call_back.title_filed") : refused ? qsTrId("screens.call_back.title_refused") : qsTrId("screens.call_back.title")
    instruction: filed ? qsTrId("screens.call_back.instruction_filed") : refused ? "" : qsTrId("screens.call_back.instruction")
    aloud: filed ? [qsTrId("screens.call_back.code"), Help.code, qsTrId("screens.call_back.called"), Help.called, Help.named ? qsTrId("screens.call_back.in_my_cases") : qsTrId("screens.call_back.by_phone")] : refused ? [qsTrId("screens.call_back.refused")] : [qsTrId("screens.call_back.purpose")]
    steps: []
    endVisible: false
    backVisible: !filed
    mainText: filed ? qsTrId("screens.call_back.go_on") : refused ? qsTrId("screens.trouble.retry") : qsTrId("screens.call_back.submit")
    mainIcon: filed ? "next" : "phone"
    mainEnabled: !typingNumber || Help.complete
    mainBusy: Help.stage === "filing"

    onWrongChanged: if (wrong !== "" && Help.missing === 0)
        Voice.tell([wrong])

    function goBack(): void {
        Help.close();
    }

    function goOn(): void {
        if (filed)
            Help.close();
        else
            Help.file();
    }

    function askHelp(): void {
        Help.close();
    }

    function typed(event: KeyEvent): bool {
        return pad.typed(event) || root.entered(event);
    }

    GridLayout {
        anchors.fill: parent
        columns: Theme.portrait ? 1 : 2
        columnSpacing: Theme.space4
        rowSpacing: Theme.space4
        visible: root.typingNumber

        ColumnLayout {
            Layout.fillWidth: true
            Layout.alignment: Theme.portrait ? Qt.AlignTop : Qt.AlignVCenter
            Layout.preferredWidth: 1
            spacing: Theme.space3

            Rectangle {
                Layout.fillWidth: true
                Layout.preferredHeight: Math.max(Theme.target, number.implicitHeight + 2 * Theme.space2)
                radius: Theme.radius2
                color: Theme.surface
                border.width: Theme.strokeStrong
                border.color: Theme.focus
                Accessible.role: Accessible.StaticText
                Accessible.name: Help.number

                KioskText {
                    id: number

                    objectName: "call_back_number"
                    anchors.centerIn: parent
                    width: parent.width - 2 * Theme.space3
                    text: Help.number
                    role: "title"
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.mm(6.6)
                    horizontalAlignment: Text.AlignHCenter
                    wrapMode: Text.NoWrap
                    Accessible.ignored: true
                }
            }

            // What is still missing scolds nobody; what is wrong does not mend by typing on.
            Prose {
                objectName: "call_back_missing"
                Layout.fillWidth: true
                text: root.wrong
                horizontalAlignment: Text.AlignHCenter
                visible: text !== "" && Help.missing > 0
            }

            FieldError {
                objectName: "call_back_wrong"
                Layout.fillWidth: true
                text: Help.missing > 0 ? "" : root.wrong
            }

            Prose {
                Layout.fillWidth: true
                text: qsTrId("screens.call_back.purpose")
                role: "caption"
                color: Theme.inkSoft
                horizontalAlignment: Text.AlignHCenter
            }
        }

        DigitPad {
            id: pad

            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: 1.2
            enabled: Help.stage === "phone"
            eraseText: qsTrId("screens.code.erase")
            onDigit: key => Help.typeDigit(key)
            onErase: Help.erase()
        }
    }

    PageScroller {
        anchors.fill: parent
        spacing: Theme.space3
        visible: !root.typingNumber

        Panel {
            width: parent?.width ?? 0
            icon: "check"
            kind: "good"
            heading: qsTrId("screens.call_back.code")
            strong: Help.code
            text: Help.named ? qsTrId("screens.call_back.in_my_cases") : qsTrId("screens.call_back.by_phone")
            visible: root.filed
        }

        Panel {
            objectName: "call_back_called"
            width: parent?.width ?? 0
            icon: "phone"
            heading: qsTrId("screens.call_back.called")
            strong: Help.called
            visible: root.filed
        }

        Notice {
            width: parent?.width ?? 0
            objectName: "call_back_refused"
            kind: "warn"
            text: qsTrId("screens.call_back.refused")
            nextStep: Sentence.fill(qsTrId("screens.call_back.refused_next"), {
                "phone": Station.phone
            })
            visible: root.refused
        }
    }
}
