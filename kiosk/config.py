"""The terminal's configuration: TOML, each key declared once with its type, bounds, default and one line of help.

Knows: what can be configured. Does not know: secrets (the device key and what enrolment brought live in the state
directory), polling intervals and timeouts (those are code).
"""

from __future__ import annotations

import base64
import datetime as dt
import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError, field_validator, model_validator

from kiosk.fleet.staff_pins import is_record
from kiosk.identity.assurance import Assurance
from kiosk.session.states import Device
from kiosk.words import shipped
from offline_queue.keys import Custody
from offline_queue.tpm import DEFAULT_TCTI

MAX_BYTES = 1024 * 1024
"""No configuration is larger; a device file has no end."""


class ConfigError(Exception):
    """The configuration cannot be used. `code` is stable; `detail` names the file and the key."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Part):
    """A name in both languages."""

    zh: str = Field(min_length=1, max_length=60, description="Chinese")
    en: str = Field(min_length=1, max_length=80, description="English")

    def in_language(self, language: str) -> str:
        """Return the Chinese name for Chinese, the English one for any other language."""
        return self.zh if language.startswith("zh") else self.en


class ScreenConfig(_Part):
    """The screen's build."""

    orientation: Literal["portrait", "landscape", "counter"] = Field("portrait", description="how the screen hangs")
    px_per_mm: float = Field(3.65, ge=1.5, le=20, description="pixels in a millimetre, measured on the screen")
    full_screen: bool = Field(True, description="cover the whole screen; off for a window beside others")
    reduced_motion: bool = Field(False, description="no movement on the screen")


class TerminalConfig(_Part):
    """Who and where this terminal is."""

    number: str = Field(pattern="^[0-9A-HJKMNP-TV-Z]{4}$", description="number given by the city, base 32")
    name: Text
    site: Text
    phone: str = Field(pattern=r"^[0-9+ -]{5,20}$", description="the station's telephone")
    language: str = Field("zh_CN", pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$", description="language of the attract screen")
    screen: ScreenConfig = ScreenConfig()

    @field_validator("language")
    @classmethod
    def _spoken(cls, language: str) -> str:
        if language not in shipped().languages:
            raise ValueError("no catalogue of words")
        return language


class LineCap(_Part):
    """How fast the outbox may send at some hours, by the civil clock; over midnight when it ends before it begins."""

    start: dt.time = Field(description="from this time of the day, such as 08:00")
    end: dt.time = Field(description="until before this time of the day, such as 18:00")
    kbit_s: int = Field(ge=32, le=1_000_000, description="kilobits in a second")

    def holds(self, time: dt.time) -> bool:
        """Say whether `time` lies in these hours."""
        return self.start <= time < self.end if self.start < self.end else time >= self.start or time < self.end


class CityConfig(_Part):
    """The line to the central platform."""

    url: HttpUrl = Field(description="base address of the central platform")
    ca_file: Path = Field(description="certificate authority that the platform's certificate must come from")
    line_caps: tuple[LineCap, ...] = Field(
        (), max_length=24, description="hours at which the line is shared; the first that fits counts, outside is no cap"
    )

    @field_validator("url")
    @classmethod
    def _without_password(cls, url: HttpUrl) -> HttpUrl:
        # The terminal proves itself by its keys; a password here would only stand in logs.
        if url.username is not None or url.password is not None:
            raise ValueError("an address without a name and a password")
        return url


class DeviceConfig(_Part):
    """One device: which driver, and what that driver is told."""

    driver: str = Field(pattern=r"^[a-z0-9_]{1,32}$", description="driver name, as its entry point is called")
    options: dict[str, Any] = Field(default_factory=dict, description="handed to the driver as it stands")


class SpeechConfig(_Part):
    """The terminal's voice."""

    output: str = Field("default", pattern=r"^[\w:=,.-]{1,80}$", description="sound device, as aplay -L names it")
    voice_packs: tuple[Path, ...] = Field(
        (), max_length=4, description="folders of recordings, one for a language; espeak-ng speaks what they lack"
    )
    private: bool = Field(False, description="heard through a handset alone, so that the person's own data may be said")


class DocumentsConfig(_Part):
    """How paper under the camera is found."""

    corner_network: Path | None = Field(
        None, description="network that votes on a page's corners (DocCornerNet LEAN as ONNX); everything works without it"
    )


class CustodyConfig(_Part):
    """Who guards the device key. What is configured is what is used: nothing falls back to a weaker guardian."""

    device_key: Custody = Field(Custody.SOFTWARE, description="software, passphrase, systemd-creds or tpm")
    tcti: str = Field(DEFAULT_TCTI, max_length=200, description="which TPM, as tpm2-tools name it")
    tpm_handle: int = Field(
        0x81010001, ge=0x81000000, le=0x817FFFFE, description="persistent handle of the key; the next one tags persons"
    )
    passphrase_file: Path | None = Field(None, description="file with the passphrase, on a medium of its own")

    @model_validator(mode="after")
    def _passphrase_has_a_file(self) -> Self:
        if (self.device_key is Custody.PASSPHRASE) != (self.passphrase_file is not None):
            msg = "passphrase_file belongs to the custody passphrase, and that one needs it"
            raise ValueError(msg)
        return self


class StaffCard(_Part):
    """A staff card that this terminal trusts."""

    staff_id: str = Field(pattern="^[A-Z0-9]{3,12}$", description="number on the card")
    public_key: str = Field(description="the card's P-256 public key, X9.62 uncompressed, base 64")
    pin: str = Field("", description="what `kiosk staff pin` makes of the card's PIN; without it the card opens nothing")

    @field_validator("pin")
    @classmethod
    def _is_a_record(cls, text: str) -> str:
        if text and not is_record(text):
            msg = "made by `kiosk staff pin`, not by hand"
            raise ValueError(msg)
        return text

    @field_validator("public_key")
    @classmethod
    def _is_a_key(cls, text: str) -> str:
        # Found out here, not when the card is put in at three in the morning.
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.b64decode(text, validate=True))
        return text


