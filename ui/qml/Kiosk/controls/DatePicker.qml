pragma ComponentBehavior: Bound
import QtQuick
import Kiosk

// A date by large steppers, no gesture: year, month and, unless `monthOnly`, day. `value` is "YYYY-MM-DD" or "YYYY-MM"
// and may be empty; the first touch then starts from `start`. `from` and `to` bound it.
Column {
    id: root

    property string label
    property string help
    property string error
    property string source
    property bool optional: false
    property bool monthOnly: false
    property string value
    property string start: to
    property string from: "1900-01-01"
    property string to: "2100-12-31"

    readonly property var parts: (value !== "" ? value : start).split("-").map(Number)
    readonly property int year: parts[0]
    readonly property int month: parts[1] ?? 1
    readonly property int day: parts[2] ?? 1
    readonly property int days: new Date(year, month, 0).getDate()

    // By the person: "YYYY-MM-DD", or "YYYY-MM" with `monthOnly`.
    signal chosen(string value)

    function two(number: int): string {
        return String(number).padStart(2, "0");
    }

    function set(year: int, month: int, day: int): void {
        const last = new Date(year, month, 0).getDate();
        let wanted = year + "-" + two(month) + (monthOnly ? "" : "-" + two(Math.min(day, last)));
        const size = wanted.length;
        if (wanted < from.slice(0, size))
            wanted = from.slice(0, size);
        if (wanted > to.slice(0, size))
            wanted = to.slice(0, size);
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
            from: Number(root.from.slice(0, 4))
            to: Number(root.to.slice(0, 4))
            shown: root.value === "" ? "—" : String(value)
            onChanged: value => root.set(value, root.month, root.day)
        }

        Stepper {
            width: row.cell
            objectName: "month"
            about: root.label
            label: qsTrId("controls.month")
            value: root.month
            from: 1
            to: 12
            wraps: true
            shown: root.value === "" ? "—" : root.two(value)
            onChanged: value => root.set(root.year, value, root.day)
        }

        Stepper {
            width: row.cell
            objectName: "day"
            about: root.label
            label: qsTrId("controls.day")
            value: root.day
            from: 1
            to: root.days
            wraps: true
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
