pragma ComponentBehavior: Bound
import QtQuick
import Kiosk

// A question with its answers: `options` are maps {value, label, note?, enabled?}. `value` is the chosen value, or with
// `many` the list of them. Short answers stand in columns.
Column {
    id: root

    property string label
    property string about // what the answers are told apart by, where others are called the same
    property string help
    property string error
    property string source
    property bool optional: false
    property bool many: false
    property int columns: 1
    property var options: []
    property var value: many ? [] : ""

    // By the person: the new value, or list of values.
    signal chosen(var value)

    function isOn(option: var): bool {
        return many ? (value ?? []).includes(option) : value === option;
    }

    function choose(option: var): void {
        if (!many) {
            chosen(option);
            return;
        }
        // In the order of the options, whatever the order of the touches.
        chosen(options.map(entry => entry.value).filter(entry => entry === option ? !isOn(entry) : isOn(entry)));
    }

    Accessible.role: Accessible.Grouping
    Accessible.name: root.about === "" ? root.label : root.about
    Accessible.description: [root.error, root.help].filter(part => part !== "").join(" ")
    spacing: Theme.space2

    FieldLabel {
        width: parent.width
        label: root.label
        help: root.help
        source: root.source
        optional: root.optional
        visible: label !== "" || help !== ""
    }

    Grid {
        id: grid

        readonly property real cell: (root.width - (columns - 1) * columnSpacing) / columns

        width: parent.width
        columns: Math.max(1, root.columns)
        columnSpacing: Theme.gap
        rowSpacing: Theme.gap

        Repeater {
            model: root.options

            Choice {
                required property var modelData

                width: grid.cell
                objectName: "choice_" + modelData.value
                text: modelData.label
                note: modelData.note ?? ""
                enabled: modelData.enabled ?? true
                many: root.many
                on: root.isOn(modelData.value)
                Accessible.name: root.about === "" ? text : root.about + " " + text
                onClicked: root.choose(modelData.value)
            }
        }
    }

    FieldError {
        width: parent.width
        text: root.error
    }
}
