"""A grade: bound to what was done, naming nobody, kept once, and never in the way."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from kiosk.city.sealed import RATING
from kiosk.session import events as ev
from kiosk.session.states import State
from offline_queue import StoreFull
from offline_queue import envelope as env

if TYPE_CHECKING:
    from conftest import Bench


def kept(bench: Bench) -> list[dict[str, Any]]:
    """The grades that the outbox holds, opened."""
    database = sqlite3.connect(bench.state_dir / "outbox" / "outbox.db")
    try:
        blobs = [row[0] for row in database.execute("SELECT envelope FROM outbox WHERE envelope IS NOT NULL ORDER BY seq")]
    finally:
        database.close()
    parsed = [env.parse(blob) for blob in blobs]
    return [json.loads(env.open_form(one, bytes(range(32)))) for one in parsed if one.header.service == RATING]


def test_a_grade_of_a_case_is_bound_to_its_code_and_names_nobody(bench: Bench) -> None:
    """Code, item, grade; not the person, and no tag by which the card would find it."""
    bench.to_outcome()
    code = bench.terminal.case.code
    bench.handle(ev.Rated(2))
    assert bench.session.rating_kept is True
    (form,) = kept(bench)
    assert (form["about"], form["rates"], form["item"], form["grade"]) == ("case", code, "residence_permit_apply", 2)
    said = json.dumps(form, ensure_ascii=False)
    assert "测试甲" not in said
    assert "990000199001010017" not in said
    assert [row.service for row in bench.outbox.held_by(bench.vault.found.tag)] == ["residence_permit_apply"]
    bench.handle(ev.Confirmed())
    assert bench.state() is State.GUARD


def test_a_grade_that_cannot_be_kept_says_so_and_nothing_else_changes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is full: no thanks are said, and the person leaves as ever."""
    bench.to_outcome()

    def full(*_: object, **__: object) -> None:
        raise StoreFull("queue.full")

    monkeypatch.setattr(bench.outbox, "put", full)
    bench.handle(ev.Rated(5))
    assert bench.session.rating_kept is False
    assert [entry["reason"] for entry in bench.audited("rating.refused")] == ["queue.full"]
    bench.handle(ev.Confirmed())
    assert bench.state() is State.GUARD


def test_a_person_who_goes_before_the_store_answers_is_not_held(bench: Bench) -> None:
    """The grade is kept behind their back, and its late answer means nothing to the next person."""
    bench.to_outcome()
    bench.store_work.hold()
    bench.handle(ev.Rated(4), ev.Confirmed())
    assert bench.state() is State.GUARD
    bench.lift_card()
    bench.wait(6)
    assert bench.state() is State.ATTRACT
    bench.store_work.release()
    bench.turn()
    assert [form["grade"] for form in kept(bench)] == [4]
    assert (bench.session.rated, bench.session.rating_kept) == (0, None)
