"""Driver: cards in a PC/SC reader, through the operating system's pcscd.

Knows: the calls of the service and which of their results mean a card, a reader or a service gone. Does not know: trust,
PIN pads, what is on the cards (`staff_card`, `travel_document`, `social_card`).

pyscard's own monitor threads end for good when pcscd does; so this asks SCardGetStatusChange itself, without waiting, and
takes a new context whenever the service came back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from smartcard import scard

from devices.errors import DeviceError
from devices.smart_card import social_card, travel_document
from devices.smart_card.api import (
    CHALLENGE_BYTES,
    CardPresent,
    CardRemoved,
    Disconnected,
    Faulted,
    NoCard,
    NotASocialCard,
    NotAStaffCard,
    NotATravelDocument,
    SmartCardReaderStatus,
    SocialCardResult,
    StaffCard,
    TravelDocumentResult,
)
from devices.smart_card.iso7816 import Channel, StatusWordError, ask, offers_extended_length, read_binary
from devices.smart_card.mrz import MrzKey
from devices.smart_card.social_card import SocialCardProfile
from devices.smart_card.staff_card import (
    SELECT_APPLICATION,
    SELECT_RECORD,
    SIGNATURE_BYTES,
    RecordError,
    decode_record,
    internal_authenticate,
    record_length,
)

R = TypeVar("R")

_OK = scard.SCARD_S_SUCCESS
_SERVICE_GONE = frozenset(
    {
        scard.SCARD_E_NO_SERVICE,
        scard.SCARD_E_SERVICE_STOPPED,
        scard.SCARD_E_INVALID_HANDLE,
        scard.SCARD_F_COMM_ERROR,
    }
)
_READER_GONE = frozenset(
    {scard.SCARD_E_NO_READERS_AVAILABLE, scard.SCARD_E_UNKNOWN_READER, scard.SCARD_E_READER_UNAVAILABLE}
)
_CARD_GONE = frozenset(
    {
        scard.SCARD_W_REMOVED_CARD,
        scard.SCARD_W_RESET_CARD,
        scard.SCARD_E_NO_SMARTCARD,
        scard.SCARD_E_NOT_TRANSACTED,  # what vpcd and CCID readers say when the card is pulled in the middle
    }
)
_CARD_MUTE = frozenset(
    {scard.SCARD_W_UNRESPONSIVE_CARD, scard.SCARD_W_UNPOWERED_CARD, scard.SCARD_E_PROTO_MISMATCH}
)
_CHUNK_BYTES = 128
_HEAD_BYTES = 4


class PcscOptions(BaseModel):
    """What the configuration may say about this reader."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reader: str = Field(default="", description="how the reader's name begins; empty takes the first one")
    extended_length: bool = Field(
        default=True, description="off for a reader that does not carry commands of extended length"
    )
    social_card: SocialCardProfile = Field(
        default=SocialCardProfile(), description="files, PIN and encoding of this city's social security cards"
    )


OPTIONS = PcscOptions
"""What `kiosk check-config` holds the configuration against."""


def create(options: Mapping[str, Any]) -> PcscSmartCardReader:
    """Connect to the service. Whether it has a reader is for `status` to say.

    Raises: DeviceError "smart_card.options" (detail: the keys), "smart_card.service" (no pcscd).
    """
    try:
        parsed = PcscOptions.model_validate(dict(options))
    except ValidationError as error:
        keys = ",".join(sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()}))
        raise DeviceError("smart_card.options", keys) from error
    reader = PcscSmartCardReader(parsed)
    reader.open()
    return reader


class _ResultError(Exception):
    """A PC/SC call failed with `result`."""

    def __init__(self, result: int) -> None:
        super().__init__(result)
        self.result = result

    @property
    def code(self) -> str:
        return f"smart_card.pcsc_{self.result & 0xFFFFFFFF:08x}"


