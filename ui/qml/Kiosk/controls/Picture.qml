import QtQuick
import Kiosk.Bridge

// One picture of the person's papers, whole and in the middle. It is asked for in the size that it is shown in, and lies in
// no cache: when the screen goes, it goes.
Item {
    id: root

    property string name
    readonly property real found: name === "" ? 0 : Pictures.ratio(name, Pictures.turn)
    readonly property bool present: found > 0
    readonly property real ratio: present ? found : 1.4142 // that of an A4 page while there is none
    readonly property size room: Qt.size(Math.floor(width), Math.floor(height))

    Image {
        anchors.fill: parent
        fillMode: Image.PreserveAspectFit
        cache: false
        source: root.present && root.visible && root.room.width > 0 && root.room.height > 0 ? "image://papers/still/" + Pictures.turn + "/" + encodeURIComponent(root.name) : ""
        sourceSize: root.room
        Accessible.ignored: true
    }
}
