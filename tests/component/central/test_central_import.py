"""What comes by hand is taken in as over the line: once, checked, with the same receipt; and what never came is named."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from central import keys
from central.cli import main
from central.imports import Imported, import_export
from central.settings import Settings
from offline_queue.export_format import (
    ENVELOPES,
    MANIFEST,
    PARTS,
    ExportedItem,
    ExportedPart,
    ManifestWriter,
    Opening,
    envelope_path,
    part_path,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conftest import Device, Platform, Sealed

    from central.app import Desks

DATABASES = ("sqlite", "postgresql")


def write_export(export: Path, kiosk: str, carried: Iterable[tuple[int, Sealed]]) -> None:
    """Lay an export down as a terminal does."""
    for folder in (export, export / ENVELOPES, export / PARTS):
        folder.mkdir()
    manifest = ManifestWriter()
    lines = [manifest.opening(Opening(kiosk, "2026-11-21T03:12:00Z"))]
    for seq, sealed in carried:
        envelope_path(export, sealed.id).write_bytes(sealed.blob)
        parts = []
        for data in sealed.parts.values():
            sha256 = hashlib.sha256(data).hexdigest()
            part_path(export, sealed.id, sha256).write_bytes(data)
            parts.append(ExportedPart(sha256, len(data)))
        item = ExportedItem(
            seq, sealed.id, f"code-{seq}", "permit", "waiting", sealed.sha256, len(sealed.blob), tuple(parts)
        )
        lines.append(manifest.item(item))
    (export / MANIFEST).write_bytes(b"".join([*lines, manifest.closing()]))


@pytest.fixture
def export(platform: Platform, device: Device, tmp_path: Path) -> Path:
    """Three of a terminal's submissions of which the first went over the line too, and the third one stayed behind."""
    carried = []
    for seq in range(1, 5):
        _, sealed = device.handed_in({"scan": b"pages" * 1000 * seq})
        if seq == 1:
            assert device.deliver(sealed).status_code == 201
        if seq != 3:
            carried.append((seq, sealed))
    write_export(tmp_path / "export", device.number, carried)
    return tmp_path / "export"


@pytest.fixture
def desks(platform: Platform) -> Desks:
    assert platform.desks is not None
    return platform.desks


def test_an_export_is_taken_in_once_and_what_stayed_behind_is_a_gap(
    platform: Platform, device: Device, desks: Desks, export: Path
) -> None:
    """What was here should be known, the rest accepted, a second import change nothing, and the missing number be named."""
    assert [one.outcome for one in import_export(desks.outbox, export)] == ["known", "accepted", "accepted"]
    assert [one.outcome for one in import_export(desks.outbox, export)] == ["known"] * 3
    [gap] = [gap for gap in desks.cases.missing() if gap.kiosk == device.number]
    assert (gap.first, gap.last) == (3, 3)
    page = platform.staff("GET", "/staff/cases").text
    assert "终端编号缺失" in page
    assert f"<td>{device.number}</td><td>3</td>" in page


def test_what_is_damaged_on_the_way_stops_nothing_else(desks: Desks, export: Path) -> None:
    """A flipped byte in a part and an envelope of a stranger's hand should be refused by name, the others be taken in."""
    [first, second, _third] = sorted((export / PARTS).iterdir(), key=lambda path: path.stat().st_size)
    data = bytearray(second.read_bytes())
    data[100] ^= 1
    second.write_bytes(data)
    first.unlink()
    found = {one.code: one.outcome for one in import_export(desks.outbox, export)}
    assert found == {"code-1": "export.file_missing", "code-2": "export.part_damaged", "code-4": "accepted"}


def test_a_stranger_leaves_nothing_in_the_store(desks: Desks, device: Device, another: Device, tmp_path: Path) -> None:
    """An envelope that its terminal did not sign should be refused before any of its parts is kept."""
    _, sealed = device.handed_in({"scan": b"pages"})
    another.number = device.number  # claims to be the other, with its own key
    _, forged = another.handed_in({"scan": b"pages"})
    write_export(tmp_path / "export", device.number, [(1, forged), (2, sealed)])
    outcomes = list(import_export(desks.outbox, tmp_path / "export"))
    assert outcomes == [Imported("code-1", "signature_invalid"), Imported("code-2", "accepted")]
    assert not (desks.settings.parts_dir / device.number / forged.id).exists()


def test_the_command_says_what_became_of_it(
    tmp_path: Path, device: Device, capsys: pytest.CaptureFixture[str]
) -> None:
    """A platform that does not know the terminal should refuse each item and end with 1, as without an export."""
    _, sealed = device.handed_in({"scan": b"pages"})
    write_export(tmp_path / "export", device.number, [(1, sealed)])
    state = str(tmp_path / "state")
    keys.init(Settings(tmp_path / "state"), staff_password="only-for-this-test")
    assert main(["outbox", "import", "--state", state, str(tmp_path / "export"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["outcome"] == "signature_invalid"
    assert main(["outbox", "import", "--state", state, str(tmp_path)]) == 1
    assert "export.missing" in capsys.readouterr().err
    assert main(["gaps", "--state", state, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
