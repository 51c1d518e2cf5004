pragma Singleton
import QtQuick

// Tokens only. Every size begins in millimetres of the real screen, because a finger and an eye do not scale with pixels.
// Flat on purpose: without a GPU, effects (MultiEffect, ShaderEffect) draw nothing, so depth is a border and a tint.
QtObject {
    id: theme

    // ---- What the screen and the person bring; the application binds these.
    property real pxPerMm: 3.65
    property string layout: "portrait" // "portrait" 1080x1920, "landscape" 1920x1080, "counter" 1280x800
    property int textStep: 0 // 0 to 3
    property bool highContrast: false
    property bool elder: false
    property bool lowReach: false
    property bool reducedMotion: false

    readonly property bool portrait: layout === "portrait"
    readonly property bool counter: layout === "counter"

    function mm(length: real): int {
        return Math.ceil(length * pxPerMm);
    }

    // ---- Colours: one family of ink green-blue on paper, and amber for the one thing to do next.
    // Text on its ground is 10:1 or better, 20:1 in high contrast; tests compute it. In high contrast all grounds are black, so
    // that what cannot be used now is told by grey ink and a grey, thin outline. (No token may be called on-something:
    // QML would take it for a signal handler and never give it its value.)
    readonly property color paper: highContrast ? "#000000" : "#f4f7f6" // behind everything
    readonly property color surface: highContrast ? "#000000" : "#ffffff" // cards, head, foot, fields
    readonly property color sunk: highContrast ? "#000000" : "#e8eeec" // what cannot be used now
    readonly property color tint: highContrast ? "#000000" : "#e3efec" // chosen, pressed, illustrated
    readonly property color ink: highContrast ? "#ffffff" : "#0c2227" // text
    readonly property color inkSoft: highContrast ? "#ffffff" : "#28393d" // text that comes second
    readonly property color brand: highContrast ? "#ffffff" : "#0a3a42" // titles, icons, outlines of buttons
    readonly property color brandDeep: highContrast ? "#ffffff" : "#06272d" // pressed
    readonly property color brandInk: highContrast ? "#000000" : "#ffffff" // text on brand
    readonly property color accent: highContrast ? "#fffde0" : "#ffc65a" // the main action, and nothing else
    readonly property color accentDeep: highContrast ? "#ffffff" : "#ffd98f" // pressed
    readonly property color accentEdge: highContrast ? "#fffde0" : "#c98a12"
    readonly property color accentInk: highContrast ? "#000000" : "#0c2227"
    readonly property color line: highContrast ? "#ffffff" : "#cbd6d3" // hairlines
    readonly property color idle: highContrast ? "#9c9c9c" : "#28393d" // words and icons of what cannot be used now
    readonly property color idleLine: highContrast ? "#6e6e6e" : "#cbd6d3" // and its outline
    readonly property color edge: highContrast ? "#ffffff" : "#5b7377" // outline of what can be touched
    readonly property color focus: highContrast ? "#ffd400" : "#1d5fd0" // keypad focus
    readonly property color good: highContrast ? "#ffffff" : "#0a4027"
    readonly property color goodTint: highContrast ? "#000000" : "#e2f3e8"
    readonly property color warn: highContrast ? "#ffffff" : "#4a3000"
    readonly property color warnTint: highContrast ? "#000000" : "#fff2d2"
    readonly property color bad: highContrast ? "#ffffff" : "#6e120c"
    readonly property color badTint: highContrast ? "#000000" : "#fbe9e6"
    readonly property color infoTint: tint
    readonly property color scrim: highContrast ? "#d9000000" : "#b306272d" // behind a dialog

    // ---- Type: five roles in four steps. The smallest keeps capitals of 4.8 mm (0.733 em of Noto Sans CJK).
    readonly property string family: "Noto Sans CJK SC"
    readonly property real textScale: (counter ? [1, 1.12, 1.25, 1.4] : [1, 1.15, 1.32, 1.5])[Math.max(0, Math.min(3, textStep))]
    readonly property real headingScale: 1 + (textScale - 1) * 0.6 // headings are large already
    readonly property int caption: mm(6.6 * textScale)
    readonly property int body: mm(7.8 * textScale)
    readonly property int lead: mm((counter ? 9 : 9.8) * textScale)
    readonly property int title: mm((counter ? 12 : 14) * headingScale)
    readonly property int display: mm((counter ? 17 : 21) * headingScale)
    readonly property int head: Math.min(caption, mm(counter ? 6.6 : 7.6)) // the head stays a head: its words grow little
    readonly property real leading: 1.0 // of the face's own line height, which is generous (1.45 em)

    // ---- Space
    readonly property int gap: mm(3) // between two targets, never less
    readonly property int space1: mm(1.5)
    readonly property int space2: mm(3)
    readonly property int space3: mm(5)
    readonly property int space4: mm(8)
    readonly property int space5: mm(12)
    readonly property int space6: mm(20)
    readonly property int margin: counter ? mm(8) : mm(12) // from the edge of the screen

    // ---- Corners and lines
    readonly property int radius1: mm(1.6)
    readonly property int radius2: mm(3.2)
    readonly property int radius3: mm(5.5)
    readonly property int hairline: highContrast ? mm(0.5) : Math.max(1, mm(0.25))
    readonly property int stroke: mm(highContrast ? 0.9 : 0.55) // outline of a target
    readonly property int strokeStrong: mm(1.1) // focus, choice

    // ---- Targets
    readonly property int target: mm(elder ? 25 : 20)
    readonly property int key: mm(!elder ? 16 : counter ? 18 : 21)
    readonly property int keyGap: mm(2)
    readonly property int icon1: mm(7.5 * headingScale)
    readonly property int icon2: mm(11 * headingScale)
    readonly property int icon3: mm(18)

    // ---- Motion
    readonly property int motion: reducedMotion ? 0 : 160 // ms
    readonly property bool animated: !reducedMotion // illustrations move
}