class PcscSmartCardReader:
    """A `SmartCardReader` over pcscd; finds its way back by itself when pcscd was restarted."""

    def __init__(self, options: PcscOptions) -> None:
        self._options = options
        self._context: int | None = None
        self._closed = False

    def open(self) -> None:
        """Connect to the service. Raises: DeviceError "smart_card.service"."""
        result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        if result != _OK:
            raise DeviceError("smart_card.service", _ResultError(result).code)
        self._context = context

    def status(self) -> SmartCardReaderStatus:
        """Ask the service what it knows: 0.2 ms; the service itself looks into the slot every 0.4 s. Never raises."""
        if self._closed:
            return Disconnected()
        try:
            return self._in_context(self._look)
        except DeviceError:
            return Disconnected()
        except _ResultError as error:
            if error.result == scard.SCARD_E_TIMEOUT:
                return NoCard()
            return Disconnected() if error.result in _READER_GONE else Faulted(error.code)

    def read_staff_card(self, challenge: bytes) -> StaffCard | NotAStaffCard | CardRemoved:
        """Select, read and authenticate: a few ms on a virtual card, a quarter of a second on a real one."""
        if len(challenge) != CHALLENGE_BYTES:
            raise ValueError(len(challenge))

        def read(channel: CardChannel) -> StaffCard | NotAStaffCard:
            try:
                return _read_staff_card(channel, challenge)
            except (StatusWordError, RecordError):
                return NotAStaffCard()

        return self._with_card(read, mute=NotAStaffCard())

    def read_travel_document(self, key: MrzKey) -> TravelDocumentResult:
        """Open with the key and read zone and face; some seconds on a real chip, so give the call a long deadline."""
        key.text()  # a key that cannot be is refused before a chip counts it
        return self._with_card(lambda channel: travel_document.read(channel, key), mute=NotATravelDocument(), reset=True)

    def read_social_card(self, pin: str | None) -> SocialCardResult:
        """Read by the configured profile."""
        if pin is not None:
            social_card.check_pin(pin)
        profile = self._options.social_card
        return self._with_card(
            lambda channel: social_card.read(channel, profile, pin), mute=NotASocialCard(), reset=True
        )

    def close(self) -> None:
        """Let go of the service."""
        self._closed = True
        self._release()

    # -- the service ------------------------------------------------------------------------------------------------

    def _in_context(self, call: Callable[[int], R]) -> R:
        """Run `call` with a context; once more with a fresh one when the service is not the one that gave it."""
        if self._context is not None:
            try:
                return call(self._context)
            except _ResultError as error:
                if error.result not in _SERVICE_GONE:
                    raise
                self._release()
        self.open()
        assert self._context is not None
        try:
            return call(self._context)
        except _ResultError as error:
            if error.result not in _SERVICE_GONE:
                raise
            self._release()
            raise DeviceError("smart_card.service", error.code) from error

    def _release(self) -> None:
        context, self._context = self._context, None
        if context is not None:
            scard.SCardReleaseContext(context)

    def _reader_name(self, context: int) -> str:
        result, names = scard.SCardListReaders(context, [])
        _check(result)
        for name in sorted(names):
            if name.startswith(self._options.reader):
                return str(name)
        raise _ResultError(scard.SCARD_E_UNKNOWN_READER)

    def _look(self, context: int) -> SmartCardReaderStatus:
        name = self._reader_name(context)
        result, states = scard.SCardGetStatusChange(context, 0, [(name, scard.SCARD_STATE_UNAWARE)])
        _check(result)
        _, state, atr = states[0]
        if state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
            return Disconnected()
        if state & scard.SCARD_STATE_PRESENT:
            return CardPresent(b"" if state & scard.SCARD_STATE_MUTE else bytes(atr))
        return NoCard()

    # -- the card ---------------------------------------------------------------------------------------------------

    def _with_card(self, work: Callable[[CardChannel], R], *, mute: R, reset: bool = False) -> R | CardRemoved:
        """Run `work` with the card; `mute` answers for one that does not speak. `reset` closes what it opened."""
        if self._closed:
            raise DeviceError("smart_card.service", "closed")
        try:
            return self._in_context(lambda context: self._connected(context, work, reset=reset))
        except _ResultError as error:
            if error.result in _CARD_GONE:
                return CardRemoved()
            if error.result in _CARD_MUTE:
                return mute
            if error.result == scard.SCARD_E_SHARING_VIOLATION:
                raise DeviceError("smart_card.busy", error.code) from error
            raise DeviceError(error.code) from error

    def _connected(self, context: int, work: Callable[[CardChannel], R], *, reset: bool) -> R:
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        result, card, protocol = scard.SCardConnect(
            context, self._reader_name(context), scard.SCARD_SHARE_EXCLUSIVE, protocols
        )
        _check(result)
        # No reset of a card that is gone: it fails, and pcscd 1.9 then calls the slot empty even when a card is put back
        # before its next look, until that one is pulled too.
        ending = scard.SCARD_LEAVE_CARD
        try:
            channel = CardChannel(card, protocol, extended=self._options.extended_length)
            done = work(channel)
            ending = scard.SCARD_RESET_CARD if reset else ending
            return done
        finally:
            scard.SCardDisconnect(card, ending)


class CardChannel:
    """One connected card, a `Channel`."""

    def __init__(self, card: int, protocol: int, *, extended: bool) -> None:
        self._card = card
        self._pci = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
        self.extended = extended and protocol == scard.SCARD_PROTOCOL_T1 and offers_extended_length(self._atr())

    def _atr(self) -> bytes:
        result, _, _, _, atr = scard.SCardStatus(self._card)
        _check(result)
        return bytes(atr)

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """Send a command as it stands; return data and status word."""
        result, answer = scard.SCardTransmit(self._card, self._pci, list(apdu))
        _check(result)
        raw = bytes(answer)
        if len(raw) < 2:
            raise _ResultError(scard.SCARD_E_NOT_TRANSACTED)
        return raw[:-2], int.from_bytes(raw[-2:], "big")


def _read_staff_card(channel: Channel, challenge: bytes) -> StaffCard:
    ask(channel, SELECT_APPLICATION)
    ask(channel, SELECT_RECORD)
    raw = ask(channel, read_binary(0, _HEAD_BYTES))
    total = record_length(raw)
    while len(raw) < total:
        piece = ask(channel, read_binary(len(raw), min(_CHUNK_BYTES, total - len(raw))))
        if not piece:
            raise RecordError("short")
        raw += piece
    record = decode_record(raw)
    signature = ask(channel, internal_authenticate(challenge))
    if len(signature) != SIGNATURE_BYTES:
        raise RecordError("signature")
    half = SIGNATURE_BYTES // 2
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    return StaffCard(record.staff_id, record.name, record.role, record.public_key, encode_dss_signature(r, s))


def _check(result: int) -> None:
    if result != _OK:
        raise _ResultError(result)
