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

    Repeater {
        model: 12

        KioskText {
            required property int index

            x: (index % 2 === 0 ? 0.04 : 0.46) * root.width
            y: (Math.floor(index / 2) + 0.55) * root.height / 6 - height / 2
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
