"""What a code reader can do and say.

Knows: the values. Does not know: ports, pictures, whose code it is and whether it is genuine.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Protocol


class Symbology(enum.StrEnum):
    """What sort of code it was."""

    QR = "qr"
    PDF417 = "pdf417"
    CODE128 = "code128"
    OTHER = "other"
    """Of another sort, or the reader does not tell."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The reader works, as far as it can be known: a wedge on a serial line never says that it does."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The port, or the camera's address, is gone."""


@dataclass(frozen=True, slots=True)
class Faulted:
    """The reader is there and does not work; `code` is "code_reader.<what>"."""

    code: str


CodeReaderStatus = Ready | Disconnected | Faulted


@dataclass(frozen=True, slots=True)
class Code:
    """What a code says. Anybody may have written it: it is checked like any input. Its repr tells nothing of it."""

    text: str = field(repr=False)
    symbology: Symbology


@dataclass(frozen=True, slots=True)
class NoCode:
    """Nothing has been shown since the last question."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something was shown that is no text; `code` is "code_reader.<half | too_long | encoding | control | empty>"."""

    code: str


class CodeReader(Protocol):
    """One reader; every call comes from one thread."""

    def status(self) -> CodeReaderStatus:
        """Say how the reader stands. Takes in what has arrived; a camera is asked for one picture. Never raises."""
        ...

    def begin(self) -> None:
        """Forget what was shown before: it was another person's. Raises: DeviceError "code_reader.disconnected"."""
        ...

    def next_code(self) -> Code | Unreadable | NoCode:
        """Return the oldest code that was shown and not yet returned, without waiting for one.

        A wedge answers within 50 ms, a camera in the time of one picture. Raises: DeviceError
        "code_reader.disconnected", from a camera also what its `Faulted` says.
        """
        ...

    def close(self) -> None:
        """Let go of the reader; harmless when called again, never raises."""
        ...
