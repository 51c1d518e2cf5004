"""Invented cards for emulators and tests. Divisions 99 and 819999, country 999 and the state UTO do not exist.

Knows: five people who were never born, one or two for each layout. Does not know: readers.
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
_J = IdCard(
    kind=CardKind.HK_MO_TW,
    name="测试己",
    sex="1",
    birth=dt.date(1990, 1, 1),
    address="测试市样例区示范路3号",
    number="819999199001010018",
    issuer="测试市公安局样例分局",
    valid_from=dt.date(2024, 1, 1),
    valid_to=dt.date(2029, 1, 1),
    pass_number="H00000000",  # noqa: S106 - a travel document's
    issue_count="01",
    photo_wlt=sample_photo("819999199001010018"),
)
_I = IdCard(
    kind=CardKind.FOREIGN_2017,
    name="测试庚",
    latin_name="SAMPLE, ERIKA",
    sex="2",
    birth=dt.date(1990, 1, 1),
    number="UTO410290010103",
    country="UTO",
    valid_from=dt.date(2019, 1, 1),
    valid_to=dt.date(2029, 1, 1),
    authority="4100",
    photo_wlt=sample_photo("UTO410290010103"),
)
_Y = IdCard(
    kind=CardKind.FOREIGN,
    name="测试辛",
    latin_name="SAMPLE, MAXIMILIAN BARTHOLOMEW ALEXANDER",
    sex="1",
    birth=dt.date(1990, 1, 1),
    number="94199919900101001X",
    country="UTO",
    valid_from=dt.date(2024, 1, 1),
    valid_to=dt.date(2034, 1, 1),
    issue_count="00",
    photo_wlt=sample_photo("94199919900101001X"),
)
SAMPLE_CARDS: Mapping[str, IdCard] = {card.name: card for card in (_A, _B, _J, _I, _Y)}
"""By name: an adult whose card ends, an elder whose card is 长期, and one person for each of the other three layouts."""
