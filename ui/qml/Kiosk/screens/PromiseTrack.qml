pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// kept here → received by the city → accepted by the department. What is reached is filled and ticked; the rest waits.
Item {
    id: root

    property int reached: 0
    readonly property real third: width / 3
    readonly property real mark: Theme.mm(Theme.counter ? 13 : 20)
    readonly property list<string> names: [qsTrId("screens.outcome.track.kept"), qsTrId("screens.outcome.track.received"), qsTrId("screens.outcome.track.accepted")]

    objectName: "promise_track"
    implicitHeight: row.height
    Accessible.role: Accessible.ProgressBar
    Accessible.name: root.names[root.reached]

    Rectangle {
        x: root.third / 2
        y: root.mark / 2 - height / 2
        width: root.third * 2
        height: Theme.mm(2.4)
        color: Theme.line

        Rectangle {
            width: parent.width * root.reached / 2
            height: parent.height
            color: Theme.good
        }
    }

    Row {
        id: row

        Repeater {
            model: root.names

            Column {
                id: stop

                required property string modelData
                required property int index
                readonly property bool done: index <= root.reached

                width: root.third
                spacing: Theme.counter ? 0 : Theme.space2

                Rectangle {
                    anchors.horizontalCenter: parent.horizontalCenter
                    width: root.mark
                    height: width
                    radius: width / 2
                    color: stop.done ? Theme.good : Theme.surface
                    border.width: Theme.strokeStrong
                    border.color: stop.done ? Theme.good : Theme.edge

                    Icon {
                        anchors.centerIn: parent
                        name: stop.done ? "check" : stop.index === 1 ? "envelope" : "building"
                        size: parent.width * 0.55
                        weight: stop.done ? 2.8 : 1.9
                        color: stop.done ? (Theme.highContrast ? "#000000" : "#ffffff") : Theme.inkSoft
                    }
                }

                WholeText {
                    width: parent.width - Theme.space1
                    anchors.horizontalCenter: parent.horizontalCenter
                    text: stop.modelData
                    role: Theme.counter ? "caption" : "body"
                    font.bold: stop.done
                    color: stop.done ? Theme.good : Theme.inkSoft
                    horizontalAlignment: Text.AlignHCenter
                    Accessible.ignored: true
                }

                Prose {
                    width: parent.width - Theme.space2
                    anchors.horizontalCenter: parent.horizontalCenter
                    text: stop.done ? "" : stop.index === 1 && !Station.lineUp ? qsTrId("screens.outcome.track.received_offline") : qsTrId("screens.outcome.track.waiting")
                    role: "caption"
                    color: Theme.inkSoft
                    horizontalAlignment: Text.AlignHCenter
                    visible: text !== ""
                    Accessible.ignored: true
                }
            }
        }
    }
}
