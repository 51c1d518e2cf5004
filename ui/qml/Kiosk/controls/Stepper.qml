import QtQuick
import Kiosk

// A number between two large buttons; holding one goes on. `names` replaces numbers by words (month names).
Item {
    id: root

    property string label
    property string about // the question that it is part of
    property int value: 0
    property int from: 0
    property int to: 99
    property bool wraps: false
    property bool unset: false // nothing is chosen yet: the first touch of either button chooses `value` itself
    property string shown: String(value)

    readonly property string called: about === "" ? label : about + " " + label

    signal changed(int value)

    function step(by: int): void {
        let next = unset ? value : value + by;
        if (next > to)
            next = wraps ? from : to;
        if (next < from)
            next = wraps ? to : from;
        if (unset || next !== value)
            changed(next);
    }

    Accessible.role: Accessible.SpinBox
    Accessible.name: root.called + " " + root.shown
    onShownChanged: if (column.focused)
        Voice.tell([root.label, root.shown])
    implicitWidth: Math.max(Theme.mm(48), column.implicitWidth)
    implicitHeight: column.implicitHeight

    Column {
        id: column

        readonly property bool focused: more.visualFocus || less.visualFocus

        width: parent.width
        spacing: Theme.space1

        KioskText {
            width: parent.width
            text: root.label
            role: "caption"
            color: Theme.inkSoft
            horizontalAlignment: Text.AlignHCenter
            Accessible.ignored: true
        }

        KioskButton {
            id: more

            width: parent.width
            objectName: root.objectName + "_more"
            iconName: "plus"
            autoRepeat: true
            enabled: root.unset || root.wraps || root.value < root.to
            Accessible.name: root.called + " " + qsTrId("controls.more")
            onClicked: root.step(1)
        }

        KioskText {
            width: parent.width
            height: Math.max(implicitHeight, Theme.mm(17))
            text: root.shown
            role: "title"
            color: Theme.ink
            horizontalAlignment: Text.AlignHCenter
            verticalAlignment: Text.AlignVCenter
            wrapMode: Text.NoWrap
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.caption
            Accessible.ignored: true
        }

        KioskButton {
            id: less

            width: parent.width
            objectName: root.objectName + "_less"
            iconName: "minus"
            autoRepeat: true
            enabled: root.unset || root.wraps || root.value > root.from
            Accessible.name: root.called + " " + qsTrId("controls.less")
            onClicked: root.step(-1)
        }
    }
}
