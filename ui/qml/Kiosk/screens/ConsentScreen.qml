pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// One purpose, one tick. Nothing is ticked beforehand.
KioskScreen {
    id: root

    readonly property bool forCases: Session.journey === "cases"
    readonly property bool withPhone: Catalogue.guide.assurance === "card+code"
    property bool identify: false
    property bool handle: false
    property bool phone: false
    property bool asked: false // the main button was touched while something was missing

    function missing(on: bool): string {
        return asked && !on ? qsTrId("screens.consent.missing") : "";
    }

    readonly property list<Tick> ticks: withPhone ? [first, second, third] : [first, second]

    aloud: ticks.map(tick => tick.heading).concat(ticks.filter(tick => tick.missing !== "").map(tick => Sentence.fill(qsTrId("screens.consent.missing_one"), {
        "name": tick.heading
    })))
    instruction: qsTrId("screens.consent.instruction")
    mainText: qsTrId("screens.consent.agree")
    mainWaits: !identify || !handle || (withPhone && !phone)
    endVisible: false
    onMissed: {
        asked = true;
        page.reveal(ticks.find(tick => tick.missing !== "") ?? first);
    }

    PageScroller {
        id: page

        anchors.fill: parent
        spacing: Theme.space3

        Tick {
            id: first

            width: parent?.width ?? 0
            objectName: "consent_identify"
            heading: qsTrId("screens.consent.identify")
            note: qsTrId("screens.consent.identify_note")
            on: root.identify
            missing: root.missing(on)
            onClicked: root.identify = !root.identify
        }

        Tick {
            id: second

            width: parent?.width ?? 0
            objectName: "consent_handle"
            heading: root.forCases ? qsTrId("screens.consent.find") : qsTrId("screens.consent.handle")
            note: root.forCases ? qsTrId("screens.consent.find_note") : Sentence.fill(qsTrId("screens.consent.handle_note"), {
                "office": Catalogue.guide.office ?? ""
            })
            on: root.handle
            missing: root.missing(on)
            onClicked: root.handle = !root.handle
        }

        Tick {
            id: third

            width: parent?.width ?? 0
            objectName: "consent_phone"
            heading: qsTrId("screens.consent.phone")
            note: qsTrId("screens.consent.phone_note")
            on: root.phone
            missing: root.missing(on)
            visible: root.withPhone
            onClicked: root.phone = !root.phone
        }

        Notice {
            width: parent?.width ?? 0
            kind: "good"
            text: qsTrId("screens.consent.forget")
        }
    }
}
