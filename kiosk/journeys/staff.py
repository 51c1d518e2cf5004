"""The staff card: opens the status page, and nothing that shows a citizen's data.

Knows: which cards this terminal trusts, and that a card must prove its key on a fresh challenge. Does not know: APDUs.
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
from kiosk.journeys.context import Context
from kiosk.session import events as ev
from kiosk.session.states import Device, State

CHALLENGE_BYTES = 32


class StaffDesk:
    """Reads a card when one is put into the reader and lets a trusted one in."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._present = False
        self._challenge = b""
        """What the card in the reader was asked to sign; empty without a card."""
        self.name = ""

    def on_report(self, report: DeviceReport) -> None:
        """Take a new status of the smart-card reader."""
        present = isinstance(report.status, CardPresent)
        if present and not self._present:
            self._read()
        elif not present and self._present and self._context.session().state is State.STAFF:
            self._context.handle(ev.StaffCardRemoved())
        if not present:
            self.name, self._challenge = "", b""
        self._present = present

    def _read(self) -> None:
        challenge = self._challenge = secrets.token_bytes(CHALLENGE_BYTES)
        self._context.devices[Device.SMART_CARD].submit(
            lambda reader: reader.read_staff_card(challenge), lambda result: self._on_read(challenge, result)
        )

    def _on_read(self, challenge: bytes, result: StaffCard | NotAStaffCard | CardRemoved | DeviceError) -> None:
        if challenge != self._challenge:
            return  # the answer of a card that is not there any more
        audit = self._context.audit
        match result:
            case StaffCard() if self._trusted(result, challenge):
                audit.record("staff.shown", staff_id=result.staff_id)
                self.name = result.name
                self._context.handle(ev.StaffCardShown())
            case StaffCard():
                audit.record("staff.refused", "failure", reason="untrusted")
            case NotAStaffCard():
                audit.record("staff.refused", "failure", reason="not_a_staff_card")
            case CardRemoved():
                pass
            case DeviceError(code=code):
                audit.record("staff.refused", "failure", reason=code)

    def _trusted(self, card: StaffCard, challenge: bytes) -> bool:
        """Check the signature with the key from the configuration, never with the one that the card shows."""
        for known in self._context.config.staff_cards:
            if known.staff_id != card.staff_id:
                continue
            point = base64.b64decode(known.public_key)
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
            try:
                key.verify(card.signature, challenge, ec.ECDSA(hashes.SHA256()))
            except InvalidSignature:
                return False
            return True
        return False
