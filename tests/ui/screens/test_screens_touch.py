"""A finger on each screen sends the event that belongs to it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fake_terminal import NO_PAPER, TROUBLE, WAITING
from geometry import seen
from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtTest import QTest

from kiosk.catalogue.models import Need
from kiosk.events import Fact
from kiosk.identity import case_code
from kiosk.session import events as ev
from kiosk.session.states import Choice, Holding, State
from kiosk.session.timeouts import Timer
from ui.bridge.pictures import Pictures
from ui.bridge.session import OUT_STAYS


def test_a_touch_anywhere_begins(stand: Any) -> None:
    """Should begin from the attract screen."""
    stand.tap("attract_start")
    assert stand.said == [ev.Started()]
    assert stand.find("screen_home") is not None


def test_a_service_is_chosen_from_its_shelf(stand: Any) -> None:
    """Should open a shelf, and choose what can be done."""
    stand.terminal.show(State.HOME)
    stand.settle()
    stand.tap("tile_print")
    stand.tap("item_social_participation_cert")
    (chosen,) = stand.said
    assert isinstance(chosen, ev.ItemChosen)
    assert chosen.plan.item_id == "social_participation_cert"


def test_what_cannot_be_done_is_not_chosen(stand: Any) -> None:
    """Should leave a grey service alone, and lead back to the tiles before the home screen is left."""
    stand.terminal.show(State.HOME)
    stand.settle()
    stand.tap("tile_apply")
    stand.tap("item_elderly_card")
    assert stand.said == []
    stand.tap("foot_back")
    assert stand.said == []
    stand.tap("foot_back")
    assert stand.said == [ev.BackPressed()]


def test_a_guide_that_cannot_be_followed_any_more_says_why(stand: Any) -> None:
    """The store fills up while the guide is read: grey, with the reason, and open again when there is room."""
    stand.terminal.show(State.GUIDE)
    stand.settle()
    assert stand.item("foot_main").isEnabled()
    for room in (False, True):
        stand.terminal.room = room
        stand.terminal.publish(Fact.OUTBOX)
        stand.settle()
        assert stand.item("foot_main").isEnabled() is room
        assert (stand.find("guide_obstacle") is None) is room
    stand.terminal.room = False
    stand.terminal.publish(Fact.OUTBOX)
    stand.settle()
    stand.tap("foot_main")
    assert stand.said == []
    stand.tap("foot_back")
    stand.tap("tile_apply")
    stand.tap("item_residence_permit_apply")
    assert stand.said == [ev.BackPressed()]


def test_my_cases_are_chosen_listed_opened_and_printed_again(stand: Any) -> None:
    """Should begin from its tile with two consents, open the case that is touched, and ask for its receipt."""
    stand.terminal.show(State.HOME)
    stand.settle()
    stand.tap("tile_cases")
    assert stand.said == [ev.ItemChosen(stand.terminal.cases_plan())]
    stand.tap("consent_identify")
    stand.tap("consent_handle")
    assert stand.find("consent_phone") is None
    stand.tap("foot_main")
    assert stand.said[-1] == ev.Confirmed()
    stand.terminal.show(State.CASES)
    stand.settle()
    assert stand.find("foot_back") is None
    stand.tap(f"case_{WAITING}")
    assert stand.said[-1] == ev.CaseOpened(WAITING)
    assert stand.item("case_number").property("text") == "KF 0042 0003G 7"
    stand.tap("foot_main")
    stand.tap("foot_main")
    assert stand.said.count(ev.ReprintAsked()) == 1  # the first is still at the printer
    stand.terminal.handle(ev.ReceiptPrinted(stand.terminal.session.number))
    stand.settle()
    assert stand.find("case_reprinted") is not None


def test_without_a_card_reader_no_case_can_be_looked_for(stand: Any) -> None:
    """Should be grey with its reason before anything is asked."""
    stand.terminal.health[Need.ID_CARD] = False
    stand.terminal.show(State.HOME)
    stand.settle()
    assert stand.item("tile_cases").property("reason") != ""
    stand.tap("tile_cases")
    assert stand.said == []


def test_a_withdrawal_is_asked_about_first(stand: Any) -> None:
    """Should ask, keep the case at *back*, and withdraw at the main action alone, once."""
    stand.terminal.show(State.CASE)
    stand.settle()
    stand.tap("case_withdraw")
    assert stand.terminal.session.state is State.WITHDRAW
    stand.tap("foot_back")
    assert stand.terminal.session.state is State.CASE
    stand.tap("case_withdraw")
    stand.tap("foot_main")
    stand.tap("foot_main")
    assert stand.said == [ev.WithdrawAsked(), ev.BackPressed(), ev.WithdrawAsked(), ev.Confirmed()]


def test_what_cannot_be_taken_back_offers_no_withdrawal(stand: Any) -> None:
    """Should leave the button out once a withdrawal is under way, and print only what lies here."""
    stand.terminal.show(State.CASE, case="KF00420000J4")
    stand.settle()
    assert stand.find("case_withdraw") is None
    stand.terminal.show(State.CASE, case="KF00010000K2")
    stand.settle()
    assert stand.find("foot_main") is None
    assert stand.find("case_withdraw") is not None


@pytest.mark.parametrize(("button", "said"), [("foot_main", ev.Confirmed()), ("foot_back", ev.BackPressed())])
def test_the_same_service_again_is_a_question(stand: Any, button: str, said: ev.Event) -> None:
    """Should say when it was handed in, and let the person hand in again or look."""
    stand.terminal.show(State.AGAIN, again=True)
    stand.settle()
    stand.tap(button)
    assert stand.said == [said]
    if said == ev.BackPressed():
        stand.tap("foot_back")
        assert stand.terminal.session.state is State.AGAIN


def test_what_was_kept_before_an_edit_is_said_beside_the_receipt(stand: Any) -> None:
    """Should show the notice of the submission, and nothing where there is none."""
    stand.terminal.show(State.OUTCOME, notice="submit.earlier_kept")
    stand.settle()
    assert stand.item("outcome_notice").property("text")
    stand.terminal.show(State.OUTCOME)
    stand.settle()
    assert stand.find("outcome_notice") is None


def test_nothing_is_agreed_to_beforehand(stand: Any) -> None:
    """Should go on only after each purpose was agreed to."""
    stand.terminal.show(State.CONSENT)
    stand.settle()
    stand.tap("foot_main")
    for purpose in ("consent_identify", "consent_handle"):
        stand.tap(purpose)
    stand.tap("foot_main")
    assert stand.said == []
    stand.tap("consent_phone")
    stand.tap("foot_main")
    assert stand.said == [ev.Confirmed()]


def test_the_grey_button_says_what_is_missing(stand: Any) -> None:
    """Should mark what is not ticked yet once it is touched, and not before, and let each mark go with its tick."""

    def marked() -> list[str]:
        purposes = ("consent_identify", "consent_handle", "consent_phone")
        return [purpose for purpose in purposes if stand.item(purpose).property("missing")]

    stand.terminal.show(State.CONSENT)
    stand.settle()
    stand.tap("consent_handle")
    assert marked() == []
    stand.tap("foot_main")
    assert marked() == ["consent_identify", "consent_phone"]
    stand.tap("consent_identify")
    assert marked() == ["consent_phone"]
    stand.tap("consent_phone")
    assert marked() == []
    assert stand.said == []
    stand.tap("foot_main")
    assert stand.said == [ev.Confirmed()]


def test_the_code_is_typed_and_sent(stand: Any) -> None:
    """Should send each digit to the desk, erase one, and confirm at six."""
    stand.terminal.show(State.CODE)
    stand.settle()
    for digit in "1234567":
        stand.tap(f"digit_{digit}")
    assert [call[1] for call in stand.terminal.calls if call[0] == "type_code"] == list("1234567")
    stand.tap("digit_erase")
    stand.tap("foot_main")
    assert stand.said == []
    stand.tap("digit_9")
    stand.tap("foot_main")
    assert stand.said == [ev.CodeEntered()]


def test_a_field_is_typed_with_the_keyboard(stand: Any) -> None:
    """Should open digits where digits are wanted, and hand each one to the desk."""
    stand.terminal.show(State.FORM, page=0)
    stand.settle()
    stand.tap("field_phone", down=0.85)
    for digit in "138":
        stand.tap(f"key_{digit}")
    assert [call for call in stand.terminal.calls if call[0] == "set"][-1] == ("set", "phone", "138")
    stand.tap("foot_main")
    assert stand.said == [ev.PageAnswered(1)]


def test_the_keyboard_comes_back_to_the_field_that_it_left(stand: Any) -> None:
    """Should close when it is done, and open again for the same field, which keeps what was typed."""
    stand.terminal.show(State.FORM, page=0)
    stand.settle()
    for typed, digit in (("1", "1"), ("13", "3"), ("138", "8")):
        stand.tap("field_phone", down=0.85)
        stand.tap(f"key_{digit}")
        assert stand.item("field_phone").property("text") == typed
        stand.tap("key_done")
        assert stand.find("key_done") is None


def test_letters_without_a_character_are_not_thrown_away(stand: Any) -> None:
    """Should write the first candidate, and go on only with the next touch."""
    stand.terminal.show(State.FORM, page=1)
    stand.settle()
    detail = stand.item("field_address")
    stand.tap("field_address", down=0.85)
    for letter in "lu":
        stand.tap(f"key_{letter}")
    assert detail.property("text") == ""
    stand.tap("foot_main")
    assert stand.said == []
    assert len(detail.property("text")) == 1
    stand.tap("foot_main")
    assert stand.said == [ev.PageAnswered(2)]


def test_the_language_changes_in_the_middle_of_a_field(stand: Any) -> None:
    """Should keep what was typed and speak the other language."""
    stand.terminal.show(State.FORM, page=0)
    stand.settle()
    stand.tap("field_phone", down=0.85)
    stand.tap("key_1")
    title = stand.item("screen_form").property("title")
    stand.screen.bridges.settings.setLanguage("en")
    stand.settle()
    assert stand.item("screen_form").property("title") != title
    assert stand.item("field_phone").property("text") == "1"
    assert stand.terminal.language == "en"


def test_choices_and_places_reach_the_desk_as_plain_values(stand: Any) -> None:
    """Should hand over a string, a list and a map: what Python understands, not what JavaScript does."""
    stand.terminal.show(State.FORM, page=2)
    stand.settle()
    stand.tap("choice_work")
    stand.terminal.show(State.CHOOSE)
    stand.settle()
    stand.tap("choice_injury")
    stand.terminal.show(State.FORM, page=1)
    stand.settle()
    stand.tap("place_chosen")
    calls = [call[1:] for call in stand.terminal.calls if call[0] == "set"]
    assert calls[0] == ("reason", "work")
    assert calls[1] == ("kinds", ["pension", "injury"])
    assert calls[2] == ("address", {"division": "990101001000", "detail": ""})


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


def test_offline_is_said_once_on_the_review_page(stand: Any) -> None:
    """One piece of news in one wording: the frame's own, and it is spoken."""
    said = stand.terminal.words.text("zh_CN", "controls.offline")
    stand.terminal.show(State.REVIEW, line_up=False)
    stand.settle()
    shown = [str(one.item.property("text") or "") for one in seen(stand.screen.window)]
    about = [text for text in shown if "未联网" in text or "断网" in text]
    assert about == [stand.terminal.words.text("zh_CN", "controls.offline_short"), said]
    assert said in list(stand.item("screen_review").property("aloud"))


