import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// How the two belong together; a guardian's consent for a small child; a mandate to be signed, for whoever was asked.
KioskScreen {
    id: root

    property bool asked: false // the main button was touched while something was missing

    readonly property bool byMandate: Acting.capacity === "asked"

    aloud: [qsTrId("screens.relation.you_are")].concat(Acting.relations.map(one => qsTrId("acting.relation." + one)), Acting.needsConsent ? [consent.called, consent.note] : [], byMandate ? [qsTrId("screens.relation.mandate_note")] : [])
    mainText: Session.editing ? qsTrId("screens.form.save") : qsTrId("screens.principal.go")
    mainIcon: Session.editing ? "check" : "next"
    mainWaits: !Acting.complete
    mainEnabled: !Session.busy
    onMissed: {
        asked = true;
        page.reveal(Acting.relation === "" ? relation : consent);
    }

    function goOn(): void {
        Acting.goOn();
    }

    PageScroller {
        id: page

        anchors.fill: parent
        spacing: Theme.space4

        PersonCard {
            width: parent?.width ?? 0
            other: true
        }

        ChoiceList {
            id: relation

            width: parent?.width ?? 0
            label: qsTrId("screens.relation.you_are")
            error: root.asked && Acting.relation === "" ? qsTrId("screens.relation.missing") : ""
            options: Acting.relations.map(one => ({
                        "value": one,
                        "label": qsTrId("acting.relation." + one)
                    }))
            value: Acting.relation
            columns: Theme.textStep < 2 ? 2 : 1
            onChosen: value => Acting.chooseRelation(value)
        }

        Tick {
            id: consent

            width: parent?.width ?? 0
            objectName: "guardian_consent"
            heading: qsTrId("screens.relation.consent")
            note: qsTrId("screens.relation.consent_note")
            on: Acting.agrees
            missing: root.asked && !on ? qsTrId("screens.relation.consent_missing") : ""
            visible: Acting.needsConsent
            onClicked: Acting.agree(!Acting.agrees)
        }

        Panel {
            width: parent?.width ?? 0
            icon: "page"
            heading: qsTrId("screens.relation.mandate")
            text: qsTrId("screens.relation.mandate_note")
            visible: root.byMandate
        }

        KioskButton {
            width: parent?.width ?? 0
            height: Math.max(implicitHeight, Theme.target)
            objectName: "print_mandate"
            iconName: "printer"
            text: qsTrId("screens.relation.mandate_print")
            busy: Session.busy
            visible: root.byMandate
            onClicked: Acting.printMandate()
        }

        Item {
            width: 1
            height: Theme.space2
        }
    }
}
