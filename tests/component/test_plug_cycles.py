"""A few of the thousand plugs that `make bench-devices` pulls: nothing stays behind of any kind."""

from __future__ import annotations

from pathlib import Path

import plug_cycles
import pytest

from devices import namespace

CYCLES = 12
MEMORY_KB = 8192


@pytest.mark.parametrize("kind", plug_cycles.KINDS)
def test_pulled_and_put_back_again_and_again(kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Should be lost and back each time, and hold no more threads and files afterwards than before."""
    if not namespace.inside():
        pytest.fail("needs a /run of its own: python -m devices.namespace -- python -m pytest …")
    plug_cycles.run_kind(kind, 2, tmp_path, nudge=True)  # what a library keeps for good, it has now
    before = plug_cycles.held()
    caplog.clear()
    outcome = plug_cycles.run_kind(kind, CYCLES, tmp_path, nudge=True)
    after = plug_cycles.held()
    assert (len(outcome.lost_s), len(outcome.back_s)) == (CYCLES, CYCLES)
    # fewer are others': of tests before this one, whose servers notice only now that nobody is there
    assert after.threads <= before.threads
    assert after.files <= before.files
    assert after.memory_kb - before.memory_kb < MEMORY_KB
    said = [record.getMessage() for record in caplog.records if record.name == "devices.supervisor"]
    assert sum("lost" in line for line in said) == CYCLES, "one line for each loss"
    caplog.clear()
