pragma ComponentBehavior: Bound
import QtQuick
import Kiosk

// Ten digits and one that takes the last back, as large as the place allows. What is typed is nobody's business here.
Item {
    id: root

    property string eraseText

    signal digit(string key)
    signal erase

    // The keys of a keypad do what the pad's own do; true when the key was one of them.
    function typed(event: KeyEvent): bool {
        if (!enabled || !visible)
            return false;
        const key = /^[0-9]$/.test(event.text) ? event.text : "";
        if (key !== "")
            digit(key);
        else if (event.key === Qt.Key_Backspace)
            erase();
        return key !== "" || event.key === Qt.Key_Backspace;
    }

    implicitHeight: 4 * Theme.target + 3 * Theme.gap

    Grid {
        id: pad

        readonly property real cell: Math.min(Theme.mm(Theme.elder ? 76 : 60), (root.width - 2 * spacing) / 3)
        readonly property real tall: Math.min(Theme.mm(Theme.elder ? 38 : 30), (root.height - 3 * spacing) / 4)

        anchors.centerIn: parent
        columns: 3
        spacing: Theme.gap

        Repeater {
            model: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "erase"]

            KioskButton {
                id: key

                required property string modelData

                objectName: "digit_" + modelData
                width: pad.cell
                height: pad.tall
                opacity: modelData === "" ? 0 : 1
                enabled: modelData !== ""
                iconName: modelData === "erase" && Theme.textStep < 2 && !Theme.counter ? "erase" : ""
                leftPadding: Theme.space1
                rightPadding: Theme.space1
                topPadding: 0
                bottomPadding: 0
                text: modelData === "erase" ? root.eraseText : modelData
                onClicked: {
                    if (modelData === "erase")
                        root.erase();
                    else
                        root.digit(modelData);
                }

                Binding {
                    target: key.contentItem
                    property: "visible"
                    value: key.modelData === "erase"
                }

                KioskText {
                    anchors.centerIn: parent
                    text: key.modelData === "erase" ? "" : key.modelData
                    role: "title"
                    color: key.enabled ? Theme.brand : Theme.idle
                    Accessible.ignored: true
                }
            }
        }
    }
}
