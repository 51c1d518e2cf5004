"""Invented resident cards for emulators and tests. Division 99 does not exist.

Knows: two people who were never born. Does not know: readers.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping

from devices.id_card.api import CardKind, IdCard
from devices.id_card.layout import PHOTO_BYTES

_SEED = 20261123


def sample_photo(number: str) -> bytes:
    """Return 1024 bytes that stand for a WLT photo: noise, the same for the same number."""
    return random.Random(f"{_SEED}:{number}").randbytes(PHOTO_BYTES)


_A = IdCard(
    kind=CardKind.RESIDENT,
    name="测试甲",
    sex="1",
    nation_code="01",
    birth=dt.date(1990, 1, 1),
    address="测试市样例区示范路1号",
    number="990000199001010017",
    issuer="测试市公安局样例分局",
    valid_from=dt.date(2020, 1, 1),
    valid_to=dt.date(2040, 1, 1),
    photo_wlt=sample_photo("990000199001010017"),
)
_B = IdCard(
    kind=CardKind.RESIDENT,
    name="测试乙",
    sex="2",
    nation_code="05",
    birth=dt.date(1958, 1, 1),
    address="测试市样例区长者街2号",
    number="990000195801010025",
    issuer="测试市公安局样例分局",
    valid_from=dt.date(2010, 6, 1),
    valid_to=None,
    photo_wlt=sample_photo("990000195801010025"),
)
SAMPLE_CARDS: Mapping[str, IdCard] = {card.name: card for card in (_A, _B)}
"""By name: an adult whose card ends, and an elder whose card is 长期."""