def test_a_phone_is_asked_for_papers(stand: Any) -> None:
    """Should show the code for one material, what came of it, and put it away."""
    stand.terminal.show(State.MATERIALS)
    stand.settle()
    stand.tap("phone_address_proof")
    assert stand.item("phone_code").property("present")
    stand.answer("overlay_main")
    assert stand.terminal.calls == [("bring", "address_proof"), ("bring_end",)]
    stand.terminal.show(State.MATERIALS, line_up=False)
    stand.settle()
    stand.tap("phone_address_proof")
    assert len(stand.terminal.calls) == 2


def test_files_of_a_stick_are_taken_by_finger_and_by_keypad(stand: Any) -> None:
    """Should be grey without a stick and say why; take a touched file once; say why another cannot be taken; turn pages."""
    stand.terminal.show(State.MATERIALS)
    stand.terminal.stick.present = False
    stand.terminal.publish(Fact.MATERIALS)
    stand.settle()
    assert stand.item("stick_address_proof").property("text") == "U盘：请先插入"
    assert not stand.item("stick_address_proof").isEnabled()
    stand.terminal.stick.present = True
    stand.terminal.publish(Fact.MATERIALS)
    stand.settle()
    stand.tap("stick_address_proof")
    stand.tap("stick_file_0")
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


