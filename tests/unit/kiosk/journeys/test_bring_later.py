"""What is missing and may be brought later (容缺): chosen one by one, dated by working days, said wherever it counts."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from typing import TYPE_CHECKING, Any

from kiosk.session import events as ev
from kiosk.session.states import State
from offline_queue.envelope import open_form, parse

if TYPE_CHECKING:
    from conftest import Bench

STROKES = [[(0.1, 0.5, 0.0), (0.4, 0.4, 0.1), (0.8, 0.6, 0.3)]]
BY = dt.date(2026, 12, 14)
"""Ten working days after Monday the 30th of November, when the office opens on what came on Saturday night."""


def to_materials(bench: Bench) -> None:
    bench.to_form()
    bench.fill_permit("work")


def lay_but(bench: Bench, *keys: str) -> None:
    for view in bench.terminal.materials.views():
        if view.state in {"have", "done"} or view.key in keys:
            continue
        bench.handle(ev.MaterialOpened(view.key))
        for number in range(view.pages, view.max_pages):
            bench.lay_page(10 + 20 * number)
        assert bench.state() is State.MATERIALS


def state_of(bench: Bench, key: str) -> str:
    return next(view.state for view in bench.terminal.materials.views() if view.key == key)


def sealed(bench: Bench) -> dict[str, Any]:
    database = sqlite3.connect(bench.state_dir / "outbox" / "outbox.db")
    try:
        blob = database.execute("SELECT envelope FROM outbox ORDER BY seq DESC").fetchone()[0]
    finally:
        database.close()
    found: dict[str, Any] = json.loads(open_form(parse(blob), bytes(range(32))))
    return found


def hand_in(bench: Bench) -> None:
    to_materials(bench)
    lay_but(bench, "employment_proof")
    bench.terminal.materials.bring_later("employment_proof")
    bench.handle(ev.Confirmed())
    bench.terminal.case.set_signature(STROKES, 600, 300)
    bench.handle(ev.Confirmed())
    assert bench.state() is State.REVIEW


def test_only_what_the_item_allows_can_wait(bench: Bench) -> None:
    """The employment's proof may come later; without the address or the photo nothing begins."""
    to_materials(bench)
    desk = bench.terminal.materials
    by = {view.key: view.later_by for view in desk.views()}
    assert (by["employment_proof"], by["address_proof"], by["id_photo"]) == (BY, None, None)
    for key in ("address_proof", "id_photo", "no_such_paper"):
        desk.bring_later(key)
    assert bench.vault.later == set()
    desk.bring_later("employment_proof")
    assert (state_of(bench, "employment_proof"), desk.complete) == ("later", False)
    assert bench.audited("material.later")[-1]["material"] == "employment_proof"


def test_what_waits_is_said_in_review_receipt_and_data(bench: Bench) -> None:
    """Each says what is missing and by when; the submission names it without a page."""
    hand_in(bench)
    lines = {line.label: line.value for line in bench.terminal.case.review()}
    assert "以后补交" in lines["就业证明"]
    assert "12月14日" in lines["就业证明"]
    bench.handle(ev.Confirmed())
    assert bench.state() is State.OUTCOME
    [promise] = [line for line in bench.terminal.case.promise_lines() if "就业证明" in line[0]]
    assert "12月14日" in promise[1]
    [material] = [one for one in sealed(bench)["materials"] if one["key"] == "employment_proof"]
    said = {key: material[key] for key in ("source", "due", "parts", "trust_grade")}
    assert said == {"source": "later", "due": "2026-12-14", "parts": [], "trust_grade": "D"}
    assert bench.vault.kept is not None
    assert bench.vault.kept.later == (("就业证明", BY),)


def test_who_finds_it_after_all_scans_it(bench: Bench) -> None:
    """Under the camera it is no longer to be brought; a page of it counts, and none leaves it missing again."""
    to_materials(bench)
    lay_but(bench, "employment_proof")
    desk = bench.terminal.materials
    desk.bring_later("employment_proof")
    assert desk.complete
    bench.handle(ev.MaterialOpened("employment_proof"), ev.BackPressed())
    assert (state_of(bench, "employment_proof"), desk.complete) == ("needed", False)
    bench.handle(ev.MaterialOpened("employment_proof"))
    bench.lay_page()
    assert (state_of(bench, "employment_proof"), desk.later()) == ("done", ())


def test_leaving_keeps_nothing(bench: Bench) -> None:
    """Who rather comes back with everything ends, and neither the vault nor the outbox holds anything."""
    to_materials(bench)
    bench.terminal.materials.bring_later("employment_proof")
    bench.leave()
    bench.lift_card()
    assert bench.vault.empty
    assert bench.outbox.held_by(b"x" * 32) == ()
    assert bench.outbox.next_waiting() is None
