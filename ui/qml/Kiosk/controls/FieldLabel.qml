import QtQuick
import Kiosk

// What stands above every kind of answer: the question, where a prefilled value came from, help.
Column {
    id: root

    property string label
    property string help
    property string source
    property bool optional: false

    spacing: Theme.space2

    Flow {
        width: parent.width
        spacing: Theme.space3

        KioskText {
            text: root.optional ? Sentence.fill(qsTrId("controls.optional"), {
                "label": root.label
            }) : root.label
            width: Math.min(implicitWidth, root.width)
            font.bold: true
            color: Theme.brand
            visible: text !== ""
            Accessible.ignored: true
        }

        SourceChip {
            text: root.source
            visible: root.source !== ""
        }
    }

    Prose {
        width: parent.width
        text: root.help
        role: "caption"
        color: Theme.inkSoft
        visible: text !== ""
        Accessible.ignored: true
    }
}
