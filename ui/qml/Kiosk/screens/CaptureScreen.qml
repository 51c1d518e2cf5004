pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The live picture with the page's outline, one sentence of advice in large words, and the pages so far as a strip. A page
// of the strip that is touched takes the live picture's place, large enough to be checked.
KioskScreen {
    id: root

    readonly property var material: Materials.open
    readonly property string key: material.key ?? ""
    readonly property int pages: material.pages ?? 0
    readonly property int least: material.minPages ?? 1
    readonly property int most: material.maxPages ?? 1
    readonly property bool full: pages >= most // no further page is taken: none is asked for
    readonly property bool looking: chosen >= 0 && chosen < pages
    readonly property bool touchable: pages > 0 && !looking && !full
    readonly property string task: looking ? qsTrId("screens.capture.looking") : full ? qsTrId("screens.capture.full_instruction") : material.profile === "photo" ? qsTrId("screens.capture.photo") : qsTrId("screens.capture.instruction")
    readonly property string advice: full ? "screens.capture.full" : Materials.refusal !== "" ? Materials.refusal : byHand ? "screens.capture.corners_hint" : Camera.advice
    property string steady // advice that stands long enough to be said
    property int chosen: -1
    property bool byHand: false

    function shoot(): void {
        if (byHand)
            Materials.captureWithin(handles.corners);
        else
            Materials.capture();
    }

    onPagesChanged: byHand = false
    onChosenChanged: byHand = false
    onAdviceChanged: calm.restart()

    Timer {
        id: calm

        interval: 1200
        onTriggered: root.steady = root.advice
    }

    component StripButton: KioskButton {
        property string symbol

        iconName: Theme.counter && Theme.textStep > 1 ? "" : symbol
        Layout.fillWidth: true
        leftPadding: Theme.space1
        rightPadding: Theme.space1
    }

    readonly property string progress: Sentence.fill(pages < least ? qsTrId("screens.capture.pages_min") : qsTrId("screens.capture.pages"), {
        "pages": pages,
        "min": least,
        "max": most
    })

    aloud: [progress, steady === "" ? "" : qsTrId(steady)]
    title: Sentence.fill(qsTrId("screens.capture.title"), {
        "name": material.name ?? ""
    })
    // Beside the picture there is no room for a further line, in the rail there is.
    instruction: touchable && !Theme.portrait ? task + "\n" + qsTrId("screens.capture.enlarge") : task
    mainText: qsTrId("screens.capture.done")
    mainIcon: "check"
    mainEnabled: pages >= least
    questioned: doubled.open

    GridLayout {
        anchors.fill: parent
        columns: Theme.portrait ? 1 : 2
        columnSpacing: Theme.space3
        rowSpacing: Theme.space3

        Rectangle {
            Layout.fillWidth: true
            Layout.fillHeight: true
            radius: Theme.radius3
            color: "#101c1f"
            border.width: Theme.highContrast ? Theme.stroke : 0
            border.color: Theme.edge

            CameraView {
                id: view

                objectName: "camera_view"
                anchors.fill: parent
                anchors.margins: Theme.space1
                // While corners are set by hand nothing may lie over one of them.
                anchors.topMargin: root.byHand ? byHandButton.height + 2 * Theme.space3 : Theme.space1
                anchors.bottomMargin: root.byHand ? board.height + 2 * Theme.space3 : Theme.space1
                outlined: !root.byHand && !root.full
                visible: !root.looking
                outline: Camera.advice.endsWith("hold_still") || Camera.advice.endsWith("good") ? "#19d38c" : "#ffc65a"
            }

            CornerHandles {
                id: handles

                anchors.fill: view
                shown: view?.shown ?? Qt.rect(0, 0, 0, 0) // the view may be gone first
                visible: root.byHand && Camera.ready
                enabled: visible
            }

            KioskButton {
                id: byHandButton

                objectName: "capture_corners"
                anchors.top: parent.top
                anchors.right: parent.right
                anchors.margins: Theme.space3
                text: root.byHand ? qsTrId("screens.capture.corners_found") : qsTrId("screens.capture.corners")
                visible: Camera.ready && !root.full && !root.looking
                onClicked: {
                    if (!root.byHand)
                        handles.corners = view.corners();
                    root.byHand = !root.byHand;
                }
            }

            Picture {
                objectName: "page_large"
                anchors.fill: parent
                anchors.margins: Theme.space3
                anchors.topMargin: closeButton.height + 2 * Theme.space3
                name: root.looking ? "page/" + root.key + "/" + root.chosen : ""
                visible: root.looking
                Accessible.role: Accessible.Graphic
                Accessible.name: Sentence.fill(qsTrId("screens.capture.page"), {
                    "page": root.chosen + 1
                })
            }

            KioskButton {
                id: closeButton

                objectName: "page_close"
                anchors.top: parent.top
                anchors.right: parent.right
                anchors.margins: Theme.space3
                iconName: "camera"
                text: qsTrId("screens.capture.close_page")
                visible: root.looking
                onClicked: root.chosen = -1
            }

            Column {
                anchors.centerIn: parent
                spacing: Theme.space3
                visible: !Camera.ready && !root.looking

                ProgressRing {
                    anchors.horizontalCenter: parent.horizontalCenter
                    color: "#ffffff"
                    ground: "#40ffffff"
                }

                KioskText {
                    text: qsTrId("screens.capture.starting")
                    color: "#ffffff"
                }
            }

            Rectangle {
                id: board

                anchors.left: parent.left
                anchors.right: parent.right
                anchors.bottom: parent.bottom
                anchors.margins: Theme.space3
                height: advice.implicitHeight + Theme.space4
                radius: Theme.radius2
                color: Theme.highContrast ? "#000000" : "#f2ffffff"
                border.width: Theme.highContrast ? Theme.stroke : 0
                border.color: Theme.edge
                visible: Camera.ready && root.advice !== "" && !root.looking

                KioskText {
                    id: advice

                    objectName: "advice"
                    anchors.centerIn: parent
                    width: parent.width - Theme.space4
                    text: root.advice === "" ? "" : qsTrId(root.advice)
                    role: "title"
                    font.pixelSize: Theme.lead * 1.15
                    horizontalAlignment: Text.AlignHCenter
                    Accessible.role: Accessible.AlertMessage
                }
            }
        }

        ColumnLayout {
            Layout.fillWidth: Theme.portrait
            Layout.preferredWidth: Theme.portrait ? -1 : Theme.mm(62)
            Layout.fillHeight: !Theme.portrait
            spacing: Theme.space3

            RowLayout {
                Layout.fillWidth: true
                spacing: Theme.space3

                KioskText {
                    Layout.fillWidth: true
                    text: root.progress
                    font.bold: true
                    color: Theme.brand
                }

                KioskButton {
                    objectName: "capture_manual"
                    iconName: "camera"
                    text: qsTrId("screens.capture.manual")
                    enabled: Camera.ready && !root.full && !root.looking
                    visible: Theme.portrait
                    onClicked: root.shoot()
                }
            }

            KioskText {
                Layout.fillWidth: true
                text: qsTrId("screens.capture.enlarge")
                role: "caption"
                color: Theme.inkSoft
                visible: root.touchable && Theme.portrait
            }

            ListView {
                id: strip

                readonly property bool across: Theme.portrait

                Layout.fillWidth: true
                Layout.fillHeight: !across
                Layout.preferredHeight: across ? Theme.mm(62) : -1
                orientation: across ? ListView.Horizontal : ListView.Vertical
                spacing: Theme.space3
                clip: true
                cacheBuffer: 0 // pages out of view would be made some time later, and lie on the first until they are placed
                model: Math.max(root.pages, root.least)
                boundsBehavior: Flickable.StopAtBounds

                delegate: Pressable {
                    id: page

                    required property int index
                    readonly property bool there: index < root.pages

                    width: strip.across ? Theme.mm(46) : strip.width
                    height: strip.across ? strip.height : Theme.mm(46)
                    objectName: "page_" + index
                    text: Sentence.fill(qsTrId("screens.capture.page"), {
                        "page": index + 1
                    })
                    enabled: there
                    onClicked: root.chosen = root.chosen === index ? -1 : index

                    background: Rectangle {
                        radius: Theme.radius2
                        color: page.there ? Theme.surface : Theme.sunk
                        border.width: root.chosen === page.index ? Theme.strokeStrong : Theme.stroke
                        border.color: root.chosen === page.index ? Theme.brand : Theme.line
                    }

                    contentItem: Item {
                        Picture {
                            anchors.fill: parent
                            anchors.margins: Theme.space1
                            name: page.there ? "page/" + root.key + "/" + page.index : ""
                        }

                        Rectangle {
                            anchors.right: parent.right
                            anchors.bottom: parent.bottom
                            width: Theme.mm(11)
                            height: width
                            radius: width / 2
                            color: page.there ? Theme.good : Theme.surface
                            border.width: page.there ? 0 : Theme.stroke
                            border.color: Theme.edge

                            KioskText {
                                anchors.centerIn: parent
                                text: page.index + 1
                                role: "caption"
                                font.bold: true
                                color: page.there ? (Theme.highContrast ? "#000000" : "#ffffff") : Theme.inkSoft
                                Accessible.ignored: true
                            }
                        }
                    }
                }
            }

            KioskButton {
                Layout.fillWidth: true
                objectName: "capture_manual_side"
                iconName: Theme.textStep > 1 ? "" : "camera"
                leftPadding: Theme.space2
                rightPadding: Theme.space2
                lines: 3
                text: qsTrId("screens.capture.manual")
                enabled: Camera.ready && !root.full && !root.looking
                visible: !Theme.portrait
                onClicked: root.shoot()
            }
        }

        RowLayout {
            Layout.fillWidth: true
            Layout.columnSpan: Theme.portrait ? 1 : 2
            spacing: Theme.gap
            uniformCellSizes: true
            visible: root.looking

            StripButton {
                objectName: "page_earlier"
                symbol: strip.across ? "left" : "up"
                text: qsTrId("screens.capture.earlier")
                enabled: root.chosen > 0
                onClicked: {
                    Materials.movePage(root.key, root.chosen, -1);
                    root.chosen -= 1;
                }
            }

            StripButton {
                objectName: "page_later"
                symbol: strip.across ? "right" : "down"
                text: qsTrId("screens.capture.later")
                enabled: root.chosen + 1 < root.pages
                onClicked: {
                    Materials.movePage(root.key, root.chosen, 1);
                    root.chosen += 1;
                }
            }

            StripButton {
                objectName: "page_turn"
                symbol: "rotate"
                text: qsTrId("screens.capture.turn")
                onClicked: Materials.turnPage(root.key, root.chosen)
            }

            StripButton {
                objectName: "page_delete"
                kind: "danger"
                symbol: "trash"
                text: qsTrId("screens.capture.delete")
                onClicked: {
                    Materials.removePage(root.key, root.chosen);
                    root.chosen = -1;
                }
            }
        }
    }

    DoubledQuestion {
        id: doubled

        parent: root
    }
}
