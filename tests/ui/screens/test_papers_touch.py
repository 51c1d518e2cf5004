"""Papers under a finger: opened, taken, looked at, moved, and what the certificate is checked on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kiosk.events import Fact
from kiosk.journeys.stick import NONE, TWO, UNREAD
from kiosk.session import events as ev
from kiosk.session.states import State
from ui.bridge.pictures import Pictures


def test_a_paper_is_opened_and_pages_are_handled(stand: Any) -> None:
    """Should open one material; take, and throw away, a page of it."""
    stand.terminal.show(State.MATERIALS)
    stand.settle()
    stand.tap("foot_main")
    assert stand.said == []
    stand.tap("scan_address_proof")
    assert stand.said == [ev.MaterialOpened("address_proof")]
    stand.tap("capture_manual")
    stand.tap("page_0")
    stand.tap("page_delete")
    assert [call[0] for call in stand.terminal.calls] == ["capture", "remove_page"]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_offline_the_phone_is_grey_and_says_why(stand_at: Callable[..., Any], language: str) -> None:
    """Nothing is grey without a reason: shown beside the button, and told to who cannot see it."""
    stand = stand_at(language=language)
    why = stand.terminal.words.text(language, "documents.bring.no_line")
    stand.terminal.show(State.MATERIALS)
    stand.settle()
    assert stand.find("phone_why_work_proof") is None
    stand.terminal.show(State.MATERIALS, line_up=False)
    stand.settle()
    assert stand.item("phone_why_work_proof").property("text") == why
    button = stand.item("phone_work_proof")
    assert not button.isEnabled()
    assert button.property("hint") == why


def test_a_phone_is_asked_for_papers(stand: Any) -> None:
    """Should show the code for one material, what came of it, and put it away."""
    stand.terminal.show(State.MATERIALS)
    stand.settle()
    stand.tap("phone_address_proof")
    assert stand.item("phone_code").property("present")
    assert stand.item("overlay_main").property("text") == "不传了，返回"
    stand.terminal.materials.pages_of("address_proof", 3)
    stand.terminal.bringing.show(replace(stand.terminal.bringing.view, claimed=True, pages=2))
    stand.settle()
    assert stand.find("page_tile_0") is None  # it was scanned before
    assert all(stand.item(f"page_tile_{page}").childItems()[0].property("present") for page in (1, 2))
    assert stand.item("overlay_main").property("text") == "传好了"
    stand.answer("overlay_main")
    assert stand.terminal.calls == [("bring", "address_proof"), ("bring_end",)]
    stand.terminal.show(State.MATERIALS, line_up=False)
    stand.settle()
    stand.tap("phone_address_proof")
    assert len(stand.terminal.calls) == 2


def test_files_of_a_stick_are_taken_by_finger_and_by_keypad(stand: Any) -> None:
    """Should be grey without a stick and say why; take a touched file once; say why another cannot be taken; turn pages."""
    stand.terminal.show(State.MATERIALS)
    stand.terminal.stick.wanting = NONE
    stand.terminal.publish(Fact.MATERIALS)
    stand.settle()
    assert stand.item("stick_address_proof").property("text") == "U盘：请先插入"
    assert not stand.item("stick_address_proof").isEnabled()
    for wanting, said in ((TWO, "U盘：请只插一个"), (UNREAD, "U盘：读不了，请换一个")):
        stand.terminal.stick.wanting = wanting
        stand.terminal.publish(Fact.MATERIALS)
        stand.settle()
        assert stand.item("stick_address_proof").property("text") == said
        assert not stand.item("stick_address_proof").isEnabled()
    stand.terminal.stick.wanting = ""
    stand.terminal.publish(Fact.MATERIALS)
    stand.settle()
    stand.tap("stick_address_proof")
    assert stand.item("overlay_main").property("text") == "不选了，返回"
    stand.tap("stick_file_0")
    assert stand.item("overlay_main").property("text") == "选好了"
    said = [stand.item(f"stick_file_{number}").property("said") for number in (0, 1, 3, 4)]
    assert said == ["已选用", "1 页", "不能用", "正在检查"]
    assert not stand.item("stick_file_0").isEnabled()
    assert not stand.item("stick_file_4").isEnabled()  # the gate has not answered yet
    stand.tap("stick_file_3")
    assert stand.item("stick").property("lines") == ["手机的 HEIC 图片无法读取，请在手机上改为 JPG 后再传"]
    stand.item("overlay_main").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Return):
        QTest.keyClick(stand.screen.window, key)
    assert [call[0] for call in stand.terminal.calls] == ["stick", "choose", "choose", "choose"]
    stand.terminal.stick.open("address_proof", 24)
    stand.settle()
    stand.tap("stick_after")
    assert stand.find("stick_file_0") is None
    assert stand.find("stick_file_12") is not None
    stand.answer("overlay_main")
    assert stand.terminal.stick.view.material == ""
    assert stand.find("stick_file_12") is None


def test_corners_are_set_by_finger_and_by_keypad(stand: Any) -> None:
    """The handles begin where the page was found; a drag and an arrow move one of them, and the page is taken so."""
    found = ((0.27, 0.12), (0.71, 0.14), (0.75, 0.9), (0.24, 0.88))
    stand.terminal.show(State.CAPTURE)
    stand.settle()
    assert stand.find("corner_0") is None
    stand.tap("capture_corners")
    stand.item("corner_2").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(stand.screen.window, Qt.Key.Key_Left)
    QTest.keyClick(stand.screen.window, Qt.Key.Key_Down)
    stand.drag("corner_0", -0.1, 0.05, "camera_view")
    stand.tap("capture_manual")
    ((name, outline),) = stand.terminal.calls
    assert name == "capture"
    wanted = ((0.17, 0.17), found[1], (0.74, 0.91), found[3])
    for corner, expected in zip(outline, wanted, strict=True):
        assert corner == pytest.approx(expected, abs=0.006)


def test_a_handle_stays_within_the_picture_and_the_finder_takes_over_again(stand: Any) -> None:
    """Far beyond the border is the border; back to automatic the page is taken as it is found."""
    stand.terminal.show(State.CAPTURE)
    stand.settle()
    stand.tap("capture_corners")
    stand.item("corner_3").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(40):
        QTest.keyClick(stand.screen.window, Qt.Key.Key_Left)
    stand.tap("capture_manual")
    stand.tap("capture_corners")
    assert stand.find("corner_0") is None
    stand.tap("capture_manual")
    by_hand, by_itself = stand.terminal.calls
    assert by_hand[1][3][0] == 0
    assert by_itself == ("capture",)


def test_a_page_that_is_touched_is_seen_large(stand: Any) -> None:
    """Should put the page in the place of the live picture, follow its turn, and give the place back."""
    stand.terminal.materials.pages_of("address_proof", 2)
    stand.terminal.show(State.CAPTURE)
    stand.settle()
    assert stand.find("page_large") is None
    stand.tap("page_1")
    large = stand.item("page_large")
    assert large.property("name") == "page/address_proof/1"
    assert large.height() > 2 * stand.item("page_1").height() / 1.5
    assert stand.find("camera_view") is None
    upright = large.property("ratio")
    stand.tap("page_turn")
    assert large.property("ratio") == pytest.approx(1 / upright)
    stand.tap("page_close")
    assert stand.find("page_large") is None
    assert stand.find("camera_view") is not None


def test_a_refused_picture_is_shown_with_its_place_until_the_person_goes_back(stand: Any) -> None:
    """Should ring the place on the picture, say what to do, and give the live picture back; nothing is taken meanwhile."""
    stand.terminal.show(State.CAPTURE)
    stand.settle()
    stand.terminal.materials.refuse()
    stand.settle()
    picture, ring = stand.item("refused_picture"), stand.item("marked_place")
    assert picture.property("present")
    assert stand.item("advice").property("text") == "有反光，请稍微转动材料或取下塑料膜"
    width, height = picture.property("shownWidth"), picture.property("shownHeight")
    middle_x, middle_y = ring.x() + ring.width() / 2, ring.y() + ring.height() / 2
    assert middle_x == pytest.approx((picture.width() - width) / 2 + 0.475 * width, abs=1)
    assert middle_y == pytest.approx((picture.height() - height) / 2 + 0.325 * height, abs=1)
    for hidden in ("camera_view", "capture_manual", "capture_corners"):
        assert stand.find(hidden) is None
    stand.tap("page_close")
    assert stand.terminal.calls == [("wave_off",)]
    assert stand.find("refused_picture") is None
    assert stand.find("camera_view") is not None


def test_a_clerk_keeps_a_refused_page_after_a_second_thought(stand: Any) -> None:
    """Should be offered to a clerk alone, ask once more, and harm nothing by its first answer."""
    stand.terminal.show(State.CAPTURE)
    stand.terminal.materials.refuse()
    stand.settle()
    assert stand.find("capture_keep") is None
    stand.terminal.materials.keepable = True
    stand.terminal.publish(Fact.MATERIALS)
    stand.settle()
    for answer, calls in (("overlay_main", []), ("overlay_second", [("keep_anyway",)])):
        stand.tap("capture_keep")
        stand.answer(answer)
        assert stand.terminal.calls == calls


@pytest.mark.parametrize("orientation", ["portrait", "landscape", "counter"])
@pytest.mark.parametrize("size", [0, 3])
def test_nothing_lies_over_the_live_picture(stand_at: Callable[..., Any], orientation: str, size: int) -> None:
    """Every edge of it should be seen in every build, whatever is advised and while corners are set."""
    stand = stand_at(orientation, "zh_CN")
    stand.screen.bridges.settings.setTextSize(size)
    stand.terminal.show(State.CAPTURE)
    for _ in range(2):
        stand.settle()
        stand.screen.window.grabWindow()
        view = stand.item("camera_view")
        picture = view.mapRectToScene(view.property("shown"))
        assert picture.height() > 0.3 * stand.screen.window.height()
        for name in ("advice", "capture_corners", "capture_manual"):
            item = stand.item(name)
            assert not item.mapRectToScene(item.boundingRect()).intersects(picture), name
        stand.tap("capture_corners")


def test_the_same_page_again_is_shown_and_asked_about(stand: Any) -> None:
    """Should show both pages side by side, hold everything below it, and pass on what the person says."""
    stand.terminal.materials.pages_of("address_proof", 2)
    stand.terminal.show(State.CAPTURE)
    for answer, keep in (("overlay_main", False), ("overlay_second", True)):
        stand.terminal.materials.double()
        stand.settle()
        for picture in ("doubled_earlier", "doubled_now"):
            assert stand.item(picture).property("name") in {"page/address_proof/0", "doubled"}
        assert stand.item("doubled").property("title") == "和第 1 页看起来一样"
        stand.answer(answer)
        assert stand.terminal.calls.pop() == ("answer_doubled", keep)
        assert stand.find("doubled_now") is None


def test_a_page_of_a_file_is_asked_about_in_place_of_the_files(stand: Any) -> None:
    """Should say where it comes from, stand alone, and leave the person among the files where they were."""
    stand.terminal.materials.pages_of("address_proof", 1)
    stand.terminal.show(State.MATERIALS)
    stand.terminal.stick.open("address_proof", 24)
    stand.settle()
    stand.tap("stick_after")
    stand.terminal.materials.double("usb")
    stand.settle()
    assert stand.item("doubled_now").property("text") == "文件里的"
    assert stand.find("stick_file_12") is None
    stand.answer("overlay_second")
    assert stand.terminal.calls.pop() == ("answer_doubled", True)
    assert stand.find("doubled_now") is None
    assert stand.find("stick_file_12") is not None


def test_a_complete_paper_asks_for_no_further_page(stand: Any) -> None:
    """Should say that it is complete and take nothing, until a page is deleted."""
    stand.terminal.materials.pages_of("address_proof", 4)
    stand.terminal.show(State.CAPTURE)
    stand.settle()
    assert stand.item("advice").property("text") == "这份材料已拍齐，请按“拍好了”"
    assert not stand.item("capture_manual").isEnabled()
    assert stand.find("capture_corners") is None
    stand.terminal.materials.pages_of("address_proof", 3)
    stand.settle()
    assert stand.item("advice").property("text") == "请保持不动，马上自动拍摄"
    assert stand.item("capture_manual").isEnabled()


def test_a_page_is_moved_and_turned_on_the_strip(stand: Any) -> None:
    """Should follow the page that it moved, stop at either end, and show it turned."""
    stand.terminal.materials.pages_of("address_proof", 3)
    stand.terminal.show(State.CAPTURE)
    stand.settle()
    stand.tap("page_1")
    stand.tap("page_later")
    stand.tap("page_later")
    stand.tap("page_earlier")
    stand.tap("page_turn")
    assert stand.terminal.calls == [
        ("move_page", "address_proof", 1, 1),
        ("move_page", "address_proof", 2, -1),
        ("turn_page", "address_proof", 1),
    ]
    picture = Pictures(stand.terminal).find("page/address_proof/1")
    assert picture.width() > picture.height()


@pytest.mark.parametrize("orientation", ["landscape", "counter"])
def test_the_certificate_is_large_enough_to_be_checked(stand_at: Any, orientation: str) -> None:
    """Touched, by finger or by its button, the page takes the whole width; *back* shows all of it, and then goes back."""
    stand = stand_at(orientation)
    stand.terminal.show(State.PREVIEW)
    stand.settle()
    small = stand.item("certificate_picture").width()
    for way in ("preview_enlarge", "certificate_picture"):
        stand.tap(way)
        assert stand.item("preview_large").width() > max(2 * small, 0.85 * stand.screen.window.width())
        assert stand.item("foot_main").isEnabled()
        stand.tap("foot_back")
        assert stand.said == []
    stand.tap("foot_back")
    assert stand.said == [ev.BackPressed()]
