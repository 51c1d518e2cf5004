import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The certificate as it will be printed, marked as what it is not.
KioskScreen {
    id: root

    aloud: [qsTrId("screens.preview.mark"), Sentence.fill(qsTrId("screens.preview.pages"), {
            "pages": Certificate.pages
        })]
    mainText: qsTrId("screens.preview.print")
    mainIcon: "printer"

    Rectangle {
        id: mat

        anchors.fill: parent
        anchors.bottomMargin: facts.height + Theme.space3
        radius: Theme.radius3
        color: Theme.sunk
        border.width: Theme.highContrast ? Theme.stroke : 0
        border.color: Theme.edge

        Rectangle {
            readonly property real fit: Math.min(mat.width - 2 * Theme.space4, (mat.height - 2 * Theme.space4) / sheet.ratio)

            anchors.centerIn: parent
            width: fit
            height: fit * sheet.ratio
            color: "#ffffff"
            border.width: Theme.hairline
            border.color: Theme.edge
            clip: true

            Picture {
                id: sheet

                objectName: "certificate_picture"
                anchors.fill: parent
                name: "certificate"
            }

            Repeater {
                model: 3

                Text {
                    required property int index

                    anchors.horizontalCenter: parent?.horizontalCenter
                    y: (parent?.height ?? 0) * (0.2 + 0.29 * index) - height / 2
                    text: qsTrId("screens.preview.mark")
                    textFormat: Text.PlainText
                    font.family: Theme.family
                    font.pixelSize: Math.max(Theme.mm(7), (parent?.width ?? 0) / 17)
                    font.bold: true
                    color: "#666e120c"
                    rotation: -24
                    Accessible.ignored: index > 0
                    Accessible.role: Accessible.StaticText
                    Accessible.name: text
                }
            }
        }
    }

    Row {
        id: facts

        anchors.bottom: parent.bottom
        anchors.horizontalCenter: parent.horizontalCenter
        spacing: Theme.space5

        KioskText {
            text: Sentence.fill(qsTrId("screens.preview.pages"), {
                "pages": Certificate.pages
            })
            font.bold: true
            wrapMode: Text.NoWrap
        }
    }
}
