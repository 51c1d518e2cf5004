pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// Five grades, one touch, nobody has to. As many stand side by side as their longest word allows; afterwards it says thank you.
ColumnLayout {
    id: root

    readonly property var grades: [
        {
            "grade": 5,
            "word": qsTrId("screens.rating.grade.5")
        },
        {
            "grade": 4,
            "word": qsTrId("screens.rating.grade.4")
        },
        {
            "grade": 3,
            "word": qsTrId("screens.rating.grade.3")
        },
        {
            "grade": 2,
            "word": qsTrId("screens.rating.grade.2")
        },
        {
            "grade": 1,
            "word": qsTrId("screens.rating.grade.1")
        }
    ]
    readonly property bool given: Session.rated > 0

    spacing: Theme.space2

    KioskText {
        Layout.fillWidth: true
        objectName: "rating_said"
        text: Session.rating === "failed" ? qsTrId("screens.rating.failed") : root.given ? qsTrId("screens.rating.thanks") : qsTrId("screens.rating.question")
        role: "lead"
        font.bold: true
        color: Session.rating === "failed" ? Theme.warn : Theme.brand
    }

    TextMetrics {
        id: widest

        font.family: Theme.family
        font.pixelSize: Theme.body
        font.bold: true
        text: [].concat(...root.grades.map(one => one.word.split(" "))).reduce((longest, word) => word.length > longest.length ? word : longest, "")
    }

    GridLayout {
        id: grid

        readonly property real wanted: widest.advanceWidth + Theme.space4
        readonly property real cell: (root.width - (columns - 1) * columnSpacing) / columns

        Layout.fillWidth: true
        columns: [5, 3, 2].find(count => (root.width - (count - 1) * columnSpacing) / count >= wanted) ?? 1
        columnSpacing: Theme.gap
        rowSpacing: Theme.gap
        uniformCellHeights: true // words of one line and of two stand side by side

        Repeater {
            model: root.grades

            Pressable {
                id: grade

                required property var modelData
                readonly property bool chosen: Session.rated === modelData.grade

                objectName: "grade_" + modelData.grade
                Layout.preferredWidth: grid.cell
                Layout.fillHeight: true
                Layout.minimumHeight: Math.max(Theme.target, implicitHeight)
                text: modelData.word
                enabled: !root.given
                leftPadding: Theme.space2
                rightPadding: Theme.space2
                topPadding: Theme.space1
                bottomPadding: Theme.space1
                onClicked: Session.rate(modelData.grade)

                background: Rectangle {
                    radius: grade.corner
                    color: grade.chosen || grade.down ? Theme.tint : grade.enabled ? Theme.surface : Theme.sunk
                    border.width: grade.chosen || grade.down ? Theme.strokeStrong : Theme.stroke
                    border.color: grade.chosen || grade.down ? Theme.brand : grade.enabled ? Theme.edge : Theme.idleLine
                }

                contentItem: ColumnLayout {
                    spacing: 0

                    Icon {
                        Layout.alignment: Qt.AlignHCenter
                        name: "grade" + grade.modelData.grade
                        size: Theme.icon1 * 1.2
                        color: grade.enabled || grade.chosen ? Theme.brand : Theme.idle
                        visible: grid.columns > 1
                    }

                    KioskText {
                        Layout.fillWidth: true
                        text: grade.text
                        font.bold: true
                        color: grade.enabled || grade.chosen ? Theme.brand : Theme.idle
                        horizontalAlignment: Text.AlignHCenter
                        Accessible.ignored: true
                    }
                }
            }
        }
    }
}
