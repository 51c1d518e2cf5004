import QtQuick
import Kiosk
import Kiosk.controls

// A page that is here, small, as it will be handed in, with its number.
Rectangle {
    id: root

    required property int number // from 0
    property alias name: picture.name

    Accessible.role: Accessible.Graphic
    Accessible.name: Sentence.fill(qsTrId("screens.capture.page"), {
        "page": number + 1
    })
    objectName: "page_tile_" + number
    radius: Theme.radius2
    color: Theme.surface
    border.width: Theme.stroke
    border.color: Theme.line

    Picture {
        id: picture

        anchors.fill: parent
        anchors.margins: Theme.space1
    }

    PageNumber {
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        number: root.number
    }
}
