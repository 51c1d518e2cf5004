"""A finger on each screen sends the event that belongs to it, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fake_terminal import NO_PAPER, TROUBLE
from fake_values import WAITING
from geometry import seen
from PySide6.QtCore import QSizeF

from kiosk.catalogue.models import Need
from kiosk.events import Fact
from kiosk.identity import case_code
from kiosk.session import events as ev
from kiosk.session.states import Choice, Holding, State
from kiosk.session.timeouts import Timer
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


def test_offline_is_said_once_on_the_review_page(stand: Any) -> None:
    """One piece of news in one wording: the frame's own, and it is spoken."""
    said = stand.terminal.words.text("zh_CN", "controls.offline")
    stand.terminal.show(State.REVIEW, line_up=False)
    stand.settle()
    shown = [str(one.item.property("text") or "") for one in seen(stand.screen.window)]
    about = [text for text in shown if "未联网" in text or "断网" in text]
    assert about == [stand.terminal.words.text("zh_CN", "controls.offline_short"), said]
    assert said in list(stand.item("screen_review").property("aloud"))


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
