pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The resident's own page: what is handed in in their name, in large words, and what of it the clerk entered.
KioskScreen {
    id: root

    readonly property string what: Sentence.fill(qsTrId("screens.confirm.what"), {
        "item": Catalogue.guide.name ?? ""
    })

    function entered(by: string): string {
        return Case.review.filter(line => line.by === by).map(line => line.label).join(qsTrId("screens.confirm.and"));
    }

    aloud: [what, clerks.heading, clerks.strong, own.heading, own.strong, qsTrId("screens.confirm.card"), backText]
    instruction: Sentence.fill(qsTrId("screens.confirm.instruction"), {
        "name": Person.maskedName
    })
    backText: qsTrId("screens.confirm.back")
    endVisible: false
    mainText: qsTrId("screens.confirm.yes")
    mainIcon: "check"

    PageScroller {
        anchors.fill: parent
        spacing: Theme.space4

        Prose {
            width: parent?.width ?? 0
            objectName: "confirm_what"
            text: root.what
            role: "title"
            color: Theme.brand
        }

        Panel {
            id: clerks

            width: parent?.width ?? 0
            icon: "pen"
            heading: qsTrId("screens.confirm.by_clerk")
            strong: root.entered("clerk") === "" ? qsTrId("screens.confirm.nothing") : root.entered("clerk")
        }

        Panel {
            id: own

            width: parent?.width ?? 0
            icon: "person"
            heading: qsTrId("screens.confirm.by_resident")
            strong: root.entered("resident")
        }

        Notice {
            width: parent?.width ?? 0
            text: qsTrId("screens.confirm.card")
        }
    }
}
