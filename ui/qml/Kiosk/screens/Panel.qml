pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.controls

// A card with an icon, a heading, and one fact or a few points below it.
Rectangle {
    id: root

    property string icon
    property string heading
    property string strong
    property string text
    property var points: [] // maps {name, note, inner}; inner ones belong to the one before them
    property string kind: "plain" // or "good"

    readonly property color mark: kind === "good" ? Theme.good : Theme.brand

    Accessible.role: Accessible.Grouping
    Accessible.name: [heading, strong, text].concat(points.map(one => one.name)).filter(part => part !== "").join(" ")
    implicitHeight: row.implicitHeight + 2 * Theme.space3
    radius: Theme.radius3
    color: kind === "good" ? Theme.goodTint : Theme.surface
    border.width: Theme.highContrast ? Theme.stroke : kind === "good" ? 0 : Theme.hairline
    border.color: Theme.highContrast ? Theme.edge : Theme.line

    RowLayout {
        id: row

        x: Theme.space4
        y: Theme.space3
        width: root.width - 2 * Theme.space4
        spacing: Theme.space4

        Icon {
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: Theme.space1
            name: root.icon
            size: Theme.icon2
            color: root.mark
        }

        ColumnLayout {
            Layout.fillWidth: true
            spacing: Theme.space1

            KioskText {
                Layout.fillWidth: true
                text: root.heading
                role: root.strong !== "" ? "caption" : "body"
                font.bold: true
                color: root.strong !== "" ? Theme.inkSoft : root.mark
            }

            Prose {
                Layout.fillWidth: true
                text: root.strong
                role: "lead"
                font.bold: true
                color: root.mark
                visible: text !== ""
            }

            Prose {
                Layout.fillWidth: true
                text: root.text
                role: root.strong !== "" ? "caption" : "body"
                color: root.strong !== "" ? Theme.inkSoft : Theme.ink
                visible: text !== ""
            }

            Repeater {
                model: root.points

                RowLayout {
                    id: point

                    required property var modelData

                    Layout.fillWidth: true
                    spacing: Theme.space2

                    Icon {
                        Layout.alignment: Qt.AlignTop
                        Layout.topMargin: Theme.space1
                        Layout.rightMargin: point.modelData.inner ? Theme.space2 : 0
                        name: root.kind === "good" ? "check" : "page"
                        size: Theme.icon1 * 0.85
                        color: root.mark
                        opacity: point.modelData.inner ? 0 : 1
                    }

                    ColumnLayout {
                        Layout.fillWidth: true
                        spacing: 0

                        KioskText {
                            Layout.fillWidth: true
                            text: point.modelData.name
                        }

                        KioskText {
                            Layout.fillWidth: true
                            text: point.modelData.note ?? ""
                            role: "caption"
                            color: Theme.inkSoft
                            visible: text !== ""
                        }
                    }
                }
            }
        }
    }
}
