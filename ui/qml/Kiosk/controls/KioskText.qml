import QtQuick
import Kiosk

// Text in one of the five roles. Wraps rather than clips; readable in the accessibility tree.
Text {
    id: root

    property string role: "body" // "caption", "body", "lead", "title", "display"

    Accessible.role: root.role === "title" || root.role === "display" ? Accessible.Heading : Accessible.StaticText
    Accessible.name: root.text
    Accessible.ignored: root.text === ""

    color: role === "title" || role === "display" ? Theme.brand : Theme.ink
    font.family: Theme.family
    font.pixelSize: role === "caption" ? Theme.caption : role === "lead" ? Theme.lead : role === "title" ? Theme.title : role === "display" ? Theme.display : Theme.body
    font.bold: role === "title" || role === "display"
    lineHeight: Theme.leading
    textFormat: Text.PlainText
    wrapMode: Text.Wrap
}