def test_a_line_of_the_review_leads_to_its_field(stand: Any) -> None:
    """Should lead back where a line was entered; what came from the card leads nowhere."""
    stand.terminal.show(State.REVIEW)
    stand.settle()
    stand.tap("review_0")
    assert stand.said == []
    stand.tap("review_3")
    assert stand.said == [ev.FieldReopened(State.FORM, page=1)]


@pytest.mark.parametrize(("button", "choice"), [("main", Choice.RETRY), ("second", Choice.SKIP), ("third", Choice.LEAVE)])
def test_trouble_is_answered(stand: Any, button: str, choice: Choice) -> None:
    """Should send the choice of the button, and let nothing below be pressed."""
    stand.terminal.show(State.CAPTURE, trouble=TROUBLE)
    stand.settle()
    stand.answer(f"overlay_{button}")
    assert stand.said == [ev.TroubleAnswered(choice)]


def test_a_finger_that_was_typing_ends_nothing(stand: Any) -> None:
    """The wrong code is told while somebody types on: no digit's touch and no Enter is an answer, and the end is asked."""
    stand.terminal.show(State.CODE)
    stand.terminal.handle(ev.CodeRefused(stand.terminal.session.number, "code.wrong", detail="2"))
    dialog = stand.item("trouble")
    assert dialog.property("lull") >= 700
    dialog.setProperty("lull", 60000)  # no haste here
    stand.settle()
    before = stand.said
    stand.tap("overlay_third")
    QTest.keyClick(stand.screen.window, Qt.Key.Key_Return)
    QTest.keyClick(stand.screen.window, Qt.Key.Key_Space)
    stand.settle()
    assert stand.said == before
    dialog.setProperty("lull", 1)
    stand.answer("overlay_third")
    assert stand.said == [*before, ev.TroubleAnswered(Choice.LEAVE)]
    assert stand.terminal.session.state is State.CODE
    assert stand.find("trouble") is None
    stand.answer("overlay_main")
    assert stand.find("trouble") is not None
    stand.answer("overlay_third")
    stand.answer("overlay_second")
    assert stand.terminal.session.state is State.GUARD


