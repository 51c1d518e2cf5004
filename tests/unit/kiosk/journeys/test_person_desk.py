"""Who the citizen is: unusable cards, cards that are lifted, and codes that are wrong, late or cannot be sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from devices.errors import DeviceError
from devices.id_card import CardKind, IdCard, ReadFailed
from devices.id_card.samples import SAMPLE_CARDS
from kiosk.city.client import PlatformRejected, PlatformUnreachable, Unreachable
from kiosk.city.messages import ErrorAnswer
from kiosk.identity.assurance import Assurance
from kiosk.identity.persons import DOCUMENT_TYPES
from kiosk.journeys.identify import number_holds, person_of
from kiosk.session import events as ev
from kiosk.session.states import Choice, Device, State

if TYPE_CHECKING:
    from conftest import Bench

PERMIT, CERTIFICATE = "residence_permit_apply", "social_participation_cert"
JIA, YI = SAMPLE_CARDS["测试甲"], SAMPLE_CARDS["测试乙"]


def rejected(code: str, tries_left: int | None = None) -> PlatformRejected:
    return PlatformRejected(code, "", ErrorAnswer(code=code, tries_left=tries_left))


# --- the card ----


def test_a_good_card_opens_the_session(bench: Bench) -> None:
    """The person is in the vault, the screen sees masked values, the full ones only while the button is held."""
    bench.to_identify()
    bench.lay_card()
    person = bench.terminal.person
    assert bench.session.assurance is Assurance.CARD
    assert (person.masked_name, person.masked_number) == ("测*甲", "9900**********0017")
    assert (person.plain("name"), person.plain("number"), person.plain("address")) == ("测试甲", JIA.number, "")
    assert not bench.session.elder_offered


def test_an_elder_is_offered_slower_time(bench: Bench) -> None:
    """From sixty on it is offered, never forced."""
    bench.to_identify()
    bench.lay_card(YI)
    assert bench.session.elder_offered
    assert not bench.session.elder


def test_a_card_is_laid_anew_where_that_is_the_consent(bench: Bench) -> None:
    """What lay there before the guide said what it means is not read, and nobody is sent a code; laid again it is."""
    bench.lay_card()
    bench.to_identify(CERTIFICATE)
    assert (bench.state(), bench.trouble) == (State.IDENTIFY, "identify.lay_again")
    bench.retry()
    assert (bench.state(), bench.trouble) == (State.IDENTIFY, "identify.lay_again")
    assert bench.vault.empty
    assert bench.city.codes == []
    bench.lift_card()
    bench.lay_card()
    assert (bench.state(), bench.session.trouble) == (State.CODE, None)


def test_a_card_that_was_laid_and_not_read_is_read_again_as_it_lies(bench: Bench) -> None:
    """The consent was given: *try again* after a bad read asks for nothing more."""
    bench.to_identify(CERTIFICATE)
    bench.reader.spoiled += ["id_card.read_failed"] * 2
    bench.lay_card()
    assert bench.trouble == "identify.unreadable"
    bench.retry()
    assert bench.state() is State.CODE


def test_a_card_that_lies_there_already_is_read(bench: Bench) -> None:
    """Who was quick with the card does not have to lift it again."""
    bench.lay_card()
    assert bench.vault.empty
    bench.to_identify()
    assert bench.state() is State.CODE


def test_an_unreadable_card_says_what_to_do(bench: Bench) -> None:
    """A plain message with the next step; lifted and laid down again it is read, and no trouble is left."""
    bench.to_identify()
    bench.reader.spoiled += ["id_card.read_failed"] * 2
    bench.lay_card()
    assert (bench.state(), bench.trouble) == (State.IDENTIFY, "identify.unreadable")
    assert bench.vault.empty
    bench.lift_card()
    bench.lay_card()
    assert bench.state() is State.CODE
    assert bench.audited("identity.card_refused")[0]["reason"] == "id_card.read_failed"


def test_a_refused_card_is_not_read_over_and_over(bench: Bench) -> None:
    """While the refused card lies there, each new look of the reader does not start another read."""
    bench.to_identify()
    bench.lay_card(replace(JIA, valid_to=dt.date(2026, 11, 27)))
    for _ in range(5):
        bench.terminal.on_device(Device.ID_CARD, bench.devices[Device.ID_CARD].report)
        bench.turn()
    assert len(bench.audited("identity.card_refused")) == 1


def test_one_disturbance_is_nobodys_trouble(bench: Bench) -> None:
    """A read that fails once is tried again at once, unseen."""
    bench.to_identify()
    bench.reader.spoiled.append("id_card.checksum")
    bench.lay_card()
    assert (bench.state(), bench.trouble) == (State.CODE, "")
    assert not bench.audited("identity.card_refused")


def test_a_reader_that_keeps_quiet_after_a_failed_read_leaves_nobody_waiting(bench: Bench) -> None:
    """It finds no card the second time, though one lies there: the person is told to lift it and lay it again."""
    bench.to_identify()
    bench.reader.until_read = True
    bench.reader.spoiled.append("id_card.checksum")
    bench.lay_card()
    assert (bench.state(), bench.trouble) == (State.IDENTIFY, "identify.unreadable")
    bench.lift_card()
    assert bench.trouble == "identify.unreadable"
    bench.lay_card()
    assert bench.state() is State.CODE


def test_trying_again_reads_the_same_card_again(bench: Bench) -> None:
    """*Try again* is a try, also without lifting."""
    bench.to_identify()
    bench.reader.spoiled += ["id_card.read_failed"] * 2
    bench.lay_card()
    bench.retry()
    assert bench.state() is State.CODE


@pytest.mark.parametrize(
    ("card", "message", "reason"),
    [
        (replace(JIA, valid_to=dt.date(2026, 11, 27)), "identify.expired", "expired"),
        (replace(JIA, valid_from=dt.date(2026, 11, 29)), "identify.expired", "expired"),
        (replace(JIA, number="990000199001010018"), "identify.bad_number", "number"),
        (replace(JIA, number="99000019900101001"), "identify.bad_number", "number"),
        (replace(JIA, number=""), "identify.bad_number", "number"),
        (replace(JIA, number="99000019900101001\u0667"), "identify.bad_number", "number"),
        (replace(JIA, birth=dt.date(1990, 1, 2)), "identify.bad_number", "number"),
    ],
)
def test_an_unusable_card_is_refused_with_its_reason(bench: Bench, card: IdCard, message: str, reason: str) -> None:
    """Expired, not yet valid, a bad check digit, another birthday than the number says: refused, and nobody is known."""
    bench.to_identify()
    bench.lay_card(card)
    assert (bench.state(), bench.trouble) == (State.IDENTIFY, message)
    assert bench.session.assurance is Assurance.NONE
    assert bench.vault.empty
    assert [entry["reason"] for entry in bench.audited("identity.card_refused")] == [reason]


@pytest.mark.parametrize("name", ["测试己", "测试辛"])
def test_cards_of_compatriots_and_foreigners_open_what_takes_them(bench: Bench, name: str) -> None:
    """Where the item takes the card, its holder goes on like anybody else, under the card's own document type."""
    card = SAMPLE_CARDS[name]
    bench.to_identify(CERTIFICATE)
    bench.lay_card(card)
    assert bench.state() is State.CODE
    person = bench.vault.person
    assert person is not None
    assert (person.name, person.number, person.document_type) == (name, card.number, "154" if name == "测试己" else "553")
    assert bench.audited("identity.card_read")[0]["card_kind"] == str(card.kind)


