"""Papers from a phone: a code, files that come one by one, pages or a reason, and nothing once the person has gone on."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from kiosk.city.client import PlatformRejected, PlatformUnreachable, Unreachable
from kiosk.documents.errands import Imported, NotImported
from kiosk.documents.pages import CapturedPage
from kiosk.journeys.bringing import NO_LINE, OVER, Bringing
from kiosk.session import events as ev
from kiosk.session.states import State

if TYPE_CHECKING:
    from conftest import Bench

TOKEN = "t" * 22
NOTES = ("documents.import.note.cmyk",)
PAGE = CapturedPage(b"jpeg", 1654, 2339, 200, "0" * 64, 0.0, "document", "import", source="phone")


def brought(bench: Bench, *files: bytes, key: str = "address_proof") -> Bringing:
    """Open a code and let a phone send; return what the screen shows then."""
    bench.to_form()
    bench.fill_permit()
    bench.terminal.bringing.open(key)
    bench.turn()
    bench.city.sent += files
    bench.wait(4)
    return bench.terminal.bringing.view


def test_files_become_pages_of_the_material(bench: Bench) -> None:
    """Each is judged with the room that is left, becomes pages, and is asked for once."""
    bench.imports = lambda data, *_, **__: Imported((dataclasses.replace(PAGE, sha256=data.decode()),), NOTES)
    view = brought(bench, b"one", b"two")
    url = f"https://city.example.invalid/u/{TOKEN}"
    assert view == Bringing("address_proof", url, True, 2, "documents.import.note.cmyk")
    most = next(v.max_pages for v in bench.terminal.materials.views() if v.key == "address_proof")
    assert bench.judged == [(b"one", "phone", most, False), (b"two", "phone", most - 1, False)]
    assert bench.terminal.materials.page_count("address_proof") == 2
    assert [entry["source"] for entry in bench.audited("material.brought")] == ["phone"] * 2


def test_a_file_like_an_earlier_one_is_asked_about_and_the_next_waits(bench: Bench) -> None:
    """Two alike are sent at once: nothing more is fetched before the person has said what the second one is."""
    look = np.random.default_rng(1).normal(0, 9, (168, 120)).astype(np.int8).tobytes()
    bench.imports = lambda data, *_, **__: Imported(
        (dataclasses.replace(PAGE, sha256=data.decode(), look=b"" if data == b"other" else look),), ()
    )
    materials, bringing = bench.terminal.materials, bench.terminal.bringing
    view = brought(bench, b"one", b"again", b"other")
    assert materials.doubled is not None
    assert (materials.doubled.earlier, view.pages, len(bench.judged)) == (0, 1, 2)
    materials.answer_doubled(keep=False)
    bench.wait(4)
    assert [page.sha256 for page in bench.vault.pages["address_proof"]] == ["one", "other"]
    assert (bringing.view.pages, len(bench.judged)) == (2, 3)
    assert [line["answer"] for line in bench.audited("material.doubled")] == ["left_out"]
    assert len(bench.audited("material.brought")) == 2
    assert bench.audited("material.captured") == []


def test_a_refused_file_says_why_and_the_next_may_come(bench: Bench) -> None:
    """The reason stands on the screen; no page was made; the code goes on."""
    bench.imported = NotImported("documents.import.torn")
    view = brought(bench, b"torn")
    assert (view.said, view.pages, bench.terminal.materials.page_count("address_proof")) == ("documents.import.torn", 0, 0)
    bench.imported = Imported((dataclasses.replace(PAGE),), ())
    bench.city.sent.append(b"whole")
    bench.wait(4)
    assert (bench.terminal.bringing.view.said, bench.terminal.bringing.view.pages) == ("", 1)


def test_a_line_that_is_down_is_said_and_a_lost_answer_asked_again(bench: Bench) -> None:
    """No code without the line; a fetch that failed is tried again at its next turn and loses nothing."""
    bench.city.fail("open_handover", PlatformUnreachable(Unreachable.CONNECT))
    view = brought(bench)
    assert (view.url, view.said) == ("", NO_LINE)
    bench.terminal.bringing.open("address_proof")
    bench.turn()
    bench.imported = Imported((PAGE,), ())
    bench.city.fail("fetch_handover", PlatformUnreachable(Unreachable.CUT))
    bench.city.sent.append(b"one")
    bench.wait(6)
    assert bench.terminal.bringing.view.pages == 1


def test_a_code_that_ran_out_is_taken_off_the_screen(bench: Bench) -> None:
    """Nobody scans a dead code."""
    brought(bench)
    bench.city.fail("fetch_handover", PlatformRejected("handover_over"))
    bench.wait(2)
    assert (bench.terminal.bringing.view.url, bench.terminal.bringing.view.said) == ("", OVER)


def test_leaving_ends_it(bench: Bench) -> None:
    """On another screen, and all the more after the person: the city forgets, and what was under way is nobody's."""
    brought(bench)
    bench.handle(ev.MaterialOpened("address_proof"))
    bench.wait(1)
    assert bench.state() is State.CAPTURE
    assert (bench.terminal.bringing.view, bench.city.closed) == (Bringing(), [TOKEN])
    bench.handle(ev.BackPressed())
    bench.terminal.bringing.open("address_proof")
    bench.turn()
    bench.imported = Imported((PAGE,), ())
    bench.document_work.hold()
    bench.city.sent.append(b"late")
    bench.wait(4)
    bench.leave()
    bench.document_work.release()
    bench.wait(6)
    assert bench.vault.empty
    assert bench.terminal.bringing.view == Bringing()
    assert bench.city.closed == [TOKEN] * 2
