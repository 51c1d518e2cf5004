import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// One file of a stick: its first page, its name, and in words what can be done with it.
Pressable {
    id: tile

    required property var file
    readonly property bool ready: file.state === "ready"
    readonly property bool taken: file.state === "taken"
    readonly property bool refused: file.state === "refused"
    readonly property string said: taken ? qsTrId("screens.stick.taken") : refused ? qsTrId("screens.stick.refused") : ready ? Sentence.fill(qsTrId("screens.stick.ready"), {
        "pages": file.pages
    }) : qsTrId("screens.stick.judging")
    readonly property color mark: taken ? Theme.good : refused ? Theme.warn : Theme.inkSoft

    Layout.preferredWidth: Theme.mm(Theme.portrait ? 56 : 53)
    Layout.preferredHeight: Theme.mm(Theme.portrait ? 84 : Theme.counter ? 68 : 96)
    objectName: "stick_file_" + file.number
    text: (file.number + 1) + " " + file.name // two folders may hold files of one name
    hint: refused ? qsTrId(file.reason) : tile.said
    enabled: file.state !== "judging" && !taken
    padding: Theme.space1 * 1.5
    onClicked: Materials.chooseFile(file.number)

    background: Rectangle {
        radius: Theme.radius2
        color: tile.taken ? Theme.goodTint : tile.down ? Theme.tint : Theme.surface
        border.width: tile.down || tile.taken ? Theme.strokeStrong : tile.refused ? Theme.hairline : Theme.stroke
        border.color: tile.taken ? Theme.good : tile.refused ? Theme.idleLine : Theme.edge
    }

    contentItem: ColumnLayout {
        spacing: Theme.space1

        Rectangle {
            Layout.fillWidth: true
            Layout.fillHeight: true
            radius: Theme.radius1
            color: tile.taken ? "transparent" : Theme.sunk

            Picture {
                anchors.fill: parent
                anchors.margins: Theme.space1
                name: tile.ready || tile.taken ? "stick/" + tile.file.number : ""
            }

            Icon {
                anchors.centerIn: parent
                name: tile.refused ? "warn" : "clock"
                size: Theme.mm(14)
                color: tile.mark
                visible: !tile.ready && !tile.taken
            }
        }

        KioskText {
            Layout.fillWidth: true
            Layout.preferredHeight: 2 * Theme.mm(10)
            text: tile.file.name
            font.pixelSize: Theme.mm(6.6) // a name of a file helps little by being larger
            elide: Text.ElideRight
            maximumLineCount: 2
            wrapMode: Text.WrapAnywhere
            horizontalAlignment: Text.AlignHCenter
            verticalAlignment: Text.AlignVCenter
            Accessible.ignored: true
        }

        RowLayout {
            Layout.alignment: Qt.AlignHCenter
            spacing: Theme.space1

            Icon {
                name: "good"
                size: Theme.mm(7)
                color: tile.mark
                visible: tile.taken
            }

            KioskText {
                Layout.maximumWidth: tile.availableWidth
                text: tile.said
                font.pixelSize: Theme.mm(6.6)
                font.bold: true
                color: tile.mark
                wrapMode: Text.NoWrap
                Accessible.ignored: true
            }
        }
    }
}
