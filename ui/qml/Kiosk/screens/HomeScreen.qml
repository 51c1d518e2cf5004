pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge

// What the person came for: six tiles and the moments of life, or one shelf of services, or the search.
KioskScreen {
    id: root

    readonly property string shelf: Catalogue.shelf
    readonly property var shelfTitles: ({
            "print": qsTrId("screens.home.tile.print"),
            "apply": qsTrId("screens.home.tile.apply"),
            "information": qsTrId("screens.home.tile.information"),
            "all": qsTrId("screens.home.all"),
            "search": qsTrId("screens.home.search_short"),
            "life": root.lifeName(Catalogue.wanted)
        })

    function lifeName(id: string): string {
        const event = Catalogue.lifeEvents.find(one => one.id === id);
        return event ? event.name : "";
    }

    endVisible: false
    title: shelf === "" ? qsTrId("screens.home.title") : shelfTitles[shelf] ?? ""
    instruction: shelf === "" ? qsTrId("screens.home.instruction") : shelf === "search" ? "" : qsTrId("screens.home.pick")
    // While one types, the keyboard may stand where the list is: the way to it is the main action then.
    mainText: shelf !== "search" ? qsTrId("screens.home.search_short") : typing && Catalogue.count > 0 ? Sentence.fill(qsTrId("screens.home.see_found"), {
        "count": Catalogue.count
    }) : ""
    mainIcon: shelf === "search" ? "list" : "search"
    otherText: Session.elder ? "" : qsTrId("screens.head.elder")
    otherIcon: Theme.textStep > 1 ? "" : "elder"
    otherKind: "secondary"

    function goBack(): void {
        if (shelf === "")
            Session.back();
        else
            Catalogue.look("", "");
    }

    function goOn(): void {
        if (shelf === "search")
            closeKeyboard();
        else
            Catalogue.look("search", "");
    }

    function goOther(): void {
        Session.setElder(true);
    }

    Loader {
        anchors.fill: parent
        sourceComponent: root.shelf === "" ? tiles : root.shelf === "search" ? search : services
    }

    Component {
        id: tiles

        HomeTiles {}
    }

    Component {
        id: services

        HomeShelf {}
    }

    Component {
        id: search

        HomeSearch {}
    }
}