class Config(_Part):
    """The whole configuration of one terminal."""

    state_dir: Path = Field(description="where the outbox, the keys and the journals live")
    terminal: TerminalConfig
    city: CityConfig
    custody: CustodyConfig = CustodyConfig()
    speech: SpeechConfig = SpeechConfig()
    documents: DocumentsConfig = DocumentsConfig()
    devices: dict[Device, DeviceConfig] = Field(default_factory=dict, description="devices by kind")
    reachable_assurance: tuple[Assurance, ...] = Field(
        (Assurance.CARD, Assurance.CARD_CODE), description="how sure this terminal can become of a person"
    )
    staff_cards: tuple[StaffCard, ...] = ()
    stick: Path | None = Field(
        None, description="where the machine mounts a person's USB stick, if by other means than the package's own"
    )

    @property
    def outbox_dir(self) -> Path:
        """Where the outbox lives."""
        return self.state_dir / "outbox"


def load(path: Path) -> Config:
    """Read and check the configuration. Raises `ConfigError` naming every bad key; never guesses."""
    try:
        if path.exists() and not path.is_file():
            raise ConfigError("config.unreadable", f"{path}: not a file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise ConfigError("config.unreadable", f"{path}: over {MAX_BYTES} bytes")
        text = raw.decode("utf-8")
    except FileNotFoundError as error:
        raise ConfigError("config.missing", str(path)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("config.unreadable", f"{path}: {error}") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError("config.not_toml", f"{path}: {error}") from error
    except RecursionError as error:
        raise ConfigError("config.not_toml", f"{path}: nested too deep") from error
    return parse(data, source=str(path), base=path.parent)


def parse(data: dict[str, Any], *, source: str, base: Path) -> Config:
    """Check configuration data. Relative paths are taken from `base`."""
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        keys = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        raise ConfigError("config.bad_key", f"{source}: {keys}") from error
    state = base / config.state_dir
    city = config.city.model_copy(update={"ca_file": base / config.city.ca_file})
    custody = config.custody
    if custody.passphrase_file is not None:
        custody = custody.model_copy(update={"passphrase_file": base / custody.passphrase_file})
    packs = tuple(base / folder for folder in config.speech.voice_packs)
    speech = config.speech.model_copy(update={"voice_packs": packs})
    documents = config.documents
    if documents.corner_network is not None:
        documents = documents.model_copy(update={"corner_network": base / documents.corner_network})
    stick = None if config.stick is None else base / config.stick
    parts = {"city": city, "custody": custody, "speech": speech, "documents": documents}
    return config.model_copy(update={"stick": stick, "state_dir": state, **parts})
