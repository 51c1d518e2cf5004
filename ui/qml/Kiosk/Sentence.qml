pragma Singleton
import QtQuick

// A message with values: Sentence.fill(qsTrId(id), {number: n}). Because qsTrId stands in the binding, the
// sentence changes with the language. A place without a value stays standing, so that it is seen.
QtObject {
    function fill(message: string, values: var): string {
        return message.replace(/\{([a-z][a-z0-9_]*)\}/g, (place, name) => values[name] !== undefined ? String(values[name]) : place);
    }

    // The day as it stands beside the clock; `weekday` is `monday` to `sunday`.
    function today(month: int, day: int, weekday: string): string {
        return fill(qsTrId("format.today"), {
            "month": String(month).padStart(Number(qsTrId("format.digits")), "0"),
            "day": String(day).padStart(Number(qsTrId("format.digits")), "0"),
            "weekday": qsTrId("screens.weekday." + weekday)
        });
    }

    // Beside an ideograph a line may break anywhere, also inside a date. Joined, only its spaces are left to break at; what is
    // wider than its place breaks all the same. Letters stay as they are: a joiner would undo their kerning.
    function whole(text: string): string {
        return text.replace(/[\u2e80-\u9fff\uf900-\uffef](?=\S)|\S(?=[\u2e80-\u9fff\uf900-\uffef])/g, "$&\u2060");
    }
}
