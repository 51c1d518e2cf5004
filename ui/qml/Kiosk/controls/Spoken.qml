import QtQuick
import Kiosk

// The words that a frame or a dialog says while it is open. Several of them change at once; they are told when all have.
Timer {
    id: root

    property list<string> words
    property bool open: true
    property int level: 0 // a dialog is heard before the screen below it
    property int speaker: 0
    readonly property list<string> heard: open ? words.filter(word => word !== "") : []

    interval: 0
    onHeardChanged: restart()
    onTriggered: Voice.speak(speaker, level, heard)
    Component.onCompleted: {
        speaker = Voice.begin();
        restart();
    }
    Component.onDestruction: Voice.end(speaker)
}