def test_a_place_is_named_in_the_language_that_is_switched_to(stand: Any) -> None:
    """Should say the chosen divisions, and those still to choose, anew on the page that stands open."""
    stand.terminal.show(State.FORM, page=1)
    stand.settle()
    assert stand.item("place_chosen").property("text").endswith("龙亭样例区 北书店街道 第一社区")
    stand.screen.bridges.settings.setLanguage("en")
    stand.settle()
    assert stand.item("place_chosen").property("text").endswith("Beishudian Subdistrict First Community")
    stand.tap("place_chosen")
    assert stand.item("place_990101001001").property("text") == "First Community"


def test_a_date_is_chosen_part_by_part_from_the_days_that_can_be(stand: Any) -> None:
    """Should say from the start which days can be chosen, and begin with the latest of them and not in the future."""
    stand.terminal.show(State.FORM, page=1)
    stand.settle()
    assert stand.item("date_reg_since").property("help") == "满半年才能申领\n可选：2026年5月28日及以前。"
    for button in ("year_more", "month_more", "day_less"):
        stand.tap(button)
    dates = [value for call, key, value in filter(lambda call: call[0] == "set", stand.terminal.calls) if key == "reg_since"]
    assert dates == ["2026-00-00", "2026-05-00", "2026-05-28"]
    assert [call for call in stand.terminal.calls if call[0] == "leave_field"] == [("leave_field", "reg_since")]


