import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// One service on a shelf.
Tile {
    id: root

    required property var service

    objectName: "item_" + service.id
    upright: false
    iconName: service.mode === "query_print" ? "certificate" : "page"
    title: service.name
    subtitle: service.summary
    reason: service.reason === "" ? "" : [qsTrId(service.reason), service.nextStep === "" ? "" : qsTrId(service.nextStep)].filter(part => part !== "").map(part => Sentence.fill(part, {
            "phone": Station.phone
        })).join(" ")
    onClicked: Catalogue.choose(service.id)
}
