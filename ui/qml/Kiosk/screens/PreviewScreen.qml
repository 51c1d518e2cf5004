pragma ComponentBehavior: Bound
import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// The certificate as it will be printed, marked as what it is not: the whole page as large as it fits, and where that is
// too small to be checked, one touch gives it the whole width, to be turned by buttons. *Back* then leads to the page.
KioskScreen {
    id: root

    property bool large: false
    readonly property bool beside: !Theme.portrait // there is room beside the page and none below it
    readonly property real ratio: sheet?.ratio ?? 1.4142
    readonly property string without: Certificate.withoutRecord === "" ? "" : Sentence.fill(qsTrId("screens.preview.without"), {
        "names": Certificate.withoutRecord
    })

    function goBack(): void {
        if (root.large)
            root.large = false;
        else
            Session.back();
    }

    aloud: [qsTrId("screens.preview.mark"), large ? "" : Sentence.fill(qsTrId("screens.preview.pages"), {
            "pages": Certificate.pages
        })]
    title: large ? "" : qsTrId("screens.preview.title")
    instruction: large ? "" : [without, qsTrId("screens.preview.instruction")].filter(part => part !== "").join("\n")
    steps: large ? [] : Session.steps.map(name => qsTrId("screens.step." + name))
    backText: large ? qsTrId("screens.preview.reduce") : qsTrId("screens.preview.change")
    mainText: qsTrId("screens.preview.print")
    mainIcon: "printer"

    component Sheet: Rectangle {
        id: page

        readonly property alias ratio: picture.ratio
        property alias called: picture.objectName

        height: width * ratio
        color: "#ffffff"
        border.width: Theme.hairline
        border.color: Theme.edge
        clip: true

        Picture {
            id: picture

            anchors.fill: parent
            name: "certificate"
        }

        Repeater {
            model: 3

            Text {
                required property int index

                anchors.horizontalCenter: parent?.horizontalCenter
                y: (parent?.height ?? 0) * (0.2 + 0.29 * index) - height / 2
                text: qsTrId("screens.preview.mark")
                textFormat: Text.PlainText
                font.family: Theme.family
                font.pixelSize: Math.max(Theme.mm(7), page.width / 17)
                font.bold: true
                color: "#666e120c"
                rotation: -24
                Accessible.ignored: index > 0
                Accessible.role: Accessible.StaticText
                Accessible.name: text
            }
        }
    }

    Rectangle {
        id: mat

        readonly property real inset: root.beside ? Theme.space2 : Theme.space4

        width: parent.width - (root.beside ? facts.width + Theme.space4 : 0)
        height: parent.height - (root.beside ? 0 : facts.height + Theme.space3)
        radius: Theme.radius3
        color: Theme.sunk
        border.width: Theme.highContrast ? Theme.stroke : 0
        border.color: Theme.edge
        visible: !root.large

        Sheet {
            id: sheet

            anchors.centerIn: parent
            width: Math.min(mat.width - 2 * mat.inset, (mat.height - 2 * mat.inset) / root.ratio)
            called: "certificate_picture"

            TapHandler {
                enabled: enlarge.visible
                onTapped: root.large = true
            }
        }
    }

    Grid {
        id: facts

        x: root.beside ? parent.width - width : (parent.width - width) / 2
        y: root.beside ? (parent.height - height) / 2 : parent.height - height
        columns: root.beside ? 1 : 2
        spacing: Theme.space4
        horizontalItemAlignment: Grid.AlignHCenter
        verticalItemAlignment: Grid.AlignVCenter
        visible: !root.large

        KioskText {
            text: Sentence.fill(qsTrId("screens.preview.pages"), {
                "pages": Certificate.pages
            })
            font.bold: true
            wrapMode: Text.NoWrap
        }

        KioskButton {
            id: enlarge

            objectName: "preview_enlarge"
            iconName: "search"
            text: qsTrId("screens.preview.enlarge")
            visible: root.beside || Theme.lowReach // else the page fills the width
            onClicked: root.large = true
        }
    }

    PageScroller {
        objectName: "preview_large"
        anchors.fill: parent
        visible: root.large

        Sheet {
            width: parent?.width ?? 0
        }
    }
}