@pytest.mark.parametrize("state", [State.OUTCOME, State.CASE])
def test_a_receipt_that_failed_leaves_the_number_in_sight(stand: Any, state: State) -> None:
    """Should show the number in the very notice that tells the person to copy it down, and in no other notice."""
    stand.terminal.show(state, receipt_printed=False, trouble=NO_PAPER)
    stand.settle()
    number = case_code.group(WAITING) if state is State.CASE else case_code.group(stand.terminal.case.code)
    assert stand.item("overlay_strong").property("text") == number
    stand.terminal.show(State.CAPTURE, trouble=TROUBLE)
    stand.settle()
    assert stand.find("overlay_strong") is None


@pytest.mark.parametrize("orientation", ["portrait", "landscape", "counter"])
def test_a_page_that_grows_under_the_focus_is_no_loop(stand_at: Any, orientation: str) -> None:
    """Tab leaves the field for a button of the page, which goes with the keyboard; the field calls it back."""
    stand = stand_at(orientation)
    stand.screen.bridges.settings.setLowReach(orientation == "portrait")
    stand.terminal.show(State.FORM, page=0 if orientation == "counter" else 1)
    stand.settle()
    field = "field_phone" if orientation == "counter" else "field_address"
    for _ in range(2):
        stand.item(field).begin()
        stand.settle()
        assert stand.item("screen_form").property("typing")
        QTest.keyClick(stand.screen.window, Qt.Key.Key_Tab)
        stand.settle()
        assert not stand.item("screen_form").property("typing")
    # `stand` fails the test for any warning of the engine.


def test_the_keyboard_goes_with_its_field(stand: Any) -> None:
    """Another place is chosen while the street is typed: nobody types into a field that is not there."""
    stand.terminal.show(State.FORM, page=1)
    stand.settle()
    stand.item("field_address").begin()
    stand.settle()
    assert stand.item("screen_form").property("typing")
    stand.tap("place_chosen")
    assert stand.find("field_address") is None
    assert not stand.item("screen_form").property("typing")


def test_on_a_counter_every_date_is_in_view_and_whole(stand_at: Any) -> None:
    """What happens by when needs no turning of the page, no date is broken, and neither is the terminal's name."""
    stand = stand_at("counter")
    for changes in ({"line_up": False}, {"receipt_printed": False}):
        stand.terminal.show(State.OUTCOME, **changes)
        stand.settle()
        page = stand.item("outcome_page")
        for date in (stand.item(f"promise_{at}") for at in range(3)):
            assert date.property("lineCount") == 1
            assert page.contains(date.mapToItem(page, date.boundingRect().bottomLeft()))
    stand.terminal.show(State.OUTCOME, elder=True)
    stand.settle()
    assert stand.item("terminal_name").property("lineCount") == 1


@pytest.mark.parametrize(("page", "field"), [(0, "field_phone"), (1, "field_address")])
def test_on_an_elder_counter_a_question_is_whole_while_it_is_answered(stand_at: Any, page: int, field: str) -> None:
    """Above the keyboard there is room for the box alone; the question stands beside it, both whole, and goes back after."""
    stand = stand_at("counter")
    stand.terminal.show(State.FORM, page=page, elder=True)
    stand.settle()
    stand.item(field).begin()
    stand.settle()
    box, scroller = stand.item(field), stand.item("form_page")
    top, bottom = (box.mapToItem(scroller, QPointF(0, y)).y() for y in (0, box.height()))
    assert 0 <= top < bottom <= scroller.height()
    question = stand.item("rail_question")
    assert question.property("text") == box.property("label")
    assert not question.property("truncated")
    assert question.property("contentHeight") <= question.height() + 1
    assert box.property("bare")
    stand.tap("key_done")
    assert stand.find("rail_question") is None
    assert not stand.item(field).property("bare")


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


