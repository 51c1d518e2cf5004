pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// What is on the person's stick, a page of it at a time: a touch takes a file. What cannot be taken says why when touched.
Overlay {
    id: root

    readonly property var look: Materials.stickLook
    readonly property var files: Materials.stickFiles
    readonly property int across: Theme.portrait ? 4 : 3
    readonly property int down: Theme.portrait ? 3 : 1
    readonly property int pages: Math.max(1, Math.ceil(files.length / (across * down)))
    readonly property string material: look.material ?? ""
    property int page: 0
    property bool away: false // while something is asked about a file that was touched

    objectName: "stick"
    open: material !== "" && !away
    icon: "page"
    kind: (look.said ?? "") === "" ? "info" : "warn"
    title: qsTrId("screens.stick.title")
    lines: {
        if ((look.said ?? "") !== "")
            return [qsTrId(look.said)];
        if ((look.pages ?? 0) > 0)
            return [Sentence.fill(qsTrId("screens.stick.pages"), {
                    "pages": look.pages
                })];
        return look.busy ? [qsTrId("screens.stick.busy")] : [];
    }
    mainText: (look.pages ?? 0) > 0 ? qsTrId("screens.stick.done") : qsTrId("screens.stick.back")
    picture: files.length > 0 ? grid : null
    pictureLast: true
    onMaterialChanged: page = 0
    onMain: Materials.closeStick()
    onTouched: Session.touched()

    Component {
        id: grid

        // Further files lie below, and beside where there is no height.
        GridLayout {
            columns: Theme.portrait ? 1 : 2
            columnSpacing: Theme.space3
            rowSpacing: Theme.space3

            GridLayout {
                columns: root.across
                columnSpacing: Theme.gap
                rowSpacing: Theme.gap

                Repeater {
                    model: root.files.slice(root.page * root.across * root.down, (root.page + 1) * root.across * root.down)

                    StickTile {
                        required property var modelData

                        file: modelData
                    }
                }
            }

            GridLayout {
                Layout.alignment: Qt.AlignCenter
                flow: Theme.portrait ? GridLayout.LeftToRight : GridLayout.TopToBottom
                columns: Theme.portrait ? 3 : 1
                columnSpacing: Theme.space4
                rowSpacing: Theme.space2
                visible: root.pages > 1

                KioskButton {
                    objectName: "stick_before"
                    iconName: Theme.portrait ? "left" : "up"
                    Accessible.name: qsTrId("screens.stick.before")
                    enabled: root.page > 0
                    onClicked: root.page -= 1
                }

                KioskText {
                    Layout.alignment: Qt.AlignCenter
                    text: (root.page + 1) + " / " + root.pages
                    font.pixelSize: Theme.portrait ? Theme.lead : Theme.head
                }

                KioskButton {
                    objectName: "stick_after"
                    iconName: Theme.portrait ? "right" : "down"
                    Accessible.name: qsTrId("screens.stick.after")
                    enabled: root.page + 1 < root.pages
                    onClicked: root.page += 1
                }
            }
        }
    }
}
