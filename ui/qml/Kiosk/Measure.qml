pragma Singleton
import QtQuick

// How far letters reach, in ems: measured once for all sizes, in a size in which no rounding counts.
QtObject {
    id: root

    readonly property int px: 200

    readonly property FontMetrics regular: FontMetrics {
        font.family: Theme.family
        font.pixelSize: root.px
    }
    readonly property FontMetrics strong: FontMetrics {
        font.family: Theme.family
        font.pixelSize: root.px
        font.bold: true
    }

    function ems(text: string, bold: bool): real {
        return (bold ? strong : regular).advanceWidth(text) / px;
    }
}
