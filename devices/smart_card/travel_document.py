"""Reading a passport or permit: access by its printed zone, DG1, DG2.

Knows: the order of commands, what a chip's refusals mean, when to fall back from extended length. Does not know: PC/SC.

Nothing here proves that a chip is genuine: neither Passive nor Active nor Chip Authentication is done.
"""

from __future__ import annotations

from devices.smart_card import lds
from devices.smart_card.api import (
    AccessRefused,
    NeedsPace,
    NotATravelDocument,
    TravelDocument,
    Unreadable,
)
from devices.smart_card.bac import Handshake, SecureMessagingError, Session
from devices.smart_card.iso7816 import (
    OK,
    WRONG_LENGTH,
    Channel,
    Command,
    StatusWordError,
    ask,
    exchange,
    read_binary,
    select_application,
    select_file,
)
from devices.smart_card.mrz import MrzKey

_CHALLENGE_BYTES = 8
_SHORT_CHUNK_BYTES = 0xDF
"""With padding, status and MAC this is what fits into a short answer."""
_EXTENDED_CHUNK_BYTES = 4000
_HEAD_BYTES = 6
_SHORT_IS_ENOUGH_BYTES = 200
_WRONG_KEY = (0x6300, 0x6982, 0x6988)

Result = TravelDocument | AccessRefused | NeedsPace | NotATravelDocument | Unreadable


class _ShortOnlyError(Exception):
    """The chip, or the reader before it, does not carry commands of extended length after all."""


def read(channel: Channel, key: MrzKey) -> Result:
    """Read the document in the reader with the key from its printed zone.

    Raises: MrzError for a key that no document can have printed.
    """
    text = key.text()
    try:
        return _read(channel, text, extended=channel.extended)
    except _ShortOnlyError:
        return _read(channel, text, extended=False)


def _read(channel: Channel, text: str, *, extended: bool) -> Result:
    opened = _open(channel, text)
    if not isinstance(opened, Session):
        return opened
    files = _Files(channel, opened, extended=extended)
    try:
        mrz = lds.parse_dg1(files.read(lds.DG1))
    except lds.LdsError as error:
        return Unreadable(error.code)
    except SecureMessagingError:
        return Unreadable("smart_card.secure_messaging")
    except StatusWordError as error:
        return Unreadable(f"smart_card.sw_{error.word:04x}")
    try:
        return TravelDocument(mrz, lds.parse_dg2(files.read(lds.DG2)), "")
    except lds.LdsError as error:
        return TravelDocument(mrz, None, error.code)
    except SecureMessagingError:
        return Unreadable("smart_card.secure_messaging")
    except StatusWordError as error:
        return TravelDocument(mrz, None, f"smart_card.sw_{error.word:04x}")


def _open(channel: Channel, text: str) -> Session | AccessRefused | NeedsPace | NotATravelDocument | Unreadable:
    """Select the application and authenticate; tell a wrong key from a chip that wants PACE."""
    _, selected = exchange(channel, select_application(lds.AID))
    if selected != OK:
        return NeedsPace() if _wants_pace(channel) else NotATravelDocument()
    challenge, word = exchange(channel, Command(0x84, le=_CHALLENGE_BYTES))
    if word != OK:
        return NeedsPace() if _wants_pace(channel) else NotATravelDocument()
    if len(challenge) != _CHALLENGE_BYTES:
        return Unreadable("smart_card.challenge")
    handshake = Handshake(text, challenge)
    answer, word = exchange(channel, handshake.command())
    if word in _WRONG_KEY or word >> 4 == 0x63C:
        return AccessRefused()
    if word != OK:
        return NeedsPace() if _wants_pace(channel) else AccessRefused()
    try:
        return handshake.session(answer)
    except SecureMessagingError:
        return Unreadable("smart_card.secure_messaging")


def _wants_pace(channel: Channel) -> bool:
    """Look for PACE in EF.CardAccess, which anybody may read."""
    exchange(channel, Command(0xA4, 0x00, 0x0C, lds.MASTER_FILE.to_bytes(2, "big")))  # some chips start there
    if exchange(channel, select_file(lds.CARD_ACCESS))[1] != OK:
        return False
    content, _ = exchange(channel, read_binary(0, 256))
    try:
        return lds.offers_pace(content)
    except lds.LdsError:
        return False


class _Files:
    """Reads files through the secure channel."""

    def __init__(self, channel: Channel, session: Session, *, extended: bool) -> None:
        self._channel = channel
        self._session = session
        self._extended = extended

    def read(self, fid: int) -> bytes:
        """Read a file whole. Raises: StatusWordError, SecureMessagingError, LdsError, _ShortOnlyError."""
        self._ask(select_file(fid))
        raw = self._ask(read_binary(0, _HEAD_BYTES))
        total = lds.file_length(raw)
        while len(raw) < total:
            long = self._extended and total - len(raw) > _SHORT_IS_ENOUGH_BYTES
            chunk = _EXTENDED_CHUNK_BYTES if long else _SHORT_CHUNK_BYTES
            piece = self._ask(read_binary(len(raw), min(chunk, total - len(raw))), extended=long)
            if not piece:
                raise lds.LdsError("smart_card.file")
            raw += piece
        return raw[:total]

    def _ask(self, command: Command, *, extended: bool = False) -> bytes:
        wrapped = self._session.protect(command, extended=extended)
        try:
            answer = ask(self._channel, wrapped)
        except StatusWordError as error:
            # A status word without secure messaging ends the session.
            if extended and error.word in (WRONG_LENGTH, 0x6D00, 0x6F00):
                raise _ShortOnlyError from error
            raise
        data, word = self._session.unprotect(answer)
        if word not in (OK, 0x6282):
            raise StatusWordError(word)
        return data
