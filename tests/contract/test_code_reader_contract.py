"""What every code reader promises, over the fake, over the wedge on its line, and over the camera at its address."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from devices.code_reader import (
    Code,
    CodeReader,
    Disconnected,
    NoCode,
    Ready,
    Symbology,
    Unreadable,
    snapshot,
    wedge,
)
from devices.code_reader.emulator import SnapshotEmulator, WedgeEmulator
from devices.code_reader.fakes import FakeCodeReader
from devices.errors import DeviceError
from kiosk.printing import receipt_qr

PATIENCE_S = 60.0
PHONE = "https://example.invalid/cases/查询?code=CK-2026-000123"


@dataclass
class Place:
    """A reader and the hands that hold codes before it."""

    reader: CodeReader
    show: Callable[[bytes, Symbology], object]
    unplug: Callable[[], None]

    def settles(self) -> Code | Unreadable:
        """Return the next code, which takes its time on the line."""
        expires_s = time.monotonic() + PATIENCE_S
        pause = threading.Event()
        while time.monotonic() < expires_s:
            found = self.reader.next_code()
            if not isinstance(found, NoCode):
                return found
            pause.wait(0.005)
        raise AssertionError("no code came")


def fake_place() -> Iterator[Place]:
    reader = FakeCodeReader()
    yield Place(reader, reader.show, reader.unplug)


def wedge_place(folder: Path) -> Iterator[Place]:
    with WedgeEmulator(folder / "reader") as emulator:
        reader = wedge.create({"port": str(emulator.path)})
        yield Place(reader, emulator.show, emulator.unplug)
        reader.close()


def snapshot_place() -> Iterator[Place]:
    with SnapshotEmulator() as emulator:
        reader = snapshot.create({"url": emulator.url})
        yield Place(reader, emulator.show, emulator.stop)
        reader.close()


@pytest.fixture(params=["fake", "wedge", "snapshot"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    match request.param:
        case "fake":
            yield from fake_place()
        case "wedge":
            yield from wedge_place(tmp_path)
        case _:
            yield from snapshot_place()


def test_nothing_shown(place: Place) -> None:
    """A reader that is shown nothing is ready and has nothing."""
    assert place.reader.status() == Ready()
    assert place.reader.next_code() == NoCode()


@pytest.mark.parametrize(
    ("text", "symbology"),
    [(PHONE, Symbology.QR), ("@\n\x1eANSI 测试甲\n990000", Symbology.PDF417), ("CK-2026-000123", Symbology.CODE128)],
)
def test_each_sort_of_code(place: Place, text: str, symbology: Symbology) -> None:
    """Every character comes over, with the sort, once."""
    place.show(text.encode(), symbology)
    assert place.settles() == Code(text, symbology)
    assert place.reader.next_code() == NoCode()


def test_our_own_receipt(place: Place) -> None:
    """The code of a receipt comes over so exactly that its signature holds."""
    key = Ed25519PrivateKey.generate()
    claim = receipt_qr.ReceiptClaim("CK-2026-000123", "hrss.x", dt.datetime(2026, 11, 23, tzinfo=dt.UTC), "ab" * 32)
    place.show(receipt_qr.make(claim, key.sign).encode(), Symbology.QR)
    code = place.settles()
    assert isinstance(code, Code)
    assert receipt_qr.verify(code.text, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)) == claim


def test_old_encoding(place: Place) -> None:
    """A code in GB 18030, as many counters still print them, is read as what it means."""
    place.show("测试乙，收据".encode("gb18030"), Symbology.QR)
    assert place.settles() == Code("测试乙，收据", Symbology.QR)


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"\xff\xfe\x80\x81 no text", "code_reader.encoding"), (b"\x1b[2J", "code_reader.control"),
     ("pay \u202e001".encode(), "code_reader.control")],
)  # fmt: skip
def test_what_is_no_text(place: Place, raw: bytes, code: str) -> None:
    """Wrong encodings and characters that steer are refused with a code, and the next code is read."""
    place.show(raw, Symbology.QR)
    assert place.settles() == Unreadable(code)
    place.show(b"good", Symbology.QR)
    assert place.settles() == Code("good", Symbology.QR)


def test_begin_forgets_what_another_person_showed(place: Place) -> None:
    """What was shown before, asked for or not, counts for nobody who comes later."""
    place.show(b"earlier", Symbology.QR)
    assert place.reader.status() == Ready()
    place.reader.begin()
    assert place.reader.next_code() == NoCode()
    place.show(b"later", Symbology.QR)
    assert place.settles() == Code("later", Symbology.QR)


def test_unplugged(place: Place) -> None:
    """Without its cable the reader is disconnected, and every other call says so with a code."""
    place.unplug()
    assert place.reader.status() == Disconnected()
    for call in (place.reader.begin, place.reader.next_code):
        with pytest.raises(DeviceError) as gone:
            call()
        assert gone.value.code == "code_reader.disconnected"
    assert place.reader.status() == Disconnected()


def test_close_twice(place: Place) -> None:
    """Closing is final and may be repeated."""
    place.reader.close()
    place.reader.close()
    assert place.reader.status() == Disconnected()


def test_repr_names_nobody() -> None:
    """What a code says may be personal; a log gets its sort alone."""
    assert "测试" not in repr(Code("测试甲", Symbology.QR))
