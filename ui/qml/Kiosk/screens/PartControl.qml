pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// One part of an answer, with the control that fits its type. It stays while the answer around it changes: somebody may be
// typing into it.
Loader {
    id: root

    required property string of // the field's key
    required property string about // the question, and the row, that it is part of
    required property var part
    property string from // of a day, the first and the last that can be chosen
    property string to

    readonly property string path: part?.path ?? ""
    readonly property string label: part?.label ?? ""
    readonly property string called: about + " " + label
    readonly property string problem: part?.problem ?? ""
    readonly property var value: part?.value ?? ""

    function answer(value: var): void {
        Form.setPart(root.of, root.path, value);
    }

    function leave(): void {
        Form.leavePart(root.of, root.path);
    }

    objectName: "part_" + of + "_" + path
    sourceComponent: part === undefined ? null : part.type === "enum" ? choice : part.type === "date" ? date : words

    Component {
        id: words

        Field {
            id: input

            readonly property string wanted: String(root.value ?? "")

            objectName: "field_" + root.of + "_" + root.path
            label: root.label
            called: root.called
            error: root.problem
            optional: !(root.part?.required ?? true)
            keyboard: root.part?.keyboard ?? "pinyin"
            maximumLength: 200
            onEdited: text => root.answer(text)
            onMarkedChanged: if (!marked && !empty)
                root.leave()
            onWantedChanged: if (!marked && input.text !== wanted)
                input.text = wanted
            Component.onCompleted: input.text = wanted
        }
    }

    Component {
        id: choice

        ChoiceList {
            label: root.label
            about: root.called
            error: root.problem
            optional: !(root.part?.required ?? true)
            options: root.part?.options ?? []
            value: root.value
            columns: Theme.textStep < 2 ? 2 : 1
            onChosen: value => {
                root.answer(value);
                root.leave();
            }
        }
    }

    Component {
        id: date

        DatePicker {
            objectName: "date_" + root.of + "_" + root.path
            label: root.label
            about: root.called
            error: root.problem
            value: root.value
            start: Station.today
            from: root.from
            to: root.to
            onChosen: value => {
                root.answer(value);
                if (value !== "" && !value.split("-").some(part => Number(part) === 0))
                    root.leave();
            }
        }
    }
}
