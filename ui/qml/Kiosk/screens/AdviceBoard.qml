pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.controls

// One sentence of advice on a board of its own. In less height than it asks for its words grow smaller before they are cut.
Rectangle {
    id: root

    property string text

    implicitHeight: whole.implicitHeight + Theme.space4
    radius: Theme.radius2
    color: Theme.surface
    border.width: Theme.stroke
    border.color: Theme.brand

    component Words: Prose {
        width: root.width - Theme.space4
        text: root.text
        role: "title"
        font.pixelSize: Theme.lead * (Theme.counter ? 1 : 1.15)
        horizontalAlignment: Text.AlignHCenter
        verticalAlignment: Text.AlignVCenter
        wrapMode: Text.WordWrap
    }

    Words { // says how high the whole would be
        id: whole

        visible: false
    }

    Words {
        objectName: "advice"
        anchors.centerIn: parent
        height: root.height - Theme.space2
        fontSizeMode: Text.Fit
        minimumPixelSize: Theme.mm(5.6)
        Accessible.role: Accessible.AlertMessage
    }
}
