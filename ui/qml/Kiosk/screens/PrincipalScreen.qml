import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Whom it is done for: their card on the reader, or name and number in their own words.
KioskScreen {
    id: root

    property list<string> firstWrong // what is wrong with what was typed

    aloud: [qsTrId("screens.principal.where"), qsTrId("screens.principal.or")].concat(firstWrong)
    mainText: qsTrId("screens.principal.go")

    function goOn(): void {
        if (!root.finishTyping())
            return;
        Acting.namePrincipal();
        firstWrong = [Acting.nameProblem, Acting.numberProblem].filter(id => id !== "").map(id => qsTrId(id));
        if (Acting.nameProblem !== "")
            page.reveal(name);
        else if (Acting.numberProblem !== "")
            page.reveal(number);
    }

    PageScroller {
        id: page

        anchors.fill: parent
        spacing: Theme.space4

        Where {
            width: parent?.width ?? 0
            height: Theme.mm(Theme.counter ? 46 : Theme.portrait ? 120 : 70)
            place: "reader"
            visible: !root.typing
        }

        PersonCard {
            width: parent?.width ?? 0
            other: true
            visible: Acting.known
        }

        Prose {
            width: parent?.width ?? 0
            text: qsTrId("screens.principal.or")
            role: "lead"
            font.bold: true
            color: Theme.brand
        }

        Field {
            id: name

            width: parent?.width ?? 0
            objectName: "field_name"
            label: qsTrId("screens.principal.name")
            error: Acting.nameProblem === "" ? "" : qsTrId(Acting.nameProblem)
            keyboard: "name"
            maximumLength: 64
            onEdited: text => Acting.write("name", text)
            Component.onCompleted: text = Acting.name
        }

        Field {
            id: number

            width: parent?.width ?? 0
            objectName: "field_number"
            label: qsTrId("screens.principal.number")
            error: Acting.numberProblem === "" ? "" : qsTrId(Acting.numberProblem)
            keyboard: "id"
            maximumLength: 18
            onEdited: text => Acting.write("number", text)
            Component.onCompleted: text = Acting.number
        }

        Item {
            width: 1
            height: Theme.space2
        }
    }
}