def test_the_screen_below_a_question_is_dead(stand: Any) -> None:
    """Should keep a finger from what lies under a question."""
    stand.terminal.show(State.REVIEW, leaving=True)
    stand.settle()
    stand.tap("foot_main")
    assert stand.said == []
    stand.answer("overlay_main")
    assert stand.said == [ev.LeaveAnswered(leave=False)]


def test_any_touch_ends_the_count_down(stand: Any) -> None:
    """Should go on from a touch beside the dialog."""
    stand.terminal.seconds_left = 12
    stand.terminal.show(State.REVIEW, warned=True)
    stand.settle()
    stand.tap("screen_review", down=0.02)
    assert not stand.terminal.session.warned
    assert stand.said == []


def test_elder_mode_is_offered_and_taken(stand: Any) -> None:
    """Should answer the offer and enlarge what is shown."""
    stand.terminal.show(State.CODE, elder_offered=True)
    stand.settle()
    key, main = stand.item("digit_5").height(), stand.item("foot_main").height()
    stand.answer("overlay_main")
    assert stand.said == [ev.ElderAnswered(wanted=True)]
    assert stand.screen.bridges.settings.elder
    assert stand.screen.bridges.settings.textSize == 2
    assert stand.item("digit_5").height() > 1.2 * key
    assert stand.item("foot_main").height() > 1.2 * main


def test_a_signature_is_drawn(stand: Any) -> None:
    """Should hand over the strokes and then let the person go on."""
    stand.terminal.show(State.SIGN)
    stand.settle()
    assert not stand.item("foot_main").isEnabled()
    stand.tap("sign_pad")
    assert ("set_signature", 1) in stand.terminal.calls
    stand.tap("foot_main")
    assert stand.said == [ev.Confirmed()]


def test_the_guard_asks_only_while_something_is_held(stand: Any) -> None:
    """Should offer *I have it* while the card lies there, and nothing afterwards."""
    stand.terminal.show(State.GUARD, holding=Holding.CARD)
    stand.settle()
    stand.tap("foot_main")
    assert stand.said == [ev.Confirmed()]
    stand.terminal.session = replace(stand.terminal.session, holding=None)
    stand.terminal.publish(Fact.SESSION)
    stand.settle()
    assert stand.find("foot_main") is None


SETTINGS = ("language", "textSize", "highContrast", "lowReach", "elder", "speech")


def settings_of(stand: Any) -> dict[str, Any]:
    """What this person chose, as the bridge and as the drawn theme have it."""
    theme = stand.screen.engine.singletonInstance("Kiosk", "Theme")
    chosen = {name: getattr(stand.screen.bridges.settings, name) for name in SETTINGS}
    return chosen | {f"theme.{name}": theme.property(name) for name in ("textStep", "highContrast", "lowReach", "elder")}


@pytest.mark.parametrize("end", ["leaves", "is timed out", "is cut off by a fault"])
def test_the_next_person_finds_the_defaults(stand: Any, end: str) -> None:
    """Should forget language, size, contrast, reach, elder mode and speech with the person, however the visit ends."""
    defaults = settings_of(stand)
    assert not any(value for name, value in defaults.items() if name != "language")
    stand.terminal.show(State.HOME)
    stand.settle()
    for tool in ("language", "text", "contrast", "sound", "reach"):
        stand.tap(f"tool_{tool}")
    stand.tap("foot_other")
    changed = settings_of(stand)
    assert {name for name in defaults if defaults[name] == changed[name]} == set()
    assert stand.terminal.language == "en"
    if end == "leaves":
        stand.terminal.handle(ev.BackPressed())
    elif end == "is timed out":
        for timer in (Timer.IDLE, Timer.COUNTDOWN):
            stand.terminal.handle(ev.TimedOut(stand.terminal.session.number, State.HOME, timer))
    else:
        stand.terminal.handle(ev.FaultRaised("B-900"))
        assert settings_of(stand) == changed  # until it has been read or heard
        later = stand.terminal.now() + OUT_STAYS
        stand.terminal.now = lambda: later
        stand.screen.bridges.follow_clock()
    stand.settle()
    assert stand.terminal.session.state in {State.ATTRACT, State.OUT_OF_SERVICE}
    assert settings_of(stand) == defaults
    assert stand.terminal.language == "zh_CN"


