"""Controls answer a finger, a keypad and assistive technology in the same way."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Q_ARG, QMetaObject, QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtQml import QQmlProperty
from PySide6.QtTest import QTest

if TYPE_CHECKING:
    from conftest import Bench

BUTTON = """
    property int clicks: 0
    property int refusals: 0
    KioskButton { objectName: "b"; x: 100; y: 100; text: "下一步"; onClicked: clicks++; onRefused: refusals++ }
    KioskButton { objectName: "c"; x: 100; y: 400; text: "返回" }
"""
FIELD = 'Field { id: f; objectName: "f"; width: 900; label: "姓名"; %s }'


def test_a_press_begins_and_ends_inside(bench: Bench) -> None:
    """A click should need the finger to go down and up inside the target."""
    window = bench.load(BUTTON)
    inside, outside = bench.middle(bench.item("b")), QPoint(900, 1500)
    bench.touch(inside)
    assert window.property("clicks") == 1
    bench.touch(inside, outside)
    bench.touch(outside, inside)
    assert window.property("clicks") == 1


def test_pressed_is_seen_at_once(bench: Bench) -> None:
    """The press should be visible while the finger is down, and gone when it has slid away."""
    bench.load(BUTTON)
    button = bench.item("b")
    seen: list[bool] = []
    button.downChanged.connect(lambda: seen.append(button.property("down")))
    bench.touch(bench.middle(button), QPoint(900, 1500))
    assert seen == [True, False]


def test_touch_leaves_the_focus(bench: Bench) -> None:
    """A touched button should not take the focus: the keyboard would close and the button move away under the finger."""
    bench.load(BUTTON)
    bench.tap("b")
    assert not bench.item("b").hasActiveFocus()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Select, Qt.Key.Key_Space])
def test_the_keypad_clicks(bench: Bench, key: Qt.Key) -> None:
    """Select, Enter and Space should each click once."""
    window = bench.load(BUTTON)
    bench.item("b").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    bench.key(key)
    assert window.property("clicks") == 1


def test_busy_refuses(bench: Bench) -> None:
    """A busy button should keep its focus and take no click, by finger, keypad or assistive technology."""
    window = bench.load(BUTTON)
    button = bench.item("b")
    button.forceActiveFocus(Qt.FocusReason.TabFocusReason)
    button.setProperty("busy", True)
    bench.tap("b")
    bench.key(Qt.Key.Key_Return)
    bench.key(Qt.Key.Key_Space)
    assert window.property("clicks") == 0
    assert window.property("refusals") == 3
    assert button.hasActiveFocus()


@pytest.mark.parametrize("high", [False, True])
@pytest.mark.parametrize("how", ["enabled: false", "waits: true"])
def test_a_grey_main_button_looks_like_no_live_one(bench: Bench, how: str, high: bool) -> None:
    """Not like the main button it will be, and not like another one that can be pressed: outline and words."""
    bench.theme.setProperty("highContrast", high)
    bench.load(f"""
        KioskButton {{ objectName: "grey"; kind: "primary"; text: "下一步"; {how} }}
        KioskButton {{ objectName: "main"; y: 300; kind: "primary"; text: "下一步" }}
        KioskButton {{ objectName: "other"; y: 600; text: "返回" }}
    """)

    def look(name: str) -> tuple[object, object]:
        border = QQmlProperty(bench.item(name).property("background"), "border.color").read()
        return bench.item(name).property("foreground"), border

    words, outline = look("grey")
    for live in (look("main"), look("other")):
        assert words != live[0]
        assert outline != live[1]


def test_a_grey_tile_says_why(bench: Bench) -> None:
    """A tile that cannot be used now should still take the focus, say its reason, and refuse."""
    window = bench.load("""
        property int clicks: 0
        property int refusals: 0
        Tile { objectName: "t"; width: 400; height: 300; title: "领取"; subtitle: "别的"; reason: "取件柜正在维护"
               onClicked: clicks++; onRefused: refusals++ }
    """)
    bench.tap("t")
    bench.item("t").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    bench.key(Qt.Key.Key_Return)
    assert (window.property("clicks"), window.property("refusals")) == (0, 2)
    assert bench.item("t").property("hint") == "取件柜正在维护"


def test_assistive_technology_presses(bench: Bench) -> None:
    """Every button should be found by its name and pressed once without a finger; a busy one should refuse."""
    QAccessible.setActive(True)
    window = bench.load(BUTTON)
    root = QAccessible.queryAccessibleInterface(window)
    queue = [root]
    found = {}
    while queue:
        at = queue.pop()
        if at.role() == QAccessible.Role.Button:
            found[at.text(QAccessible.Text.Name)] = at
        queue += [child for n in range(at.childCount()) if (child := at.child(n)) is not None]
    assert set(found) == {"下一步", "返回"}
    found["下一步"].actionInterface().doAction("Press")
    bench.settle()
    assert window.property("clicks") == 1
    bench.item("b").setProperty("busy", True)
    found["下一步"].actionInterface().doAction("Press")
    bench.settle()
    assert (window.property("clicks"), window.property("refusals")) == (1, 1)


def test_a_field_is_written_by_the_keyboard(bench: Bench) -> None:
    """Insert and erase should act at the cursor, tell who wrote, and never leave half of a rare character."""
    bench.load("property string said\nFIELD".replace("FIELD", FIELD % "onEdited: text => said = text"))
    field = bench.item("f")
    field.insert("王𠮷")
    assert field.property("text") == "王𠮷"
    field.erase()
    assert field.property("text") == "王"
    field.move(-1)
    field.insert("小")
    assert field.property("text") == "小王"
    assert bench.window.property("said") == "小王"
    field.setProperty("text", "别人")
    assert bench.window.property("said") == "小王"


def test_a_read_only_field_stays(bench: Bench) -> None:
    """What came from the card should not be written over."""
    bench.load(FIELD % 'text: "测试甲"; readOnly: true')
    field = bench.item("f")
    field.insert("x")
    field.erase()
    assert field.property("text") == "测试甲"


def test_masked_until_held(bench: Bench) -> None:
    """A masked value should show while it is held, and only then."""
    bench.load(FIELD % 'text: "990000199001010017"; masked: "990000********0017"')
    field = bench.item("f")
    reveal = next(i for i in bench.items() if i.property("text") == "按住显示" and i.property("open") is not None)
    seen: list[bool] = []
    field.shownChanged.connect(lambda: seen.append(field.property("shown")))
    bench.touch(bench.middle(reveal))
    assert seen == [True, False]


@pytest.mark.parametrize("key", [Qt.Key.Key_C, Qt.Key.Key_X, Qt.Key.Key_A, Qt.Key.Key_V])
def test_nothing_reaches_the_clipboard(bench: Bench, key: Qt.Key) -> None:
    """Copy, cut and paste should do nothing: the clipboard outlives the person."""
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("foreign")
    bench.load(FIELD % 'text: "测试甲"')
    bench.item("f").begin()
    bench.key(Qt.Key.Key_Home, Qt.KeyboardModifier.ShiftModifier)
    bench.key(key, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text() == "foreign"
    assert bench.item("f").property("text") == "测试甲"
    clipboard.clear()


def test_one_answer_or_several(bench: Bench) -> None:
    """Choices should report the new value, or the values in the order of the options."""
    window = bench.load("""
        id: w
        property var one: ""
        property var several: ["c"]
        Column { width: 900; spacing: 100
            ChoiceList { width: 900; value: w.one; onChosen: value => w.one = value
                         options: [{value: "x", label: "甲"}, {value: "y", label: "乙"}] }
            ChoiceList { width: 900; many: true; value: w.several; onChosen: value => w.several = value
                         options: [{value: "a", label: "一"}, {value: "b", label: "二"}, {value: "c", label: "三"}] }
        }
    """)
    bench.tap("choice_y")
    assert window.property("one") == "y"
    bench.tap("choice_a")
    assert window.property("several").toVariant() == ["a", "c"]
    bench.tap("choice_c")
    assert window.property("several").toVariant() == ["a"]


def test_dates_stay_dates(bench: Bench) -> None:
    """A part that no longer fits should be asked for again: no day is handed in that nobody chose."""
    window = bench.load("""
        id: w
        property string picked: "2024-01-31"
        DatePicker { width: 1000; value: w.picked; from: "2023-06-15"; to: "2024-03-10"
                     onChosen: value => w.picked = value }
    """)
    bench.tap("month_more")
    assert window.property("picked") == "2024-02-00"
    bench.tap("year_less")
    assert window.property("picked") == "2023-00-00"
    bench.tap("month_more")
    assert window.property("picked") == "2023-06-00"
    bench.tap("day_less")
    assert window.property("picked") == "2023-06-15"


@pytest.mark.parametrize("order", list(itertools.permutations(["year_more", "month_less", "day_more"])))
@pytest.mark.parametrize(
    ("start", "first"), [("2026-11-28", "2024-03-10"), ("2023-01-02", "2023-06-15"), ("2024-01-05", "2024-01-05")]
)
def test_each_part_of_an_empty_date_is_chosen_on_its_own(
    bench: Bench, order: tuple[str, ...], start: str, first: str
) -> None:
    """Whichever comes first: a touch fills its part alone, never a day that the field forbids."""
    window = bench.load(f"""
        id: w
        property string picked
        DatePicker {{ width: 1000; value: w.picked; start: "{start}"; from: "2023-06-15"; to: "2024-03-10"
                     onChosen: value => w.picked = value }}
    """)
    for count, button in enumerate(order, start=1):
        bench.tap(button)
        chosen = [part for part in window.property("picked").split("-") if int(part)]
        assert len(chosen) == count
    assert window.property("picked") == first


def test_an_optional_date_can_be_left_out_after_all(bench: Bench) -> None:
    """Should offer to clear what was begun, and nothing to clear before."""
    window = bench.load("""
        id: w
        property string picked
        DatePicker { width: 1000; value: w.picked; optional: true; onChosen: value => w.picked = value }
    """)
    with pytest.raises(LookupError):
        bench.item("date_clear")
    bench.tap("month_more")
    bench.tap("date_clear")
    assert window.property("picked") == ""


def test_a_button_that_leads_out_of_the_bounds_is_grey(bench: Bench) -> None:
    """At the last day nothing goes on; at the first nothing goes back; in between months go round the year."""
    window = bench.load("""
        id: w
        property string picked: "2024-03-10"
        DatePicker { width: 1000; value: w.picked; from: "2022-06-15"; to: "2024-03-10"
                     onChosen: value => w.picked = value }
    """)

    def grey(side: str) -> set[str]:
        return {part for part in ("year", "month", "day") if not bench.item(f"{part}_{side}").isEnabled()}

    assert (grey("more"), grey("less")) == ({"year", "month", "day"}, set())
    window.setProperty("picked", "2022-06-15")
    assert (grey("more"), grey("less")) == (set(), {"year", "month", "day"})
    window.setProperty("picked", "2023-12-31")
    assert (grey("more"), grey("less")) == (set(), set())
    bench.tap("month_more")
    assert window.property("picked") == "2023-01-31"


def test_a_signature_has_strokes(bench: Bench) -> None:
    """Each stroke should arrive as points inside the unit square with rising times; clear should forget them."""
    window = bench.load("""
        id: w
        property var strokes: []
        SignaturePad { objectName: "pad"; width: 900; height: 400; onSigned: strokes => w.strokes = strokes }
    """)
    bench.touch(QPoint(100, 100), QPoint(200, 150), QPoint(300, 120))
    bench.touch(QPoint(400, 100), QPoint(950, 500))
    strokes = window.property("strokes").toVariant()
    assert len(strokes) == 2
    assert all(len(stroke) >= 2 for stroke in strokes)  # Qt keeps one move for each frame
    assert (round(strokes[0][0]["x"], 2), round(strokes[0][-1]["x"], 2)) == (0.11, 0.33)
    assert all(0 <= p["x"] <= 1 and 0 <= p["y"] <= 1 for stroke in strokes for p in stroke)
    times = [p["t"] for stroke in strokes for p in stroke]
    assert times == sorted(times)
    bench.item("pad").clear()
    assert window.property("strokes").toVariant() == []


def test_a_dialog_holds(bench: Bench) -> None:
    """A dialog should keep finger and keypad inside until one of its two answers is given."""
    window = bench.load("""
        property int behind: 0
        property string answer
        KioskButton { objectName: "behind"; x: 20; y: 20; text: "后面"; onClicked: behind++ }
        Overlay { objectName: "dialog"; title: "您还在吗？"; mainText: "继续"; secondText: "结束"; open: true
                  onMain: answer = "main"; onSecond: answer = "second" }
    """)
    bench.touch(QPoint(60, 60))
    reached = []
    for key in (Qt.Key.Key_Tab,) * 3 + (Qt.Key.Key_Backtab, Qt.Key.Key_Down, Qt.Key.Key_Up):
        bench.key(key)
        reached.append(window.activeFocusItem().objectName())
    assert reached == ["overlay_second", "overlay_main", "overlay_second", "overlay_main", "overlay_second", "overlay_main"]
    bench.wait(lambda: not bench.item("dialog").property("fresh"))
    bench.tap("overlay_main")
    assert (window.property("behind"), window.property("answer")) == (0, "main")


def test_a_dialog_does_not_take_the_touch_that_was_under_way(bench: Bench) -> None:
    """Neither finger nor key should answer before the question has stood a moment, nor a press that began before."""
    window = bench.load("""
        property string answers
        Overlay { objectName: "dialog"; title: "要结束吗？"; mainText: "继续"; secondText: "结束"; open: true; lull: 60000
                  onMain: answers += "m"; onSecond: answers += "s" }
    """)
    dialog, point = bench.item("dialog"), bench.middle(bench.item("overlay_second"))
    device = bench.finger()
    QTest.touchEvent(window, device).press(0, point, window).commit()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Enter):
        bench.key(key)
    dialog.setProperty("lull", 1)
    bench.wait(lambda: not dialog.property("fresh"))
    QTest.touchEvent(window, device).release(0, point, window).commit()
    bench.settle()
    assert window.property("answers") == ""
    bench.tap("overlay_second")
    dialog.setProperty("lull", 60000)
    dialog.setProperty("secondText", "换一个")
    bench.tap("overlay_second")
    assert window.property("answers") == "s"
    dialog.setProperty("lull", 1)
    bench.wait(lambda: not dialog.property("fresh"))
    bench.key(Qt.Key.Key_Return)
    assert window.property("answers") == "sm"


def test_the_page_turns_without_a_gesture(bench: Bench) -> None:
    """A page that is too long should turn by buttons, and follow the keypad's focus."""
    bench.load("""
        PageScroller { objectName: "page"; width: 1000; height: 600
            Repeater { model: 12
                KioskButton { required property int index; objectName: "row" + index; text: "第" + index } }
        }
    """)
    page, last = bench.item("page"), bench.item("row11")
    assert page.property("overflows")
    last.forceActiveFocus(Qt.FocusReason.TabFocusReason)
    bench.wait(lambda: bench.middle(last).y() < 600)
    bench.item("row0").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    bench.wait(lambda: page.property("contentY") < 10)


def test_a_turned_page_begins_with_a_whole_row_and_fades_where_it_goes_on(bench: Bench) -> None:
    """Should show no digits cut in two: a row that does not fit stands on the next page, and the edge is not an end."""
    bench.load("""
        PageScroller { objectName: "page"; width: 1000; height: 600; spacing: 20
            Repeater { model: 6
                Rectangle { required property int index; objectName: "row" + index; width: 700; height: 250 } }
        }
    """)
    page = bench.item("page")

    def fading() -> set[str]:
        return {item.objectName() for item in bench.items() if item.isVisible()} & {"more_above", "more_below"}

    assert fading() == {"more_below"}
    for row in ("row1", "row2"):
        QMetaObject.invokeMethod(page, "turn", Q_ARG(int, 1))
        bench.wait(lambda row=row: page.property("contentY") == bench.item(row).y())
        assert fading() == {"more_below"}
    QMetaObject.invokeMethod(page, "turn", Q_ARG(int, 1))
    bench.wait(lambda: fading() == {"more_above"})
