pragma ComponentBehavior: Bound
import QtQuick
import Kiosk

// A date by large steppers, no gesture: year, month and, unless `monthOnly`, day. `value` is "YYYY-MM-DD" or "YYYY-MM"
// and may be empty; a part that nobody has chosen yet is zeros, and is chosen by its own buttons alone. The first touch of a
// part chooses that of `start`, or what is nearest to it. `from` and `to` bound the date, where they are not empty; a button
// that leads beyond them is grey, and a part that no longer fits has to be chosen again.
Column {
    id: root

    property string label
    property string about: label // its whole name, where the label alone says too little
    property string help
    property string error
    property string source
    property bool optional: false
    property bool monthOnly: false
    property string value
    property string start: most
    property string from
    property string to

    readonly property string least: from !== "" ? from : "1900-01-01"
    readonly property string most: to !== "" ? to : "2100-12-31"
    readonly property var first: least.split("-").map(Number)
    readonly property var last: most.split("-").map(Number)
    readonly property var near: (start < least ? least : start > most ? most : start).split("-").map(Number)
    readonly property var parts: value === "" ? [0, 0, 0] : value.split("-").map(Number)
    readonly property int year: parts[0]
    readonly property int month: parts[1] ?? 0
    readonly property int day: parts[2] ?? 0
    readonly property var months: monthsOf(year)
    readonly property var days: daysOf(year, month)

    // By the person: "YYYY-MM-DD", or "YYYY-MM" with `monthOnly`; zeros for what is still to be chosen, nothing if cleared.
    signal chosen(string value)

    function two(number: int): string {
        return String(number).padStart(2, "0");
    }

    // The first and the last month of a year, of any if it is 0.
    function monthsOf(year: int): var {
        return [year === first[0] ? first[1] : 1, year === last[0] ? last[1] : 12];
    }

    // The first and the last day of a month, of any if it is 0; without a year February has 29.
    function daysOf(year: int, month: int): var {
        const least = year === first[0] && month === first[1] ? first[2] : 1;
        const most = year === last[0] && month === last[1] ? last[2] : month === 0 ? 31 : new Date(year || 2000, month, 0).getDate();
        return [least, most];
    }

    function within(number: int, bounds: var): int {
        return Math.max(bounds[0], Math.min(bounds[1], number));
    }

    function set(year: int, month: int, day: int): void {
        const months = monthsOf(year);
        const fits = month >= months[0] && month <= months[1] ? month : 0;
        const days = daysOf(year, fits);
        const left = day >= days[0] && day <= days[1] ? day : 0;
        chosen(String(year).padStart(4, "0") + "-" + two(fits) + (monthOnly ? "" : "-" + two(left)));
    }

    Accessible.role: Accessible.Grouping
    Accessible.name: root.about
    spacing: Theme.space2

    FieldLabel {
        width: parent.width
        label: root.label
        help: root.help
        source: root.source
        optional: root.optional
    }

    Row {
        id: row

        readonly property int count: root.monthOnly ? 2 : 3
        readonly property real cell: Math.min(Theme.mm(64), (root.width - (count - 1) * spacing) / count)

        spacing: Theme.space3

        Stepper {
            width: row.cell
            objectName: "year"
            about: root.about
            label: qsTrId("controls.year")
            value: root.year === 0 ? root.near[0] : root.year
            from: root.first[0]
            to: root.last[0]
            unset: root.year === 0
            shown: unset ? "—" : String(value)
            onChanged: value => root.set(value, root.month, root.day)
        }

        Stepper {
            width: row.cell
            objectName: "month"
            about: root.about
            label: qsTrId("controls.month")
            value: root.month === 0 ? root.within(root.near[1], root.months) : root.month
            from: root.months[0]
            to: root.months[1]
            wraps: from === 1 && to === 12
            unset: root.month === 0
            shown: unset ? "—" : root.two(value)
            onChanged: value => root.set(root.year, value, root.day)
        }

        Stepper {
            width: row.cell
            objectName: "day"
            about: root.about
            label: qsTrId("controls.day")
            value: root.day === 0 ? root.within(root.near[2], root.days) : root.day
            from: root.days[0]
            to: root.days[1]
            wraps: from === 1 && to >= 28
            unset: root.day === 0
            shown: unset ? "—" : root.two(value)
            visible: !root.monthOnly
            onChanged: value => root.set(root.year, root.month, value)
        }
    }

    KioskButton {
        objectName: "date_clear"
        text: qsTrId("controls.clear")
        Accessible.name: root.about + " " + text
        visible: root.optional && root.value !== ""
        onClicked: root.chosen("")
    }

    FieldError {
        width: parent.width
        text: root.error
    }
}
