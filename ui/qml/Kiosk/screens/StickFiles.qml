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
    property int page: 0

    objectName: "stick"
    open: (look.material ?? "") !== ""
    icon: "page"
    kind: (look.said ?? "") === "" ? "info" : "warn"
    title: (look.pages ?? 0) > 0 ? Sentence.fill(qsTrId("screens.stick.pages"), {
        "pages": look.pages
    }) : qsTrId("screens.stick.title")
    lines: (look.said ?? "") !== "" ? [qsTrId(look.said)] : look.busy ? [qsTrId("screens.stick.busy")] : []
    mainText: qsTrId("screens.stick.done")
    picture: files.length > 0 ? grid : null
    onOpenChanged: page = 0
    onMain: Materials.closeStick()
    onTouched: Session.touched()

    component Turn: KioskButton {
        Layout.preferredWidth: Theme.target * 1.5
    }

    Component {
        id: grid

        ColumnLayout {
            spacing: Theme.gap

            GridLayout {
                columns: root.across
                columnSpacing: Theme.gap
                rowSpacing: Theme.gap

                Repeater {
                    model: root.files.slice(root.page * root.across * root.down, (root.page + 1) * root.across * root.down)

                    StickTile {}
                }
            }

            RowLayout {
                Layout.alignment: Qt.AlignHCenter
                spacing: Theme.space4
                visible: root.pages > 1

                Turn {
                    objectName: "stick_before"
                    iconName: "left"
                    Accessible.name: qsTrId("screens.stick.before")
                    enabled: root.page > 0
                    onClicked: root.page -= 1
                }

                KioskText {
                    text: (root.page + 1) + " / " + root.pages
                    role: "lead"
                }

                Turn {
                    objectName: "stick_after"
                    iconName: "right"
                    Accessible.name: qsTrId("screens.stick.after")
                    enabled: root.page + 1 < root.pages
                    onClicked: root.page += 1
                }
            }
        }
    }

    component StickTile: Pressable {
        id: tile

        required property var modelData

        Layout.preferredWidth: Theme.mm(Theme.portrait ? 56 : 58)
        Layout.preferredHeight: Theme.mm(Theme.portrait ? 60 : 50)
        objectName: "stick_file_" + modelData.number
        text: (modelData.number + 1) + " " + modelData.name // two folders may hold files of one name
        hint: modelData.state === "taken" ? qsTrId("screens.stick.taken") : modelData.state === "refused" ? qsTrId(modelData.reason) : ""
        enabled: modelData.state !== "judging" && modelData.state !== "taken"
        padding: Theme.space1
        onClicked: Materials.chooseFile(modelData.number)

        background: Rectangle {
            radius: Theme.radius2
            color: tile.modelData.state === "taken" ? Theme.goodTint : tile.down ? Theme.tint : Theme.surface
            border.width: tile.down ? Theme.strokeStrong : Theme.stroke
            border.color: tile.modelData.state === "taken" ? Theme.good : Theme.edge
        }

        contentItem: ColumnLayout {
            spacing: 0

            Item {
                Layout.fillWidth: true
                Layout.fillHeight: true

                Picture {
                    anchors.fill: parent
                    name: tile.modelData.state === "ready" || tile.modelData.state === "taken" ? "stick/" + tile.modelData.number : ""
                }

                Icon {
                    anchors.centerIn: parent
                    name: tile.modelData.state === "refused" ? "warn" : "clock"
                    size: Theme.mm(12)
                    color: tile.modelData.state === "refused" ? Theme.warn : Theme.inkSoft
                    visible: tile.modelData.state === "refused" || tile.modelData.state === "judging"
                }

                Icon {
                    anchors.right: parent.right
                    anchors.bottom: parent.bottom
                    name: "good"
                    size: Theme.mm(9)
                    color: Theme.good
                    visible: tile.modelData.state === "taken"
                }
            }

            KioskText {
                Layout.fillWidth: true
                text: tile.modelData.name
                font.pixelSize: Theme.mm(5.2)
                elide: Text.ElideMiddle
                wrapMode: Text.NoWrap
                horizontalAlignment: Text.AlignHCenter
                Accessible.ignored: true
            }
        }
    }
}
