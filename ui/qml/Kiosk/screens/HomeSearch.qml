pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.Keyboard
import Kiosk.controls

// The search: what is typed above, what is found below, at once, also by letters that are still waiting for a character.
// The tiles are made once and filled anew with every key: making them would cost more than a frame.
Item {
    id: root

    readonly property string begun: Keyboard.model.preedit
    readonly property var nothing: ({
            "id": "",
            "name": "",
            "summary": "",
            "mode": "",
            "reason": "",
            "nextStep": ""
        })

    onBegunChanged: Catalogue.search(wanted.text, begun)

    Field {
        id: wanted

        objectName: "search_field"
        width: parent.width
        label: qsTrId("screens.home.search")
        keyboard: "pinyin"
        maximumLength: 40
        onEdited: text => Catalogue.search(text, root.begun)
        Component.onCompleted: wanted.begin()
    }

    PageScroller {
        anchors.top: wanted.bottom
        anchors.topMargin: Theme.space3
        anchors.bottom: parent.bottom
        width: parent.width
        spacing: Theme.space3

        Repeater {
            model: Catalogue.shown

            ServiceTile {
                required property int index

                width: parent?.width ?? 0
                service: Catalogue.found[index] ?? root.nothing
                visible: service.id !== ""
            }
        }

        Prose {
            width: parent?.width ?? 0
            objectName: "search_rest"
            text: Sentence.fill(qsTrId("screens.home.rest"), {
                "count": Catalogue.count - Catalogue.found.length
            })
            color: Theme.inkSoft
            visible: Catalogue.count > Catalogue.found.length
        }

        Notice {
            width: parent?.width ?? 0
            visible: Catalogue.count === 0 && !wanted.empty
            title: qsTrId("screens.home.none_found")
            nextStep: qsTrId("screens.home.none_found_next")
        }
    }
}
