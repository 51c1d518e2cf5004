"""The cascade from city to town."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.catalogue.divisions import Divisions, Level, current, national
from kiosk.catalogue.errors import CatalogueError

HEADER = "code,name,name_en,level,parent_code\n"
CITY = "410200000000,开封市,Kaifeng,city,410000000000\n"


def test_the_city_and_its_parts() -> None:
    """The city should have nine counties and 124 towns below them, all with names in both languages."""
    table = current()
    counties = table.children(table.city().code)
    towns = [town for county in counties for town in table.children(county.code)]
    assert (len(counties), len(towns)) == (9, 124)
    assert {county.level for county in counties} == {Level.COUNTY}
    assert all(town.level is Level.TOWN and town.name.en.isascii() for town in towns)


def test_names_and_paths() -> None:
    """A town should know its way up, big to small in Chinese and small to big in English."""
    table = current()
    assert table.full_name("410202001000", "zh_CN") == "开封市龙亭区北书店街道"
    assert table.full_name("410202001000", "en") == "Beishudian Subdistrict, Longting District, Kaifeng"
    assert table.children("410202001000") == ()
    assert table.path("999999999999") == ()
    assert table.full_name("999999999999", "en") == ""
    assert table.get("410224000000") is None


def test_the_country_down_to_its_cities() -> None:
    """It should lead to each of the 333 divisions at prefecture level by its province, and to the four cities at once."""
    table = national()
    top = table.children("")
    assert len(top) == 31
    assert [each.name.zh for each in top if each.level is Level.CITY] == ["北京市", "天津市", "上海市", "重庆市"]
    below = [city for province in top for city in table.children(province.code)]
    assert len(below) == 333
    assert all(city.level is Level.CITY and city.code[:2] == city.parent[:2] and city.name.en.isascii() for city in below)
    assert table.full_name("410200000000", "zh_CN") == "河南省开封市"
    assert table.full_name("610100000000", "en") == "Xi'an, Shaanxi"
    for province in top:
        names = [city.name.en for city in table.children(province.code)]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (CITY + "410202,龙亭区,Longting,county,410200000000\n", "catalogue.code"),
        (CITY + "410202000000,龙亭区,,county,410200000000\n", "catalogue.shape"),
        (CITY + "410202000000,龙亭区,Longting,planet,410200000000\n", "catalogue.shape"),
        (CITY + "410202000000,龙亭区,Longting,county,410300000000\n", "catalogue.division_parent"),
        (CITY + "410202001000,某街道,Some,street,410200000000\n", "catalogue.division_parent"),
        (CITY + CITY, "catalogue.duplicate"),
    ],
)
def test_broken_tables_are_refused(tmp_path: Path, rows: str, code: str) -> None:
    """Bad codes, missing names, unknown levels, orphans and duplicates should be refused."""
    path = tmp_path / "divisions.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        Divisions.load(path)
    assert caught.value.code == code
