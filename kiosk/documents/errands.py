"""The terminal's side of errands: one process for each, its deadline, and a value for every way it can end.

Knows: how to start, feed, await and kill the worker. Does not know: pictures, OpenCV, PDF. Calls block: they belong on a
background thread. Whatever a stranger's file does, it does it over there.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kiosk.documents.fields import Field, Kind, Reading
from kiosk.documents.page_wire import unpacked_page
from kiosk.documents.pages import CapturedPage, PageSource, TextLine
from kiosk.documents.wire import Message, Unpacker, WireError, packed

log = logging.getLogger(__name__)

IMPORT_S = 60.0
READ_S = 90.0
TRY_S = 10.0
_ROOT = Path(__file__).resolve().parents[2]
BOMB = "documents.import.bomb"
"""What is said of a file whose errand ended without a word: its limits ended it."""
FAILS = "corner_network.fails"
"""The same of a network."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The pages of a file. `notes`: message ids of what was changed on the way in."""

    pages: tuple[CapturedPage, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotImported:
    """The file is not taken. `reason`: message id."""

    reason: str


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of one page. `turned`: degrees clockwise that make it upright, where that is sure."""

    lines: tuple[TextLine, ...]
    reading: Reading
    turned: int = 0


@dataclass(frozen=True, slots=True)
class NotRead:
    """Nothing could be read. `code`: for the log; nobody has to be told."""

    code: str


class Errands:
    """Runs one worker for each errand. `stop` may be called from another thread."""

    def __init__(self) -> None:
        self._worker: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def stop(self) -> None:
        """End what is under way, and take nothing more: shutting down waits for no page."""
        self._stopped = True
        if self._worker is not None:
            self._worker.kill()

    def take_in(self, data: bytes, source: PageSource, *, room: int, photo: bool) -> Imported | NotImported:
        """Make pages of a file of any content. `room`: how many more pages may come."""
        answers = self._errand("import", {"source": source, "room": room, "photo": photo}, data, IMPORT_S)
        if answers is None:
            return NotImported(BOMB)
        pages, notes = [], []
        for said, blob in answers:
            if said["ev"] == "refused":
                return NotImported(str(said["reason"]))
            if said["ev"] == "page":
                pages.append(unpacked_page(said["page"], blob))
                notes += [note for note in said["notes"] if note not in notes]
        return Imported(tuple(pages), tuple(notes))

    def read_page(self, page: CapturedPage, today: dt.date, labels: Mapping[str, str]) -> Read | NotRead:
        """Read a page. `labels`: printed label to field key of the form that it may be."""
        answers = self._errand("read", {"today": today.isoformat(), "labels": dict(labels)}, page.jpeg, READ_S)
        if answers is None:
            return NotRead("reading.ended")
        said = answers[0][0]
        if said["ev"] != "lines":
            return NotRead(str(said["reason"]))
        lines = tuple(TextLine(text, (box[0], box[1], box[2], box[3]), sure) for text, box, sure in said["lines"])
        fields = {key: Field(value, sure, checked) for key, (value, sure, checked) in said["fields"].items()}
        return Read(lines, Reading(Kind(said["kind"]), fields), int(said["turned"]))

    def try_network(self, model: bytes) -> str | None:
        """Run a network of page corners once. Returns the code of what stands in the way, None when it runs."""
        answers = self._errand("network", {}, model, TRY_S)
        if answers is None:
            return FAILS
        said = answers[0][0]
        return None if said["ev"] == "runs" else str(said["reason"])

    def _errand(self, errand: str, request: Message, blob: bytes, deadline_s: float) -> list[tuple[Message, bytes]] | None:
        """Return the answers, or None when the process ended without its last word."""
        with subprocess.Popen(
            [sys.executable, "-m", "kiosk.documents.errand_worker", errand],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        ) as worker:
            self._worker = worker
            if self._stopped:
                worker.kill()
            try:
                said, _ = worker.communicate(packed(request, blob), timeout=deadline_s)
            except subprocess.TimeoutExpired:
                worker.kill()
                said, _ = worker.communicate()
            self._worker = None
        try:
            answers = list(Unpacker().feed(said))
        except WireError:
            answers = []
        if not answers or answers[-1][0] != {"ev": "done"}:
            if not self._stopped:
                log.warning("errand %s ended with %s", errand, worker.returncode)
            return None
        return answers[:-1]


def with_lines(page: CapturedPage, read: Read) -> CapturedPage:
    """Return the page with what was read of it."""
    return replace(page, lines=read.lines)


def _environment() -> dict[str, str]:
    """The worker's environment: this tree importable; one thread and one heap, for each further one costs address space."""
    path = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(path),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "1",
    }
