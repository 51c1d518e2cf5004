pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Six digits on a pad of ten. The digits themselves never come here: only how many there are.
KioskScreen {
    id: root

    readonly property bool sending: Session.busy && Person.codeDigits === 0

    instruction: sending ? qsTrId("screens.code.sending") : Sentence.fill(qsTrId("screens.code.instruction"), {
        "phone": Person.maskedPhone
    })
    mainText: qsTrId("screens.code.submit")
    mainEnabled: Person.codeDigits === 6 && !Session.busy
    mainBusy: Session.busy && Person.codeDigits === 6

    function goOn(): void {
        Person.submitCode();
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.space4

        Row {
            Layout.alignment: Qt.AlignHCenter
            Layout.topMargin: Theme.portrait ? Theme.space4 : 0
            spacing: Theme.space3
            Accessible.role: Accessible.StaticText
            Accessible.name: Sentence.fill(qsTrId("screens.code.typed"), {
                "count": Person.codeDigits
            })

            Repeater {
                model: 6

                Rectangle {
                    id: place

                    required property int index

                    width: Theme.mm(Theme.counter ? 16 : 21)
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

        RowLayout {
            Layout.alignment: Qt.AlignHCenter
            spacing: Theme.space4

            KioskText {
                text: qsTrId("screens.code.expires")
                color: Theme.inkSoft
                wrapMode: Text.NoWrap
            }

            KioskButton {
                objectName: "code_resend"
                kind: "quiet"
                text: Person.resendIn > 0 ? Sentence.fill(qsTrId("screens.code.resend_in"), {
                    "seconds": Person.resendIn
                }) : qsTrId("screens.code.resend")
                enabled: Person.resendIn === 0 && !Session.busy
                onClicked: Person.resendCode()
            }
        }

        Item {
            Layout.fillHeight: true
            Layout.preferredHeight: 1
        }

        Grid {
            id: pad

            readonly property real cell: Math.min(Theme.mm(Theme.elder ? 76 : 60), (root.contentItem.width - 2 * spacing) / 3)
            readonly property real tall: Math.max(Theme.key, Math.min(Theme.mm(Theme.elder ? 38 : 30), (root.contentItem.height - Theme.mm(Theme.counter ? 62 : 76)) / 4 - spacing))

            Layout.alignment: Qt.AlignHCenter
            columns: 3
            spacing: Theme.gap

            Repeater {
                model: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "erase"]

                KioskButton {
                    id: key

                    required property string modelData

                    objectName: "digit_" + modelData
                    width: pad.cell
                    height: pad.tall
                    opacity: modelData === "" ? 0 : 1
                    enabled: modelData !== "" && !Session.busy
                    iconName: modelData === "erase" && Theme.textStep < 2 ? "erase" : ""
                    leftPadding: Theme.space1
                    rightPadding: Theme.space1
                    text: modelData === "erase" ? qsTrId("screens.code.erase") : modelData
                    onClicked: {
                        if (modelData === "erase")
                            Person.eraseCode();
                        else
                            Person.typeCode(modelData);
                    }

                    Binding {
                        target: key.contentItem
                        property: "visible"
                        value: key.modelData === "erase"
                    }

                    KioskText {
                        anchors.centerIn: parent
                        text: key.modelData === "erase" ? "" : key.modelData
                        role: "title"
                        color: key.enabled ? Theme.brand : Theme.inkSoft
                        Accessible.ignored: true
                    }
                }
            }
        }

        Item {
            Layout.fillHeight: true
            Layout.preferredHeight: 2
        }

        KioskText {
            Layout.fillWidth: true
            Layout.bottomMargin: Theme.space2
            text: qsTrId("screens.code.wrong_phone")
            color: Theme.inkSoft
            horizontalAlignment: Text.AlignHCenter
            visible: !Theme.counter
        }
    }
}
