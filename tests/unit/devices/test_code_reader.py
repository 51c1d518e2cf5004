"""The wedge's line and the camera's pictures: halves, hostile lengths, wrong settings, pictures that are none."""

from __future__ import annotations

import contextlib
import io
import threading
import time
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from devices.code_reader import Code, Faulted, NoCode, Ready, Symbology, Unreadable, snapshot, wedge
from devices.code_reader.emulator import SnapshotEmulator, WedgeEmulator
from devices.code_reader.frames import SILENCE_S, Frames, Scan, Terminator
from devices.code_reader.picture import PictureError, opened
from devices.code_reader.samples import picture_of
from devices.code_reader.text import LONGEST_BYTES, decoded
from devices.errors import DeviceError


def cut(frames: Frames, *pieces: bytes, pause_s: float = 0.0) -> list[Scan | Unreadable]:
    found: list[Scan | Unreadable] = []
    for number, piece in enumerate(pieces):
        found += frames.feed(piece, 1000.0 + number * pause_s)
    return found


@pytest.mark.parametrize("terminator", Terminator)
def test_codes_in_pieces(terminator: Terminator) -> None:
    """However the line cuts them, terminators included, two codes are two codes."""
    line = b"]Q1one" + terminator.bytes + b"]C0two" + terminator.bytes
    pieces = [line[at : at + 1] for at in range(len(line))]
    wanted = [Scan(b"one", Symbology.QR), Scan(b"two", Symbology.CODE128)]
    assert cut(Frames(terminator, identifiers=True), *pieces) == wanted
    assert cut(Frames(terminator, identifiers=True), line) == wanted


def test_half_a_code_is_not_glued_to_the_next() -> None:
    """A code that breaks off is told as half, and the next one begins afresh."""
    frames = Frames(Terminator.CR, identifiers=True)
    found = cut(frames, b"]Q1brok", b"", b"]Q1whole\r", pause_s=SILENCE_S + 0.01)
    assert found == [Unreadable("code_reader.half"), Scan(b"whole", Symbology.QR)]


def test_code_without_its_beginning() -> None:
    """Where identifiers are set, a code without one has lost its beginning."""
    assert cut(Frames(Terminator.CR, identifiers=True), b"roken\r") == [Unreadable("code_reader.half")]
    assert cut(Frames(Terminator.CR, identifiers=False), b"any\r") == [Scan(b"any", Symbology.OTHER)]


@pytest.mark.parametrize("terminator", Terminator)
@pytest.mark.parametrize("piece", [1, 100, 5000, 100_000])
def test_hostile_length(terminator: Terminator, piece: int) -> None:
    """A line without end is one refused code, is never kept whole, and ends with its terminator."""
    frames = Frames(terminator, identifiers=True)
    flood = b"]Q1" + b"9" * 20_000
    pieces = [flood[at : at + piece] for at in range(0, len(flood), piece)]
    assert cut(frames, *pieces) == []
    assert len(frames._kept) <= LONGEST_BYTES + 8
    assert cut(frames, terminator.bytes) == [Unreadable("code_reader.too_long")]
    assert cut(frames, b"]Q1good" + terminator.bytes) == [Scan(b"good", Symbology.QR)]


def test_the_longest_code_there_is() -> None:
    """As many digits as the largest QR code holds are read, one more is not."""
    longest = b"7" * LONGEST_BYTES
    assert cut(Frames(Terminator.CR, identifiers=True), b"]Q1" + longest + b"\r") == [Scan(longest, Symbology.QR)]
    assert isinstance(decoded(longest, Symbology.QR), Code)
    assert cut(Frames(Terminator.CR, identifiers=True), b"]Q1" + longest + b"7\r") == [Unreadable("code_reader.too_long")]


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"\r", b"\n", b"\r\n", b"]Q1"]), max_size=12),
       st.sampled_from(Terminator), st.booleans(), st.lists(st.sampled_from([0.0, 0.5]), min_size=12, max_size=12))
