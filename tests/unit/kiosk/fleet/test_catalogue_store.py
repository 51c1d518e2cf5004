"""The city's catalogue: fetched, checked, kept, and swapped only while nobody stands there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

import kiosk.catalogue
from central.catalogue import CatalogueDesk
from kiosk.catalogue.loader import Catalogue
from kiosk.city.client import CatalogueDownload, CityClient
from kiosk.fleet.catalogue import CatalogueStore


class City:
    """Answers with one document, and remembers the tags it was asked with."""

    def __init__(self, document: object, etag: str = '"1"') -> None:
        self.body = json.dumps(document).encode()
        self.etag = etag
        self.asked: list[str] = []

    def catalogue(self, etag: str = "") -> CatalogueDownload | None:
        self.asked.append(etag)
        return None if etag == self.etag else CatalogueDownload(self.etag, self.body)


def fetch(store: CatalogueStore, city: City) -> Catalogue | None:
    return store.fetch(cast("CityClient", city))


def newer() -> dict[str, object]:
    """Return the shipped catalogue as central serves it, under another version."""
    published = CatalogueDesk(Path(kiosk.catalogue.__file__).parent / "data").published()
    document: dict[str, object] = json.loads(published.body)
    cast("dict[str, dict[str, object]]", document["files"])["catalogue.yaml"]["version"] = "2027.01-test"
    return document


def test_it_falls_back_to_what_ships(tmp_path: Path) -> None:
    """It should serve without ever having had a line."""
    assert CatalogueStore(tmp_path).load().version == Catalogue.load().version


def test_a_newer_catalogue_is_kept_for_the_next_start(tmp_path: Path) -> None:
    """It should hand out the new one once, ask with its tag afterwards, and load it after a restart."""
    city = City(newer())
    store = CatalogueStore(tmp_path)
    fetched = fetch(store, city)
    assert fetched is not None
    assert fetched.version == "2027.01-test"
    assert fetch(store, city) is None
    again = CatalogueStore(tmp_path)
    assert again.load().version == "2027.01-test"
    assert fetch(again, city) is None
    assert city.asked == ["", '"1"', '"1"']


@pytest.mark.parametrize("document", [[], {"version": "2"}, {"files": {}}, {"files": {"items/a.yaml": [{"id": 7}]}}])
def test_a_faulty_catalogue_replaces_nothing(
    tmp_path: Path, document: object, caplog: pytest.LogCaptureFixture
) -> None:
    """It should refuse it with a logged error, and go on with the good one."""
    store = CatalogueStore(tmp_path)
    assert fetch(store, City(document)) is None
    assert "refused" in caplog.text
    assert store.load().version == Catalogue.load().version


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"etag": 1, "document": "{}"}', '{"document": "null"}'])
def test_a_torn_copy_is_set_aside(tmp_path: Path, kept: str, caplog: pytest.LogCaptureFixture) -> None:
    """It should start with the shipped catalogue after a power cut in the middle of writing."""
    (tmp_path / "catalogue.json").write_text(kept, encoding="utf-8")
    assert CatalogueStore(tmp_path).load().version == Catalogue.load().version
    assert "set aside" in caplog.text
