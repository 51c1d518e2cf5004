"""Where the models for reading print come from, and which characters they know.

Knows: the files of the installed package `rapidocr` (its code is never imported), the one note of an ONNX file that names
the characters. Does not know: pictures, networks. A terminal without the package reads nothing and says so.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from kiosk.documents.onnx_file import metadata

_PACKAGE = "rapidocr"
_FOUND = ("*_det_*.onnx", "*_rec_*.onnx")
_CHARACTERS = "character"


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
