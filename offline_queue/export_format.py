"""An export of an outbox: sealed submissions in a folder, for when the line stays down. `docs/FORMAT.md` describes it.

Knows: the names in the folder and the manifest's lines, and checks what it reads against them. Pure standard library: the
platform shares this module. Does not know: what is in an envelope, databases, keys.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from offline_queue.errors import QueueError

VERSION = 1
MANIFEST = "manifest.jsonl"
ENVELOPES = "envelopes"
PARTS = "parts"
MAX_ENVELOPE_BYTES = 8 * 1024 * 1024
MAX_PART_BYTES = 128 * 1024 * 1024
_MAX_LINE = 128 * 1024
_STEP = 1024 * 1024
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ExportedPart:
    """One sealed part: digest (hex) and size of its file."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class ExportedItem:
    """One submission as the manifest names it; digest and size are the envelope's."""

    seq: int
    id: str
    code: str
    service: str
    state: str
    sha256: str
    size: int
    parts: tuple[ExportedPart, ...]

    @property
    def bytes_total(self) -> int:
        """Envelope and parts together."""
        return self.size + sum(part.size for part in self.parts)


@dataclass(frozen=True, slots=True)
class ReadItem:
    """One submission of an export, read back. `fault` is empty, or a code: then `envelope` is not to be used."""

    item: ExportedItem
    envelope: bytes
    parts: dict[str, Path]
    """By digest, each checked against it."""
    fault: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """The first line of a manifest: whose outbox this was, and when (UTC, `2026-11-23T03:12:05Z`)."""

    kiosk: str
    made_at: str


class ManifestWriter:
    """Makes the lines of a manifest; the last one seals the number of items and the digest of all lines before it."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._items = 0

    def opening(self, opening: Opening) -> bytes:
        """Return the first line."""
        return self._line({"v": VERSION, **asdict(opening)})

    def item(self, item: ExportedItem) -> bytes:
        """Return the line of one submission."""
        self._items += 1
        return self._line(asdict(item))

    def closing(self) -> bytes:
        """Return the last line."""
        return _spelled({"items": self._items, "sha256": self._digest.hexdigest()})

    def _line(self, value: dict[str, Any]) -> bytes:
        line = _spelled(value)
        self._digest.update(line)
        return line


def envelope_path(export: Path, submission_id: str) -> Path:
    """Return where the envelope of a submission lies."""
    return export / ENVELOPES / f"{submission_id}.kfenv"


def part_path(export: Path, submission_id: str, sha256: str) -> Path:
    """Return where a sealed part lies."""
    return export / PARTS / f"{submission_id}.{sha256}"


def read_manifest(export: Path) -> Opening:
    """Check the manifest whole. Raises `QueueError`: export.missing (none here), export.damaged, export.version."""
    opening, *_ = (line for line in _lines(export) if isinstance(line, Opening))
    return opening


def _lines(export: Path) -> Iterator[Opening | ExportedItem]:
    """Yield what the manifest says; only a run to the end says that nothing of it is missing or changed."""
    digest, items, closed = hashlib.sha256(), -1, False
    try:
        with (export / MANIFEST).open("rb") as file:
            while line := file.readline(_MAX_LINE):
                value = _value(line)
                if closed:
                    raise QueueError("export.damaged", "after the end")
                if value.keys() == {"items", "sha256"}:
                    if value != {"items": items, "sha256": digest.hexdigest()}:
                        raise QueueError("export.damaged", "manifest")
                    closed = True
                    continue
                digest.update(line)
                items += 1
                yield _item(value) if items else _opening(value)
    except OSError as error:
        raise QueueError("export.missing", str(error.strerror)) from error
    if not closed:
        raise QueueError("export.damaged", "cut off")


def read_export(export: Path) -> Iterator[ReadItem]:
    """Yield every submission of an export, each checked against the manifest; what is damaged is said and not left out.

    Checks no signature: whoever accepts an envelope does. Raises as `read_manifest` does.
    """
    read_manifest(export)
    for item in _lines(export):
        if isinstance(item, ExportedItem):
            yield _read(export, item)


def _read(export: Path, item: ExportedItem) -> ReadItem:
    parts: dict[str, Path] = {}
    try:
        path = envelope_path(export, item.id)
        if path.stat().st_size != item.size:
            return ReadItem(item, b"", {}, "export.envelope_damaged", "size")
        blob = path.read_bytes()
        if hashlib.sha256(blob).hexdigest() != item.sha256:
            return ReadItem(item, b"", {}, "export.envelope_damaged", "sha256")
        for part in item.parts:
            path = part_path(export, item.id, part.sha256)
            if path.stat().st_size != part.size or file_sha256(path) != part.sha256:
                return ReadItem(item, b"", {}, "export.part_damaged", part.sha256)
            parts[part.sha256] = path
    except FileNotFoundError as error:
        return ReadItem(item, b"", {}, "export.file_missing", Path(str(error.filename)).name)
    except OSError as error:
        return ReadItem(item, b"", {}, "export.unreadable", str(error.strerror))
    return ReadItem(item, blob, parts)


def file_sha256(path: Path) -> str:
    """Return the digest of a file, hex, in bounded memory."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_STEP):
            digest.update(piece)
    return digest.hexdigest()


def _spelled(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def _value(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise QueueError("export.damaged", "manifest") from error
    if not isinstance(value, dict) or not line.endswith(b"\n"):
        raise QueueError("export.damaged", "manifest")
    return value


def _opening(value: dict[str, Any]) -> Opening:
    if value.get("v") != VERSION:
        raise QueueError("export.version", str(value.get("v"))[:20])
    if value.keys() != {"v", "kiosk", "made_at"}:
        raise QueueError("export.damaged", "opening")
    return Opening(_text(value["kiosk"]), _text(value["made_at"]))


def _item(value: dict[str, Any]) -> ExportedItem:
    if value.keys() != {"seq", "id", "code", "service", "state", "sha256", "size", "parts"}:
        raise QueueError("export.damaged", "item")
    parts = value["parts"]
    if not isinstance(parts, list) or not all(isinstance(one, dict) and one.keys() == {"sha256", "size"} for one in parts):
        raise QueueError("export.damaged", "parts")
    return ExportedItem(
        seq=_number(value["seq"], 2**53),
        id=_text(value["id"], _ID),
        code=_text(value["code"]),
        service=_text(value["service"]),
        state=_text(value["state"]),
        sha256=_text(value["sha256"], _SHA256),
        size=_number(value["size"], MAX_ENVELOPE_BYTES),
        # The digests become names of files: nothing but hex may stand there.
        parts=tuple(ExportedPart(_text(one["sha256"], _SHA256), _number(one["size"], MAX_PART_BYTES)) for one in parts),
    )


def _text(value: object, pattern: re.Pattern[str] | None = None) -> str:
    if not isinstance(value, str) or len(value) > 100 or (pattern is not None and pattern.fullmatch(value) is None):
        raise QueueError("export.damaged", "text")
    return value


def _number(value: object, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise QueueError("export.damaged", "number")
    return value
