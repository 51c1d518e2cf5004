pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.controls

// The terminal could not be built: in both languages at once, since nobody can choose one. `told` holds pairs of Chinese
// and English, and the technician's code; whatever is not known is empty and leaves no gap.
Window {
    id: root

    property var told: ({})
    property string layout: "portrait"
    property real pxPerMm: 3.65
    property bool reducedMotion: false
    property bool fitted: false // into what the desktop leaves free

    readonly property bool portrait: layout === "portrait"
    readonly property int designWidth: portrait ? 1080 : layout === "counter" ? 1280 : 1920
    readonly property int designHeight: portrait ? 1920 : layout === "counter" ? 800 : 1080
    readonly property real room: fitted ? Math.min(1, Screen.desktopAvailableHeight * 0.94 / designHeight, Screen.desktopAvailableWidth / designWidth) : 1
    readonly property real shrink: Math.min(1, root.width / designWidth, root.height / designHeight)

    objectName: "closed"
    width: Math.round(designWidth * room)
    height: Math.round(designHeight * room)
    title: root.told.title?.[0] ?? ""
    color: Theme.paper

    Binding {
        target: Theme
        property: "pxPerMm"
        value: root.pxPerMm * root.shrink
    }

    Binding {
        target: Theme
        property: "layout"
        value: root.layout
    }

    Binding {
        target: Theme
        property: "reducedMotion"
        value: root.reducedMotion
    }

    // Chinese first, English below it.
    component Pair: ColumnLayout {
        id: pair

        property string name
        property string role: "body"
        property string secondRole: role
        property color color: Theme.ink
        property bool bold: false
        property int align: Text.AlignHCenter

        readonly property var words: root.told[name] ?? ["", ""]

        Layout.fillWidth: true
        spacing: Theme.space1
        visible: words[0] !== ""

        KioskText {
            Layout.fillWidth: true
            objectName: pair.name + "_zh"
            text: pair.words[0]
            role: pair.role
            color: pair.color
            font.bold: pair.bold
            horizontalAlignment: pair.align
        }

        KioskText {
            Layout.fillWidth: true
            objectName: pair.name + "_en"
            text: pair.words[1]
            role: pair.secondRole
            color: pair.color
            font.bold: pair.bold
            horizontalAlignment: pair.align
        }
    }

    GridLayout {
        anchors.fill: parent
        anchors.margins: Theme.margin
        columns: root.portrait ? 1 : 2
        columnSpacing: Theme.space6
        rowSpacing: Theme.space5

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: 1
            spacing: Theme.counter ? Theme.space3 : Theme.space5

            Item {
                Layout.fillHeight: true
            }

            Rectangle {
                Layout.alignment: Qt.AlignHCenter
                Layout.preferredWidth: Theme.mm(Theme.counter ? 28 : 48)
                Layout.preferredHeight: Layout.preferredWidth
                radius: width / 2
                color: Theme.warnTint

                Icon {
                    anchors.centerIn: parent
                    name: "wrench"
                    size: parent.width * 0.52
                    color: Theme.warn
                }
            }

            Pair {
                name: "title"
                role: "display"
                secondRole: "title"
                color: Theme.brand
                bold: true
            }

            Pair {
                name: "since"
                role: "lead"
                secondRole: "body"
                bold: true
            }

            Pair {
                name: "reason"
                role: "lead"
                secondRole: "body"
            }

            Item {
                Layout.fillHeight: true
            }
        }

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: !root.portrait
            Layout.preferredWidth: 1
            spacing: Theme.counter ? Theme.space3 : Theme.space5

            Item {
                Layout.fillHeight: true
                visible: !root.portrait
            }

            Rectangle {
                Layout.fillWidth: true
                Layout.preferredHeight: help.implicitHeight + 2 * Theme.space4
                radius: Theme.radius3
                color: Theme.surface
                border.width: Theme.hairline
                border.color: Theme.line
                visible: (root.told.hall?.[0] ?? "") + (root.told.call?.[0] ?? "") !== ""

                ColumnLayout {
                    id: help

                    x: Theme.space4
                    y: Theme.space4
                    width: parent.width - 2 * Theme.space4
                    spacing: Theme.space3

                    Pair {
                        name: "call"
                        role: "title"
                        secondRole: "lead"
                        color: Theme.brand
                        bold: true
                    }

                    Pair {
                        name: "hall"
                        secondRole: "caption"
                    }
                }
            }

            Pair {
                name: "retry"
                role: "caption"
                color: Theme.inkSoft
            }

            Item {
                Layout.fillHeight: true
                visible: !root.portrait
            }

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space4

                Rectangle {
                    Layout.preferredWidth: Theme.mm(Theme.counter ? 34 : 44)
                    Layout.preferredHeight: Layout.preferredWidth
                    color: "#ffffff"
                    radius: Theme.radius1

                    Image {
                        objectName: "diagnosis"
                        anchors.fill: parent
                        anchors.margins: Theme.space1
                        source: root.told.turn ? "image://closed/" + encodeURIComponent(root.told.turn) : ""
                        fillMode: Image.PreserveAspectFit
                        cache: false
                    }
                }

                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 0

                    KioskText {
                        Layout.fillWidth: true
                        text: (root.told.codeLabel ?? []).join(" ")
                        role: "caption"
                        color: Theme.inkSoft
                    }

                    KioskText {
                        Layout.fillWidth: true
                        objectName: "code"
                        text: root.told.code ?? ""
                        role: "title"
                    }

                    KioskText {
                        Layout.fillWidth: true
                        text: [root.told.number, root.told.cause].filter(part => part).join(" · ")
                        role: "caption"
                        color: Theme.inkSoft
                        visible: text !== ""
                    }
                }
            }
        }
    }
}