def test_help_gives_the_step_back_and_takes_a_number(stand: Any) -> None:
    """Should stand over the form with the numbers to call, take digits until they can be called, and say what was kept."""
    stand.terminal.show(State.FORM, page=0)
    stand.settle()
    stand.tap("tool_help")
    assert stand.said == [ev.HelpAsked()]
    assert stand.find("screen_form") is None
    stand.tap("foot_main")
    for digit in "13900000001":
        assert not stand.item("foot_main").isEnabled()
        stand.tap(f"digit_{digit}")
    assert stand.item("call_back_number").property("text") == "139 0000 0001"
    assert stand.find("call_back_missing") is None
    stand.tap("digit_erase")
    assert "还差 1 位" in stand.item("call_back_missing").property("text")
    stand.tap("digit_1")
    stand.tap("foot_main")
    assert stand.said[-1] == ev.NumberEntered()
    stand.terminal.handle(ev.CallBackKept(stand.terminal.session.number, WAITING))
    stand.settle()
    assert stand.item("call_back_called").property("strong") == "139 0000 0001"
    stand.tap("foot_main")
    assert stand.said[-1] == ev.HelpClosed()
    stand.item("screen_form")


def test_one_touch_says_how_it_was(stand: Any) -> None:
    """Should send the grade once and say thank you when it is kept; the way out stands beside it all the time."""
    stand.terminal.show(State.TAKEN)
    stand.settle()
    stand.tap("grade_4")
    stand.tap("grade_1")
    assert stand.said == [ev.Rated(4)]
    stand.terminal.handle(ev.RatingKept(stand.terminal.session.number))
    stand.settle()
    assert stand.item("rating_said").property("text") == stand.terminal.words.text("zh_CN", "screens.rating.thanks")
    stand.tap("foot_main")
    assert stand.said[-1] == ev.Confirmed()


def test_on_a_desktop_the_terminal_stands_at_the_left(stand: Any) -> None:
    """Should fit below a title bar, at the left edge, where the dock leaves room."""
    window = stand.screen.window
    window.setProperty("fitted", True)
    window.setProperty("desktop", QSizeF(1920, 1080))
    assert window.width() == round(1080 * 0.94 * 1080 / 1920)
    assert 0 <= window.x() < 16  # a frame may have an edge
    assert 0 < window.y() <= 1080 - window.height()
    stand.settle()


def test_a_pin_is_typed_unseen(stand: Any) -> None:
    """Should show a dot for each digit, never the digit, and hand it in when there are enough."""
    stand.terminal.show(State.STAFF_PIN)
    stand.settle()
    for digit in "24681":
        stand.tap(f"digit_{digit}")
    assert not stand.item("foot_main").isEnabled()
    stand.tap("digit_0")
    shown = [one.item.property("text") for one in seen(stand.screen.window)]
    assert "246810" not in shown
    stand.tap("foot_main")
    assert stand.said == [ev.PinEntered()]


def test_staff_move_rows_and_try_devices(stand: Any) -> None:
    """Should send what is set aside again at once, ask before it sets aside, and say what came of a trial."""
    stand.terminal.show(State.STAFF)
    stand.settle()
    assert stand.find("try_document_camera") is None
    stand.tap("try_receipt_printer")
    assert "receipt_printer.offline" in stand.item("trial_receipt_printer").property("text")
    assert stand.find("staff_report") is None
    stand.tap("foot_other")
    stand.item("staff_report")
    stand.tap("foot_main")
    stand.tap("retry_16")
    stand.tap("park_23")
    stand.wait(lambda: not stand.item("park").property("fresh"))
    stand.tap("overlay_main")
    assert (stand.find("park"), stand.terminal.calls) == (None, [("look",), ("retry", 16)])
    stand.tap("park_23")
    stand.wait(lambda: not stand.item("park").property("fresh"))
    stand.tap("overlay_second")
    assert stand.terminal.calls[-1] == ("park", 23, "asked_by_department")
    stand.tap("foot_back")
    assert stand.said == []
    stand.tap("foot_back")
    assert stand.said == [ev.BackPressed()]
