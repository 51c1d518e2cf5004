pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// A question with a fixed number of parts: a person, somebody who acts for one, a period.
Column {
    id: root

    required property var field
    property string source

    // An empty part of a period that is not asked for can be left alone again.
    readonly property bool begun: field.parts.some(part => part.value !== null && part.value !== undefined && part.value !== "")

    Accessible.role: Accessible.Grouping
    Accessible.name: root.field.label
    spacing: Theme.space3

    FieldLabel {
        width: parent.width
        label: root.field.label
        help: [root.field.help, root.field.allowed].filter(hint => hint !== "").join("\n")
        source: root.source
        optional: !root.field.required
    }

    Repeater {
        model: root.field.parts.length

        PartControl {
            required property int index

            width: parent?.width ?? 0
            of: root.field.key
            about: root.field.label
            part: root.field.parts[index]
            from: root.field.earliest
            to: root.field.latest
        }
    }

    KioskButton {
        objectName: "parts_clear"
        text: qsTrId("controls.clear")
        Accessible.name: root.field.label + " " + text
        visible: !root.field.required && root.begun
        onClicked: Form.set(root.field.key, {})
    }

    FieldError {
        width: parent.width
        text: root.field.problem
    }
}
