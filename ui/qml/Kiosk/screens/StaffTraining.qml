pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Practice: what it is, what is to go wrong in it, and the way out of it.
PageScroller {
    id: root

    spacing: Theme.space3

    Notice {
        width: parent?.width ?? 0
        objectName: "training_said"
        kind: Training.on ? "bad" : "info"
        title: Training.on ? qsTrId("staff.training.on") : qsTrId("staff.training.off")
        text: qsTrId("staff.training.text")
    }

    KioskText {
        width: parent?.width ?? 0
        text: qsTrId("staff.training.faults")
        font.bold: true
        color: Theme.brand
        visible: Training.on
    }

    Repeater {
        model: Training.on ? Training.faults : []

        Tick {
            required property string modelData

            width: parent?.width ?? 0
            objectName: "fault_" + modelData
            heading: qsTrId("staff.training.fault." + modelData)
            note: qsTrId("staff.training.note." + modelData)
            on: Training.scripted.includes(modelData)
            onClicked: Training.toggle(modelData)
        }
    }

    KioskButton {
        width: parent?.width ?? 0
        objectName: "training_end"
        iconName: "out"
        text: qsTrId("staff.training.end")
        visible: Training.on
        onClicked: Training.end()
    }
}
