"""The real window over the real desks: what the stand-in terminal of the other tests may have got wrong."""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from devices.id_card.samples import SAMPLE_CARDS
from kiosk.city.messages import CasesAnswer, CaseState, CaseSummary, Wanted
from kiosk.session import events as ev
from kiosk.session.states import State
from ui.app import Screen

BENCH = Path(__file__).parents[2] / "unit/kiosk/journeys"
JIA = SAMPLE_CARDS["测试甲"]


@pytest.fixture(scope="module")
def bench_class() -> Iterator[Any]:
    """The desks' own bench, from the tests of the journeys."""
    sys.path.insert(0, str(BENCH))
    spec = importlib.util.spec_from_file_location("journeys_bench", BENCH / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module.Bench
    sys.path.remove(str(BENCH))


class Shown:
    """A window over a bench; a warning of the engine or an exception in a slot fails the test."""

    def __init__(self, app: QGuiApplication, bench: Any) -> None:
        self._app = app
        self.bench = bench
        self.wrong: list[str] = []
        self.screen = Screen(bench.terminal)
        self.screen.engine.warnings.connect(lambda found: self.wrong.extend(one.toString() for one in found))
        self.screen.open(full_screen=False)

    def look(self, *states: State) -> None:
        self.bench.turn()
        self._app.processEvents()
        self.screen.window.grabWindow()
        assert self.bench.state() in states
        assert self.wrong == []


@pytest.fixture
def shown(qapp: QGuiApplication, bench_class: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shown]:
    bench = bench_class(tmp_path)
    shown = Shown(qapp, bench)
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, _trace: shown.wrong.append(f"{kind.__name__}: {error}"))
    yield shown
    shown.screen.close()
    bench.close()


def test_my_cases_are_shown_and_left(shown: Shown) -> None:
    """Who comes for their own cases has chosen no item: no screen may ask which."""
    bench = shown.bench
    bench.to_outcome()
    shown.look(State.OUTCOME)
    bench.handle(ev.Confirmed())
    bench.lift_card()
    bench.wait(6)
    shown.look(State.ATTRACT)
    bench.handle(ev.Started(), ev.ItemChosen(bench.terminal.cases_plan()))
    shown.look(State.CONSENT)
    bench.handle(ev.Confirmed())
    shown.look(State.IDENTIFY)
    bench.lay_card(JIA)
    shown.look(State.CASES)


def test_what_a_case_waits_for_is_shown_brought_and_found_again(shown: Shown) -> None:
    """The city's own words, the desks' own pages, and the line that is left of it."""
    bench = shown.bench
    due = dt.date(2026, 12, 12)
    wish = Wanted(key="address_proof", name="居住地住址证明", reason="unreadable", note="第 2 页", due=due)
    unheard = Wanted(key="unheard_of", name="本机不认识的材料", reason="reason_of_tomorrow", due=due)
    waits = CaseSummary(
        code="KF0002000001", item="residence_permit_apply", state=CaseState.SUPPLEMENT_REQUIRED, supplement_by=due,
        wanted=(wish, unheard), notices=1,
    )  # fmt: skip
    done = CaseSummary(code="KF0002000002", item="residence_permit_apply", state=CaseState.CLOSED)
    at = dt.datetime(2026, 11, 27, 19, 11, tzinfo=dt.UTC)
    for _ in range(2):
        bench.city.script["cases"].append(CasesAnswer(level="card", as_of=at, cases=(waits, done)))
    bench.handle(ev.Started(), ev.ItemChosen(bench.terminal.collect_plan()), ev.Confirmed())
    bench.lay_card(JIA)
    shown.look(State.CASES)
    bench.handle(ev.CaseOpened("KF0002000002"))
    shown.look(State.CASE)
    bench.handle(ev.BackPressed(), ev.CaseOpened("KF0002000001"))
    shown.look(State.CASE)
    line = bench.terminal.my_cases.line("KF0002000001")
    bench.handle(ev.SupplementAsked(bench.terminal.supplement_plan(line)))
    shown.look(State.CODE)
    bench.type_code()
    shown.look(State.MATERIALS)
    bench.lay_materials()
    bench.handle(ev.Confirmed())
    shown.look(State.REVIEW)
    bench.handle(ev.Confirmed())
    shown.look(State.OUTCOME)
    own = bench.terminal.case.code
    bench.handle(ev.Confirmed())
    bench.lift_card()
    bench.wait(6)
    shown.look(State.ATTRACT)
    bench.handle(ev.Started(), ev.ItemChosen(bench.terminal.cases_plan()), ev.Confirmed())
    bench.lay_card(JIA)
    shown.look(State.CASES)
    bench.handle(ev.CaseOpened(own))
    shown.look(State.CASE)


@pytest.mark.parametrize(
    ("way", "state"), [("to_form", State.FORM), ("to_review", State.REVIEW), ("to_outcome", State.OUTCOME)]
)
def test_a_journey_is_shown_with_what_the_desks_say(shown: Shown, way: str, state: State) -> None:
    """From the first touch on, the window follows every step."""
    getattr(shown.bench, way)()
    shown.look(state)
