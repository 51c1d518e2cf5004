import QtQuick
import QtQuick.Layouts
import Kiosk

// Says one thing that happened and what to do next. `kind`: "info", "good", "warn", "bad": colour never alone, the
// icon's shape says it too.
Rectangle {
    id: root

    property string kind: "info"
    property string title
    property string text
    property string nextStep
    default property alias actions: slot.data

    readonly property color mark: kind === "good" ? Theme.good : kind === "warn" ? Theme.warn : kind === "bad" ? Theme.bad : Theme.brand

    Accessible.role: kind === "warn" || kind === "bad" ? Accessible.AlertMessage : Accessible.Note
    Accessible.name: [title, text, nextStep].filter(part => part !== "").join(" ")
    implicitHeight: content.implicitHeight + 2 * Theme.space4
    implicitWidth: content.implicitWidth + 2 * Theme.space4
    radius: Theme.radius2
    color: kind === "good" ? Theme.goodTint : kind === "warn" ? Theme.warnTint : kind === "bad" ? Theme.badTint : Theme.infoTint
    border.width: Theme.highContrast ? Theme.stroke : 0
    border.color: Theme.edge

    RowLayout {
        id: content

        anchors.fill: parent
        anchors.margins: Theme.space4
        spacing: Theme.space4

        Icon {
            Layout.alignment: Qt.AlignTop
            name: root.kind
            size: Theme.icon2
            color: root.mark
        }

        ColumnLayout {
            Layout.fillWidth: true
            Layout.alignment: Qt.AlignVCenter
            spacing: Theme.space2

            Prose {
                Layout.fillWidth: true
                text: root.title
                role: "lead"
                font.bold: true
                color: root.mark
                visible: text !== ""
                Accessible.ignored: true
            }

            Prose {
                Layout.fillWidth: true
                text: root.text
                visible: text !== ""
                Accessible.ignored: true
            }

            RowLayout {
                spacing: Theme.space2
                visible: root.nextStep !== ""

                Icon {
                    Layout.alignment: Qt.AlignTop
                    Layout.topMargin: Theme.space1
                    name: "next"
                    size: Theme.icon1 * 0.85
                    color: root.mark
                }

                Prose {
                    Layout.fillWidth: true
                    text: root.nextStep
                    font.bold: true
                    color: root.mark
                    Accessible.ignored: true
                }
            }

            RowLayout {
                id: slot

                Layout.topMargin: Theme.space2
                spacing: Theme.gap
                visible: children.length > 0
            }
        }
    }
}
