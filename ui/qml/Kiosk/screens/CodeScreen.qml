pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Six digits on a pad of ten. The digits themselves never come here: only how many there are.
KioskScreen {
    id: root

    readonly property string progress: Sentence.fill(qsTrId("screens.code.typed"), {
        "count": Person.codeDigits
    })
    readonly property bool sending: Session.busy && Person.codeDigits === 0

    instruction: sending ? qsTrId("screens.code.sending") : Sentence.fill(qsTrId("screens.code.instruction"), {
        "phone": Person.maskedPhone
    })
    mainText: qsTrId("screens.code.submit")
    mainEnabled: Person.codeDigits === 6 && !Session.busy
    mainBusy: Session.busy && Person.codeDigits === 6

    aloud: [Person.codeDigits > 0 ? progress : ""]

    function goOn(): void {
        Person.submitCode();
    }

    function typed(event: KeyEvent): bool {
        return pad.typed(event) || root.entered(event);
    }

    // On a counter the pad stands beside the six places, since there is no height for both.
    GridLayout {
        anchors.fill: parent
        columns: Theme.counter ? 2 : 1
        columnSpacing: Theme.space4
        rowSpacing: Theme.space4

        Row {
            id: places

            Layout.alignment: Qt.AlignHCenter | (Theme.counter ? Qt.AlignBottom : Qt.AlignTop)
            Layout.topMargin: Theme.portrait ? Theme.space4 : 0
            spacing: Theme.counter ? Theme.space1 : Theme.space3
            Accessible.role: Accessible.StaticText
            Accessible.name: root.progress

            Repeater {
                model: 6

                Rectangle {
                    id: place

                    required property int index

                    width: Theme.mm(Theme.counter ? 13 : 21)
                    height: Theme.mm(Theme.counter ? 18 : 25)
                    radius: Theme.radius2
                    color: Theme.surface
                    border.width: index === Person.codeDigits ? Theme.strokeStrong : Theme.stroke
                    border.color: index === Person.codeDigits ? Theme.focus : Theme.edge

                    Rectangle {
                        anchors.centerIn: parent
                        width: Theme.mm(6.5)
                        height: width
                        radius: width / 2
                        color: Theme.brand
                        visible: place.index < Person.codeDigits
                    }
                }
            }
        }

        GridLayout {
            id: again

            Layout.alignment: Qt.AlignHCenter | Qt.AlignTop
            Layout.maximumWidth: Theme.counter ? places.width : root.contentItem.width
            Layout.row: 1
            columns: Theme.counter ? 1 : 2
            columnSpacing: Theme.space4
            rowSpacing: Theme.space3

            KioskText {
                Layout.fillWidth: true
                text: qsTrId("screens.code.expires")
                color: Theme.inkSoft
                horizontalAlignment: Text.AlignHCenter
            }

            KioskButton {
                Layout.fillWidth: true
                objectName: "code_resend"
                kind: "quiet"
                text: Person.resendIn > 0 ? Sentence.fill(qsTrId("screens.code.resend_in"), {
                    "seconds": Person.resendIn
                }) : qsTrId("screens.code.resend")
                enabled: Person.resendIn === 0 && !Session.busy
                onClicked: Person.resendCode()
            }
        }

        DigitPad {
            id: pad

            Layout.column: Theme.counter ? 1 : 0
            Layout.row: Theme.counter ? 0 : 2
            Layout.rowSpan: Theme.counter ? 2 : 1
            Layout.fillWidth: true
            Layout.fillHeight: true
            enabled: !Session.busy
            eraseText: qsTrId("screens.code.erase")
            onDigit: key => Person.typeCode(key)
            onErase: Person.eraseCode()
        }

        Prose {
            // Where there is room for it: the pad comes first.
            readonly property real room: root.contentItem.height - places.height - again.implicitHeight - 4 * Theme.target - 3 * Theme.gap - 4 * Theme.space4

            Layout.row: 3
            Layout.fillWidth: true
            Layout.bottomMargin: Theme.space2
            text: qsTrId("screens.code.wrong_phone")
            color: Theme.inkSoft
            horizontalAlignment: Text.AlignHCenter
            visible: !Theme.counter && implicitHeight < room
        }
    }
}
