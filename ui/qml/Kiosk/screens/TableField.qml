pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// A question with any number of rows: each row a card whose answers stand below each other, large enough for a finger;
// rows are added and taken away by buttons.
Column {
    id: root

    required property var field
    property string source

    readonly property int columns: field.rows > 0 ? field.parts.length / field.rows : 0

    function rowName(row: int): string {
        return Sentence.fill(qsTrId("screens.form.row"), {
            "row": row
        });
    }

    Accessible.role: Accessible.Grouping
    Accessible.name: root.field.label
    spacing: Theme.space3

    FieldLabel {
        width: parent.width
        label: root.field.label
        help: root.field.help
        source: root.source
        optional: !root.field.required
    }

    Repeater {
        model: root.field.rows

        Rectangle {
            id: row

            required property int index
            readonly property int number: index + 1

            width: parent?.width ?? 0
            height: inside.height + 2 * Theme.space3
            radius: Theme.radius3
            color: Theme.surface
            border.width: Theme.highContrast ? Theme.stroke : Theme.hairline
            border.color: Theme.highContrast ? Theme.edge : Theme.line

            Column {
                id: inside

                x: Theme.space4
                y: Theme.space3
                width: parent.width - 2 * x
                spacing: Theme.space3

                KioskText {
                    width: parent.width
                    text: root.rowName(row.number)
                    font.bold: true
                    color: Theme.inkSoft
                }

                Repeater {
                    model: root.columns

                    PartControl {
                        required property int index

                        width: parent?.width ?? 0
                        of: root.field.key
                        about: root.field.label + " " + root.rowName(row.number)
                        part: root.field.parts[row.index * root.columns + index]
                    }
                }

                KioskButton {
                    objectName: "row_remove_" + row.number
                    iconName: "trash"
                    text: Sentence.fill(qsTrId("screens.form.row_remove"), {
                        "row": row.number
                    })
                    Accessible.name: root.field.label + " " + text
                    visible: root.field.rows > 1 || !root.field.required
                    onClicked: Form.removeRow(root.field.key, row.number)
                }
            }
        }
    }

    FieldError {
        width: parent.width
        text: root.field.problem
    }

    KioskButton {
        width: parent.width
        objectName: "row_add_" + root.field.key
        iconName: "plus"
        text: qsTrId("screens.form.row_add")
        Accessible.name: root.field.label + " " + text
        onClicked: Form.addRow(root.field.key)
    }
}
