pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import "Kiosk/screens"

// The one window. It shows the screen that bears the session's state and whatever lies over it; it decides nothing.
Window {
    id: root

    readonly property bool portrait: Station.orientation === "portrait"
    readonly property bool counter: Station.orientation === "counter"
    property bool fitted: false // into what the desktop leaves free
    property size desktop: Qt.size(Screen.desktopAvailableWidth, Screen.desktopAvailableHeight)
    readonly property real room: fitted ? Math.min(1, desktop.height * 0.94 / designHeight, desktop.width / designWidth) : 1
    readonly property int designWidth: portrait ? 1080 : counter ? 1280 : 1920
    readonly property int designHeight: portrait ? 1920 : counter ? 800 : 1080
    // On a desktop that is too low for it, the terminal shows as a smaller one.
    readonly property real shrink: Math.min(1, root.width / designWidth, root.height / designHeight)

    // At the left, beside the dock, and so low that a title bar shows; where nothing places windows they would cover it.
    x: 0
    y: fitted ? Math.round(desktop.height * 0.04) : 0
    width: Math.round(designWidth * room)
    height: Math.round(designHeight * room)
    title: Station.name
    color: Theme.paper

    Binding {
        target: Theme
        property: "pxPerMm"
        value: Station.pxPerMm * root.shrink
    }

    Binding {
        target: Theme
        property: "layout"
        value: Station.orientation
    }

    Binding {
        target: Theme
        property: "textStep"
        value: Settings.textSize
    }

    Binding {
        target: Theme
        property: "highContrast"
        value: Settings.highContrast
    }

    Binding {
        target: Theme
        property: "elder"
        value: Settings.elder
    }

    Binding {
        target: Theme
        property: "lowReach"
        value: Settings.lowReach
    }

    Binding {
        target: Theme
        property: "reducedMotion"
        value: Settings.reducedMotion
    }

    Stage {
        anchors.fill: parent
    }
}
