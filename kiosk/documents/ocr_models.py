"""Where the models for reading print come from, and which characters they know.

Knows: the files of the installed package `rapidocr` (its code is never imported), the one entry of an ONNX file that names
the characters. Does not know: pictures, networks. A terminal without the package reads nothing and says so.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = "rapidocr"
_FOUND = ("*_det_*.onnx", "*_rec_*.onnx")
_METADATA_FIELD = 14
_KEY_FIELD, _VALUE_FIELD = 1, 2
_CHARACTERS = "character"
_LENGTH_DELIMITED, _VARINT, _FIXED_64, _FIXED_32 = 2, 0, 1, 5


class ModelsMissing(Exception):  # noqa: N818 - a state of the terminal, not a fault of the call
    """The models are not installed or are not what they should be. `code` is stable."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Models:
    """`characters`: what each output of the recogniser means, from 1; output 0 means nothing."""

    detector: Path
    recogniser: Path
    characters: tuple[str, ...]


def installed() -> bool:
    """Say whether the models can be found, without reading them."""
    return _folder() is not None


def find() -> Models:
    """Return the installed models. Raises: ModelsMissing."""
    folder = _folder()
    if folder is None:
        raise ModelsMissing("reading.no_models")
    found = [sorted(folder.glob(pattern)) for pattern in _FOUND]
    if not all(found):
        raise ModelsMissing("reading.no_models", str(folder))
    detector, recogniser = found[0][-1], found[1][-1]
    try:
        text = metadata(recogniser.read_bytes())[_CHARACTERS]
    except (KeyError, ValueError) as error:
        raise ModelsMissing("reading.bad_model", recogniser.name) from error
    return Models(detector, recogniser, (*text.split("\n"), " "))


def _folder() -> Path | None:
    spec = importlib.util.find_spec(_PACKAGE)
    places = [] if spec is None else list(spec.submodule_search_locations or [])
    folder = Path(places[0]) / "models" if places else None
    return folder if folder is not None and folder.is_dir() else None


def metadata(model: bytes) -> dict[str, str]:
    """Return the metadata of an ONNX file (ModelProto.metadata_props). Raises: ValueError for what is no such file."""
    found = {}
    for field, entry in _fields(memoryview(model)):
        if field == _METADATA_FIELD:
            parts = {number: bytes(value).decode("utf-8") for number, value in _fields(entry)}
            found[parts.get(_KEY_FIELD, "")] = parts.get(_VALUE_FIELD, "")
    return found


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield the length-delimited fields of a protocol buffer, skipping all others."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        match tag & 7:
            case wire if wire == _VARINT:
                _, at = _varint(data, at)
            case wire if wire == _FIXED_64:
                at += 8
            case wire if wire == _FIXED_32:
                at += 4
            case wire if wire == _LENGTH_DELIMITED:
                length, at = _varint(data, at)
                if at + length > len(data):
                    raise ValueError("cut")
                yield tag >> 3, data[at : at + length]
                at += length
            case _:
                raise ValueError("wire type")


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("varint")
