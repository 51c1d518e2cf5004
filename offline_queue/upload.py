"""Sending one sealed part by tus 1.0, going on where the platform says it stopped.

Knows: the protocol's requests, offsets, how large a piece the line takes. Does not know: HTTP (`transport`), waits: when the
line breaks this module says so, and whoever comes again with the same part goes on from there.
https://tus.io/protocols/resumable-upload (version 1.0.0; extensions creation, creation-with-upload)
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from offline_queue.answers import Answer, Beat, LinkDown, LinkReason, PartStored, Rejected, refusal
from offline_queue.envelope import PartInfo
from offline_queue.errors import EnvelopeError

KIB = 1024
LEAST_CHUNK, FIRST_CHUNK, MOST_CHUNK = 64 * KIB, 1024 * KIB, 4096 * KIB
_CLEAN_TO_DOUBLE = 4
_SOON_S = 8.0
"""A piece that takes longer is not made larger, and smaller when it breaks off: an answer has to come before the silence is
taken for the end of the line."""
_FRUITLESS = 5
"""Requests in a row that bring nothing before the platform is held to be making fun of us."""
_REMEMBERED = 4096
_MEDIA_TYPE = "application/offset+octet-stream"

Progress = Callable[[str, str, int, int], None]
"""progress(submission, part, sealed bytes that are there, of how many)"""


class Asks(Protocol):
    """The line, as an upload needs it."""

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: Body | None, beat: Beat
    ) -> Answer | LinkDown:
        """Send one request; return what was answered, judged by nobody yet."""
        ...

    def judge(self, answer: Answer) -> LinkDown | None:
        """Return what an answer says about the line."""
        ...


@dataclass(frozen=True, slots=True)
class Body:
    """`size` bytes of an open file, from `start`."""

    file: BinaryIO
    start: int
    size: int


class ChunkSize:
    """How much goes in one request: halved when a cut took it all, doubled after four that were answered soon.

    A platform that keeps what came of a cut request loses nothing by a large one, and each request costs a round trip: on a
    line that is cut again and again, small pieces would only be slower. Behind a proxy that holds requests back until they
    are whole, a cut takes all of it: there they have to be small.
    """

    def __init__(self, size: int = FIRST_CHUNK) -> None:
        self.size = size
        self._clean = 0

    def clean(self, sent: int, lasted_s: float) -> None:
        """A request of `sent` bytes was answered; a small one says nothing about larger ones."""
        if sent < self.size or lasted_s > _SOON_S:
            return
        self._clean += 1
        if self._clean == _CLEAN_TO_DOUBLE:
            self.size, self._clean = min(MOST_CHUNK, 2 * self.size), 0

    def cut(self, lasted_s: float, *, kept: bool) -> None:
        """A request broke off; `kept`: some of it is at the platform all the same."""
        self._clean = 0
        if not kept or lasted_s > _SOON_S:
            self.size = max(LEAST_CHUNK, self.size // 2)


@dataclass(frozen=True, slots=True)
class _At:
    """The platform holds this many bytes."""

    offset: int


class _Lost:
    """The platform stands elsewhere than we thought (409, 423): ask it."""


class _Unknown:
    """The platform knows no such upload (404, 410): begin."""


class _Mismatch:
    """What arrived whole is not what was promised (460); the platform has forgotten it."""


_Step = _At | _Lost | _Unknown | _Mismatch | LinkDown | Rejected


class Uploader:
    """Sends parts over one line; remembers how far each came, as long as the process lives."""

    def __init__(
        self,
        line: Asks,
        chunk: ChunkSize | None = None,
        progress: Progress | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.line = line
        self.monotonic = monotonic
        self.chunk = chunk or ChunkSize()
        self.progress = progress or (lambda *_: None)
        self.offsets: dict[tuple[str, str], int] = {}
        self.cut: tuple[tuple[str, str], float] | None = None
        """The part whose piece broke off last, and how long that had lasted; what became of it is still to be asked."""

    def forget(self, submission_id: str) -> None:
        """Believe nothing any more about this submission's parts."""
        self.offsets = {key: offset for key, offset in self.offsets.items() if key[0] != submission_id}

    def send(
        self, submission_id: str, part: PartInfo, path: Path, *, authorization: str, beat: Beat
    ) -> PartStored | Rejected | LinkDown:
        """Send what the platform lacks of a part. Raises `EnvelopeError` "queue.part_damaged" for a file that is not it."""
        with path.open("rb") as file:
            return _Sending(self, submission_id, part, file, authorization=authorization, beat=beat).run()


