pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk

// One question: label, where the value came from, the value, help, and the error in plain words right below it.
// The keyboard panel writes through `insert`, `erase` and `move`; keys of a real keyboard work too. Nothing here ever
// reaches the clipboard or an input method that learns.
FocusScope {
    id: root

    property string label
    property string called: label // the question's whole name, where the label alone says too little
    property alias text: input.text
    property string placeholder
    property string help
    property string error
    property string source // where a prefilled value came from, in words
    property bool optional: false
    property bool readOnly: false
    property string keyboard: "pinyin" // what the keyboard opens for: pinyin, name, place, letters, digits, id, amount, symbols
    property alias maximumLength: input.maximumLength
    property bool secret: false // dots for a PIN
    property string masked // shown instead of the value until it is held open
    property bool bare: false // the box alone: its question and its error stand elsewhere meanwhile
    property bool sticky: false // stays marked while the keyboard writes here without the focus

    readonly property bool editable: enabled && !readOnly && masked === ""
    readonly property bool shown: masked === "" || reveal.open
    readonly property alias empty: input.isEmpty
    readonly property bool marked: input.activeFocus || sticky

    signal edited(string text) // by the person, never by the program
    signal accepted

    function insert(piece: string): void {
        if (!editable)
            return;
        input.insert(input.cursorPosition, piece);
        edited(input.text);
    }

    function erase(): void {
        if (!editable || input.cursorPosition === 0)
            return;
        const at = input.cursorPosition;
        // A rare character is two code units: never leave half of one.
        const low = input.text.charCodeAt(at - 1);
        input.remove(at - (low >= 0xdc00 && low <= 0xdfff && at > 1 ? 2 : 1), at);
        edited(input.text);
    }

    function move(step: int): void {
        input.cursorPosition = Math.max(0, Math.min(input.length, input.cursorPosition + step));
    }

    function begin(): void {
        input.forceActiveFocus(Qt.OtherFocusReason);
    }

    implicitWidth: Theme.mm(120)
    implicitHeight: column.implicitHeight

    ColumnLayout {
        id: column

        width: parent.width
        spacing: Theme.space2

        FieldLabel {
            Layout.fillWidth: true
            label: root.label
            help: root.help
            source: root.source
            optional: root.optional
            visible: !root.bare
        }

        Rectangle {
            id: box

            Layout.fillWidth: true
            Layout.preferredHeight: Math.max(Theme.target, input.implicitHeight + Theme.space3)
            radius: Theme.radius2
            color: root.readOnly ? Theme.sunk : Theme.surface
            border.width: root.marked || root.error !== "" ? Theme.strokeStrong : Theme.stroke
            border.color: root.error !== "" ? Theme.bad : root.marked ? Theme.focus : root.readOnly ? Theme.sunk : Theme.edge

            TextInput {
                id: input

                readonly property bool isEmpty: text === ""

                Accessible.role: Accessible.EditableText
                Accessible.name: root.called
                // Qt keeps the name of a password field silent, so its label is said with the description.
                Accessible.description: [root.secret ? root.called : "", root.error, root.help, root.source].filter(part => part !== "").join(" ")
                Accessible.passwordEdit: root.secret
                Accessible.readOnly: root.readOnly
                Keys.onPressed: event => {
                    // No copy, no paste, no selection: the clipboard outlives the person.
                    const travels = [Qt.Key_Left, Qt.Key_Right, Qt.Key_Home, Qt.Key_End].includes(event.key);
                    if ((event.modifiers & (Qt.ControlModifier | Qt.MetaModifier)) || ((event.modifiers & Qt.ShiftModifier) && travels))
                        event.accepted = true;
                }

                anchors.fill: parent
                anchors.leftMargin: Theme.space4
                anchors.rightMargin: reveal.visible ? reveal.width + Theme.space3 : Theme.space4
                activeFocusOnTab: true
                focus: true
                clip: true
                color: Theme.ink
                cursorVisible: root.marked && root.editable
                echoMode: root.secret ? TextInput.Password : TextInput.Normal
                font.family: Theme.family
                font.pixelSize: Theme.lead
                font.bold: true
                inputMethodHints: Qt.ImhSensitiveData | Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase
                opacity: root.shown ? 1 : 0
                passwordCharacter: "●"
                readOnly: !root.editable
                selectByMouse: false
                verticalAlignment: TextInput.AlignVCenter
                onTextEdited: root.edited(text)
                onAccepted: root.accepted()

                cursorDelegate: Rectangle {
                    width: Theme.strokeStrong
                    color: Theme.focus
                    visible: root.marked && root.editable
                }
            }

            KioskText {
                anchors.fill: input
                text: root.masked
                role: "lead"
                font.bold: true
                fontSizeMode: Text.HorizontalFit
                maximumLineCount: 1
                minimumPixelSize: Theme.mm(6.6)
                verticalAlignment: Text.AlignVCenter
                visible: !root.shown
                wrapMode: Text.NoWrap
                Accessible.name: root.label + " " + root.masked
            }

            KioskText {
                anchors.fill: input
                text: root.placeholder
                role: "lead"
                color: Theme.inkSoft
                elide: Text.ElideRight
                maximumLineCount: 1
                wrapMode: Text.NoWrap
                verticalAlignment: Text.AlignVCenter
                visible: input.isEmpty && root.masked === ""
                Accessible.ignored: true
            }

            FocusRing {
                shown: input.activeFocus
            }

            Pressable {
                id: reveal

                property bool open: false

                anchors.right: parent.right
                height: parent.height
                text: qsTrId("controls.hold_to_show")
                leftPadding: Theme.space3
                rightPadding: Theme.space4
                visible: root.masked !== ""
                onPressed: reveal.show()
                onReleased: reveal.open = false
                onCanceled: reveal.open = false
                onVisibleChanged: reveal.open = false

                function show(): void {
                    open = true;
                    limit.restart();
                }

                contentItem: Row {
                    spacing: Theme.space2

                    Icon {
                        anchors.verticalCenter: parent.verticalCenter
                        name: "eye"
                    }

                    KioskText {
                        anchors.verticalCenter: parent.verticalCenter
                        text: reveal.text
                        role: "caption"
                        color: Theme.brand
                        wrapMode: Text.NoWrap
                        Accessible.ignored: true
                    }
                }

                Timer {
                    id: limit

                    interval: 10000
                    onTriggered: reveal.open = false
                }
            }
        }

        FieldError {
            Layout.fillWidth: true
            text: root.bare ? "" : root.error
        }
    }
}
