pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// One page of the form: who it is about, then a few questions. Serves the choosing of a certificate's contents too.
KioskScreen {
    id: root

    property list<string> firstWrong // the first question that is wrong, and what is wrong with it
    readonly property bool last: Session.page + 1 >= Form.pageCount

    aloud: [Form.pageCount > 1 ? Sentence.fill(qsTrId("controls.page_of"), {
            "page": Session.page + 1,
            "count": Form.pageCount
        }) : ""].concat(firstWrong)
    mainText: Session.editing ? qsTrId("screens.form.save") : qsTrId("screens.form.next")
    mainIcon: Session.editing ? "check" : "next"

    function goOn(): void {
        if (!root.finishTyping())
            return;
        root.firstWrong = [];
        Form.answerPage();
        problem.restart();
    }

    // What is wrong comes into view; nobody has to look for it.
    function showProblem(): void {
        for (let at = 0; at < questions.count; at++) {
            const row = questions.itemAt(at) as FieldRow;
            if (row && row.field.problem !== "") {
                scroller.reveal(row);
                firstWrong = [row.field.label, row.field.problem];
                return;
            }
            if (row && row.wrongPart !== null) {
                const place = row.placeOf(row.wrongPart) as PartControl;
                scroller.reveal(place);
                firstWrong = [place.called, row.wrongPart.problem];
                return;
            }
        }
    }

    // Not Qt.callLater: the screen may be gone by then.
    Timer {
        id: problem

        interval: 0
        onTriggered: root.showProblem()
    }

    PageScroller {
        id: scroller

        objectName: "form_page"
        anchors.fill: parent
        spacing: Theme.space5

        PersonCard {
            width: parent?.width ?? 0
            other: Acting.known
            visible: Session.page === 0
        }

        Repeater {
            id: questions

            model: Form.fields

            FieldRow {
                width: parent?.width ?? 0
            }
        }

        Item {
            width: 1
            height: Theme.space2
        }
    }
}
