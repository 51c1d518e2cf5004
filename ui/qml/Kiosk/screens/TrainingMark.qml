pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Across every screen, question and dialog while somebody practises: no part of a photograph of it is without the mark.
Item {
    id: root

    objectName: "training_mark"
    visible: Training.on
    enabled: false
    clip: true

    readonly property int rows: Theme.portrait ? 6 : 3

    Repeater {
        model: 2 * root.rows

        KioskText {
            required property int index

            x: (index % 2 === 0 ? 0.02 : 0.52) * root.width
            y: (Math.floor(index / 2) + 0.55) * root.height / root.rows - height / 2
            text: qsTrId("screens.training.mark")
            role: "title"
            color: Theme.bad
            opacity: 0.24
            rotation: -18
            wrapMode: Text.NoWrap
            Accessible.ignored: true
        }
    }
}
