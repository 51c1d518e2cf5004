"""The search over a catalogue as large as a city's: by name, initials and code, letter by letter, a screenful at a time."""

from __future__ import annotations

from typing import Any

import pytest
from many_items import catalogue

from kiosk.catalogue.loader import Catalogue
from kiosk.events import Fact
from kiosk.session import events as ev
from kiosk.session.states import State
from ui.bridge.catalogue import SHELF, SHOWN
from ui.bridge.catalogue import Catalogue as CatalogueBridge
from ui.bridge.given import given

LEAST = 250
FIELD = 40
"""Characters that the search field takes."""


@pytest.fixture(scope="module")
def many() -> Catalogue:
    return catalogue(LEAST)


@pytest.fixture
def search(stand: Any, many: Catalogue) -> Any:
    """Somebody at the search of the home screen, with the keyboard open."""
    stand.terminal.catalogue = many
    stand.terminal.publish(Fact.CATALOGUE)
    stand.terminal.show(State.HOME)
    stand.settle()
    stand.tap("foot_main")
    return stand


def rows() -> list[str]:
    return [row["id"] for row in given(CatalogueBridge).found]


def test_every_item_is_found_by_its_name_its_initials_and_its_code(many: Catalogue) -> None:
    """As far as the field takes them, each leads to the item among the first that are shown."""
    assert len(many.items) >= LEAST
    for item in many.items:
        for text, language in (
            (item.name.zh, "zh_CN"), (item.name.en, "en"), (item.initials, "zh_CN"), (item.catalog_code, "zh_CN")
        ):  # fmt: skip
            best = many.search(text[:FIELD], language)[:SHOWN]
            assert item.id in {one.id for one in best}, (item.id, text)


def test_initials_find_before_a_character_is_chosen(search: Any) -> None:
    """Each letter on the pinyin keyboard searches at once; what is shown never takes more tiles than there are."""
    for letter in "jzzsl":
        search.tap(f"key_{letter}")
    assert rows()[0] == "residence_permit_apply"
    assert given(CatalogueBridge).count <= SHOWN or search.find("search_rest") is not None
    item = search.item("item_residence_permit_apply")
    assert item.isVisible()


def test_letters_that_find_nothing_leave_what_was_found(search: Any) -> None:
    """A syllable on its way to a character is not searched for as initials when no initials are like it."""
    given(CatalogueBridge).search("居住证", "")
    found = rows()
    assert found
    given(CatalogueBridge).search("居住证", "shenl")
    assert rows() == found


def test_a_wide_search_shows_the_best_and_says_how_many_more(search: Any) -> None:
    """More than a screenful: the first stand there, the rest is a number, and nothing else was made."""
    bridge = given(CatalogueBridge)
    bridge.search("c", "")
    search.settle()
    assert (len(bridge.found), bridge.count > 100) == (SHOWN, True)
    assert search.item("search_rest").property("text") == search.terminal.words.text(
        "zh_CN", "screens.home.rest", count=bridge.count - SHOWN
    )
    bridge.search("", "")
    search.settle()
    assert (rows(), search.find("search_rest")) == ([], None)


def test_a_tile_of_the_search_chooses_its_own_item(search: Any) -> None:
    """Tiles are filled anew with every key; the one that is touched is the one that is read."""
    bridge = given(CatalogueBridge)
    for text in ("re", "居住证"):
        bridge.search(text, "")
    search.settle()
    search.tap("foot_main")
    search.settle()
    wanted = next(row for row in bridge.found if row["reason"] == "")
    search.tap(f"item_{wanted['id']}")
    chosen = search.said[-1]
    assert isinstance(chosen, ev.ItemChosen)
    assert chosen.plan.item_id == wanted["id"]


def test_a_long_shelf_is_shown_piece_by_piece(search: Any) -> None:
    """What can be done stands first; *more* shows as many again, and another shelf begins small."""
    bridge = given(CatalogueBridge)
    bridge.look("all", "")
    search.settle()
    assert (len(bridge.found), bridge.count) == (SHELF, len(search.terminal.catalogue.items))
    bridge.more()
    search.settle()
    assert len(bridge.found) == 2 * SHELF
    reasons = [row["reason"] != "" for row in bridge.found]
    assert reasons == sorted(reasons)
    bridge.look("apply", "")
    assert len(bridge.found) == SHELF