def test_any_bytes_on_the_line(pieces: list[bytes], terminator: Terminator, identifiers: bool, pauses: list[float]) -> None:
    """Whatever comes, every code of it is a text or refused with a code of this kind."""
    frames, now_s = Frames(terminator, identifiers=identifiers), 0.0
    for piece, pause_s in zip(pieces, pauses, strict=False):
        now_s += pause_s
        for found in frames.feed(piece, now_s):
            outcome = decoded(found.raw, found.symbology) if isinstance(found, Scan) else found
            assert isinstance(outcome, Code) or outcome.code.startswith("code_reader.")


@given(st.binary(max_size=300))
def test_any_bytes_as_a_picture(raw: bytes) -> None:
    """A picture, or refused with a code."""
    for data in (raw, PNG[:40] + raw, PNG[: len(PNG) // 2] + raw, JPEG[:60] + raw):
        with contextlib.suppress(PictureError):
            opened(data)


def jpeg() -> bytes:
    written = io.BytesIO()
    Image.new("L", (32, 32), 90).save(written, "JPEG")
    return written.getvalue()


PNG, JPEG = picture_of(b"x", Symbology.QR), jpeg()


def test_too_many_pixels_are_refused_unpacked() -> None:
    """A small file that would unpack to a gigabyte is refused by what its head says."""
    written = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(written, "PNG")
    with pytest.raises(PictureError) as refused:
        opened(written.getvalue())
    assert refused.value.code == "code_reader.picture_too_large"


def test_flood_on_the_line_costs_neither_memory_nor_the_next_code(tmp_path: Path) -> None:
    """A quarter of a megabyte without an end is one refusal; the reader goes on."""
    with WedgeEmulator(tmp_path / "reader") as emulator:
        reader = wedge.create({"port": str(emulator.path)})
        sender = threading.Thread(target=emulator.send, args=(b"]Q1" + b"x" * 250_000 + b"\r]Q1good\r",))
        sender.start()
        found: list[Code | Unreadable] = []
        expires_s = time.monotonic() + 60
        while len(found) < 2 and time.monotonic() < expires_s:
            code = reader.next_code()
            found += [] if isinstance(code, NoCode) else [code]
        sender.join()
        reader.close()
    assert found == [Unreadable("code_reader.too_long"), Code("good", Symbology.QR)]


def test_port_comes_back_under_its_name(tmp_path: Path) -> None:
    """A reader that is pulled and put back is opened again by the same name."""
    with WedgeEmulator(tmp_path / "reader") as emulator:
        first = wedge.create({"port": str(emulator.path)})
        emulator.unplug()
        with pytest.raises(DeviceError) as gone:
            wedge.create({"port": str(emulator.path)})
        assert gone.value.code == "code_reader.port"
        first.close()
        emulator.replug()
        assert wedge.create({"port": str(emulator.path)}).status() == Ready()


@pytest.mark.parametrize(
    ("create", "options", "keys"),
    [(wedge.create, {}, "port"), (wedge.create, {"port": "x", "terminator": "tab", "bell": 1}, "bell,terminator"),
     (snapshot.create, {"url": "file:///etc/passwd"}, "url")],
)  # fmt: skip
def test_options(create: object, options: dict[str, object], keys: str) -> None:
    """Options that make no sense are named."""
    assert callable(create)
    with pytest.raises(DeviceError) as bad:
        create(options)
    assert (bad.value.code, bad.value.detail) == ("code_reader.options", keys)


def test_camera_without_pictures() -> None:
    """What is no picture, or refused, is a fault with its code; a picture mends it."""
    with SnapshotEmulator() as emulator:
        reader = snapshot.create({"url": emulator.url})
        good, emulator.body = emulator.body, b"<html>"
        assert reader.status() == Faulted("code_reader.picture")
        emulator.body, emulator.status = good, HTTPStatus.SERVICE_UNAVAILABLE
        assert reader.status() == Faulted("code_reader.refused")
        emulator.status = HTTPStatus.OK
        assert reader.status() == Ready()


def test_a_code_that_stays_in_view_counts_once() -> None:
    """Held before the camera for many pictures it is one code; two at once are two."""
    with SnapshotEmulator() as emulator:
        reader = snapshot.create({"url": emulator.url})
        emulator.show(b"held", Symbology.QR)
        assert reader.next_code() == Code("held", Symbology.QR)
        assert [reader.next_code() for _ in range(3)] == [NoCode()] * 3
