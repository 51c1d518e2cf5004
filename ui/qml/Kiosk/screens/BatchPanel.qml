import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// What the clerk who is signed in helped with today, and how far it got.
Panel {
    objectName: "batch"
    icon: "people"
    heading: qsTrId("staff.batch")
    strong: Assist.batchKnown ? Sentence.fill(qsTrId("staff.batch.count"), {
        "count": Assist.batch.count
    }) : qsTrId("staff.batch.unknown")
    text: !Assist.batchKnown || Assist.batch.count === 0 ? "" : Sentence.fill(qsTrId("staff.outbox_figures"), {
        "waiting": Assist.batch.waiting,
        "parked": Assist.batch.parked,
        "received": Assist.batch.received
    })
}
