pragma ComponentBehavior: Bound
import QtQuick
import Kiosk

// A date by large steppers, no gesture: year, month and, unless `monthOnly`, day. `value` is "YYYY-MM-DD" or "YYYY-MM"
// and may be empty; the first touch then chooses `start`, or what is nearest to it. `from` and `to` bound it, where they are
// not empty; a button that leads beyond them is grey.
Column {
    id: root

    property string label
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
    readonly property var parts: (value !== "" ? value : start < least ? least : start > most ? most : start).split("-").map(Number)
    readonly property int year: parts[0]
    readonly property int month: parts[1] ?? 1
    readonly property int day: parts[2] ?? 1
    readonly property int days: new Date(year, month, 0).getDate()
    readonly property bool firstYear: year <= first[0]
    readonly property bool lastYear: year >= last[0]
    readonly property bool firstMonth: firstYear && month <= first[1]
    readonly property bool lastMonth: lastYear && month >= last[1]

    // By the person: "YYYY-MM-DD", or "YYYY-MM" with `monthOnly`.
    signal chosen(string value)

    function two(number: int): string {
        return String(number).padStart(2, "0");
    }

    function set(year: int, month: int, day: int): void {
        const last = new Date(year, month, 0).getDate();
        let wanted = year + "-" + two(month) + (monthOnly ? "" : "-" + two(Math.min(day, last)));
        const size = wanted.length;
        if (wanted < least.slice(0, size))
            wanted = least.slice(0, size);
        if (wanted > most.slice(0, size))
            wanted = most.slice(0, size);
        chosen(wanted);
    }

    Accessible.role: Accessible.Grouping
    Accessible.name: root.label
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
            about: root.label
            label: qsTrId("controls.year")
            value: root.year
            from: root.first[0]
            to: root.last[0]
            unset: root.value === ""
            shown: root.value === "" ? "—" : String(value)
            onChanged: value => root.set(value, root.month, root.day)
        }

        Stepper {
            width: row.cell
            objectName: "month"
            about: root.label
            label: qsTrId("controls.month")
            value: root.month
            from: root.firstYear ? root.first[1] : 1
            to: root.lastYear ? root.last[1] : 12
            wraps: from === 1 && to === 12
            unset: root.value === ""
            shown: root.value === "" ? "—" : root.two(value)
            onChanged: value => root.set(root.year, value, root.day)
        }

        Stepper {
            width: row.cell
            objectName: "day"
            about: root.label
            label: qsTrId("controls.day")
            value: root.day
            from: root.firstMonth ? root.first[2] : 1
            to: root.lastMonth ? root.last[2] : root.days
            wraps: from === 1 && to === root.days
            unset: root.value === ""
            shown: root.value === "" ? "—" : root.two(value)
            visible: !root.monthOnly
            onChanged: value => root.set(root.year, root.month, value)
        }
    }

    FieldError {
        width: parent.width
        text: root.error
    }
}
