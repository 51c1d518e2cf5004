import QtQuick
import Kiosk

// Text whose longest word stands whole: the letters grow smaller before a word is broken. (Text.HorizontalFit would make
// one line of all of it.)
KioskText {
    id: root

    readonly property int wanted: role === "caption" ? Theme.caption : role === "lead" ? Theme.lead : Theme.body
    // metrics.height stands there for what advanceWidth cannot say: that the font has changed.
    readonly property real longest: metrics.height <= 0 ? 0 : (text.match(/[A-Za-z0-9'’]+/g) ?? []).reduce((most, word) => Math.max(most, metrics.advanceWidth(word)), 0)

    font.pixelSize: longest > 0.98 * width && width > 0 ? Math.max(Theme.mm(6.6), Math.floor(0.96 * wanted * width / longest)) : wanted
    wrapMode: Text.WordWrap

    FontMetrics {
        id: metrics

        font.family: Theme.family
        font.pixelSize: root.wanted
        font.bold: root.font.bold
    }
}
