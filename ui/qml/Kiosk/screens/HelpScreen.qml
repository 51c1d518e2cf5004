import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Help: the step once more, whom to call and what to tell them. The step waits behind it as it was.
KioskScreen {
    id: root

    property string stepTitle
    property string stepInstruction

    objectName: "screen_help"
    aloud: [qsTrId("screens.help.step"), stepTitle, stepInstruction, qsTrId("screens.help.station"), Station.phone, qsTrId("screens.help.hotline"), "12345", qsTrId("screens.help.number"), Station.number]
    title: qsTrId("screens.help.title")
    instruction: qsTrId("screens.help.instruction")
    steps: []
    endVisible: false
    backText: qsTrId("screens.help.close")
    mainText: Help.callable ? qsTrId("screens.help.call_back") : ""
    mainIcon: "phone"

    function goBack(): void {
        Help.close();
    }

    function goOn(): void {
        Help.callBack();
    }

    function askHelp(): void {
        Help.close();
    }

    PageScroller {
        anchors.fill: parent
        spacing: Theme.space3

        Panel {
            width: parent?.width ?? 0
            objectName: "help_step"
            icon: "page"
            heading: qsTrId("screens.help.step")
            strong: root.stepTitle
            text: root.stepInstruction
            visible: root.stepTitle !== ""
        }

        Panel {
            width: parent?.width ?? 0
            objectName: "help_station"
            icon: "phone"
            heading: qsTrId("screens.help.station")
            strong: Station.phone
            text: Station.site
        }

        Panel {
            width: parent?.width ?? 0
            icon: "phone"
            heading: qsTrId("screens.help.hotline")
            strong: "12345"
        }

        Panel {
            width: parent?.width ?? 0
            icon: "building"
            heading: qsTrId("screens.help.number")
            strong: Station.number
        }

        Panel {
            width: parent?.width ?? 0
            icon: "info"
            heading: qsTrId("screens.help.how")
            points: [
                {
                    "name": qsTrId("screens.help.1")
                },
                {
                    "name": qsTrId("screens.help.2")
                },
                {
                    "name": qsTrId("screens.help.3")
                }
            ]
        }
    }
}
