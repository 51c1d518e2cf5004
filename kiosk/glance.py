"""A glance at the configuration and the words: what the first window shows, before either is read and checked in full.

Knows: the few keys and sentences that stand on the attract screen. Does not know: whether the rest of the configuration is
right; `kiosk.config` judges it afterwards. Imports next to nothing, because somebody waits before a black glass.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORDS_DIR = Path(__file__).parent / "words"
LANGUAGE = "zh_CN"
"""As in `kiosk.config.TerminalConfig`; a test holds these against it."""
SCREEN: dict[str, Any] = {"orientation": "portrait", "px_per_mm": 3.65, "full_screen": True, "reduced_motion": False}
"""As in `kiosk.config.ScreenConfig`."""
ORIENTATIONS = ("portrait", "landscape", "counter")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""As the ids of their words end, from Monday on."""
MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class Glance:
    """What the attract screen says of this terminal, and where its state lies."""

    state_dir: Path
    language: str
    name: str
    site: str
    number: str
    orientation: str
    px_per_mm: float
    full_screen: bool
    reduced_motion: bool


def look(path: Path) -> Glance | None:
    """Return what stands in the configuration, or None when something there cannot be right: nothing is shown early then."""
    try:
        with path.open("rb") as file:
            data = tomllib.loads(file.read(MAX_BYTES).decode("utf-8"))
        terminal = data["terminal"]
        language = _of(str, terminal.get("language", LANGUAGE))
        screen = {key: _of(type(usual), terminal.get("screen", {}).get(key, usual)) for key, usual in SCREEN.items()}
        if screen["orientation"] not in ORIENTATIONS or not 1 <= screen["px_per_mm"] <= 20:
            return None
        return Glance(
            state_dir=path.parent / _of(str, data["state_dir"]),
            language=language,
            name=_said(terminal["name"], language),
            site=_said(terminal["site"], language),
            number=_of(str, terminal["number"]),
            **screen,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def words(language: str, idents: Iterable[str]) -> dict[str, str]:
    """Return these sentences of the catalogues; an id that is nowhere is left out, and shows as itself."""
    missing = set(idents)
    found: dict[str, str] = {}
    for area in sorted({ident.partition(".")[0] for ident in missing}):
        for file in (WORDS_DIR / f"{area}.{language}.toml", WORDS_DIR / f"{language}.toml"):
            wanted = {ident for ident in missing - set(found) if ident.startswith(f"{area}.")}
            if wanted and file.is_file():
                found |= _sentences(file.read_text(encoding="utf-8"), wanted)
    return found


def _sentences(text: str, wanted: set[str]) -> dict[str, str]:
    """Read the lines that name an id alone, since a whole catalogue takes longer than a whole window."""
    lines = [line for line in text.splitlines() if line.startswith('"') and line[1:].partition('"')[0] in wanted]
    try:
        found: dict[str, str] = tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        found = {}
    if wanted - set(found):
        for table, entries in tomllib.loads(text).items():
            found |= _flat(entries, f"{table}." if table == "format" else "")
    return {ident: found[ident] for ident in wanted & set(found)}


def _flat(table: dict[str, Any], prefix: str) -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat


def _said(text: dict[str, str], language: str) -> str:
    said: str = _of(str, text["zh" if language.startswith("zh") else "en"])
    return said


def _of(kind: type, value: Any) -> Any:
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise TypeError(kind.__name__)
    return value
