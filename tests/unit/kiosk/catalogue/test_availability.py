"""Whether an item can be done here and now."""

from __future__ import annotations

import pytest

from kiosk.catalogue.availability import Available, Unavailable, availability
from kiosk.catalogue.loader import Catalogue
from kiosk.catalogue.models import Need
from kiosk.identity.assurance import Assurance
from kiosk.words import Words

CATALOGUE = Catalogue.load()
PERMIT = CATALOGUE.item("residence_permit_apply")
CERTIFICATE = CATALOGUE.item("social_participation_cert")
WELL = dict.fromkeys(Need, True)
REACHABLE = {Assurance.CARD, Assurance.CARD_CODE}


def test_all_well() -> None:
    """With everything working, both items should be open at their full level."""
    assert availability(PERMIT, WELL, True, REACHABLE) == Available(Assurance.CARD_CODE)
    assert availability(CERTIFICATE, WELL, True, REACHABLE) == Available(Assurance.CARD_CODE)


def test_without_the_line() -> None:
    """The permit should go on with the card alone, marked; the certificate should wait."""
    assert availability(PERMIT, WELL, False, REACHABLE) == Available(Assurance.CARD, weaker=True)
    assert availability(CERTIFICATE, WELL, False, REACHABLE) == Unavailable("form.unavailable.line", "form.next.later")


def test_with_the_line_the_weaker_level_is_not_enough() -> None:
    """With the line up, a terminal that cannot send codes should not fall back to the card."""
    expected = Unavailable("form.unavailable.assurance", "form.next.window")
    assert availability(PERMIT, WELL, True, {Assurance.CARD}) == expected
    assert availability(PERMIT, WELL, False, set()) == expected


@pytest.mark.parametrize("need", [need for need in PERMIT.needs if need is not Need.LINE])
def test_a_missing_device_is_named(need: Need) -> None:
    """A broken device, or one that nobody reports, should be the reason."""
    expected = Unavailable(f"form.unavailable.{need.value}", "form.next.other_terminal")
    assert availability(PERMIT, WELL | {need: False}, True, REACHABLE) == expected
    assert availability(PERMIT, {key: True for key in Need if key is not need}, True, REACHABLE) == expected


def test_without_room_nothing_is_taken_in() -> None:
    """A store with no room should close what is handed in, whatever else is broken, and leave printing open."""
    expected = Unavailable("form.unavailable.store", "form.next.other_terminal")
    assert availability(PERMIT, WELL, True, REACHABLE, room=False) == expected
    assert availability(PERMIT, {}, False, set(), room=False) == expected
    assert availability(CERTIFICATE, WELL, True, REACHABLE, room=False) == Available(Assurance.CARD_CODE)


def test_what_is_not_offered_says_so_first() -> None:
    """An item that is not offered should say so, whatever works; everybody may use the open ones."""
    closed = CATALOGUE.item("credit_report")
    assert availability(closed, {}, False, set()) == Unavailable("form.unavailable.charged", "form.next.phone_or_window")
    notice = CATALOGUE.item("info_disclosure_query").model_copy(
        update={"available": True, "unavailable_reason": None, "unavailable_next_step": None}
    )
    assert availability(notice, WELL, False, set()) == Available(Assurance.NONE)


def test_every_reason_has_words() -> None:
    """Every reason and next step should be said in every language."""
    words = Words.load()
    ids = {f"form.unavailable.{need.value}" for need in Need} | {"form.unavailable.assurance", "form.unavailable.store"}
    ids |= {f"form.next.{step}" for step in ("window", "phone_or_window", "other_terminal", "later")}
    for language in words.languages:
        assert ids <= words.ids(language)
