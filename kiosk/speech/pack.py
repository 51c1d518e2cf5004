"""A voice pack: a folder of recordings, and a manifest that says which words each of them speaks.

Knows: the manifest, and WAV files of one format. Does not know: which sentences there are (`sheet`) or how they sound.
A recording is found by the words that it speaks and not by its name alone: when a sentence is reworded, the old recording
falls silent instead of saying something else than the screen.
"""

from __future__ import annotations

import io
import re
import tomllib
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MANIFEST = "voice.toml"
LONGEST_S = 60.0
_RATES = range(8_000, 48_001)
_FILE = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*\.wav")


class VoicePackError(Exception):
    """A voice pack cannot be used. `code` is stable; `detail` names the file."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class _Manifest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = Field(ge=1, le=1)
    language: str = Field(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")
    name: str = Field(min_length=1, max_length=60)
    recordings: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples of 16 bits on one channel."""

    rate_hz: int
    samples: bytes

    @property
    def lasts_s(self) -> float:
        """How long it takes to hear it."""
        return len(self.samples) / 2 / self.rate_hz

    def wav(self) -> bytes:
        """Return it as a WAV file."""
        written = io.BytesIO()
        with wave.open(written, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.rate_hz)
            file.writeframes(self.samples)
        return written.getvalue()


def read_wav(path: Path) -> Sound:
    """Read a recording. Raises `VoicePackError`: `speech.bad_recording`."""
    try:
        with wave.open(str(path), "rb") as file:
            shape = (file.getnchannels(), file.getsampwidth())
            rate = file.getframerate()
            if shape != (1, 2) or rate not in _RATES:
                raise VoicePackError("speech.bad_recording", f"{path.name}: not one channel of 16 bits")
            if not 0 < file.getnframes() <= LONGEST_S * rate:
                raise VoicePackError("speech.bad_recording", f"{path.name}: empty, or over {LONGEST_S:.0f} s")
            samples = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise VoicePackError("speech.bad_recording", f"{path.name}: {error}") from error
    return Sound(rate, samples)


class VoicePack:
    """The recordings of one speaker in one language."""

    def __init__(self, folder: Path, language: str, name: str, recordings: Mapping[str, str]) -> None:
        """`recordings` is file name → the words that it speaks."""
        self.folder = folder
        self.language = language
        self.name = name
        self._files = {" ".join(words.split()): folder / file for file, words in recordings.items()}

    @classmethod
    def load(cls, folder: Path) -> VoicePack:
        """Read the manifest. Raises `VoicePackError`: `speech.no_manifest`, `speech.bad_manifest`."""
        try:
            text = (folder / MANIFEST).read_text(encoding="utf-8")
            manifest = _Manifest.model_validate(tomllib.loads(text))
        except OSError as error:
            raise VoicePackError("speech.no_manifest", str(folder / MANIFEST)) from error
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
            raise VoicePackError("speech.bad_manifest", f"{folder / MANIFEST}: {error}") from error
        strange = sorted(file for file in manifest.recordings if _FILE.fullmatch(file) is None)
        if strange:
            raise VoicePackError("speech.bad_manifest", f"{folder / MANIFEST}: {strange[0]}")
        return cls(folder, manifest.language, manifest.name, manifest.recordings)

    def __len__(self) -> int:
        return len(self._files)

    def has(self, words: str) -> bool:
        """Say whether there is a recording of these words."""
        return words in self._files

    def recording(self, words: str) -> Sound:
        """Return the recording of these words. Raises KeyError without one, `VoicePackError` for a bad one."""
        return read_wav(self._files[words])
