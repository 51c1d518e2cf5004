pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// For those who look after the terminal and have signed in: the devices, and the outbox. Pulling the card leaves.
KioskScreen {
    id: root

    readonly property bool outbox: Staff.page === "outbox"
    readonly property bool training: Staff.page === "training"
    readonly property bool inside: outbox || training
    property var parking: null // the row that is to be set aside

    title: outbox ? qsTrId("staff.outbox") : training ? qsTrId("staff.training") : qsTrId("staff.title")
    instruction: Sentence.fill(qsTrId("staff.instruction"), {
        "name": Staff.name
    })
    endVisible: false
    backText: inside ? qsTrId("staff.back") : qsTrId("staff.leave")
    mainText: outbox ? "" : !training ? qsTrId("staff.look_outbox") : Training.on ? qsTrId("staff.training.practise") : qsTrId("staff.training.begin")
    mainIcon: training ? "next" : "inbox"
    mainEnabled: !training || Training.on || Session.fault === ""

    otherText: inside ? "" : qsTrId("staff.report.print")
    otherIcon: ""
    otherKind: "secondary"

    function goOther(): void {
        Staff.makeReport();
    }

    function goBack(): void {
        if (inside)
            Staff.look("");
        else
            Session.back();
    }

    function goOn(): void {
        if (!training)
            Staff.look("outbox");
        else if (Training.on)
            Training.practise();
        else
            Training.begin();
    }

    Loader {
        anchors.fill: parent
        sourceComponent: root.outbox ? outboxPage : root.training ? trainingPage : devicesPage
    }

    Component {
        id: trainingPage

        StaffTraining {}
    }

    Component {
        id: devicesPage

        StaffDevices {}
    }

    Component {
        id: outboxPage

        StaffOutbox {
            onParkWanted: row => root.parking = row
        }
    }

    Overlay {
        parent: root
        objectName: "park"
        open: root.parking !== null
        kind: "warn"
        icon: "warn"
        title: qsTrId("staff.park.title")
        lines: [root.parking?.number ?? "", qsTrId("staff.park.text")]
        mainText: qsTrId("staff.park.not")
        secondText: qsTrId("staff.park.asked_by_department")
        thirdText: qsTrId("staff.park.suspected_duplicate")
        onMain: root.parking = null
        onSecond: root.park("asked_by_department")
        onThird: root.park("suspected_duplicate")
    }

    function park(reason: string): void {
        Staff.park(parking.seq, reason);
        parking = null;
    }
}
