pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Everything that is handed in, by section. A line that can be changed is a button that leads to its field.
KioskScreen {
    id: root

    readonly property var lines: Case.review
    readonly property var sections: lines.map(line => line.section).filter((section, at, all) => all.indexOf(section) === at)

    aloud: [online ? "" : offlineText]
    mainText: Assist.helped ? qsTrId("screens.review.resident") : qsTrId("screens.review.submit")
    mainIcon: "check"

    PageScroller {
        anchors.fill: parent
        spacing: Theme.space3

        Repeater {
            model: root.sections

            Rectangle {
                id: section

                required property string modelData
                readonly property var rows: root.lines.filter(line => line.section === modelData)

                width: parent?.width ?? 0
                height: column.height + 2 * Theme.space2
                radius: Theme.radius3
                color: Theme.surface
                border.width: Theme.highContrast ? Theme.stroke : Theme.hairline
                border.color: Theme.highContrast ? Theme.edge : Theme.line

                Column {
                    id: column

                    y: Theme.space2
                    width: parent.width
                    spacing: Theme.gap

                    KioskText {
                        x: Theme.space4
                        width: parent.width - 2 * x
                        topPadding: Theme.space1
                        text: qsTrId("screens." + section.modelData)
                        font.bold: true
                        color: Theme.brand
                    }

                    Repeater {
                        model: section.rows

                        ReviewLine {
                            required property var modelData
                            required property int index

                            width: column.width
                            line: modelData
                            first: index === 0
                        }
                    }
                }
            }
        }
    }
}
