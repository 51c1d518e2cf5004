import QtQuick
import QtQuick.Layouts
import Kiosk

// What is wrong with an answer, in plain words, right below it.
RowLayout {
    id: root

    property string text

    spacing: Theme.space2
    visible: text !== ""

    Icon {
        Layout.alignment: Qt.AlignTop
        Layout.topMargin: Math.max(0, (words.font.pixelSize * 1.45 - height) / 2)
        name: "bad"
        size: Theme.icon1
        color: Theme.bad
    }

    Prose {
        id: words

        Layout.fillWidth: true
        text: root.text
        color: Theme.bad
        font.bold: true
        Accessible.role: Accessible.AlertMessage
    }
}
