pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Keyboard

// What the typed letters or the strokes may mean: one row, or the place of all keys when it is opened for a rare character.
Item {
    id: root

    required property KeyboardModel model
    property real keysHeight: 0 // the place of the keys, taken when it is opened

    readonly property real opened: Theme.key + Theme.keyGap + keysHeight
    readonly property int rows: Math.max(1, Math.floor((opened + Theme.keyGap) / (Theme.key + Theme.keyGap)))
    readonly property real size: Theme.mm(Theme.elder && !Theme.counter ? 13 : 10) // as KeyCap writes
    readonly property real padding: 2 * Theme.space3
    readonly property real strip: width - 3 * (Theme.key + Theme.keyGap)

    function fit(): void {
        root.model.fit(root.strip, root.size, root.padding + Theme.keyGap, Theme.key + Theme.keyGap, root.rows);
    }

    implicitHeight: typed.height + Theme.space1 + (model.expanded ? opened : Theme.key)
    onStripChanged: fit()
    onSizeChanged: fit()
    onRowsChanged: fit()
    Component.onCompleted: fit()

    KioskText {
        id: typed

        height: Theme.mm(9.6)
        text: root.model.preedit !== "" ? root.model.preedit : root.model.mode === "pinyin" ? qsTrId("controls.type_pinyin") : root.model.candidates.length > 0 ? qsTrId("controls.pick_written") : qsTrId("controls.write_here")
        role: "caption"
        font.pixelSize: Theme.mm(6.6)
        font.bold: root.model.preedit !== ""
        font.letterSpacing: root.model.preedit !== "" ? Theme.mm(0.3) : 0
        color: root.model.preedit !== "" ? Theme.brand : Theme.inkSoft
        verticalAlignment: Text.AlignVCenter
    }

    Flow {
        anchors.top: typed.bottom
        anchors.topMargin: Theme.space1
        width: root.strip + 1
        spacing: Theme.keyGap

        Repeater {
            model: root.model.candidates

            KeyCap {
                required property string modelData
                required property int index

                // As wide as KeyboardModel.fit was told, so that a page fills its rows exactly.
                width: Math.max(Theme.key, Array.from(modelData).length * root.size + root.padding)
                height: Theme.key
                objectName: "candidate_" + index
                text: modelData
                onClicked: root.model.pick(index)
            }
        }
    }

    Row {
        anchors.right: parent.right
        anchors.top: typed.bottom
        anchors.topMargin: Theme.space1
        spacing: Theme.keyGap
        visible: root.model.composing

        KeyCap {
            kind: "tool"
            iconName: "left"
            text: qsTrId("controls.candidates_before")
            enabled: root.model.hasPrevious
            opacity: enabled ? 1 : 0
            onClicked: root.model.previousPage()
        }

        KeyCap {
            kind: "tool"
            iconName: "right"
            text: qsTrId("controls.candidates_next")
            enabled: root.model.hasNext
            opacity: enabled ? 1 : 0
            onClicked: root.model.nextPage()
        }

        KeyCap {
            objectName: "candidates_all"
            kind: "tool"
            iconName: root.model.expanded ? "down" : "up"
            text: root.model.expanded ? qsTrId("controls.candidates_fewer") : qsTrId("controls.candidates_all")
            onClicked: root.model.expand(!root.model.expanded)
        }
    }
}
