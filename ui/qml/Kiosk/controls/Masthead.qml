import QtQuick
import QtQuick.Layouts
import Kiosk

// Who and where, the line, the clock: what stands at the left and at the right of every head.
RowLayout {
    id: root

    property string terminalName
    property string clock
    property string date
    property bool online: true
    readonly property real toldHeight: told.implicitHeight

    spacing: Theme.space3

    Emblem {
        size: Theme.mm(14)
    }

    KioskText {
        Layout.fillWidth: true
        objectName: "terminal_name"
        text: Sentence.whole(root.terminalName)
        Accessible.name: root.terminalName
        font.pixelSize: Theme.portrait ? Theme.mm(9.2) : Theme.mm(8.2)
        font.bold: true
        color: Theme.brand
        Layout.fillHeight: true
        fontSizeMode: Text.Fit
        lineHeight: 0.85
        maximumLineCount: 2
        minimumPixelSize: smallest.font.pixelSize
        verticalAlignment: Text.AlignVCenter
        wrapMode: smallest.height > 0 && smallest.advanceWidth(root.terminalName) < width ? Text.NoWrap : Text.Wrap

        FontMetrics {
            id: smallest

            font.family: Theme.family
            font.pixelSize: Theme.mm(6.6)
            font.bold: true
        }
    }

    Column {
        id: told

        spacing: -0.3 * Theme.head // the lines' own leading is enough between them

        ConnectionBadge {
            anchors.right: parent.right
            online: root.online
        }

        Row {
            anchors.right: parent.right
            spacing: Theme.space2

            KioskText {
                text: root.date
                role: "caption"
                font.pixelSize: Theme.head
                color: Theme.inkSoft
                wrapMode: Text.NoWrap
                visible: text !== "" && !Theme.counter
            }

            KioskText {
                text: root.clock
                role: "caption"
                font.pixelSize: Theme.head
                font.bold: true
                color: Theme.ink
                wrapMode: Text.NoWrap
            }
        }
    }
}
