pragma ComponentBehavior: Bound
import QtQuick
import Kiosk

// Where the person is: one sentence and one segment for each step. `steps` are the names, `current` counts from 0.
Column {
    id: root

    property list<string> steps
    property int current: 0

    readonly property string sentence: Sentence.fill(qsTrId("controls.step"), {
        "step": current + 1,
        "count": steps.length,
        "name": steps[current] ?? ""
    })

    Accessible.role: Accessible.ProgressBar
    Accessible.name: root.sentence
    spacing: Theme.space2
    visible: steps.length > 0

    KioskText {
        width: parent.width
        text: root.sentence
        role: "caption"
        color: Theme.inkSoft
        Accessible.ignored: true
    }

    Row {
        id: row

        readonly property real segment: root.steps.length > 0 ? (width - spacing * (root.steps.length - 1)) / root.steps.length : 0

        width: parent.width
        spacing: Theme.space1

        Repeater {
            model: root.steps.length

            Rectangle {
                required property int index

                width: row.segment
                height: Theme.mm(index === root.current ? 2.2 : 1.4)
                anchors.verticalCenter: parent?.verticalCenter
                radius: height / 2
                color: index <= root.current ? Theme.brand : Theme.highContrast ? Theme.paper : Theme.line
                border.width: Theme.highContrast ? Theme.hairline : 0
                border.color: Theme.edge
            }
        }
    }
}