@pytest.mark.parametrize(
    ("item", "name", "message"),
    [
        (PERMIT, "测试己", "identify.not_with_hk_mo_tw"),
        (PERMIT, "测试辛", "identify.not_with_foreign"),
        (PERMIT, "测试庚", "identify.not_with_foreign_2017"),
        (CERTIFICATE, "测试庚", "identify.not_with_foreign_2017"),
    ],
)
def test_a_card_that_the_item_does_not_take(bench: Bench, item: str, name: str, message: str) -> None:
    """Said in words that name the card; nobody is known, and the right card is read after it."""
    bench.to_identify(item)
    bench.lay_card(SAMPLE_CARDS[name])
    assert (bench.state(), bench.trouble) == (State.IDENTIFY, message)
    assert bench.vault.empty
    assert bench.audited("identity.card_refused")[0]["reason"] == "card_not_taken"
    bench.lift_card()
    bench.lay_card()
    assert bench.state() is State.CODE


def test_a_layout_that_nobody_knows_is_not_called_unreadable(bench: Bench) -> None:
    """Laying it down again would not help, so that is not what is said."""
    bench.to_identify()
    bench.reader.spoiled.append("id_card.kind_unsupported")
    bench.lay_card()
    assert bench.trouble == "identify.kind_unsupported"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("测试己", "990000199001010017"),
        ("测试辛", "990000199001010017"),
        ("测试辛", "819999199001010018"),
        ("测试辛", "UTO410290010103"),
        ("测试己", "94199919900101001X"),
    ],
)
def test_a_number_of_another_kind_of_card_is_refused(bench: Bench, name: str, number: str) -> None:
    """A resident's number on a foreigner's card, and the like: refused although the number itself checks."""
    bench.to_identify(CERTIFICATE)
    bench.lay_card(replace(SAMPLE_CARDS[name], number=number))
    assert bench.trouble == "identify.bad_number"


