pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// A place, division by division: what was chosen stands as a row that leads back, the next level below it as buttons.
// For an address, the street follows once the divisions are chosen.
Column {
    id: root

    required property var field
    property string source

    readonly property bool street: field.type === "address"
    readonly property var value: field.value ?? (street ? {} : "")
    readonly property string code: street ? value.division ?? "" : String(value)
    // The names are those of the language: another one names every division anew.
    readonly property var path: Settings.language !== "" ? trace(code) : []
    readonly property var next: Settings.language !== "" ? Form.divisions(path.length > 0 ? path[path.length - 1].value : "", field.national) : []
    readonly property bool settled: path.length > 0 && next.length === 0

    // The codes contain each other: 2 digits for the province, 4 city, 6 county, 9 town, 12 community.
    function trace(code: string): var {
        const found = [];
        let level = Form.divisions("", field.national);
        while (code !== "" && level.length > 0) {
            const step = level.find(one => covers(one.value, code));
            if (step === undefined)
                break;
            found.push(step);
            if (step.value === code)
                break;
            level = Form.divisions(step.value, field.national);
        }
        return found;
    }

    function depth(code: string): int {
        let significant = code.length;
        while (significant > 0 && code[significant - 1] === "0")
            significant -= 1;
        return [2, 4, 6, 9, 12].find(length => length >= significant) ?? 12;
    }

    function covers(above: string, code: string): bool {
        return code.slice(0, depth(above)) === above.slice(0, depth(above));
    }

    // What is asked for next, by how deep it lies.
    function wanted(): string {
        switch (next.length > 0 ? depth(next[0].value) : 12) {
        case 2:
            return qsTrId("screens.form.place_province");
        case 4:
            return qsTrId("screens.form.place_city");
        case 6:
            return path.length === 0 ? qsTrId("screens.form.place_first") : qsTrId("screens.form.place_county");
        case 9:
            return qsTrId("screens.form.place_next");
        default:
            return qsTrId("screens.form.place_community");
        }
    }

    function choose(code: string): void {
        Form.set(field.key, street ? {
            "division": code,
            "detail": value.detail ?? ""
        } : code);
    }

    spacing: Theme.space3

    FieldLabel {
        width: parent.width
        label: root.field.label
        help: root.field.help
        source: root.source
        optional: !root.field.required
    }

    Pressable {
        id: chosen

        objectName: "place_chosen"
        width: parent.width
        text: root.path.map(one => one.label).join(" ")
        hint: qsTrId("screens.form.change")
        leftPadding: Theme.space4
        rightPadding: Theme.space4
        topPadding: Theme.space2
        bottomPadding: Theme.space2
        visible: root.path.length > 0
        onClicked: root.choose(root.path.length > 1 ? root.path[root.path.length - 2].value : "")

        background: Rectangle {
            radius: Theme.radius2
            color: chosen.down ? Theme.sunk : Theme.tint
            border.width: Theme.stroke
            border.color: Theme.brand
        }

        contentItem: Item {
            implicitHeight: Math.max(words.implicitHeight, back.implicitHeight)

            KioskText {
                id: words

                anchors.verticalCenter: parent.verticalCenter
                width: parent.width - back.width - Theme.space3
                text: Sentence.whole(chosen.text)
                role: "lead"
                font.bold: true
                color: Theme.brand
                Accessible.ignored: true
            }

            Row {
                id: back

                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                spacing: Theme.space1

                Icon {
                    anchors.verticalCenter: parent.verticalCenter
                    name: "pen"
                }

                KioskText {
                    text: chosen.hint
                    font.bold: true
                    color: Theme.brand
                    wrapMode: Text.NoWrap
                    Accessible.ignored: true
                }
            }
        }
    }

    KioskText {
        objectName: "place_wanted"
        width: parent.width
        text: root.wanted()
        color: Theme.inkSoft
        visible: !root.settled
    }

    FontMetrics {
        id: metrics

        font.family: Theme.family
        font.pixelSize: Theme.body
        font.bold: true
    }

    GridLayout {
        // metrics.height stands there for what advanceWidth cannot say: that the font has changed.
        readonly property real longest: metrics.height <= 0 ? 0 : [].concat(...root.next.map(one => one.label.split(/[\s-]/))).reduce((most, word) => Math.max(most, metrics.advanceWidth(word)), 0)

        width: parent.width
        columns: Theme.textStep > 1 || longest > width / 3 - 2 * Theme.space4 ? 2 : 3
        columnSpacing: Theme.gap
        rowSpacing: Theme.gap
        uniformCellWidths: true
        uniformCellHeights: true // names of one line and of two stand side by side
        visible: !root.settled

        Repeater {
            model: root.settled ? [] : root.next

            KioskButton {
                required property var modelData

                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.minimumHeight: implicitHeight // a name of two lines is as tall as it has become, not as it began
                objectName: "place_" + modelData.value
                leftPadding: Theme.space2
                rightPadding: Theme.space2
                lines: 3
                text: modelData.label
                onClicked: root.choose(modelData.value)
            }
        }
    }

    Field {
        id: detail

        readonly property string wanted: root.street ? root.value.detail ?? "" : ""

        objectName: "field_" + root.field.key
        width: parent.width
        label: qsTrId("screens.form.address_detail")
        keyboard: "place"
        maximumLength: root.field.maxLength
        error: root.field.problem
        visible: root.street && root.settled
        onEdited: text => Form.set(root.field.key, {
                "division": root.code,
                "detail": text
            })
        onMarkedChanged: if (!marked && !empty)
            Form.leave(root.field.key)
        onWantedChanged: if (!marked && detail.text !== wanted)
            detail.text = wanted
        Component.onCompleted: detail.text = wanted
    }

    FieldError {
        width: parent.width
        text: detail.visible ? "" : root.field.problem
    }
}
