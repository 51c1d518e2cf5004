pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The PIN of the staff card that is in the reader. The digits never come here: only how many there are.
KioskScreen {
    id: root

    title: qsTrId("staff.pin.title")
    instruction: Sentence.fill(qsTrId("staff.pin.instruction"), {
        "name": Staff.name
    })
    endVisible: false
    backText: qsTrId("staff.leave")
    mainText: qsTrId("staff.pin.submit")
    mainEnabled: Staff.pinComplete && !Session.busy
    mainBusy: Session.busy

    function goOn(): void {
        Staff.enterPin();
    }

    function typed(event: KeyEvent): bool {
        return pad.typed(event) || root.entered(event);
    }

    GridLayout {
        anchors.fill: parent
        columns: Theme.portrait ? 1 : 2
        columnSpacing: Theme.space4
        rowSpacing: Theme.space4

        Rectangle {
            Layout.fillWidth: true
            Layout.preferredWidth: 1
            Layout.preferredHeight: Theme.target
            Layout.alignment: Theme.portrait ? Qt.AlignTop : Qt.AlignVCenter
            radius: Theme.radius2
            color: Theme.surface
            border.width: Theme.strokeStrong
            border.color: Theme.focus
            Accessible.role: Accessible.StaticText
            Accessible.name: Sentence.fill(qsTrId("staff.pin.typed"), {
                "count": Staff.pinDigits
            })

            Row {
                objectName: "pin_dots"
                anchors.centerIn: parent
                spacing: Theme.space2

                Repeater {
                    model: Staff.pinDigits

                    Rectangle {
                        width: Theme.mm(5)
                        height: width
                        radius: width / 2
                        color: Theme.brand
                    }
                }
            }
        }

        DigitPad {
            id: pad

            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: 1.2
            enabled: !Session.busy
            eraseText: qsTrId("screens.code.erase")
            onDigit: key => Staff.typePin(key)
            onErase: Staff.erasePin()
        }
    }
}
