pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Keyboard

// The keyboard, as a part of the layout: it has a height of its own and lies over nothing. It writes into `target`, opens
// the layout that the field asks for, and forgets everything when the target goes.
Rectangle {
    id: root

    required property KeyboardModel model
    property Field target: null

    readonly property bool pad: ["digits", "id", "amount"].includes(model.mode)
    readonly property real inset: Theme.counter ? Theme.space3 : Math.min(Theme.margin, Theme.space4)
    readonly property real room: width - 2 * inset
    readonly property real keyWidth: pad ? Math.min(Theme.mm(46), (room - 3 * Theme.keyGap) / 4) : (room - 9 * Theme.keyGap) / 10
    readonly property real keyHeight: Theme.counter ? Theme.key : Theme.key + Theme.mm(Theme.portrait ? 2 : 0)
    readonly property bool byHand: model.mode === "handwriting"
    readonly property real keysHeight: rows.length * (keyHeight + Theme.keyGap) - Theme.keyGap + (byHand ? sheet.implicitHeight + Theme.keyGap : 0)
    readonly property var rows: layouts[model.mode] ?? []
    readonly property var layouts: ({
            "pinyin": [letters("qwertyuiop"), letters("asdfghjkl"), [tool("'", "apostrophe", 1), ...letters("zxcvbnm"), tool("erase", "erase", 2)], last(["symbols", "letters", "handwriting"])],
            "handwriting": Theme.portrait ? [letters("1234567890"), last(["symbols", "letters", "pinyin"])] : [[...letters("0"), tool("letters", "letters", 1), ...last(["symbols", "pinyin"], 2)]],
            "letters": [letters("qwertyuiop"), letters("asdfghjkl"), [tool("shift", "shift", 1), ...letters("zxcvbnm"), tool("erase", "erase", 2)], last(["symbols", "pinyin", "handwriting"])],
            "symbols": [letters("1234567890"), letters("-/.,:;()#@"), [...letters("，。、：（）《》"), tool("erase", "erase", 2)], last(["letters", "pinyin", "handwriting"])],
            "digits": padded(""),
            "id": padded("X"),
            "amount": padded(".")
        })

    signal closed

    function letters(keys: string): var {
        return Array.from(keys).map(key => ({
                    "act": "key",
                    "key": key,
                    "wide": 1
                }));
    }

    // The other layouts, space and done, as wide as ten keys with the `taken` ones before them.
    function last(others: var, taken = 0): var {
        const there = others.filter(act => act !== "pinyin" || model.speaksPinyin);
        return [...there.map(act => tool(act, act, 2)), tool("space", "space", 8 - taken - 2 * there.length), tool("done", "done", 2)];
    }

    function padded(last: string): var {
        const none = tool("none", "none", 1);
        return [[...letters("123"), tool("erase", "erase", 1)], [...letters("456"), none], [...letters("789"), none], [last === "" ? none : tool("'", last, 1), ...letters("0"), none, tool("done", "done", 1)]];
    }

    function tool(act: string, key: string, wide: int): var {
        return {
            "act": act === "'" ? "key" : act,
            "key": key === "apostrophe" ? "'" : key,
            "wide": wide
        };
    }

    function press(act: string, key: string): void {
        if (act === "key")
            model.key(key);
        else if (act === "erase")
            model.backspace();
        else if (act === "space")
            model.space();
        else if (act === "shift")
            model.toggleShift();
        else if (act === "done")
            model.enter();
        else
            model.setMode(act);
    }

    function word(act: string, key: string): string {
        if (act === "key")
            return model.shift ? key.toUpperCase() : key;
        if (act === "letters")
            return qsTrId("controls.key_letters");
        if (act === "pinyin")
            return qsTrId("controls.key_pinyin");
        if (act === "handwriting")
            return qsTrId("controls.key_handwriting");
        if (act === "symbols")
            return qsTrId("controls.key_symbols");
        if (act === "space")
            return qsTrId("controls.key_space");
        if (act === "erase")
            return qsTrId("controls.key_erase");
        if (act === "shift")
            return qsTrId("controls.key_shift");
        return model.preedit !== "" ? qsTrId("controls.key_as_typed") : qsTrId("controls.key_done");
    }

    Accessible.role: Accessible.Grouping
    Accessible.name: qsTrId("controls.keyboard")
    implicitHeight: column.implicitHeight + 2 * Theme.space2
    color: Theme.highContrast ? Theme.paper : Theme.sunk

    onTargetChanged: attach()
    Component.onCompleted: attach()
    Component.onDestruction: {
        if (written)
            written.sticky = false;
        model.clear();
    }

    property Field written: null

    // The field stays marked while keys have the focus.
    function attach(): void {
        if (written === target)
            return;
        if (written)
            written.sticky = false;
        written = target;
        if (!target)
            return;
        target.sticky = true;
        model.begin(target.keyboard, Theme.elder);
    }

    Connections {
        target: root.model

        function onCommitted(text: string): void {
            if (root.target)
                root.target.insert(text);
        }

        function onErased(): void {
            if (root.target)
                root.target.erase();
        }

        function onFinished(): void {
            root.closed();
        }
    }

    Rectangle {
        width: parent.width
        height: Theme.hairline
        color: Theme.highContrast ? Theme.line : Theme.edge
    }

    // Presses between the keys reach nothing behind.
    MouseArea {
        anchors.fill: parent
    }

    Column {
        id: column

        x: root.inset
        y: Theme.space2
        width: root.room
        spacing: Theme.keyGap

        CandidateStrip {
            width: parent.width
            model: root.model
            keysHeight: root.keysHeight
            visible: root.model.mode === "pinyin" || (root.byHand && sheet.usable)
        }

        Column {
            id: keys

            width: parent.width
            spacing: Theme.keyGap
            opacity: root.model.expanded ? 0 : 1
            visible: !root.model.expanded

            WritingPad {
                id: sheet

                anchors.horizontalCenter: parent?.horizontalCenter
                model: root.model
                keyWidth: root.keyWidth
                keyHeight: root.keyHeight
                visible: root.byHand
            }

            Repeater {
                model: root.rows

                Item {
                    id: row

                    required property var modelData
                    readonly property real step: root.keyWidth + Theme.keyGap

                    function before(at: int): int {
                        return modelData.slice(0, at).reduce((sum, key) => sum + key.wide, 0);
                    }

                    anchors.horizontalCenter: parent?.horizontalCenter
                    width: before(modelData.length) * step - Theme.keyGap
                    height: root.keyHeight

                    Repeater {
                        model: row.modelData

                        KeyCap {
                            required property var modelData
                            required property int index

                            x: row.before(index) * row.step
                            width: root.keyWidth * modelData.wide + Theme.keyGap * (modelData.wide - 1)
                            height: root.keyHeight
                            objectName: "key_" + modelData.key
                            text: root.word(modelData.act, modelData.key)
                            iconName: modelData.act === "erase" || modelData.act === "shift" ? modelData.act : ""
                            kind: modelData.act === "key" ? "letter" : "tool"
                            on: modelData.act === "shift" && root.model.shift
                            visible: modelData.act !== "none"
                            autoRepeat: modelData.act === "erase"
                            onClicked: root.press(modelData.act, modelData.key)
                        }
                    }
                }
            }
        }
    }
}
