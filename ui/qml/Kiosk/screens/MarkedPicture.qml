pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.controls

// A picture with rings around the places that somebody should look at: left, top, width, height as shares of the picture.
Picture {
    id: root

    property var places: []
    readonly property real shownWidth: Math.min(width, height / ratio)
    readonly property real shownHeight: shownWidth * ratio

    Repeater {
        model: root.places

        Rectangle {
            required property var modelData
            readonly property real grown: Theme.mm(3)

            objectName: "marked_place"
            x: Math.max(0, (root.width - root.shownWidth) / 2 + modelData.left * root.shownWidth - grown)
            y: Math.max(0, (root.height - root.shownHeight) / 2 + modelData.top * root.shownHeight - grown)
            width: Math.min(root.width - x, modelData.width * root.shownWidth + 2 * grown)
            height: Math.min(root.height - y, modelData.height * root.shownHeight + 2 * grown)
            radius: Theme.radius2
            color: "transparent"
            border.width: Theme.strokeStrong * 1.6
            border.color: "#ffffff"

            Rectangle {
                anchors.fill: parent
                anchors.margins: Theme.strokeStrong * 0.3
                radius: parent.radius
                color: "transparent"
                border.width: Theme.strokeStrong
                border.color: "#c0261b"
            }
        }
    }
}
