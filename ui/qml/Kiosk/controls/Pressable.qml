import QtQuick
import QtQuick.Templates as T
import Kiosk

// What every target shares: a press begins and ends inside; touch never takes the focus (the keyboard stays where it
// is); keypad by Tab or arrows, then Space, Enter or Select; pressed within the frame, without an animation.
T.AbstractButton {
    id: root

    property bool busy: false
    property bool blocked: busy // keeps its place and its focus, and refuses
    property string hint // said after the name by assistive technology
    property real corner: Theme.radius2

    signal refused

    function press(): void {
        if (blocked)
            refused();
        else
            click();
    }

    Accessible.role: Accessible.Button
    Accessible.name: root.text
    Accessible.description: root.hint
    Accessible.focusable: true
    Accessible.onPressAction: root.press()
    Keys.priority: Keys.BeforeItem
    Keys.onPressed: event => {
        const enter = event.key === Qt.Key_Return || event.key === Qt.Key_Enter || event.key === Qt.Key_Select;
        const space = event.key === Qt.Key_Space;
        if (!enter && !(space && (root.blocked || event.isAutoRepeat)))
            return;
        event.accepted = true;
        if (!event.isAutoRepeat)
            root.press();
    }

    focusPolicy: Qt.TabFocus
    hoverEnabled: false
    font.family: Theme.family
    font.pixelSize: Theme.body
    implicitWidth: Math.max(Theme.target, implicitContentWidth + leftPadding + rightPadding)
    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)

    FocusRing {
        shown: root.visualFocus
        corner: root.corner
        z: 2
    }

    MouseArea {
        anchors.fill: parent
        enabled: root.blocked
        visible: enabled
        z: 3
        onClicked: root.refused()
    }
}
