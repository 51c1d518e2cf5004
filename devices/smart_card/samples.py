"""Invented cards for emulators and tests: of staff, of travellers, of insured people.

Knows: people who do not exist, and the worthless keys of two of them. Does not know: readers, sockets.
"""

from __future__ import annotations

import functools
import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from devices.smart_card import tlv
from devices.smart_card.mrz import MrzKey, check_digit
from devices.smart_card.staff_card import SIGNATURE_BYTES, StaffRecord

_SEED = 20261123


@dataclass(frozen=True, slots=True)
class SampleStaffCard:
    """A staff card with its private key, which a real one would never give away."""

    staff_id: str
    name: str
    role: str
    private_key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def public_key(self) -> bytes:
        """X9.62 uncompressed, 65 bytes."""
        return self.private_key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    @property
    def record(self) -> StaffRecord:
        """What the card's record says."""
        return StaffRecord(self.staff_id, self.name, self.role, self.public_key)

    def sign(self, challenge: bytes) -> bytes:
        """Sign as the card does: r || s."""
        half = SIGNATURE_BYTES // 2
        r, s = decode_dss_signature(self.private_key.sign(challenge, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(half, "big") + s.to_bytes(half, "big")


def _sample(number: int, name: str, role: str) -> SampleStaffCard:
    key = ec.derive_private_key(_SEED * 1000 + number, ec.SECP256R1())
    return SampleStaffCard(f"S{number:04d}", name, role, key)


SAMPLE_STAFF: Mapping[str, SampleStaffCard] = {
    card.staff_id: card for card in (_sample(1, "测试站务员", "keeper"), _sample(2, "测试维护员", "technician"))
}
"""By staff number: S0001 keeps the lobby, S0002 repairs."""


# --- passports ----


@dataclass(frozen=True, slots=True)
class SamplePassport:
    """A document of the state of Utopia, which ICAO keeps for samples. `face_bytes` is how long its picture is."""

    surname: str
    given_names: str
    number: str
    birth: str
    sex: str
    expiry: str
    permit: bool = False
    face_bytes: int = 20_000

    @property
    def key(self) -> MrzKey:
        """What is printed and opens the chip."""
        return MrzKey(self.number, self.birth, self.expiry)

    @property
    def zone(self) -> str:
        """The machine-readable zone: of a book (TD3), or of a card (TD1)."""
        number = self.number.ljust(9, "<")
        number += check_digit(number)
        days = (self.birth + check_digit(self.birth), self.expiry + check_digit(self.expiry))
        names = f"{self.surname}<<{self.given_names}".replace(" ", "<")
        if self.permit:
            first = f"I<UTO{number}".ljust(30, "<")
            second = f"{days[0]}{self.sex}{days[1]}UTO" + "<" * 11
            whole = check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
            return first + second + whole + names.ljust(30, "<")[:30]
        first = f"P<UTO{names}".ljust(44, "<")[:44]
        second = f"{number}UTO{days[0]}{self.sex}{days[1]}" + "<" * 14 + "0"
        return first + second + check_digit(second[0:10] + second[13:20] + second[21:43])

    def dg1(self) -> bytes:
        """Data group 1."""
        return tlv.encode(0x61, tlv.encode(0x5F1F, self.zone.encode("ascii")))

    def face(self) -> bytes:
        """A JPEG file of exactly `face_bytes`: a drawn face that is nobody's, and a comment that fills it up."""
        drawn = _drawn_face()
        filling = bytes(self.face_bytes - len(drawn))
        comments = b""
        while filling:
            piece, filling = filling[:60_004], filling[60_004:]
            comments += b"\xff\xfe" + (len(piece) - 2).to_bytes(2, "big") + piece[4:]
        return drawn[:2] + comments + drawn[2:]

    def dg2(self) -> bytes:
        """Data group 2: one face record of ISO/IEC 19794-5."""
        face = self.face()
        image = struct.pack(">BBHH6x", 1, 0, 240, 320)
        information = struct.pack(">IH14x", 20 + len(image) + len(face), 0)
        record = struct.pack(">4s4sIH", b"FAC\0", b"010\0", 14 + 20 + len(image) + len(face), 1) + information + image + face
        header = tlv.encode(0xA1, bytes.fromhex("8702010188020008"))
        template = tlv.encode(0x7F60, header + tlv.encode(0x5F2E, record))
        return tlv.encode(0x75, tlv.encode(0x7F61, tlv.encode(0x02, b"\x01") + template))


@functools.cache
def _drawn_face() -> bytes:
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (240, 320), "#8899aa")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((60, 60, 180, 220), fill="#ffddbb")
    for x in (95, 145):
        pen.ellipse((x - 8, 120, x + 8, 136), fill="#333333")
    pen.arc((90, 150, 150, 190), 20, 160, fill="#993333", width=4)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=80)
    return written.getvalue()


SAMPLE_PASSPORTS: Mapping[str, SamplePassport] = {
    "passport": SamplePassport("SAMPLE", "ERIKA MARIA", "X00000001", "900101", "F", "350101"),
    "permit": SamplePassport("SAMPLE", "MAX", "X00000002", "580101", "M", "300101", permit=True),
}
"""By name: a book (TD3) and a card (TD1)."""


# --- social security cards ----


@dataclass(frozen=True, slots=True)
class SampleSocialCard:
    """What is written on a social security card."""

    name: str
    number: str
    card_number: str

    def records(self) -> dict[int, dict[int, bytes]]:
        """Return the records by file and number."""
        return {
            0xEF05: {
                1: bytes.fromhex("99000000000000000000000000000001"),
                2: b"3",
                3: b"3.00",
                4: bytes(12),
                5: bytes.fromhex("20200101"),
                6: bytes.fromhex("20300101"),
                7: self.card_number.encode("ascii"),
            },
            0xEF06: {
                1: self.number.encode("ascii"),
                2: self.name.encode("gb18030").ljust(30, b"\0"),
                3: b"1" if int(self.number[16]) % 2 else b"2",
                4: b"\x01",
                5: bytes.fromhex("990000"),
                6: bytes.fromhex(self.number[6:14]),
            },
        }


SAMPLE_SOCIAL_CARDS: Mapping[str, SampleSocialCard] = {
    card.name: card
    for card in (
        SampleSocialCard("测试甲", "990000199001010017", "Z00000001"),
        SampleSocialCard("测试乙", "990000195801010025", "Z00000002"),
    )
}
"""By name; the PIN of both is 123456."""