def test_numbers_of_old_foreign_cards() -> None:
    """Held against the birthday; the check digit, whose rule nobody published, turns nobody away."""
    card, today = SAMPLE_CARDS["测试庚"], dt.date(2026, 11, 28)
    assert number_holds(card, today)
    assert number_holds(replace(card, number="UTO410290010104"), today)
    assert not number_holds(replace(card, birth=dt.date(1990, 1, 2)), today)
    assert not number_holds(replace(card, number="990000199001010017"), today)


def test_a_foreigner_without_a_chinese_name_goes_by_the_latin_one() -> None:
    """The name is what the card has; nothing is made up."""
    person = person_of(replace(SAMPLE_CARDS["测试辛"], name=""))
    assert person.name == "SAMPLE, MAXIMILIAN BARTHOLOMEW ALEXANDER"
    assert (person.nation_code, person.country, person.address) == ("", "UTO", "")


def test_every_kind_of_card_has_a_document_type() -> None:
    """The readers' kinds and the persons' cards are the same words, each with its type."""
    assert {str(kind) for kind in CardKind} == {str(card) for card in DOCUMENT_TYPES}


@pytest.mark.parametrize("days", [0, 1])
def test_a_card_is_good_through_its_last_day_here(bench: Bench, days: int) -> None:
    """The civil date of the terminal counts: it is Saturday here while it is still Friday in UTC."""
    bench.to_identify()
    bench.lay_card(replace(JIA, valid_to=dt.date(2026, 11, 28) + dt.timedelta(days=days)))
    assert bench.state() is State.CODE


def test_a_card_lifted_in_the_middle_is_read_when_it_comes_back(bench: Bench) -> None:
    """Nothing was read, nothing is shown; the next card is."""
    bench.to_identify()
    supervisor = bench.devices[Device.ID_CARD]
    supervisor.hold()
    bench.lay_card()
    bench.reader.lift()
    supervisor.release()
    bench.turn()
    assert (bench.state(), bench.trouble) == (State.IDENTIFY, "")
    bench.lay_card(YI)
    assert bench.terminal.person.masked_name == "测*乙"


def test_a_reader_that_fails_says_so(bench: Bench) -> None:
    """A driver's failure is another message than an unreadable card."""
    bench.to_identify()
    bench.lay_card()
    bench.leave()
    bench.lift_card()
    bench.wait(6)
    bench.to_identify()

    def broken() -> ReadFailed:
        raise DeviceError("id_card.stuck")

    bench.reader.read = broken  # type: ignore[method-assign]
    bench.lay_card()
    assert bench.trouble == "identify.reader_failed"


def test_a_reader_that_is_unplugged_and_comes_back(bench: Bench) -> None:
    """Lost while a card is awaited: said at once, and gone by itself when the reader is back."""
    bench.to_identify()
    bench.devices[Device.ID_CARD].dead = "id_card.disconnected"
    bench.poll()
    assert bench.trouble == "session.lost.id_card"
    bench.devices[Device.ID_CARD].dead = None
    bench.poll()
    assert bench.trouble == ""
    bench.lay_card()
    assert bench.state() is State.CODE


