import QtQuick
import Kiosk

// Text whose longest word stands whole: the letters grow smaller before a word is broken. (Text.HorizontalFit would make
// one line of all of it.)
Prose {
    id: root

    readonly property int wanted: role === "caption" ? Theme.caption : role === "lead" ? Theme.lead : Theme.body
    // metrics.height stands there for what advanceWidth cannot say: that the font has changed.
    readonly property int smallest: Math.min(wanted, Theme.mm(6.6))
    // A word is what no line breaks in: between spaces and hyphens, and no ideograph or kana.
    readonly property real longest: metrics.height <= 0 ? 0 : (text.match(/[^\s\-\u2e80-\u9fff\uf900-\uffef]+/g) ?? []).reduce((most, word) => Math.max(most, metrics.advanceWidth(word)), 0)
    readonly property real narrowest: Math.ceil(longest * smallest / wanted) // the least width that no word is broken in

    font.pixelSize: longest > 0.98 * width && width > 0 ? Math.max(smallest, Math.floor(0.96 * wanted * width / longest)) : wanted
    wrapMode: Text.WordWrap

    FontMetrics {
        id: metrics

        font.family: Theme.family
        font.pixelSize: root.wanted
        font.bold: root.font.bold
    }
}
