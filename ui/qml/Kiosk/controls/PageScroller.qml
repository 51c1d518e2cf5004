pragma ComponentBehavior: Bound
import QtQuick
import Kiosk

// A column of content that may be longer than its place. Nobody has to swipe: two buttons turn it by most of a page,
// and the keypad brings what it reaches into view.
FocusScope {
    id: root

    default property alias content: holder.data
    property real spacing: Theme.space4
    property real topPadding: 0

    readonly property real wanted: holder.implicitHeight + topPadding
    property bool overflows: false
    property int yielded: 0 // how often the buttons' place was given back since the last calm

    // The buttons take width; narrower content may be lower and fit, then wider overflow again, for ever, and the
    // screen with it. So the place is given back twice at most, and then kept until the scroller has another size.
    function judge(): void {
        if (wanted > height + 1) {
            overflows = true;
        } else if (overflows && yielded < 2) {
            yielded += 1;
            overflows = false;
        }
        calm.restart();
    }

    onWantedChanged: {
        judge();
        settled.restart();
    }
    onWidthChanged: {
        yielded = 0;
        judge();
        settled.restart();
    }

    Timer {
        id: calm

        interval: 300
        onTriggered: if (!root.overflows)
            root.yielded = 0
    }
    readonly property alias contentY: flick.contentY

    // How much of an edge fades where the page goes on; what is brought into view stands clear of it.
    readonly property real fading: overflows ? Math.min(Theme.mm(16), flick.height / 6) : Theme.space3
    readonly property bool across: holder.children.some(row => row.visible && row.y < flick.contentY && row.y + row.height > flick.contentY + root.spacing)
    property bool topmost: false // a bare box was brought to the upper edge
    property Item pointed: null // what was last brought into view, until the page is turned

    // By most of a page; a row that would stand across the upper edge then begins there, if it has room.
    function turn(direction: int): void {
        pointed = null;
        looks.stop();
        topmost = false;
        const last = Math.max(0, flick.contentHeight - flick.height);
        const there = Math.max(0, Math.min(last, flick.contentY + direction * flick.height * 0.8));
        const across = holder.children.find(row => row.visible && row.y < there && row.y + row.height > there && row.height <= flick.height);
        const begins = across ? across.y + root.topPadding : there;
        const onward = direction > 0 ? begins > flick.contentY : begins < flick.contentY;
        flick.contentY = there < last && onward ? begins : there;
    }

    // It stays in view while it grows: what is wrong with an answer comes below it a moment later.
    function reveal(item: Item): void {
        pointed = item;
        root.bring(item, item);
    }

    // Both into view, or the first of them if they are too far apart.
    function bring(first: Item, last: Item): void {
        const top = first.mapToItem(holder, 0, 0).y + root.topPadding;
        const bottom = last.mapToItem(holder, 0, last.height).y + root.topPadding;
        root.turnTo(top, bottom - top < root.height ? bottom : top + first.height);
    }

    function turnTo(top: real, bottom: real): void {
        const last = Math.max(0, flick.contentHeight - flick.height);
        const clear = bottom - top + 2 * root.fading <= flick.height ? root.fading : Theme.space3;
        if (top < flick.contentY + clear)
            flick.contentY = Math.max(0, top - clear);
        else if (bottom > flick.contentY + flick.height - clear)
            flick.contentY = Math.min(last, bottom - flick.height + clear);
    }

    function holds(item: Item): bool {
        for (let at = item; at; at = at.parent) {
            if (at === holder)
                return true;
        }
        return false;
    }

    // A field comes into view whole, with its label and its error; where there is no room for that, from its box on. A bare
    // box stands at the top: nothing half shown above it, as far as the page goes, so that nothing has to fade.
    function follow(): void {
        root.topmost = false;
        if (!root.focused || !root.holds(root.focused)) {
            if (root.pointed)
                root.bring(root.pointed, root.pointed);
            return;
        }
        let shown = root.focused;
        for (let at = root.focused; at && at !== holder; at = at.parent) {
            if (at instanceof Field)
                shown = at;
        }
        if ((shown as Field)?.bare) {
            const last = Math.max(0, flick.contentHeight - flick.height);
            flick.contentY = Math.min(last, shown.mapToItem(holder, 0, 0).y + root.topPadding);
            root.topmost = true;
            return;
        }
        root.bring(shown.height < root.height ? shown : root.focused, shown);
    }

    readonly property Item focused: Window.activeFocusItem
    onFocusedChanged: {
        follow();
        settled.restart();
    }
    onHeightChanged: {
        yielded = 0;
        judge();
        settled.restart();
    }

    // When everything else has its new height too. A timer dies with its item, which Qt.callLater would outlive.
    Timer {
        id: settled

        interval: 0
        onTriggered: {
            root.follow();
            looks.left = 6;
            looks.restart();
        }
    }

    // Columns in columns come to rest one after the other, some frames later, and the last may move without growing. Whoever
    // turns the page meanwhile has the last word.
    Timer {
        id: looks

        property int left: 0

        interval: 120
        repeat: true
        onTriggered: {
            root.follow();
            left -= 1;
            if (left <= 0)
                stop();
        }
    }

    Flickable {
        id: flick

        anchors.fill: parent
        // Room for focus rings, which stand outside their items.
        anchors.margins: -Theme.space1
        anchors.rightMargin: buttons.visible ? buttons.width + Theme.space3 : -Theme.space1
        boundsBehavior: Flickable.StopAtBounds
        clip: root.overflows
        contentHeight: holder.implicitHeight + root.topPadding + 2 * Theme.space1
        contentWidth: width
        flickableDirection: Flickable.VerticalFlick
        interactive: root.overflows
        onMovementStarted: {
            root.pointed = null;
            looks.stop();
        }

        Behavior on contentY {
            enabled: !flick.moving

            NumberAnimation {
                duration: Theme.motion
                easing.type: Easing.OutCubic
            }
        }

        Column {
            id: holder

            x: Theme.space1
            y: root.topPadding + Theme.space1
            width: flick.width - 2 * Theme.space1
            spacing: root.spacing
        }
    }

    // Where the page goes on it fades out before its edge: nothing that stands across the edge is seen cut.
    component Fade: Rectangle {
        id: fade

        required property bool up

        x: flick.x
        y: fade.up ? flick.y : flick.y + flick.height - height
        width: flick.width
        height: root.fading
        visible: root.overflows && (fade.up ? root.across && !root.topmost : !flick.atYEnd)

        gradient: Gradient {
            GradientStop {
                position: fade.up ? 1 : 0
                color: Qt.alpha(Theme.paper, 0)
            }

            GradientStop {
                position: fade.up ? 0.4 : 0.6
                color: Theme.paper
            }
        }
    }

    Fade {
        objectName: "more_above"
        up: true
    }

    Fade {
        objectName: "more_below"
        up: false
    }

    Grid {
        id: buttons

        anchors.right: parent.right
        anchors.bottom: parent.bottom
        columns: root.height < 2 * Theme.target + Theme.gap ? 2 : 1
        spacing: Theme.gap
        visible: root.overflows && root.height >= Theme.target

        KioskButton {
            width: Theme.target
            leftPadding: 0
            rightPadding: 0
            iconName: "up"
            Accessible.name: qsTrId("controls.page_up")
            enabled: !flick.atYBeginning
            onClicked: root.turn(-1)
        }

        KioskButton {
            width: Theme.target
            leftPadding: 0
            rightPadding: 0
            iconName: "down"
            Accessible.name: qsTrId("controls.page_down")
            enabled: !flick.atYEnd
            onClicked: root.turn(1)
        }
    }
}
