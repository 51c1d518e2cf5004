import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// A sheet to write on. The strokes go to the desk when the finger lifts.
KioskScreen {
    id: root

    mainText: qsTrId("screens.sign.done")
    mainIcon: "check"
    mainEnabled: Case.signed

    Prose {
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.space2
        width: parent.width - clear.width - Theme.space4
        height: clear.height
        fontSizeMode: Text.Fit
        minimumPixelSize: Theme.mm(6.6)
        text: qsTrId("screens.sign.meaning")
        verticalAlignment: Text.AlignVCenter
    }

    KioskButton {
        id: clear

        anchors.right: parent.right
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.space2
        objectName: "sign_clear"
        iconName: "erase"
        text: qsTrId("screens.sign.clear")
        enabled: !pad.empty
        onClicked: pad.clear()
    }

    SignaturePad {
        id: pad

        objectName: "sign_pad"
        anchors.top: parent.top
        anchors.bottom: clear.top
        anchors.bottomMargin: Theme.space4
        width: parent.width
        prompt: qsTrId("screens.sign.here")
        onSigned: strokes => Case.sign(strokes, Math.round(width), Math.round(height))
        Component.onCompleted: pad.strokes = Case.strokes
    }
}
