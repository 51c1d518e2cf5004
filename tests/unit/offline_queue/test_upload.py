"""Uploads over a line made of values: pieces, offsets, and what is sent again."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from offline_queue import EnvelopeError
from offline_queue.answers import Answer, LinkDown, LinkReason, PartStored, Rejected, of_the_line
from offline_queue.envelope import PartInfo
from offline_queue.throttle import Throttle
from offline_queue.upload import LEAST_CHUNK, MOST_CHUNK, Body, ChunkSize, Uploader

KIB = 1024
ID = "a" * 32


class Platform:
    """Holds one part as a tus platform does, after it has done what `script` says."""

    def __init__(self) -> None:
        self.held = bytearray()
        self.begun = False
        self.size = 0
        self.script: list[Callable[[str, bytes], Answer | LinkDown | None]] = []
        self.asked: list[str] = []
        self.sent = 0

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: Body | None, beat: Any) -> Answer | LinkDown:
        beat()
        data = b""
        if body is not None:
            body.file.seek(body.start)
            data = body.file.read(body.size)
        self.asked.append(f"{method} {len(data)}")
        if self.script and (told := self.script.pop(0)(method, data)) is not None:
            return told
        self.sent += len(data)
        if method == "POST":
            self.begun, self.size = True, int(headers["Upload-Length"])
            self.held += data[len(self.held) :]
            return self.answer(201)
        if not self.begun:
            return self.answer(404)
        if method == "PATCH":
            if int(headers["Upload-Offset"]) != len(self.held):
                return self.answer(409)
            self.held += data
        return self.answer(204 if method == "PATCH" else 200)

    def answer(self, status: int, **more: str) -> Answer:
        return Answer(status, {"Tus-Resumable": "1.0.0", "Upload-Offset": str(len(self.held))} | more, b"{}")

    def judge(self, answer: Answer) -> LinkDown | None:
        return of_the_line(answer, dt.datetime.now(tz=dt.UTC))

    def cut_after(self, count: int) -> Callable[[str, bytes], LinkDown]:
        def cut(_method: str, data: bytes) -> LinkDown:
            self.held += data[:count]
            self.sent += len(data)
            return LinkDown(LinkReason.NO_ANSWER)

        return cut


class Rig:
    def __init__(self, folder: Path, size: int, chunk: int = 256 * KIB) -> None:
        self.path = folder / "part"
        self.path.write_bytes(bytes(range(256)) * (size // 256) + b"x" * (size % 256))
        self.part = PartInfo("scan", "application/pdf", size, hashlib.sha256(self.path.read_bytes()).hexdigest())
        self.platform = Platform()
        self.chunk = ChunkSize(chunk)
        self.progress: list[int] = []
        self.now = 0.0
        self.uploader = Uploader(
            self.platform, self.chunk, lambda _id, _part, done, _size: self.progress.append(done), lambda: self.now
        )

    def send(self) -> PartStored | Rejected | LinkDown:
        return self.uploader.send(ID, self.part, self.path, authorization="Kiosk", beat=lambda: None)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, 1000 * KIB)


def test_a_small_part_goes_along_with_its_creation(tmp_path: Path) -> None:
    """One request should do for what fits one."""
    rig = Rig(tmp_path, 10 * KIB)
    assert rig.send() == PartStored()
    assert rig.platform.asked == [f"POST {10 * KIB}"]
    assert bytes(rig.platform.held) == rig.path.read_bytes()


def test_a_large_part_goes_in_pieces_and_tells_how_far_it_is(rig: Rig) -> None:
    """Pieces should grow out of the offsets that the platform answers."""
    assert rig.send() == PartStored()
    sizes = [256 * KIB, 256 * KIB, 256 * KIB, 232 * KIB]
    assert rig.platform.asked == ["POST 0", *[f"PATCH {size}" for size in sizes]]
    assert rig.progress == [0, 256 * KIB, 512 * KIB, 768 * KIB, 1000 * KIB]
    assert bytes(rig.platform.held) == rig.path.read_bytes()


def test_a_cut_says_whether_it_got_further_and_the_next_try_asks(rig: Rig) -> None:
    """What came before the cut should be asked for and not sent again; pieces become smaller when nothing of one came."""
    rig.platform.script = [lambda *_: None, lambda *_: None, rig.platform.cut_after(100 * KIB)]
    assert rig.send() == LinkDown(LinkReason.NO_ANSWER, moved=True)
    rig.platform.asked.clear()
    rig.platform.script = [lambda *_: None, rig.platform.cut_after(0)]
    assert rig.send() == LinkDown(LinkReason.NO_ANSWER, moved=True)  # the question showed that 100 KiB had come
    assert rig.chunk.size == 256 * KIB
    assert rig.send() == PartStored()
    assert rig.platform.asked[:4] == ["HEAD 0", f"PATCH {256 * KIB}", "HEAD 0", f"PATCH {128 * KIB}"]
    assert bytes(rig.platform.held) == rig.path.read_bytes()


def test_a_piece_that_takes_too_long_is_halved_whatever_came_of_it(rig: Rig) -> None:
    """On a slow line a large piece would outlast every deadline, again and again."""

    def timed_out(method: str, data: bytes) -> LinkDown:
        rig.now += 30.0
        return rig.platform.cut_after(200 * KIB)(method, data)

    rig.platform.script = [lambda *_: None, timed_out]
    rig.send()
    assert rig.send() == PartStored()
    assert rig.platform.asked[1:4] == [f"PATCH {256 * KIB}", "HEAD 0", f"PATCH {128 * KIB}"]


def test_a_cut_that_brought_nothing_says_so(rig: Rig) -> None:
    """A line that dies at the same place should not pass for one that moves."""
    rig.platform.script = [lambda *_: None, rig.platform.cut_after(0)]
    assert rig.send() == LinkDown(LinkReason.NO_ANSWER)
    rig.platform.script = [lambda *_: None, rig.platform.cut_after(0)]
    assert rig.send() == LinkDown(LinkReason.NO_ANSWER)


def test_a_lost_answer_to_a_whole_small_part_costs_one_question(tmp_path: Path) -> None:
    """When creation and bytes came and only the answer did not, nothing should be sent again."""
    rig = Rig(tmp_path, 10 * KIB)

    def lost(_method: str, data: bytes) -> LinkDown:
        rig.platform.begun, rig.platform.size = True, len(data)
        rig.platform.held += data
        return LinkDown(LinkReason.NO_ANSWER)

    rig.platform.script = [lost]
    assert rig.send() == LinkDown(LinkReason.NO_ANSWER)
    assert rig.send() == PartStored()
    assert rig.platform.asked == [f"POST {10 * KIB}", "HEAD 0"]


def test_a_platform_that_forgot_is_told_anew(rig: Rig) -> None:
    """404 for an upload that was begun should begin it again."""
    rig.platform.script = [lambda *_: None, rig.platform.cut_after(0)]
    rig.send()
    rig.platform.begun = False
    rig.platform.held.clear()
    assert rig.send() == PartStored()
    assert rig.platform.asked[2:4] == ["HEAD 0", "POST 0"]


@pytest.mark.parametrize("status", [409, 423])
def test_an_offset_that_differs_is_asked_for(rig: Rig, status: int) -> None:
    """409 and 423 should lead to a question and go on from its answer."""
    rig.platform.script = [lambda *_: None, lambda *_: rig.platform.answer(status)]
    assert rig.send() == PartStored()
    assert rig.platform.asked[1:4] == [f"PATCH {256 * KIB}", "HEAD 0", f"PATCH {256 * KIB}"]


def test_a_refusal_in_words_is_a_refusal(rig: Rig) -> None:
    """What the platform says about this part should come back as it is."""
    refused = Answer(422, {"Tus-Resumable": "1.0.0"}, b'{"code":"part_differs","detail":"scan"}')
    rig.platform.script = [lambda *_: refused]
    assert rig.send() == Rejected("part_differs", "scan")


def test_a_difference_on_the_way_is_sent_again_and_one_on_our_disk_is_ours(rig: Rig) -> None:
    """460 with a file that is whole should begin anew; with a file that is not it should be our fault."""

    def mismatch(_method: str, _data: bytes) -> Answer:
        rig.platform.held.clear()
        return rig.platform.answer(460)

    rig.platform.script = [*[lambda *_: None] * 4, mismatch]
    assert rig.send() == PartStored()
    rig.platform = rig.uploader.line = Platform()
    rig.uploader.chunk = ChunkSize(256 * KIB)
    rig.platform.script = [*[lambda *_: None] * 4, mismatch]
    rig.path.write_bytes(b"y" + rig.path.read_bytes()[1:])
    with pytest.raises(EnvelopeError, match=r"queue\.part_damaged"):
        rig.send()


def test_pieces_halve_on_a_cut_that_took_all_and_double_after_four() -> None:
    """The size should stay within its bounds; small requests and slow ones say nothing for larger ones."""
    chunk = ChunkSize(256 * KIB)
    for _ in range(4):
        chunk.clean(256 * KIB, 1.0)
    assert chunk.size == 512 * KIB
    for _ in range(100):
        chunk.clean(511 * KIB, 1.0)
        chunk.clean(512 * KIB, 9.0)
        chunk.cut(1.0, kept=True)
    assert chunk.size == 512 * KIB
    for _ in range(100):
        chunk.clean(MOST_CHUNK, 1.0)
    assert chunk.size == MOST_CHUNK
    chunk.cut(9.0, kept=True)
    assert chunk.size == MOST_CHUNK // 2
    for _ in range(20):
        chunk.cut(1.0, kept=False)
    assert chunk.size == LEAST_CHUNK


def test_a_cap_spreads_what_leaves() -> None:
    """Bytes beyond the rate should wait, in short naps with a sign of life each; without a cap nothing should."""
    now, naps, beats = [0.0], [], []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        now[0] += seconds

    rate: list[float | None] = [1000.0]
    throttle = Throttle(lambda: rate[0], lambda: now[0], nap)
    assert throttle.block(10**6) == 512
    for _ in range(5):
        throttle.wait(500, lambda: beats.append(1))
    assert now[0] == pytest.approx(2.0)
    assert max(naps) <= 0.25
    assert len(beats) == len(naps)
    rate[0] = None
    throttle.wait(10**9, lambda: None)
    assert now[0] == pytest.approx(2.0)
    assert throttle.block(10**6) == 10**6
