"""The demo itself: the scripted citizen at the real screen, and everything that must hold afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from devices import namespace

SCREENS = (
    "attract", "home", "guide", "consent", "identify", "code", "form-1", "materials", "capture", "sign", "review", "outcome",
    "guard", "choose-1", "preview", "print", "taken",
)  # fmt: skip


@pytest.mark.e2e
@pytest.mark.timeout(700)
def test_the_demo_does_the_whole_job(tmp_path: Path) -> None:
    """It should exit 0 with every check held, and leave a picture of every screen, the papers and the case."""
    environment = {key: value for key, value in os.environ.items() if key != namespace.MARKER}
    output = tmp_path / "demo-output"
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "demo", "--headless", "--output", str(output), "--work", str(tmp_path / "work")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=680,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    summary = json.loads((output / "summary.json").read_text(encoding="utf-8"))
    assert summary["ok"]
    assert len(summary["checks"]) == 9
    seen = {path.stem.split("-", 1)[1] for path in (output / "screens").glob("*.png")}
    assert seen.issuperset(SCREENS)
    for name in ("receipt.escpos", "receipt.png", "certificate.pdf", "certificate.png", "case.json"):
        assert (output / name).stat().st_size > 200
