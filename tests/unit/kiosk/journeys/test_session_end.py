"""The end of a session: everything of the person is gone, from the vault and from memory."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import typst

from devices.id_card import IdCard
from devices.id_card.samples import SAMPLE_CARDS
from kiosk.city.client import PlatformRejected
from kiosk.city.messages import CertificateRequest, ErrorAnswer
from kiosk.documents.pages import CapturedPage
from kiosk.identity.persons import Person
from kiosk.journeys.submission import Draft
from kiosk.journeys.vault import Vault
from kiosk.printing.certificate import CheckedCertificate
from kiosk.session import events as ev
from kiosk.session.states import State

if TYPE_CHECKING:
    from conftest import Bench

PERSONAL = ("测试甲", "990000199001010017", "13800000001", "示范路1号")


@functools.cache
def certificate() -> bytes:
    source = '#set text(font: "Noto Sans CJK SC")\n证明 测试甲 990000199001010017'
    fonts = "/usr/share/fonts/opentype/noto"
    pdf = typst.compile(source.encode(), font_paths=[fonts], ignore_system_fonts=True)  # type: ignore[misc]
    return bytes(pdf)


def wrong_code(bench: Bench) -> None:
    bench.to_identify()
    bench.lay_card()
    bench.city.fail("verify_code", PlatformRejected("code_wrong", "", ErrorAnswer(code="code_wrong", tries_left=2)))
    bench.type_code()


def in_form(bench: Bench) -> None:
    bench.to_form()
    bench.terminal.form.set("phone", "13800000001")


def in_camera(bench: Bench) -> None:
    bench.to_form()
    bench.fill_permit()
    bench.handle(ev.MaterialOpened("address_proof"))
    bench.lay_page()


def full_store(bench: Bench) -> None:
    bench.to_review()
    bench.free_bytes = 0
    bench.handle(ev.Confirmed())


def at_outcome(bench: Bench) -> None:
    bench.to_outcome()


def in_preview(bench: Bench) -> None:
    bench.city.pdf = certificate()
    bench.to_preview()


def printing(bench: Bench) -> None:
    in_preview(bench)
    bench.handle(ev.Confirmed())


WAYS: tuple[Callable[[Bench], None], ...] = (
    wrong_code, in_form, in_camera, full_store, at_outcome, in_preview, printing,
)  # fmt: skip


KINDS = (Person, IdCard, CapturedPage, CheckedCertificate, CertificateRequest, Draft)
"""Whatever holds a person's data. They have slots and take no weak references: the collector is asked for them."""


def people_in_memory() -> list[object]:
    gc.collect()
    return [each for each in gc.get_objects() if isinstance(each, KINDS) and each not in SAMPLE_CARDS.values()]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_leaving_forgets_the_person(bench: Bench, way: Callable[[Bench], None]) -> None:
    """From wherever somebody leaves: the vault is empty, the camera forgot its frames, and the screen has nothing."""
    way(bench)
    assert bench.vault.person is not None
    forgotten = bench.vision.forgotten
    bench.leave()
    assert bench.vault.empty
    assert bench.vision.forgotten > forgotten
    terminal = bench.terminal
    assert (terminal.person.masked_name, terminal.person.masked_phone, terminal.person.plain("number")) == ("", "", "")
    assert (terminal.case.code, terminal.case.receipt_png, terminal.certificate.preview_png) == ("", None, None)
    assert bench.audited("session.wiped")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_nobody_stays_in_memory(bench: Bench, way: Callable[[Bench], None]) -> None:
    """No closure, queue or desk holds the person, a page or a certificate once the next person may come."""
    before = len(people_in_memory())
    way(bench)
    assert len(people_in_memory()) > before
    bench.lift_card()
    bench.leave()
    bench.wait(6)
    assert bench.state() is State.ATTRACT
    bench.city.forget()
    assert len(people_in_memory()) == before


@pytest.mark.parametrize("way", [way for way in WAYS if way is not printing], ids=lambda way: way.__name__)
def test_walking_away_is_leaving(bench: Bench, way: Callable[[Bench], None]) -> None:
    """Nobody touches anything any more: the session warns, ends and forgets by itself (a job under way goes on)."""
    way(bench)
    bench.lift_card()
    bench.wait(46)
    assert bench.session.warned
    assert bench.terminal.seconds_left is not None
    bench.wait(31)
    assert bench.state() is State.ATTRACT
    assert bench.vault.empty


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_audit_log_names_nobody(bench: Bench, way: Callable[[Bench], None]) -> None:
    """Whatever happened, no name, number, telephone or address stands in it."""
    way(bench)
    bench.leave()
    log = (bench.state_dir / "audit.jsonl").read_text(encoding="utf-8")
    assert not [word for word in PERSONAL if word in log]


def test_a_stop_in_the_middle_forgets_the_person(bench: Bench) -> None:
    """Switched off while somebody types: wiped, then quit."""
    in_form(bench)
    bench.handle(ev.StopRequested())
    assert bench.vault.empty
    assert bench.quit_calls == 1


def test_a_stop_lets_a_submission_finish(bench: Bench) -> None:
    """Stopped between handing in and the receipt: both come to their end, then it quits."""
    bench.to_review()
    bench.store_work.hold()
    bench.handle(ev.Confirmed(), ev.StopRequested())
    assert bench.quit_calls == 0
    bench.store_work.release()
    bench.turn()
    assert bench.receipts.cut_receipts() == 1
    bench.lift_card()
    bench.handle(ev.Confirmed())
    assert bench.quit_calls == 1
    assert bench.outbox.counts().waiting == 1


def test_the_language_goes_back_to_the_terminals_own(bench: Bench) -> None:
    """The next person is greeted as always."""
    in_form(bench)
    bench.terminal.language = "en"
    bench.lift_card()
    bench.leave()
    assert bench.terminal.language == "zh_CN"


def test_an_empty_vault_is_empty_in_every_field() -> None:
    """`empty` looks at every field, so that a new one cannot be forgotten."""
    for name in Vault.__slots__:
        vault = Vault()
        found = [vault.empty]
        setattr(vault, name, object())
        found.append(vault.empty)
        vault.wipe()
        found.append(vault.empty)
        assert found == [True, False, True], name


def test_a_vault_shows_nothing_of_itself() -> None:
    """Its repr, which ends in logs and failure reports, names nobody."""
    vault = Vault(digits="123456", phone_masked="138****0001")
    assert "123456" not in repr(vault)
    assert "138" not in repr(vault)
