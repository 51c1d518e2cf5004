"""The keyboard on the glass: what a person types arrives in the field, and stays nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt

if TYPE_CHECKING:
    from conftest import Bench

FRAME = """
    ScreenFrame { id: frame; objectName: "frame"; anchors.fill: parent; title: "填写"; mainText: "下一步"
        keyboardModel: Keyboard.model
        PageScroller { anchors.fill: parent
            Field { objectName: "name"; width: parent.width; label: "姓名" }
            Field { objectName: "person"; width: parent.width; label: "配偶姓名"; keyboard: "name" }
            Field { objectName: "place"; width: parent.width; label: "地址"; keyboard: "place" }
            Field { objectName: "number"; width: parent.width; label: "号码"; keyboard: "id"; maximumLength: 18 }
            KioskButton { objectName: "elsewhere"; text: "别处" }
        }
    }
"""


def type_(bench: Bench, letters: str) -> None:
    for letter in letters:
        bench.tap(f"key_{letter}")


def choose(bench: Bench, wanted: str) -> None:
    """Choose `wanted` as a person does: in the strip, else among all candidates, page by page."""
    for page in range(40):
        shown = bench.keyboard.candidates
        if wanted in shown:
            bench.tap(f"candidate_{shown.index(wanted)}")
            return
        if page == 0:
            bench.tap("candidates_all")
        else:
            bench.keyboard.nextPage()
            bench.settle()
    raise AssertionError(wanted)


def begin(bench: Bench, field: str) -> None:
    bench.item(field).begin()
    bench.settle()


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("zhongwen", "中文"),
        ("ceshi", "测试"),
        ("sfz", "身份证"),
        ("yan", "䶮"),
        ("jie", "㛃"),
        ("ji", "𠮷"),
        ("xian", "西安"),
    ],
)
def test_words_and_rare_characters(bench: Bench, typed: str, wanted: str) -> None:
    """Words, abbreviations and rare name characters should arrive in the field, by touch alone."""
    bench.load(FRAME)
    begin(bench, "name")
    type_(bench, typed)
    choose(bench, wanted)
    assert bench.item("name").property("text") == wanted
    assert bench.keyboard.preedit == ""


@pytest.mark.parametrize(
    ("field", "typed", "wanted"),
    [
        ("name", "zhengwufuwu", "政务服务"),
        ("name", "juminshenfenzheng", "居民身份证"),
        ("name", "yingyezhizhaobiangeng", "营业执照变更"),
        ("name", "zhufanggongjijintiqu", "住房公积金提取"),
        ("place", "kaifengshilongtingqubeishudianjiedao", "开封市龙亭区北书店街道"),
        ("place", "xiangfuquchenliuzhenzhangzhuangcun", "祥符区陈留镇张庄村"),
        ("person", "wangxiuying", "王秀英"),
        ("person", "ouyangzhiqiang", "欧阳志强"),
    ],
)
def test_phrases_names_and_places_come_first(bench: Bench, field: str, typed: str, wanted: str) -> None:
    """What is typed whole, four syllables and more, should be the first candidate where it belongs."""
    bench.load(FRAME)
    begin(bench, field)
    for letter in typed:
        bench.keyboard.key(letter)
    assert bench.keyboard.candidates[0] == wanted


@pytest.mark.parametrize(("typed", "wanted"), [("yan", "䶮"), ("jie", "㛃"), ("ji", "𠮷")])
def test_rare_characters_stay_within_reach_of_a_name(bench: Bench, typed: str, wanted: str) -> None:
    """In a name field too, a rare character should be found among all candidates."""
    bench.load(FRAME)
    begin(bench, "person")
    type_(bench, typed)
    choose(bench, wanted)
    assert bench.item("person").property("text") == wanted


def test_a_name_piece_by_piece(bench: Bench) -> None:
    """What a choice does not use should stay for the next one."""
    bench.load(FRAME)
    begin(bench, "name")
    type_(bench, "ceshijia")
    choose(bench, "测试")
    assert bench.keyboard.preedit == "jia"
    choose(bench, "甲")
    assert bench.item("name").property("text") == "测试甲"


def test_the_keyboard_lies_over_nothing(bench: Bench) -> None:
    """The field being written and the foot should both be in view, above and below the keys."""
    bench.load(FRAME)
    begin(bench, "number")
    field = bench.item("number")
    key = bench.item("key_1")
    bottom = field.mapToScene(QPoint(0, 0)).y() + field.height()
    assert bottom < key.mapToScene(QPoint(0, 0)).y()
    assert bench.middle(bench.item("foot_main")).y() > bench.middle(bench.item("key_0")).y() + key.height()


def test_the_field_asks_for_its_layout(bench: Bench) -> None:
    """A number should get digits and X, and no way to other layouts; the next field gets its own again."""
    bench.load(FRAME)
    begin(bench, "number")
    assert (bench.keyboard.mode, bench.keyboard.switchable) == ("id", False)
    for key in "99000019900101001X":
        bench.tap(f"key_{key}")
    bench.tap("key_1")
    assert bench.item("number").property("text") == "99000019900101001X"
    begin(bench, "name")
    assert (bench.keyboard.mode, bench.keyboard.switchable) == ("pinyin", True)


def test_erase_and_letters(bench: Bench) -> None:
    """Erase should take back letters first, then text; letters should come out as they are, capitals once."""
    bench.load(FRAME)
    begin(bench, "name")
    type_(bench, "ab")
    bench.tap("key_erase")
    assert bench.keyboard.preedit == "a"
    bench.tap("key_done")
    assert bench.item("name").property("text") == "a"
    bench.tap("key_letters")
    bench.tap("key_shift")
    type_(bench, "bc")
    assert bench.item("name").property("text") == "aBc"
    bench.tap("key_erase")
    assert bench.item("name").property("text") == "aB"


def test_touching_elsewhere_keeps_the_keyboard(bench: Bench) -> None:
    """A button should not close the keyboard under the finger; done should, and forget what was typed."""
    bench.load(FRAME)
    begin(bench, "name")
    type_(bench, "z")
    bench.tap("elsewhere")
    assert bench.item("frame").property("typing") is True
    bench.keyboard.clear()
    bench.settle()
    bench.tap("key_done")
    assert bench.item("frame").property("typing") is False
    assert bench.keyboard.preedit == ""


def test_the_keypad_types(bench: Bench) -> None:
    """With arrows and select alone a person should reach the keys and write, the field staying marked."""
    bench.load(FRAME)
    begin(bench, "number")
    bench.walk("key_5")
    bench.key(Qt.Key.Key_Return)
    assert bench.item("number").property("text") == "5"
    assert bench.item("number").property("marked") is True
