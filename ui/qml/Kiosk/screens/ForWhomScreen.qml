import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// For whom: one touch chooses and goes on.
KioskScreen {
    id: root

    steps: []
    endVisible: false
    mainText: ""
    aloud: [mine.title, child.title, child.subtitle, asked.title, asked.subtitle]

    PageScroller {
        anchors.fill: parent
        spacing: Theme.space4

        Tile {
            id: child

            width: parent?.width ?? 0
            height: Math.max(implicitHeight, Theme.target)
            objectName: "whom_child"
            upright: false
            iconName: "baby"
            title: qsTrId("screens.for_whom.child")
            subtitle: qsTrId("screens.for_whom.child_note")
            onClicked: Acting.choose("child")
        }

        Tile {
            id: asked

            width: parent?.width ?? 0
            height: Math.max(implicitHeight, Theme.target)
            objectName: "whom_asked"
            upright: false
            iconName: "people"
            title: qsTrId("screens.for_whom.asked")
            subtitle: qsTrId("screens.for_whom.asked_note")
            onClicked: Acting.choose("asked")
        }

        Tile {
            id: mine

            width: parent?.width ?? 0
            height: Math.max(implicitHeight, Theme.target)
            objectName: "whom_self"
            upright: false
            iconName: "person"
            title: qsTrId("screens.for_whom.self")
            subtitle: qsTrId("screens.for_whom.self_note")
            onClicked: Acting.choose("self")
        }
    }
}
