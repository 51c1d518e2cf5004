"""A catalogue as large as a city's: the items that ship, again and again under other names, initials and codes.

Knows: how to vary a record so that every check of the loader still holds. Does not know: who searches.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

from kiosk.catalogue.loader import Catalogue
from kiosk.catalogue.models import ServiceItem, Text

PLACES = (
    ("城镇", "cz", "Urban"), ("农村", "nc", "Rural"), ("单位", "dw", "Employer's"), ("个人", "gr", "Personal"),
    ("学生", "xs", "Student"), ("退休人员", "txry", "Retired"), ("企业", "qy", "Company"),
    ("外来人员", "wlry", "Newcomer's"), ("军人", "jr", "Soldier's"), ("儿童", "et", "Child's"),
    ("残疾人", "cjr", "Disabled person's"), ("老年人", "lnr", "Elder's"),
)  # fmt: skip
ACTS = (
    ("变更", "bg", "change"), ("补发", "bf", "replacement"), ("注销", "zx", "cancellation"), ("查询", "cx", "look-up"),
    ("延期", "yq", "extension"), ("备案", "ba", "filing"),
)  # fmt: skip


def catalogue(least: int) -> Catalogue:
    """Return the shipped catalogue with variants until there are at least `least` items."""
    shipped = Catalogue.load()
    variants = itertools.product(PLACES, ACTS, shipped.items)
    wanted = max(0, least - len(shipped.items))
    made = tuple(_variant(item, place, act, number) for number, (place, act, item) in enumerate(variants) if number < wanted)
    grown = replace(shipped, items=shipped.items + made)
    if len(grown.items) < least:
        raise ValueError(least)
    return grown


def _variant(
    item: ServiceItem, place: tuple[str, str, str], act: tuple[str, str, str], number: int
) -> ServiceItem:
    return item.model_copy(
        update={
            "id": f"{item.id}_{number}",
            "name": Text(zh=f"{place[0]}{item.name.zh}{act[0]}", en=f"{place[2]} {item.name.en}: {act[2]}"),
            "initials": f"{place[1]}{item.initials}{act[1]}",
            "catalog_code": f"{item.catalog_code}{number:04d}",
        }
    )
