"""The PINs of staff cards: what is kept of one, and how often a wrong one may be tried.

Knows: a slow hash that stands in the configuration, the waits, the lock, the counters' file, which outlives a restart and a
power cut. Does not know: cards, screens, or who asks.

A try is counted before it is judged: whoever pulls the plug at the right moment wins no try. The file is written whole or
not at all; one that says nothing locks every card until somebody with the console unlocks it.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from kiosk.clock import Clock

SHORTEST, LONGEST = 6, 12
FREE_TRIES, LOCKING_TRIES = 4, 15
"""Wrong tries that cost nothing, and the one that locks; NIST SP 800-63B 5.2.2 asks for a limit and for growing waits."""
FIRST_WAIT_S = 15
_COST, _BLOCK, _WAYS = 1 << 15, 8, 1
_MEMORY = 64 * 1024 * 1024
_FORM = re.compile(r"scrypt\$(\d{1,7})\$(\d{1,2})\$(\d)\$([A-Za-z0-9+/=]{24})\$([A-Za-z0-9+/=]{44})")


class PinError(Exception):
    """A PIN or its record cannot be used. `code` is "pins.shape" or "pins.unwritable"."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Right:
    """The PIN is the card's."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """It is not; `wait_s` must pass before the next try, `left` tries remain before the lock."""

    wait_s: int
    left: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing was tried: the wait after the last one is not over."""

    wait_s: int


@dataclass(frozen=True, slots=True)
class Locked:
    """Nothing is tried any more until somebody unlocks the card at the console."""


PinAnswer = Right | Wrong | Waiting | Locked


def record_of(pin: str) -> str:
    """Return what the configuration keeps of a PIN. Raises `PinError` "pins.shape" for what is none."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
        raise PinError("pins.shape", f"{SHORTEST} to {LONGEST} digits")
    salt = secrets.token_bytes(16)
    parts = (_COST, _BLOCK, _WAYS, _b64(salt), _b64(_hash(pin, salt, _COST, _BLOCK, _WAYS)))
    return "scrypt$" + "$".join(map(str, parts))


def is_record(text: str) -> bool:
    """Say whether `text` was made by `record_of`."""
    return _FORM.fullmatch(text) is not None


def holds(record: str, pin: str) -> bool:
    """Say whether `pin` is the one that `record` was made of; some tens of milliseconds, on purpose."""
    found = _FORM.fullmatch(record)
    if found is None:
        return False
    cost, block, ways, salt, wanted = found.groups()
    return hmac.compare_digest(
        _hash(pin, base64.b64decode(salt), int(cost), int(block), int(ways)), base64.b64decode(wanted)
    )


def _hash(pin: str, salt: bytes, cost: int, block: int, ways: int) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=cost, r=block, p=ways, maxmem=_MEMORY, dklen=32)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def wait_after(wrong: int) -> int:
    """Return the seconds that must pass after so many wrong tries: none, then 15 and twice as long each time."""
    return 0 if wrong <= FREE_TRIES else FIRST_WAIT_S << (wrong - FREE_TRIES - 1)


class _Count(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    wrong: int = Field(ge=1)
    at: AwareDatetime


class _Counts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    cards: dict[str, _Count] = Field(default_factory=dict)


class PinCounter:
    """Judges PINs and counts the wrong ones. One thread at a time; not for the screen's."""

    def __init__(self, state_dir: Path, clock: Clock) -> None:
        self._path = state_dir / "staff_pins.json"
        self._clock = clock

    def judge(self, staff_id: str, record: str, pin: str) -> PinAnswer:
        """Count a try, then judge it. Raises `PinError` "pins.unwritable": what cannot be counted is not tried."""
        counts = self._load()
        if counts is None:
            return Locked()
        before = counts.get(staff_id)
        wrong = 0 if before is None else before.wrong
        if wrong >= LOCKING_TRIES:
            return Locked()
        if before is not None and (left := self._left_s(before)) > 0:
            return Waiting(left)
        self._save({**counts, staff_id: _Count(wrong=wrong + 1, at=self._clock.now())})
        if holds(record, pin):
            self._save({card: count for card, count in counts.items() if card != staff_id})
            return Right()
        if wrong + 1 >= LOCKING_TRIES:
            return Locked()
        return Wrong(wait_after(wrong + 1), LOCKING_TRIES - wrong - 1)

    def unlock(self, staff_id: str) -> None:
        """Forget a card's wrong tries; a file that says nothing is begun anew. Raises `PinError` "pins.unwritable"."""
        counts = self._load() or {}
        self._save({card: count for card, count in counts.items() if card != staff_id})

    def _left_s(self, count: _Count) -> int:
        """Return the seconds that are still to wait. A clock that was set back must not make it longer than it was."""
        whole = wait_after(count.wrong)
        passed = (self._clock.now() - count.at) / dt.timedelta(seconds=1)
        return whole if passed < 0 else max(0, -int(-(whole - passed) // 1))

    def _load(self) -> dict[str, _Count] | None:
        """Return the counters; None when the file is there and says nothing."""
        try:
            return dict(_Counts.model_validate_json(self._path.read_bytes()).cards)
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError, UnicodeDecodeError):
            return None

    def _save(self, counts: dict[str, _Count]) -> None:
        draft = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with draft.open("w", encoding="utf-8") as out:
                out.write(_Counts(cards=counts).model_dump_json())
                out.flush()
                os.fsync(out.fileno())
            draft.replace(self._path)
            handle = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise PinError("pins.unwritable", str(error.errno)) from error
