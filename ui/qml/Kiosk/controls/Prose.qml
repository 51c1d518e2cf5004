import QtQuick
import Kiosk
import "Lines.js" as Lines

// Words that run over several lines and leave no lone character on the last one. (Not for what takes its own width from
// its words, like a button: a text that lays its own lines says another implicit width, and the layout would chase itself.)
KioskText {
    id: root

    readonly property bool heading: role === "title" || role === "display"
    property real even: 0 // width of the lines that are being laid

    // Asked for each line while it is laid, with as much width as there is.
    onLineLaidOut: line => {
        if (line.number === 0)
            even = line.width > 0 && line.width <= width ? Lines.even(text, line.width, font.pixelSize, heading, atom => font.pixelSize * Measure.ems(atom, font.bold)) : 0;
        if (even > 0) {
            line.x = (line.width - even) * (horizontalAlignment === Text.AlignHCenter ? 0.5 : horizontalAlignment === Text.AlignRight ? 1 : 0);
            line.width = even;
        }
    }
}
