import QtQuick
import Kiosk
import Kiosk.controls
import "Kiosk/screens"

// The attract screen before there is a terminal: the same to the eye, made of nothing but words and a clock. One touch or key
// is taken, shows, and stays shown until the terminal's own window comes.
Window {
    id: root

    required property var station // name, site, number; orientation, pxPerMm, reducedMotion as the configuration says
    property var now: ({}) // time, month, day, weekday
    property bool fitted: false // into what the desktop leaves free
    property bool taken: false
    property list<string> opening: ["", ""] // in both languages, shown when a person who touched has waited
    property bool late: false

    readonly property bool portrait: station.orientation === "portrait"
    readonly property bool counter: station.orientation === "counter"
    readonly property int designWidth: portrait ? 1080 : counter ? 1280 : 1920
    readonly property int designHeight: portrait ? 1920 : counter ? 800 : 1080
    readonly property real room: fitted ? Math.min(1, Screen.desktopAvailableHeight * 0.94 / designHeight, Screen.desktopAvailableWidth / designWidth) : 1
    readonly property real shrink: Math.min(1, root.width / designWidth, root.height / designHeight)

    objectName: "first"
    x: 0
    y: fitted ? Math.round(Screen.desktopAvailableHeight * 0.04) : 0
    width: Math.round(designWidth * room)
    height: Math.round(designHeight * room)
    title: station.name
    color: Theme.paper

    Binding {
        target: Theme
        property: "pxPerMm"
        value: root.station.pxPerMm * root.shrink
    }

    Binding {
        target: Theme
        property: "layout"
        value: root.station.orientation
    }

    Binding {
        target: Theme
        property: "reducedMotion"
        value: root.station.reducedMotion
    }

    Rectangle {
        id: head

        width: parent.width
        height: Theme.space2 + masthead.height + Theme.space2
        color: Theme.surface

        Rectangle {
            anchors.bottom: parent.bottom
            width: parent.width
            height: Theme.hairline
            color: Theme.line
        }

        Masthead {
            id: masthead

            x: Theme.margin
            y: Theme.space2
            width: parent.width - 2 * Theme.margin
            height: Math.max(toldHeight, Theme.mm(17))
            terminalName: root.station.name
            clock: root.now.time ?? ""
            date: root.now.time ? Sentence.today(root.now.month, root.now.day, root.now.weekday) : ""
        }
    }

    AttractFace {
        readonly property int breath: Theme.counter ? Theme.space3 : Theme.space4

        x: Theme.margin
        y: head.height + breath
        width: root.width - 2 * Theme.margin
        height: root.height - y - Math.min(breath, Theme.space3)
        site: root.station.site
        number: root.station.number
        down: root.taken
        opening: root.late ? root.opening : []
    }

    MouseArea {
        objectName: "first_start"
        anchors.fill: parent
        focus: true
        Accessible.role: Accessible.Button
        Accessible.name: qsTrId("screens.attract.instruction")
        Accessible.onPressAction: root.taken = true
        Keys.onPressed: event => {
            event.accepted = true;
            // The socket of an audio keypad sends these two: nobody pressed anything.
            root.taken = root.taken || event.key !== Qt.Key_F15 && event.key !== Qt.Key_F16;
        }
        onPressed: root.taken = true
    }

    Timer {
        interval: 2000
        running: root.taken
        onTriggered: root.late = true
    }
}
