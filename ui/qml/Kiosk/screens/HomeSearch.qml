pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The search: what is typed above, what is found below, at once.
Item {
    id: root

    Field {
        id: wanted

        objectName: "search_field"
        width: parent.width
        label: qsTrId("screens.home.search")
        keyboard: "pinyin"
        maximumLength: 40
        onEdited: text => Catalogue.look("search", text)
        Component.onCompleted: wanted.begin()
    }

    PageScroller {
        anchors.top: wanted.bottom
        anchors.topMargin: Theme.space3
        anchors.bottom: parent.bottom
        width: parent.width
        spacing: Theme.space3

        Repeater {
            model: Catalogue.found

            ServiceTile {
                required property var modelData

                width: parent?.width ?? 0
                service: modelData
            }
        }

        Notice {
            width: parent?.width ?? 0
            visible: Catalogue.found.length === 0 && !wanted.empty
            title: qsTrId("screens.home.none_found")
            nextStep: qsTrId("screens.home.none_found_next")
        }
    }
}