def test_a_read_that_comes_too_late_is_nobodys(bench: Bench) -> None:
    """Read for somebody who has left: the next person's session does not know him."""
    bench.to_identify()
    supervisor = bench.devices[Device.ID_CARD]
    supervisor.hold()
    bench.lay_card()
    bench.handle(ev.BackPressed(), ev.CancelPressed())
    bench.to_identify()
    supervisor.release()
    bench.reader.lift()
    bench.turn()
    assert bench.state() is State.IDENTIFY
    assert bench.vault.empty


def test_a_card_left_over_a_late_read_is_still_seen(bench: Bench) -> None:
    """After a late answer for somebody else the reader is looked at again: the card that lies there now counts."""
    bench.to_identify()
    supervisor = bench.devices[Device.ID_CARD]
    supervisor.hold()
    bench.lay_card()
    bench.handle(ev.BackPressed(), ev.CancelPressed())
    bench.to_identify()
    supervisor.release()
    bench.turn()
    assert bench.state() is State.CODE


# --- the code ----


def at_code(bench: Bench, item: str = CERTIFICATE) -> None:
    bench.to_identify(item)
    bench.lay_card()
    assert bench.state() is State.CODE


def test_the_right_code_raises_the_assurance(bench: Bench) -> None:
    """Six digits, checked by the city, never kept."""
    at_code(bench)
    assert bench.terminal.person.masked_phone == "138****0001"
    bench.type_code("123456")
    assert bench.session.assurance is Assurance.CARD_CODE
    assert bench.city.verified == [("challenge-1", "123456")]
    assert (bench.vault.token, bench.vault.digits) == ("token", "")


@pytest.mark.parametrize("typed", ["12345", "1234567", "12a34b56", "１２３４５６", "٣٣٣٣٣٣"])
def test_only_six_digits_go_to_the_city(bench: Bench, typed: str) -> None:
    """What is no digit is not taken, and nothing is sent before there are six; a seventh is ignored."""
    at_code(bench)
    bench.type_code(typed)
    digits = "".join(char for char in typed if char in "0123456789")[:6]
    assert bench.city.verified == ([("challenge-1", digits)] if len(digits) == 6 else [])


def test_digits_can_be_taken_back(bench: Bench) -> None:
    """One at a time, and not below none."""
    at_code(bench)
    person = bench.terminal.person
    for digit in "12":
        person.type_code(digit)
    for _ in range(3):
        person.erase_code()
    assert person.code_digits == 0


def test_a_wrong_code_says_how_many_tries_are_left(bench: Bench) -> None:
    """The same code may be tried again: no new one is sent."""
    at_code(bench)
    bench.city.fail("verify_code", rejected("code_wrong", 2))
    bench.type_code("000000")
    assert (bench.trouble, bench.session.trouble and bench.session.trouble.detail) == ("code.wrong", "2")
    assert bench.session.trouble is not None
    assert Choice.RETRY not in bench.session.trouble.choices
    bench.handle(ev.TroubleAnswered(Choice.SKIP))
    bench.type_code()
    assert bench.session.assurance is Assurance.CARD_CODE
    assert len(bench.city.codes) == 1


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("code_late", "code.late"),
        ("code_used", "code.used"),
        ("code_exhausted", "code.exhausted"),
        ("challenge_unknown", "code.late"),
    ],
)
def test_a_dead_code_asks_for_a_new_one(bench: Bench, code: str, message: str) -> None:
    """Late, used or exhausted: *try again* sends another code, and that one works."""
    at_code(bench)
    bench.city.fail("verify_code", rejected(code))
    bench.type_code()
    assert bench.trouble == message
    bench.retry()
    assert len(bench.city.codes) == 2
    bench.type_code()
    assert bench.city.verified[-1][0] == "challenge-2"
    assert bench.session.assurance is Assurance.CARD_CODE