class _Sending:
    """One part, from wherever it stands until it is there or the line breaks."""

    def __init__(
        self, owner: Uploader, submission_id: str, part: PartInfo, file: BinaryIO, *, authorization: str, beat: Beat
    ) -> None:
        self._owner = owner
        self._key = (submission_id, part.id)
        self._part = part
        self._file = file
        self._headers = {"Tus-Resumable": "1.0.0", "Authorization": authorization}
        self._beat = beat
        self._place = f"/v1/outbox/{submission_id}/parts"

    def run(self) -> PartStored | Rejected | LinkDown:
        offsets, size = self._owner.offsets, self._part.size
        known = offsets.get(self._key)
        step = self._create() if known is None else self._ask()
        if known is not None:
            self._judge_cut(step, known)
        best, fruitless = known or 0, 0
        if known is None and isinstance(step, _At):
            best = step.offset if step.offset < size else 0
        first = best
        while True:
            if isinstance(step, _At):
                self._owner.progress(*self._key, step.offset, size)
                if step.offset == size:
                    offsets.pop(self._key, None)
                    return PartStored()
                self._remember(step.offset)
                fruitless = 0 if step.offset > best else fruitless + 1
                best = max(best, step.offset)
            elif isinstance(step, (_Lost, _Unknown, _Mismatch)):
                fruitless += 1
            else:
                return step.after_moving(best > first) if isinstance(step, LinkDown) else step
            if fruitless > _FRUITLESS:
                return LinkDown(LinkReason.GARBAGE, "offset")
            step = self._next(step)

    def _next(self, step: _At | _Lost | _Unknown | _Mismatch) -> _Step:
        match step:
            case _At(offset):
                return self._append(offset)
            case _Lost():
                return self._ask()
            case _Mismatch():
                self._must_be_whole()
                return self._create()
            case _Unknown():
                return self._create()

    # --- requests ----

    def _create(self) -> _Step:
        """Begin, or find what was begun; a small part goes along with it. A refusal of a large one costs no bytes."""
        along = self._part.size <= min(FIRST_CHUNK, self._owner.chunk.size) and self._key not in self._owner.offsets
        words = {"part": self._part.id, "sha256": self._part.sha256}
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in words.items())
        headers = {"Upload-Length": str(self._part.size), "Upload-Metadata": metadata}
        if along:
            self._remember(0)  # whatever becomes of the answer, next time we ask
        return self._request("POST", self._place, headers, Body(self._file, 0, self._part.size) if along else None, {201})

    def _ask(self) -> _Step:
        return self._request("HEAD", f"{self._place}/{self._part.id}", {}, None, {200, 204})

    def _append(self, offset: int) -> _Step:
        size = min(self._owner.chunk.size, self._part.size - offset)
        headers = {"Upload-Offset": str(offset)}
        step = self._request(
            "PATCH", f"{self._place}/{self._part.id}", headers, Body(self._file, offset, size), {204, 200}
        )
        # Answered, and not all of it is there: whatever that is, it is not this protocol.
        return _Lost() if isinstance(step, _At) and step.offset != offset + size else step

    def _request(self, method: str, path: str, more: Mapping[str, str], body: Body | None, good: set[int]) -> _Step:
        headers = self._headers | dict(more)
        if body is not None:
            headers["Content-Type"] = _MEDIA_TYPE
        began = self._owner.monotonic()
        answer = self._owner.line.ask(method, path, headers, body, self._beat)
        lasted_s = self._owner.monotonic() - began
        if isinstance(answer, LinkDown):
            if body is not None and answer.connected:
                self._owner.cut = self._key, lasted_s
            return answer
        if "Tus-Resumable" not in answer.headers:
            # Not our platform's upload: a portal, a proxy, or a platform that is older than this protocol.
            return self._owner.line.judge(answer) or LinkDown(LinkReason.GARBAGE, f"HTTP {answer.status}, no tus")
        if answer.status in good:
            offset = answer.number("Upload-Offset")
            if offset is None or offset > self._part.size:
                return LinkDown(LinkReason.GARBAGE, "offset")
            if body is not None:
                self._owner.chunk.clean(body.size, lasted_s)
            return _At(offset)
        return self._refused(answer)

    def _refused(self, answer: Answer) -> _Step:
        match answer.status:
            case 409 | 423:
                return _Lost()
            case 404 | 410:
                return _Unknown()
            case 460:
                return _Mismatch()
            case _:
                return self._owner.line.judge(answer) or refusal(answer)

    # --- what we know ----

    def _judge_cut(self, step: _Step, began_at: int) -> None:
        """Learn from the platform's first word after a cut what it kept of the piece that began at this offset."""
        if self._owner.cut is None or self._owner.cut[0] != self._key or not isinstance(step, (_At, _Unknown)):
            return
        self._owner.chunk.cut(self._owner.cut[1], kept=isinstance(step, _At) and step.offset > began_at)
        self._owner.cut = None

    def _remember(self, offset: int) -> None:
        offsets = self._owner.offsets
        if len(offsets) >= _REMEMBERED:
            offsets.clear()
        offsets[self._key] = offset

    def _must_be_whole(self) -> None:
        """Make sure that the difference arose on the way, not on our own disk."""
        self._file.seek(0)
        digest = hashlib.sha256()
        while block := self._file.read(MOST_CHUNK):
            digest.update(block)
        if digest.hexdigest() != self._part.sha256:
            raise EnvelopeError("queue.part_damaged", self._part.id)
