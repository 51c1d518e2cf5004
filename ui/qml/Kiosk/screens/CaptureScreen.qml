pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The live picture with the page's outline, one sentence of advice in large words beside it, and the pages so far as a strip.
// A page of the strip that is touched, and a picture that was not good enough, take the live picture's place. Nothing ever
// lies over the live picture: its edges are where a paper is cut off.
KioskScreen {
    id: root

    readonly property var material: Materials.open
    readonly property string key: material.key ?? ""
    readonly property int pages: material.pages ?? 0
    readonly property int least: material.minPages ?? 1
    readonly property int most: material.maxPages ?? 1
    readonly property bool full: pages >= most // no further page is taken: none is asked for
    readonly property bool looking: chosen >= 0 && chosen < pages
    readonly property bool refusing: Materials.refusal !== "" && !looking
    readonly property bool live: !looking && !refusing
    readonly property bool touchable: pages > 0 && live && !full
    readonly property string task: looking ? qsTrId("screens.capture.looking") : full ? qsTrId("screens.capture.full_instruction") : refusing ? qsTrId("screens.capture.refused") : material.profile === "photo" ? qsTrId("screens.capture.photo") : qsTrId("screens.capture.instruction")
    readonly property string advice: full ? "screens.capture.full" : refusing ? Materials.refusal : byHand ? "screens.capture.corners_hint" : Camera.advice
    readonly property bool advised: (Camera.ready || refusing) && advice !== "" && !looking
    readonly property bool aside: !Theme.portrait || reachTop > 0 // the advice stands among the words, not below the picture
    readonly property bool terse: Theme.counter && Theme.textStep > 1 // there is room for the advice alone
    property string steady // advice that stands long enough to be said
    property int chosen: -1
    property bool byHand: false
    property bool keeping: false // the clerk is asked once more

    function shoot(): void {
        if (byHand)
            Materials.captureWithin(handles.corners);
        else
            Materials.capture();
    }

    function closePicture(): void {
        if (looking)
            chosen = -1;
        else
            Materials.waveOff();
    }

    onPagesChanged: byHand = false
    onChosenChanged: byHand = false
    onAdviceChanged: calm.restart()
    onRefusingChanged: keeping = false

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

    component CameraButton: KioskButton {
        property string symbol

        iconName: Theme.textStep > 1 || !Theme.portrait && text.length > 20 ? "" : symbol // long words need its room
        Layout.fillWidth: !Theme.portrait
        leftPadding: Theme.space2
        rightPadding: Theme.space2
        lines: 3
    }

    readonly property string progress: Sentence.fill(pages < least ? qsTrId("screens.capture.pages_min") : qsTrId("screens.capture.pages"), {
        "pages": pages,
        "min": least,
        "max": most
    })

    aloud: [terse ? task : "", progress, steady === "" ? "" : qsTrId(steady)]
    title: Sentence.fill(qsTrId("screens.capture.title"), {
        "name": material.name ?? ""
    })
    // Beside the picture there is no room for a further line, in the rail there is.
    instruction: terse ? "" : touchable && !Theme.portrait && !Theme.counter && Theme.textStep < 2 ? task + "\n" + qsTrId("screens.capture.enlarge") : task
    picture: aside && (advised || terse) ? board : null
    mainText: qsTrId("screens.capture.done")
    mainIcon: "check"
    mainEnabled: pages >= least
    questioned: doubled.open || keep.open

    Component {
        id: board

        Item {
            implicitHeight: panel.implicitHeight

            AdviceBoard {
                id: panel

                width: parent.width
                height: Math.min(parent.height, implicitHeight)
                text: root.advised ? qsTrId(root.advice) : root.task
            }
        }
    }

    Component {
        id: cameraButtons

        GridLayout {
            columns: Theme.portrait ? 3 : 1
            columnSpacing: Theme.gap
            rowSpacing: Theme.gap

            CameraButton {
                objectName: "capture_corners"
                text: root.byHand ? qsTrId("screens.capture.corners_found") : qsTrId("screens.capture.corners")
                visible: Camera.ready && !root.full && root.live
                onClicked: {
                    if (!root.byHand)
                        handles.corners = view.corners();
                    root.byHand = !root.byHand;
                }
            }

            CameraButton {
                objectName: "capture_manual"
                symbol: "camera"
                text: qsTrId("screens.capture.manual")
                enabled: Camera.ready && !root.full
                visible: root.live
                onClicked: root.shoot()
            }

            CameraButton {
                objectName: "page_close"
                symbol: "camera"
                text: qsTrId("screens.capture.close_page")
                visible: !root.live
                onClicked: root.closePicture()
            }

            CameraButton {
                objectName: "capture_keep"
                text: qsTrId("screens.capture.keep_anyway")
                visible: root.refusing && Materials.keepable
                onClicked: root.keeping = true
            }
        }
    }

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
                // A handle on the very corner of the picture reaches half its width beyond it.
                anchors.margins: root.byHand ? Theme.target / 2 : Theme.space1
                outlined: !root.byHand && !root.full
                visible: root.live
                outline: Camera.advice.endsWith("hold_still") || Camera.advice.endsWith("good") ? "#19d38c" : "#ffc65a"
            }

            CornerHandles {
                id: handles

                anchors.fill: view
                shown: view?.shown ?? Qt.rect(0, 0, 0, 0) // the view may be gone first
                visible: root.byHand && root.live && Camera.ready
                enabled: visible
            }

            Picture {
                objectName: "page_large"
                anchors.fill: parent
                anchors.margins: Theme.space3
                name: root.looking ? "page/" + root.key + "/" + root.chosen : ""
                visible: root.looking
                Accessible.role: Accessible.Graphic
                Accessible.name: Sentence.fill(qsTrId("screens.capture.page"), {
                    "page": root.chosen + 1
                })
            }

            MarkedPicture {
                objectName: "refused_picture"
                anchors.fill: parent
                anchors.margins: Theme.space3
                name: root.refusing ? "refused" : ""
                places: Materials.refusedPlaces
                visible: root.refusing
                Accessible.role: Accessible.Graphic
                Accessible.name: root.refusing ? qsTrId(Materials.refusal) : ""
            }

            Column {
                anchors.centerIn: parent
                spacing: Theme.space3
                visible: !Camera.ready && root.live

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
        }

        AdviceBoard {
            Layout.fillWidth: true
            Layout.preferredHeight: implicitHeight
            text: root.advised ? qsTrId(root.advice) : ""
            visible: !root.aside && root.advised
        }

        ColumnLayout {
            Layout.fillWidth: Theme.portrait
            Layout.preferredWidth: Theme.portrait ? -1 : Theme.mm(root.terse ? 72 : 62)
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

                Loader {
                    active: Theme.portrait
                    visible: active
                    sourceComponent: cameraButtons
                }
            }

            KioskText {
                Layout.fillWidth: true
                text: qsTrId("screens.capture.enlarge")
                role: "caption"
                color: Theme.inkSoft
                visible: root.touchable && strip.visible && Theme.portrait
            }

            ListView {
                id: strip

                readonly property bool across: Theme.portrait

                visible: !across || !root.byHand // corners are set on a picture as large as it can be
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

                        PageNumber {
                            anchors.right: parent.right
                            anchors.bottom: parent.bottom
                            number: page.index
                            there: page.there
                        }
                    }
                }
            }

            Loader {
                Layout.fillWidth: true
                active: !Theme.portrait
                visible: active
                sourceComponent: cameraButtons
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

    Overlay {
        id: keep

        parent: root
        objectName: "keep_anyway"
        open: root.keeping && root.refusing && Materials.keepable
        kind: "warn"
        icon: "warn"
        title: qsTrId("screens.capture.keep_title")
        lines: root.terse || Materials.refusal === "" ? [qsTrId("screens.capture.keep_text")] : [qsTrId(Materials.refusal), qsTrId("screens.capture.keep_text")]
        mainText: qsTrId("screens.capture.keep_not")
        secondText: qsTrId("screens.capture.keep_yes")
        onMain: root.keeping = false
        onSecond: {
            root.keeping = false;
            Materials.keepAnyway();
        }
        onTouched: Session.touched()
    }
}
