pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// One shelf of services: what can be done now first, the rest grey with its reason and the next step.
PageScroller {
    id: root

    spacing: Theme.space3

    Repeater {
        model: Catalogue.found

        ServiceTile {
            required property var modelData

            width: parent?.width ?? 0
            service: modelData
        }
    }

    KioskButton {
        readonly property int rest: Catalogue.count - Catalogue.found.length

        objectName: "shelf_more"
        width: parent?.width ?? 0
        height: Math.max(implicitHeight, Theme.target)
        iconName: "down"
        text: Sentence.fill(qsTrId("screens.home.more"), {
            "count": rest
        })
        visible: rest > 0
        onClicked: Catalogue.more()
    }

    Notice {
        width: parent?.width ?? 0
        visible: Catalogue.found.length === 0
        title: qsTrId("screens.home.none_found")
        nextStep: qsTrId("screens.home.none_found_next")
    }

    Item {
        width: 1
        height: Theme.space2
    }

    SampleTag {
        text: qsTrId("screens.head.sample_note")
    }
}
