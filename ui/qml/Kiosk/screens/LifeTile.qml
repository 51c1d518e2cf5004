import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.controls

// A moment of life: an icon and its words, quieter than the tiles above.
Pressable {
    id: root

    property string iconName

    // The least width in which no word is broken.
    readonly property real narrowest: leftPadding + rightPadding + picture.width + row.spacing + words.narrowest

    corner: Theme.radius2
    leftPadding: Theme.space3
    rightPadding: Theme.space2
    topPadding: Theme.space1
    bottomPadding: Theme.space1

    background: Rectangle {
        radius: root.corner
        color: root.down ? Theme.tint : Theme.surface
        border.width: root.down ? Theme.strokeStrong : Theme.highContrast ? Theme.stroke : Theme.hairline
        border.color: root.down ? Theme.brand : Theme.highContrast ? Theme.edge : Theme.line
    }

    contentItem: RowLayout {
        id: row

        spacing: Theme.space2

        Icon {
            id: picture

            name: root.iconName
            size: Theme.icon1 * 1.15
        }

        WholeText {
            id: words

            Layout.fillWidth: true
            text: root.text
            font.bold: true
            color: Theme.brand
            maximumLineCount: 3
            lineHeight: 0.86
            Accessible.ignored: true
        }
    }
}
