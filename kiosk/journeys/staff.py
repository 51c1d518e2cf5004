"""Signing in with a staff card and its PIN: opens the staff pages, and nothing that shows a citizen's data.

Knows: which cards this terminal trusts, that a card must prove its key on a fresh challenge, and that its PIN comes after.
Does not know: APDUs, or how tries are counted (`fleet.staff_pins`).
"""

from __future__ import annotations

import base64
import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from devices.errors import DeviceError
from devices.smart_card import CardPresent, CardRemoved, NotAStaffCard, StaffCard
from devices.supervisor import DeviceReport
from kiosk.config import StaffCard as TrustedCard
from kiosk.events import Fact
from kiosk.fleet.staff_pins import LONGEST, SHORTEST, Locked, PinAnswer, PinCounter, PinError, Right, Waiting, Wrong
from kiosk.journeys.context import Context
from kiosk.session import events as ev
from kiosk.session.states import Device

CHALLENGE_BYTES = 32


class StaffDesk:
    """Reads a card when one is put into the reader and lets a trusted one in."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._present = False
        self._challenge = b""
        """What the card in the reader was asked to sign; empty without a card."""
        self._card: TrustedCard | None = None
        """The card that proved itself and is still there."""
        self._pins = PinCounter(context.config.state_dir, context.clock)
        self.name = ""

    @property
    def staff_id(self) -> str:
        """The number of the card that proved itself, or nothing."""
        return "" if self._card is None else self._card.staff_id

    def on_report(self, report: DeviceReport) -> None:
        """Take a new status of the smart-card reader."""
        present = isinstance(report.status, CardPresent)
        if present and not self._present:
            self._read()
        was_present, self._present = self._present, present
        if not present:
            self.name, self._challenge, self._card = "", b"", None
        if was_present and not present:
            self._context.handle(ev.StaffCardRemoved())

    def _read(self) -> None:
        challenge = self._challenge = secrets.token_bytes(CHALLENGE_BYTES)
        self._context.devices[Device.SMART_CARD].submit(
            lambda reader: reader.read_staff_card(challenge), lambda result: self._on_read(challenge, result)
        )

    def _on_read(self, challenge: bytes, result: StaffCard | NotAStaffCard | CardRemoved | DeviceError) -> None:
        if challenge != self._challenge:
            return  # the answer of a card that is not there any more
        match result:
            case StaffCard(staff_id=staff_id):
                trusted = self._trusted(result, challenge)
                if trusted is None:
                    self._turn_away("untrusted", staff_id)
                elif not trusted.pin:
                    self._turn_away("no_pin", staff_id)
                else:
                    self._card, self.name = trusted, result.name
                    self._context.handle(ev.StaffCardShown())
            case NotAStaffCard():
                self._turn_away("not_a_staff_card")
            case CardRemoved():
                pass
            case DeviceError(code=code):
                self._turn_away("unreadable", code)

    def _turn_away(self, why: str, detail: str = "") -> None:
        """A card that opens nothing is answered all the same: written down, and said with whom to call."""
        # what a card says of itself is a claim; the log keeps it as one
        claimed = {"claimed": detail} if why in {"untrusted", "no_pin"} else {}
        self._context.audit.record("staff.refused", "failure", reason=detail if why == "unreadable" else why, **claimed)
        self._context.handle(ev.StaffCardRefused(f"session.staff_card.{why}", detail))

    def _trusted(self, card: StaffCard, challenge: bytes) -> TrustedCard | None:
        """Check the signature with the key from the configuration, never with the one that the card shows."""
        for known in self._context.config.staff_cards:
            if known.staff_id != card.staff_id:
                continue
            point = base64.b64decode(known.public_key)
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
            try:
                key.verify(card.signature, challenge, ec.ECDSA(hashes.SHA256()))
            except InvalidSignature:
                return None
            return known
        return None

    # --- the PIN ----

    @property
    def pin_digits(self) -> int:
        """How many digits were typed."""
        return len(self._context.vault.pin)

    @property
    def pin_complete(self) -> bool:
        """Say whether that many digits can be a PIN."""
        return self.pin_digits >= SHORTEST

    def type_digit(self, digit: str) -> None:
        """Take one digit of the PIN."""
        if len(digit) == 1 and digit in "0123456789" and self.pin_digits < LONGEST:
            self._set_pin(self._context.vault.pin + digit)

    def erase_digit(self) -> None:
        """Take the last digit back."""
        self._set_pin(self._context.vault.pin[:-1])

    def _set_pin(self, pin: str) -> None:
        self._context.vault.pin = pin
        self._context.bus.publish(Fact.STAFF)
        self._context.handle(ev.Touched())

    def enter_pin(self) -> None:
        """The PIN is typed."""
        if self.pin_complete:
            self._context.handle(ev.PinEntered())

    def check_pin(self) -> None:
        """Judge the PIN on the store's thread. The answer is `PinAccepted` or `PinRefused`."""
        context, card = self._context, self._card
        number, pin = context.session().number, context.vault.pin
        self._set_pin("")
        if card is None:
            context.handle(ev.StaffCardRemoved())
            return

        def judged(answer: PinAnswer) -> None:
            if self._card is not card:
                return  # pulled meanwhile
            match answer:
                case Right():
                    context.audit.record("staff.shown", staff_id=card.staff_id)
                    context.handle(ev.PinAccepted(number))
                case Wrong(wait_s=0, left=left):
                    self._refuse(card, number, "wrong", ev.PinRefused(number, "staff.pin.wrong", str(left)))
                case Wrong(wait_s=wait_s):
                    self._refuse(card, number, "wrong", ev.PinRefused(number, "staff.pin.wrong_wait", str(wait_s)))
                case Waiting(wait_s=wait_s):
                    self._refuse(card, number, "waiting", ev.PinRefused(number, "staff.pin.wait", str(wait_s)))
                case Locked():
                    self._refuse(card, number, "locked", ev.PinRefused(number, "staff.pin.locked"))

        def failed(error: Exception) -> None:
            if not isinstance(error, PinError):
                raise error
            self._refuse(card, number, error.code, ev.PinRefused(number, "staff.pin.uncounted"))

        context.store_work.run(lambda: self._pins.judge(card.staff_id, card.pin, pin), judged, failed)

    def _refuse(self, card: TrustedCard, number: int, reason: str, event: ev.PinRefused) -> None:
        self._context.audit.record("staff.pin_refused", "failure", session=number, staff_id=card.staff_id, reason=reason)
        self._context.handle(event)
