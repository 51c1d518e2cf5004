"""A certificate, from the first touch to the last: how often somebody touches, what they type, how long the terminal takes.

Knows: the whole terminal with emulated devices, and the scripted citizen at its real screen. Does not know: how long a
person looks at a screen. The code and the paper on its way are left out: neither is the terminal's to hasten.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kiosk.demo.stack import Stack
from tests.bench.figures import Figure

DEADLINE_S = 180.0


def measure(directory: Path) -> Iterator[Figure]:
    """Yield touches, characters, seconds, and how soon the card is read."""
    with Stack(directory / "stack", env={"QT_QPA_PLATFORM": "offscreen"}) as stack:
        shots = str(directory / "shots")
        citizen = stack.start_kiosk("--robot", "certificate", "--control", stack.control_url, "--shots", shots)
        assert citizen.wait(DEADLINE_S) == 0, stack.log_tail("kiosk", 20)
        found = stack.told()
        assert found is not None
    journey, code = found["certificate"], found["code"]
    touches = journey["touches"] - code["touches"]
    yield Figure("touches for a certificate, without the code", touches, "touches", most=6)
    yield Figure("characters typed for it, without the code", found["typed"], "characters", most=0)
    yield Figure("seconds for it, without code and paper", journey["seconds"] - code["seconds"], "s", most=60)
    yield Figure("from the card on the reader to the next screen", found["card_read_s"], "s", most=1.5)
