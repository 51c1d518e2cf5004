pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// One question with the control that fits its type. What is answered goes to the desk at once; what is wrong comes back.
// What a page says to the question stands below, to be taken with one touch.
Column {
    id: root

    required property var field
    readonly property string type: field.type
    readonly property string hints: [field.help, field.allowed].filter(hint => hint !== "").join("\n")
    readonly property string origin: field.source === "" ? "" : qsTrId(field.source)

    // The part that is wrong, of an answer that has several; or nothing.
    readonly property var wrongPart: field.parts.find(part => part.problem !== "") ?? null

    // Where that part stands on the page.
    function placeOf(part: var): Item {
        const wanted = "part_" + field.key + "_" + part.path;
        const waiting = [...root.children];
        while (waiting.length > 0) {
            const item = waiting.shift();
            if (item.objectName === wanted)
                return item as Item;
            waiting.push(...item.children);
        }
        return root;
    }

    // A date that is whole may be told what is wrong with it at once.
    function choose(value: string): void {
        Form.set(field.key, value);
        if (value !== "" && !value.split("-").some(part => Number(part) === 0))
            Form.leave(field.key);
    }

    objectName: "row_" + field.key
    spacing: Theme.space2

    Loader {
        width: parent.width
        sourceComponent: {
            switch (root.type) {
            case "enum":
            case "multi_enum":
                return choice;
            case "bool":
                return agreement;
            case "date":
                return date;
            case "month":
                return month;
            case "division":
            case "address":
                return place;
            case "person":
            case "agent":
            case "contact":
            case "date_range":
                return parts;
            case "commitment":
                return commitment;
            case "table":
                return table;
            default:
                return words;
            }
        }
    }

    KioskButton {
        width: parent.width
        objectName: "offer_" + root.field.key
        iconName: "page"
        lines: 4
        text: Sentence.fill(qsTrId("screens.form.offer"), {
            "value": root.field.offer
        })
        visible: root.field.offer !== ""
        onClicked: Form.takeOffer(root.field.key)
    }

    Component {
        id: words

        Field {
            id: input

            readonly property string wanted: root.field.value === null || root.field.value === undefined ? "" : String(root.field.value)

            objectName: "field_" + root.field.key
            label: root.field.label
            help: root.field.help
            error: root.field.problem
            source: root.origin
            optional: !root.field.required
            readOnly: root.field.readonly
            masked: root.field.readonly ? root.field.display : ""
            keyboard: root.field.keyboard === "none" ? "pinyin" : root.field.keyboard
            maximumLength: root.field.maxLength
            onEdited: text => Form.set(root.field.key, text)
            onMarkedChanged: if (!marked && !empty)
                Form.leave(root.field.key)
            // The desk may tidy what was typed; the cursor's field is left alone meanwhile.
            onWantedChanged: if (!marked && input.text !== wanted)
                input.text = wanted
            Component.onCompleted: input.text = wanted
        }
    }

    Component {
        id: choice

        ChoiceList {
            label: root.field.label
            help: root.field.help
            error: root.field.problem
            source: root.origin
            optional: !root.field.required
            many: root.type === "multi_enum"
            options: root.field.options
            value: root.field.value ?? (many ? [] : "")
            columns: options.length > 4 && Theme.textStep < 2 ? 2 : 1
            onChosen: value => {
                Form.set(root.field.key, value);
                Form.leave(root.field.key);
            }
        }
    }

    Component {
        id: agreement

        ChoiceList {
            readonly property string yes: qsTrId("screens.form.yes")
            readonly property string no: qsTrId("screens.form.no")

            label: root.field.label
            help: root.field.help
            error: root.field.problem
            source: root.origin
            options: [
                {
                    "value": true,
                    "label": yes
                },
                {
                    "value": false,
                    "label": no
                }
            ]
            value: root.field.value ?? ""
            columns: 2
            onChosen: value => Form.set(root.field.key, value)
        }
    }

    Component {
        id: date

        DatePicker {
            objectName: "date_" + root.field.key
            label: root.field.label
            help: root.hints
            error: root.field.problem
            source: root.origin
            optional: !root.field.required
            value: root.field.value ?? ""
            start: Station.today
            from: root.field.earliest
            to: root.field.latest
            onChosen: value => root.choose(value)
        }
    }

    Component {
        id: month

        MonthPicker {
            objectName: "month_" + root.field.key
            label: root.field.label
            help: root.hints
            error: root.field.problem
            source: root.origin
            optional: !root.field.required
            value: root.field.value ?? ""
            start: Station.today
            from: root.field.earliest
            to: root.field.latest
            onChosen: value => root.choose(value)
        }
    }

    // The statement itself stands above the tick: nobody promises what they have not seen.
    Component {
        id: commitment

        Column {
            Accessible.role: Accessible.Grouping
            Accessible.name: root.field.label
            spacing: Theme.space2

            FieldLabel {
                width: parent.width
                label: root.field.label
                source: root.origin
                optional: !root.field.required
            }

            Prose {
                width: parent.width
                text: root.field.help
            }

            Choice {
                objectName: "promise_" + root.field.key
                width: parent.width
                text: qsTrId("screens.form.promise")
                hint: root.field.help
                Accessible.name: root.field.label + " " + text
                many: true
                on: root.field.value === true
                onClicked: {
                    Form.set(root.field.key, !on);
                    Form.leave(root.field.key);
                }
            }

            FieldError {
                width: parent.width
                text: root.field.problem
            }
        }
    }

    Component {
        id: parts

        PartsField {
            field: root.field
            source: root.origin
        }
    }

    Component {
        id: table

        TableField {
            field: root.field
            source: root.origin
        }
    }

    Component {
        id: place

        PlaceField {
            field: root.field
            source: root.origin
        }
    }
}
