pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Everything to know before the first question: who, what to bring and what not, how long, how much, what comes out.
KioskScreen {
    id: root

    readonly property var guide: Catalogue.guide
    readonly property string reason: guide.reason ?? "" // it could be done when it was chosen, and cannot any more
    readonly property bool printed: Session.journey === "certificate"
    readonly property string proof: guide.assurance === "card+code" ? qsTrId("screens.guide.assurance.card_code") : guide.assurance === "card+clerk" ? qsTrId("screens.guide.assurance.card_clerk") : guide.assurance === "none" ? qsTrId("screens.guide.assurance.none") : qsTrId("screens.guide.assurance.card")

    function limit(of: var): string {
        if (of === undefined || of.value === undefined)
            return "";
        if (of.value === 0)
            return qsTrId("screens.guide.immediate");
        return Sentence.fill(of.unit === "working_day" ? qsTrId("screens.guide.working_days") : qsTrId("screens.guide.calendar_days"), {
            "days": of.value
        });
    }

    // What hangs on an answer reads as one of these, by that answer; the others stand for themselves.
    function pointsOf(bring: var): var {
        const list = [];
        for (const one of bring) {
            if (one.choices === undefined) {
                list.push(one);
                continue;
            }
            list.push({
                "name": Sentence.fill(qsTrId(one.choices.length > 1 ? "screens.guide.one_of" : "screens.guide.only_for"), {
                    "question": one.question
                })
            });
            one.choices.forEach((choice, at) => choice.bring.forEach((paper, i) => list.push({
                        "name": i > 0 ? paper.name : Sentence.fill(qsTrId(at > 0 ? "screens.guide.or_choice" : "screens.guide.choice"), {
                            "when": choice.when.join(qsTrId("screens.guide.or_between")),
                            "name": paper.name
                        }),
                        "note": paper.note,
                        "inner": true
                    })));
            if (one.rest.length > 0)
                list.push({
                    "name": Sentence.fill(qsTrId("screens.guide.choice_none"), {
                        "when": one.rest.join(qsTrId("screens.guide.or_between"))
                    }),
                    "inner": true
                });
        }
        return list;
    }

    // What is agreed to by laying the card: of a certificate nothing else is asked for.
    function agreed(): var {
        const purposes = [
            {
                "name": qsTrId("screens.consent.identify"),
                "note": qsTrId("screens.consent.identify_note")
            },
            {
                "name": qsTrId("screens.agree.handle"),
                "note": Sentence.fill(qsTrId("screens.agree.handle_note"), {
                    "office": guide.office ?? ""
                })
            }
        ];
        return guide.assurance !== "card+code" ? purposes : purposes.concat([
            {
                "name": qsTrId("screens.consent.phone"),
                "note": qsTrId("screens.consent.phone_note")
            }
        ]);
    }

    function named(points: var): list<string> {
        return (points ?? []).map(point => point.name);
    }

    aloud: [qsTrId("screens.guide.who"), guide.who ?? "", qsTrId("screens.guide.needed")].concat(guide.bring?.length ? named(pointsOf(guide.bring)) : [qsTrId("screens.guide.nothing_needed")], [qsTrId("screens.guide.time"), limit(guide.promised), qsTrId("screens.guide.fee"), guide.charged ? qsTrId("screens.guide.charged") : qsTrId("screens.guide.free"), qsTrId("screens.guide.assurance"), proof], Session.agreesByCard ? [qsTrId("screens.agree.heading")].concat(named(agreed())) : [])
    title: guide.name ?? ""
    instruction: guide.summary ?? ""
    steps: []
    endVisible: false
    mainEnabled: reason === ""
    mainText: printed ? qsTrId("screens.guide.print") : qsTrId("screens.guide.begin")

    PageScroller {
        anchors.fill: parent
        spacing: Theme.space3

        Notice {
            width: parent?.width ?? 0
            objectName: "guide_obstacle"
            kind: "warn"
            title: root.reason === "" ? "" : qsTrId(root.reason)
            nextStep: root.reason === "" ? "" : Sentence.fill(qsTrId(root.guide.nextStep), {
                "phone": Station.phone
            })
            visible: root.reason !== ""
        }

        Panel {
            width: parent?.width ?? 0
            icon: "person"
            heading: qsTrId("screens.guide.who")
            text: root.guide.who ?? ""
        }

        Panel {
            width: parent?.width ?? 0
            icon: "shield"
            heading: qsTrId("screens.agree.heading")
            points: Session.agreesByCard ? root.agreed() : []
            visible: Session.agreesByCard
        }

        Tile {
            width: parent?.width ?? 0
            height: Math.max(implicitHeight, Theme.target)
            objectName: "guide_other"
            upright: false
            iconName: "people"
            title: qsTrId("screens.guide.other")
            subtitle: qsTrId("screens.guide.other_allowed")
            reason: root.reason !== "" ? qsTrId(root.reason) : Acting.allowed ? "" : qsTrId("screens.guide.other_only_self")
            onClicked: Acting.forAnother()
        }

        Panel {
            width: parent?.width ?? 0
            icon: "card"
            heading: qsTrId("screens.guide.needed")
            points: root.pointsOf(root.guide.bring ?? [])
            text: points.length === 0 ? qsTrId("screens.guide.nothing_needed") : ""
        }

        Panel {
            width: parent?.width ?? 0
            kind: "good"
            icon: "good"
            heading: qsTrId("screens.guide.not_needed")
            points: (root.guide.spared ?? []).concat([
                {
                    "name": qsTrId("screens.guide.spared.form")
                }
            ], root.printed ? [] : [
                {
                    "name": qsTrId("screens.guide.spared.copies")
                }
            ])
        }

        Grid {
            id: facts

            readonly property real cell: (width - (columns - 1) * spacing) / columns
            readonly property real tall: Math.max(time.implicitHeight, fee.implicitHeight)
            readonly property real tall2: Math.max(result.implicitHeight, identity.implicitHeight)

            width: parent?.width ?? 0
            columns: Theme.textStep > 1 || Theme.counter ? 1 : 2
            spacing: Theme.space3

            Panel {
                id: time

                width: facts.cell
                height: facts.columns > 1 ? facts.tall : implicitHeight
                icon: "clock"
                heading: qsTrId("screens.guide.time")
                strong: root.limit(root.guide.promised)
                text: root.guide.statutory?.value === undefined ? "" : Sentence.fill(qsTrId("screens.guide.statutory_is"), {
                    "limit": root.limit(root.guide.statutory)
                })
            }

            Panel {
                id: fee

                width: facts.cell
                height: facts.columns > 1 ? facts.tall : implicitHeight
                icon: "receipt"
                heading: qsTrId("screens.guide.fee")
                strong: root.guide.charged ? qsTrId("screens.guide.charged") : qsTrId("screens.guide.free")
                text: root.guide.feeNote ?? ""
            }

            Panel {
                id: result

                width: facts.cell
                height: facts.columns > 1 ? facts.tall2 : implicitHeight
                icon: "certificate"
                heading: qsTrId("screens.guide.result")
                strong: root.guide.result ?? ""
                text: root.guide.collected ?? ""
            }

            Panel {
                id: identity

                width: facts.cell
                height: facts.columns > 1 ? facts.tall2 : implicitHeight
                icon: "shield"
                heading: qsTrId("screens.guide.assurance")
                strong: root.proof
            }
        }

        RowLayout {
            width: parent?.width ?? 0
            spacing: Theme.space3

            Prose {
                Layout.fillWidth: true
                text: root.guide.office ?? ""
                role: "caption"
                color: Theme.inkSoft
            }

            SampleTag {
                visible: root.guide.sample ?? false
            }
        }
    }
}
