import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Seen from the door: what this is, that it is open, where to begin. The whole screen is the button.
KioskScreen {
    id: root

    title: ""
    instruction: ""
    backVisible: false
    toolsVisible: false
    aloud: [Station.name, qsTrId("screens.attract.title"), qsTrId("screens.attract.instruction")]

    Pressable {
        id: begin

        objectName: "attract_start"
        parent: root
        anchors.fill: parent
        text: qsTrId("screens.attract.instruction")
        focus: true
        background: null
        contentItem: null
        z: 1
        onClicked: Session.start()
    }

    AttractFace {
        anchors.fill: parent
        site: Station.site
        number: Station.number
        down: begin.down
    }
}
