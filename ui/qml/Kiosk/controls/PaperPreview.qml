pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk

// A page on a desk, page by page. The sheet itself comes from whoever has the picture: a URL in `source`, or any item in
// the default slot. `mark` lies across it ("not valid").
Item {
    id: root

    default property alias sheet: holder.data
    property url source
    property int page: 0
    property int pageCount: 1
    property string mark
    property bool loading: false
    property real ratio: 297 / 210 // A4

    signal turned(int page)

    Accessible.role: Accessible.Graphic
    Accessible.name: Sentence.fill(qsTrId("controls.page_of"), {
        "page": page + 1,
        "count": pageCount
    }) + " " + mark

    Rectangle {
        id: paper

        readonly property real room: root.height - (turner.visible ? turner.height + Theme.space3 : 0)

        anchors.horizontalCenter: parent.horizontalCenter
        width: Math.min(root.width, room / root.ratio)
        height: width * root.ratio
        color: "#ffffff"
        border.width: Theme.hairline
        border.color: Theme.edge

        Item {
            id: holder

            anchors.fill: parent
            anchors.margins: Theme.hairline
            clip: true
        }

        Image {
            anchors.fill: parent
            anchors.margins: Theme.hairline
            asynchronous: true
            cache: false // a person's paper stays in no cache
            fillMode: Image.PreserveAspectFit
            source: root.source
            sourceSize.width: width
            visible: root.source.toString() !== ""
        }

        Item {
            anchors.fill: parent
            clip: true
            visible: root.mark !== ""

            Repeater {
                model: 3

                Text {
                    required property int index

                    anchors.horizontalCenter: parent?.horizontalCenter
                    y: (parent?.height ?? 0) * (0.22 + 0.28 * index) - height / 2
                    rotation: -28
                    text: root.mark
                    textFormat: Text.PlainText
                    font.family: Theme.family
                    font.pixelSize: paper.width / 13
                    font.bold: true
                    color: "#6e120c"
                    opacity: 0.32
                    Accessible.ignored: true
                }
            }
        }

        ProgressRing {
            anchors.centerIn: parent
            color: "#0a3a42"
            visible: root.loading
        }
    }

    RowLayout {
        id: turner

        anchors.bottom: parent.bottom
        anchors.horizontalCenter: parent.horizontalCenter
        spacing: Theme.space4
        visible: root.pageCount > 1

        KioskButton {
            objectName: "page_before"
            iconName: "left"
            enabled: root.page > 0
            Accessible.name: qsTrId("controls.page_before")
            onClicked: root.turned(root.page - 1)
        }

        KioskText {
            text: Sentence.fill(qsTrId("controls.page_of"), {
                "page": root.page + 1,
                "count": root.pageCount
            })
            font.bold: true
        }

        KioskButton {
            objectName: "page_next"
            iconName: "right"
            enabled: root.page + 1 < root.pageCount
            Accessible.name: qsTrId("controls.page_next")
            onClicked: root.turned(root.page + 1)
        }
    }
}
