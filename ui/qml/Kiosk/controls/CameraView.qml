import QtQuick
import Kiosk.Bridge

// What the camera sees, whole and in the middle, with the page's outline and a dot at each corner.
Item {
    id: root

    property color outline: "#00c389"
    property bool outlined: true // not while corners are set by hand
    readonly property size room: Qt.size(Math.floor(width), Math.floor(height))
    readonly property real across: Camera.ratio > 0 ? Math.min(width, height / Camera.ratio) : 0
    readonly property rect shown: Qt.rect((width - across) / 2, (height - across * Camera.ratio) / 2, across, across * Camera.ratio)

    function corners(): var {
        return Camera.corners();
    }

    Image {
        anchors.fill: parent
        fillMode: Image.PreserveAspectFit
        cache: false
        source: Camera.ready && root.visible && root.across > 0 ? "image://papers/live/" + Camera.turn + "/" + (root.outlined ? String(root.outline).slice(1) : "") : ""
        sourceSize: root.room
        Accessible.ignored: true
    }
}
