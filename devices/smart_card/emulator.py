"""Virtual cards in the virtual reader of the real pcscd (vsmartcard's vpcd driver, TCP).

Knows: vpcd's wire and a staff card's side of the commands. Does not know: PC/SC, the driver.

Every message is a length (2 bytes, big endian) and as many bytes. One byte is a control: 00 off, 01 on, 02 reset (no
answer), 04 asks for the ATR; more bytes are an APDU. A closed connection is a pulled card.
"""

from __future__ import annotations

import contextlib
import socket
import threading

from devices.smart_card.chip import (
    ATR_T1,
    SW_NOT_FOUND,
    SW_OK,
    SW_UNKNOWN,
    SW_WRONG_LENGTH,
    FileChip,
    VirtualCard,
)
from devices.smart_card.iso7816 import Command
from devices.smart_card.samples import SampleStaffCard
from devices.smart_card.staff_card import AID, RECORD_FID, encode_record

VPCD_PORT = 0x8C7B
"""35963, of Debian's /etc/reader.conf.d/vpcd."""
_CONTROL_RESETS = frozenset({0x00, 0x01, 0x02})
_CONTROL_ATR = 0x04
_RECONNECT_S = 0.02


class StrangeCard:
    """A card of somebody else's making: knows no application that it is asked for."""

    atr = ATR_T1

    def reset(self) -> None:
        """Nothing to forget."""

    def answer(self, apdu: bytes) -> bytes:
        """Find nothing, know nothing."""
        return SW_NOT_FOUND if apdu[1] == 0xA4 else SW_UNKNOWN


class StaffCardChip(FileChip):
    """The chip of a staff card. `record` may be replaced by broken bytes."""

    def __init__(self, card: SampleStaffCard) -> None:
        super().__init__(AID, {RECORD_FID: encode_record(card.record)})
        self._card = card

    @property
    def record(self) -> bytes:
        """What EF 0101 holds."""
        return self.files[RECORD_FID]

    @record.setter
    def record(self, raw: bytes) -> None:
        self.files[RECORD_FID] = raw

    def do(self, command: Command) -> bytes:
        """Answer SELECT, READ BINARY and INTERNAL AUTHENTICATE."""
        if command.ins != 0xA4 and not self._application:
            return SW_UNKNOWN
        if command.ins == 0x88:
            return self._card.sign(command.data) + SW_OK if len(command.data) == 32 else SW_WRONG_LENGTH
        return super().do(command)


class VpcdSlot:
    """The slot of vpcd's virtual reader. A card in it stays in it while pcscd is restarted.

    `pull_at_apdu` pulls the card instead of answering that many-th APDU from now (1 is the next); `mute` keeps the chip
    silent, so that a call into pcscd hangs until the card is pulled.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = VPCD_PORT) -> None:
        self._address = (host, port)
        self._lock = threading.Lock()
        self._card: VirtualCard | None = None
        self._socket: socket.socket | None = None
        self._pulled = threading.Event()
        self._thread: threading.Thread | None = None
        self.pull_at_apdu: int | None = None
        self.mute = False

    def start(self) -> None:
        """Nothing to open: the reader is pcscd's."""

    def stop(self) -> None:
        """Pull what is in the slot."""
        self.remove()

    @property
    def card(self) -> VirtualCard | None:
        """The card in the slot."""
        with self._lock:
            return self._card

    def insert(self, card: VirtualCard) -> None:
        """Put a card in; pcscd sees it within its 0.4 s."""
        self.remove()
        with self._lock:
            self._card = card
            self._pulled = threading.Event()
            self._thread = threading.Thread(
                target=self._hold, args=(card, self._pulled), name="emulator-smart-card", daemon=True
            )
            self._thread.start()

    def remove(self) -> None:
        """Pull the card; harmless when there is none."""
        with self._lock:
            thread, self._thread = self._thread, None
        self._pull()
        if thread is not None:
            thread.join()

    def _pull(self) -> None:
        with self._lock:
            self._card = None
            self._pulled.set()
            connection, self._socket = self._socket, None
            if connection is not None:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _hold(self, card: VirtualCard, pulled: threading.Event) -> None:
        """Keep the card connected until it is pulled; the service may come and go meanwhile."""
        while not pulled.is_set():
            try:
                connection = socket.create_connection(self._address, timeout=1.0)
            except OSError:
                pulled.wait(_RECONNECT_S)
                continue
            with connection:
                connection.settimeout(None)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._lock:
                    if pulled.is_set():
                        return
                    self._socket = connection
                with contextlib.suppress(OSError, EOFError):
                    self._serve(card, connection)
            pulled.wait(_RECONNECT_S)

    def _serve(self, card: VirtualCard, connection: socket.socket) -> None:
        card.reset()
        while True:
            message = _receive(connection, int.from_bytes(_receive(connection, 2), "big"))
            if len(message) == 1:
                if message[0] == _CONTROL_ATR:
                    _send(connection, card.atr)
                elif message[0] in _CONTROL_RESETS:
                    card.reset()
                continue
            if self.pull_at_apdu is not None:
                self.pull_at_apdu -= 1
                if self.pull_at_apdu <= 0:
                    self.pull_at_apdu = None
                    self._pull()
                    return
            if not self.mute:
                _send(connection, card.answer(message))


def _receive(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        # vpcd sends length and payload apart; without this the kernel's delayed ACK costs 44 ms for every APDU.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        piece = connection.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def _send(connection: socket.socket, data: bytes) -> None:
    connection.sendall(len(data).to_bytes(2, "big") + data)
