"""A share of each drill of `make proof-outbox`: the outbox is killed, starved, scribbled on, and agrees with its model."""

from __future__ import annotations

import importlib
import logging
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from offline_queue import salvage
from offline_queue.part_files import PartFiles
from tests.drills.outbox import __main__ as runner
from tests.drills.outbox import bad_platform, judge, model, tamper

SHARES = {
    "kill": 0.06, "full_disk": 1.0, "bad_disk": 0.2, "tamper": 0.2, "model": 0.1, "bad_platform": 0.05, "end_to_end": 0.03,
}  # fmt: skip


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """What the store says of its faults is what the drills cause."""
    caplog.set_level(logging.CRITICAL, logger="offline_queue.outbox")


def drill(name: str, directory: Path, share: float) -> list[Any]:
    return list(importlib.import_module(f"tests.drills.outbox.{name}").run(directory, share))


@pytest.mark.parametrize("name", [name for name in runner.DRILLS if name in SHARES])
def test_the_drill_holds(tmp_path: Path, name: str) -> None:
    """Whatever is done to the outbox, nothing that was promised should be lost, doubled or readable as something else."""
    outcomes = drill(name, tmp_path, SHARES[name])
    assert outcomes
    assert [one for one in outcomes if not one.holds] == []


def test_a_drill_that_fails_fails_the_proof(tmp_path: Path) -> None:
    """A name that nobody knows, and a table with a failure in it, should not pass for a proof."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.drills.outbox", "nothing"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "no such drill: nothing" in done.stderr


def test_a_putting_that_dies_ends_the_end_to_end_drill_with_its_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When nothing more is put, the drill should say why at once, not that it is stuck a minute later."""

    def full(*_: object) -> None:
        raise OSError(28, "no room")

    monkeypatch.setattr("tests.drills.outbox.city.put", full)
    monkeypatch.setattr("tests.drills.outbox.end_to_end._STUCK_S", 1e6)
    with pytest.raises(OSError, match="no room"):
        drill("end_to_end", tmp_path, 0.01)


# --- a drill that finds nothing in a broken outbox proves nothing ----


def test_the_judge_sees_what_was_lost_doubled_and_resurrected(tmp_path: Path) -> None:
    """Promises that the store does not hold should be counted, each as what it is."""
    tamper._fill(tmp_path / "store")
    promised = judge.Promised()
    promised.hear(f"S {'0' * 32} 1\nP {'0' * 32} 1 {'0' * 64} 2\n".encode())
    verdict = judge.judge(tmp_path / "store", promised)
    assert (verdict.puts, verdict.lost) == (1, 1)
    assert verdict.doubled > 0  # nobody said that these were begun
    assert not verdict.clean


def test_what_is_said_after_the_cut_is_no_promise() -> None:
    """Words of a process that runs on without power should count for nothing."""
    promised = judge.Promised()
    promised.hear(b"S a 1\nP a 1 d 2\nA a 3\nS b 4\nP b 2 e 5\nA b 6\n", before_ns=4)
    assert (promised.kept, promised.settled) == ({"a": (1, "d")}, {"a"})


def without_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offline_queue.outbox.Outbox.verify", lambda _self: ())
    monkeypatch.setattr("offline_queue.envelope.verify", lambda *_: None)
    monkeypatch.setattr(PartFiles, "is_whole", lambda *_: True)


def test_tampering_is_missed_by_a_store_that_does_not_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the checks the same drill should find rows that were changed and nobody noticed."""
    without_checks(monkeypatch)
    tamper._fill(tmp_path / "whole")
    victims = tamper._TAMPERINGS["row under another name"](tmp_path / "whole", random.Random(1))
    delivered, parked, _ = tamper._drain(tmp_path / "whole")
    assert victims <= delivered - parked


def test_rows_that_a_rescue_drops_without_a_word_are_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A salvage that leaves rows behind and says nothing should not hold in the drill on raw bytes."""
    monkeypatch.setattr(salvage, "_carved", lambda _path: iter(()))
    monkeypatch.setattr(salvage, "notice", lambda _directory: None)
    tamper._fill(tmp_path / "whole")
    outcome = tamper._raw(tmp_path, tmp_path / "whole", random.Random(3), 40)
    assert not outcome.holds


@pytest.mark.parametrize(
    ("control", "kind", "tricks"),
    [
        ("trusts any receipt", "wrong receipts", ("another key's", "empty")),
        ("knows one reason", "captive portal", ("page",)),
        ("reads any length", "garbage and floods", ("10 GB",)),
    ],
)
def test_an_agent_that_is_taken_in_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, control: str, kind: str, tricks: tuple[str, ...]
) -> None:
    """An agent that believes a lie, misnames a reason or reads without bound should not hold in the drill."""
    monkeypatch.setattr(bad_platform, "CONTROL", control)
    monkeypatch.setattr(bad_platform, "PATIENT", {kind: {name: bad_platform.PATIENT[kind][name] for name in tricks}})
    monkeypatch.setattr(bad_platform, "HASTY", {})
    monkeypatch.setattr(bad_platform, "CLOCKS", {})
    broken = {one.drill for one in drill("bad_platform", tmp_path, 0.12) if not one.holds}
    assert f"bad platform: {kind}" in broken or control == "reads any length"
    assert ("the agent's memory meanwhile" in broken) == (control == "reads any length")


def test_the_model_disagrees_with_an_outbox_that_sends_in_another_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A queue that forgets to put the tried behind the untried should be found out."""
    monkeypatch.setattr(model, "PHASES", (hypothesis.Phase.generate,))
    monkeypatch.setattr(model.Model, "next", lambda self: next(reversed(self.rows), None))
    with pytest.raises(AssertionError):
        drill("model", tmp_path, 0.1)
