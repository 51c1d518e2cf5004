"""A loudspeaker without a sound card: a program in the place of `aplay` that keeps what it was given to play."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

_PROGRAM = """#!/bin/sh
home="{home}"
if [ -e "$home/hang" ]; then
    touch "$home/hanging"
    exec sleep 3600
fi
cat > "$home/part"
[ -e "$home/fail" ] && exit 1
mv "$home/part" "$home/$(ls "$home" | grep -c wav).wav"
"""


class Loudspeaker:
    """What the program in the place of `aplay` heard, and how it behaves."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.program = str(home.parent / "aplay")
        Path(self.program).write_text(_PROGRAM.format(home=home), encoding="utf-8")
        Path(self.program).chmod(stat.S_IRWXU)

    def behave(self, how: str) -> None:
        for name in ("hang", "fail"):
            (self.home / name).unlink(missing_ok=True)
        if how:
            (self.home / how).touch()

    @property
    def hangs(self) -> bool:
        return (self.home / "hanging").exists()

    @property
    def heard(self) -> list[bytes]:
        files = sorted(self.home.glob("*.wav"), key=lambda file: int(file.stem))
        return [file.read_bytes() for file in files]


@pytest.fixture
def loudspeaker(tmp_path: Path) -> Loudspeaker:
    home = tmp_path / "heard"
    home.mkdir()
    return Loudspeaker(home)