def test_the_line_lost_while_checking_keeps_everything(bench: Bench) -> None:
    """No answer is not a wrong code: said plainly, and the same code may be typed again."""
    at_code(bench)
    bench.city.fail("verify_code", PlatformUnreachable(Unreachable.SERVER_ERROR))
    bench.type_code()
    assert bench.trouble == "code.line"
    assert bench.line.suspicions == 1
    bench.handle(ev.TroubleAnswered(Choice.SKIP))
    bench.type_code()
    assert bench.session.assurance is Assurance.CARD_CODE


@pytest.mark.parametrize("reason", list(Unreachable))
def test_without_the_line_only_the_permit_goes_on(make_bench: Callable[[], Bench], reason: Unreachable) -> None:
    """A dead line, an error 500 or garbage: the permit goes on with the card alone and says so, the certificate waits."""
    bench = make_bench()
    bench.city.fail("request_code", PlatformUnreachable(reason))
    bench.to_identify(PERMIT)
    bench.lay_card()
    assert (bench.state(), bench.trouble) == (State.FORM, "session.offline_assurance")
    assert bench.session.assurance is Assurance.CARD
    other = make_bench()
    other.city.fail("request_code", PlatformUnreachable(reason))
    other.to_identify(CERTIFICATE)
    other.lay_card()
    assert other.trouble == "session.line_needed"
    assert other.session.assurance is Assurance.CARD
    assert other.state() in {State.IDENTIFY, State.CODE}


def test_a_line_that_is_up_after_all_lets_the_next_try_through(bench: Bench) -> None:
    """One failed call does not make the terminal believe for ever that the line is down: the watch is asked at once."""
    bench.city.fail("request_code", PlatformUnreachable(Unreachable.TIMEOUT))
    at_identify_without_line(bench)
    assert bench.line.suspicions == 1
    bench.terminal.on_line(True, "")
    bench.retry()
    assert (bench.state(), bench.trouble) == (State.CODE, "")


def at_identify_without_line(bench: Bench) -> None:
    bench.to_identify(CERTIFICATE)
    bench.lay_card()
    assert bench.trouble == "session.line_needed"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("person_unknown", "code.person_unknown"),
        ("no_phone", "code.person_unknown"),
        ("code_too_many", "code.too_many"),
        ("clock_skew", "code.clock"),
        ("something_new", "code.refused"),
    ],
)
def test_a_refusal_to_send_is_said_plainly(bench: Bench, code: str, message: str) -> None:
    """Each refusal of the city has its own words; one that is not known has general ones."""
    bench.city.fail("request_code", rejected(code))
    bench.to_identify(CERTIFICATE)
    bench.lay_card()
    assert (bench.state(), bench.trouble) == (State.CODE, message)


def test_a_bug_in_the_client_does_not_leave_a_person_waiting(bench: Bench) -> None:
    """The screen says that it was not accepted, and the bug is a bug."""
    at_code(bench)
    bench.city.fail("verify_code", ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        bench.type_code()
    bench.turn()
    assert (bench.trouble, bench.session.busy) == ("code.refused", False)


def test_another_code_can_be_had_after_a_while_and_once(bench: Bench) -> None:
    """Pressed too early nothing happens; pressed twice only one is sent."""
    at_code(bench)
    person = bench.terminal.person
    assert person.resend_in_s == 60
    person.resend_code()
    bench.turn()
    assert len(bench.city.codes) == 1
    bench.clock.count += 60
    person.resend_code()
    person.resend_code()
    bench.turn()
    assert len(bench.city.codes) == 2


def test_a_code_for_somebody_who_left_changes_nothing(bench: Bench) -> None:
    """The city's answers come after the person has gone: nothing of them stays in the vault."""
    bench.city_work.hold()
    bench.to_identify(CERTIFICATE)
    bench.lay_card()
    bench.leave()
    assert bench.state() is State.GUARD
    bench.city_work.release()
    bench.turn()
    assert bench.vault.empty
    assert bench.state() is State.GUARD


def test_an_accepted_code_for_somebody_who_left_is_dropped(bench: Bench) -> None:
    """The token of the one must not be the next one's."""
    at_code(bench)
    bench.city_work.hold()
    bench.type_code()
    bench.leave()
    bench.city_work.release()
    bench.turn()
    assert bench.vault.empty
    assert bench.audited("identity.code_accepted") == []
