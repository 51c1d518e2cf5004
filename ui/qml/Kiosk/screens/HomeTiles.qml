pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Six ways in and the moments of life. What is not offered here is grey and says where it is.
PageScroller {
    id: root

    readonly property var icons: ({
            "born": "baby",
            "school": "school",
            "work": "work",
            "business": "shop",
            "house": "key",
            "car": "car",
            "settle": "home",
            "marriage": "people",
            "health": "health",
            "travel": "globe",
            "old_age": "elder",
            "hardship": "shield",
            "public_info": "info"
        })

    spacing: Theme.space4

    GridLayout {
        id: grid

        // In elder mode the six are all there is, and fill the page.
        readonly property real tall: Session.elder ? (root.height - (6 / columns - 1) * rowSpacing) / (6 / columns) - Theme.space1 : 0
        readonly property real narrowest: Array.from(children).reduce((most, tile) => Math.max(most, tile.narrowest ?? 0), 0)
        readonly property int most: Theme.counter || Session.elder || Theme.textStep > (Theme.portrait ? 0 : 1) ? 2 : 3

        width: parent?.width ?? 0
        columns: [3, 2].find(count => count <= most && narrowest <= (width - (count - 1) * columnSpacing) / count) ?? 1
        columnSpacing: Theme.space3
        rowSpacing: Theme.space3
        uniformCellWidths: true
        uniformCellHeights: true

        Tile {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.minimumHeight: Math.max(implicitHeight, grid.tall)
            upright: Theme.portrait
            objectName: "tile_apply"
            iconName: "page"
            title: qsTrId("screens.home.tile.apply")
            subtitle: qsTrId("screens.home.tile.apply_note")
            onClicked: Catalogue.look("apply", "")
        }

        Tile {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.minimumHeight: Math.max(implicitHeight, grid.tall)
            upright: Theme.portrait
            objectName: "tile_print"
            iconName: "certificate"
            title: qsTrId("screens.home.tile.print")
            subtitle: qsTrId("screens.home.tile.print_note")
            onClicked: Catalogue.look("print", "")
        }

        Tile {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.minimumHeight: Math.max(implicitHeight, grid.tall)
            upright: Theme.portrait
            objectName: "tile_cases"
            iconName: "list"
            title: qsTrId("screens.home.tile.cases")
            subtitle: qsTrId("screens.home.tile.cases_note")
            reason: Cases.reason === "" ? "" : qsTrId(Cases.reason)
            onClicked: Cases.choose()
        }

        Tile {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.minimumHeight: Math.max(implicitHeight, grid.tall)
            upright: Theme.portrait
            objectName: "tile_collect"
            iconName: "inbox"
            title: qsTrId("screens.home.tile.collect")
            subtitle: qsTrId("screens.home.tile.collect_note")
            reason: Cases.collectReason === "" ? "" : qsTrId(Cases.collectReason)
            onClicked: Cases.chooseCollect()
        }

        Tile {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.minimumHeight: Math.max(implicitHeight, grid.tall)
            upright: Theme.portrait
            objectName: "tile_information"
            iconName: "info"
            title: qsTrId("screens.home.tile.information")
            subtitle: qsTrId("screens.home.tile.information_note")
            onClicked: Catalogue.look("information", "")
        }

        Tile {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.minimumHeight: Math.max(implicitHeight, grid.tall)
            upright: Theme.portrait
            objectName: "tile_all"
            iconName: "search"
            title: qsTrId("screens.home.all")
            subtitle: qsTrId("screens.home.all_note")
            onClicked: Catalogue.look("all", "")
        }
    }

    KioskText {
        width: parent?.width ?? 0
        topPadding: Theme.space2
        text: qsTrId("screens.home.life")
        role: "lead"
        font.bold: true
        color: Theme.brand
        visible: !Session.elder
    }

    Grid {
        id: life

        width: parent?.width ?? 0
        readonly property int most: (Theme.portrait || Theme.counter ? 3 : 4) - (Theme.textStep > 1 ? 1 : 0)
        readonly property real narrowest: Array.from(children).reduce((most, tile) => Math.max(most, tile.narrowest ?? 0), 0)

        columns: Math.max(1, Math.min(most, Math.floor((width + spacing) / (narrowest + spacing))))
        spacing: Theme.space3
        visible: !Session.elder

        Repeater {
            model: Catalogue.lifeEvents

            LifeTile {
                required property var modelData

                width: (life.width - (life.columns - 1) * life.spacing) / life.columns
                objectName: "life_" + modelData.id
                height: Math.max(implicitHeight, Theme.target)
                iconName: root.icons[modelData.id] ?? "people"
                text: modelData.name
                onClicked: Catalogue.look("life", modelData.id)
            }
        }
    }
}
