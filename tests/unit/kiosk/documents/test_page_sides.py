"""Pages whose own sides are not the strongest edges in the picture."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.documents.finder import find_page
from kiosk.documents.geometry import Array
from kiosk.documents.gradients import exposed, gradients_of
from kiosk.documents.neighbours import neighbours

CARD = np.array([[260, 170], [980, 200], [960, 650], [245, 625]], np.float64)
_MAT, _PLASTIC = (44, 46, 45), (205, 212, 208)


def _photograph(card: Array, plastic: tuple[int, int, int] = _PLASTIC, mat: tuple[int, int, int] = _MAT) -> Array:
    picture = np.full((800, 1200, 3), mat, np.uint8)
    cv2.fillConvexPoly(picture, np.rint(card).astype(np.int32), plastic, cv2.LINE_AA)
    return picture


def _taken(picture: Array) -> Array:
    noise = np.random.default_rng(20261126).normal(0, 2, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 1.0) + noise, 0, 255).astype(np.uint8)


def _inside(card: Array, left: float, top: float, right: float, bottom: float) -> Array:
    """Return a rectangle within the card, given in shares of it."""
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    there = cv2.getPerspectiveTransform(unit, card.astype(np.float32))
    wanted = np.array([[[left, top], [right, top], [right, bottom], [left, bottom]]], np.float32)
    found: Array = np.rint(cv2.perspectiveTransform(wanted, there)[0]).astype(np.int32)
    return found


def test_a_card_goes_on_behind_its_dark_stripe() -> None:
    """A stripe as dark as the mat leaves a perfect smaller page on one side of it; it should not be taken for the card."""
    picture = _photograph(CARD)
    cv2.fillConvexPoly(picture, _inside(CARD, 0.7, 0, 0.9, 1), _MAT, cv2.LINE_AA)
    found = find_page(_taken(picture))
    assert found is not None
    assert np.abs(found - CARD).max() < 5


def test_a_printed_frame_gives_way_to_the_faint_border_outside_it() -> None:
    """The frame is much stronger than the border of the card, on all four sides."""
    picture = _photograph(CARD, (150, 165, 160), (120, 132, 128))
    cv2.polylines(picture, [_inside(CARD, 0.035, 0.05, 0.965, 0.95)], True, (40, 30, 90), 3, cv2.LINE_AA)
    found = find_page(_taken(picture))
    assert found is not None
    assert np.abs(found - CARD).max() < 5


def test_the_true_side_is_among_the_neighbours_of_a_wrong_one() -> None:
    """Where one side lies on the edge of a stripe, the quad that ends at the card's own edge should be proposed."""
    small = cv2.resize(_taken(_photograph(CARD)), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    card = (CARD + 0.5) / 4 - 0.5
    short = card.copy()
    short[1] += (card[0] - card[1]) * 0.3
    short[2] += (card[3] - card[2]) * 0.3
    moved = neighbours(short, gradients_of(small))
    assert np.abs(moved - card).max((1, 2)).min() < 2
    plain = np.full((200, 300, 3), 120, np.uint8)
    assert len(neighbours(card, gradients_of(plain))) == 0


def _white_on_white() -> tuple[Array, Array]:
    page = np.array([[300, 90], [885, 110], [870, 760], [285, 745]], np.float64)
    picture = _photograph(page, (226, 227, 228), (219, 220, 221))
    rng = np.random.default_rng(7)
    for row in range(18):
        left, top, right, bottom = 0.12, 0.08 + row * 0.047, 0.88 - 0.3 * (row % 5 == 4), 0.095 + row * 0.047
        for start in np.arange(left, right - 0.02, 0.05):
            word = _inside(page, start, top, start + rng.uniform(0.02, 0.04), bottom)
            cv2.fillConvexPoly(picture, word, (60, 60, 62), cv2.LINE_AA)
    return picture, page


def test_a_page_full_of_print_is_found_on_a_desk_as_white_as_itself() -> None:
    """Seven levels of 255 should do beside bold print: how strong the print is says nothing about the border."""
    picture, page = _white_on_white()
    found = find_page(_taken(picture))
    assert found is not None
    assert np.abs(found - page).max() < 6


def test_a_picture_taken_in_bad_light_has_the_same_page() -> None:
    """Three levels of 255 apart, where a well lit picture would have twenty-five."""
    picture = (_photograph(CARD, (226, 227, 228), (200, 202, 201)) * 0.1).astype(np.uint8)
    found = find_page(_taken(picture))
    assert found is not None
    assert np.abs(found - CARD).max() < 5


def test_a_dark_picture_is_lifted_and_no_other() -> None:
    """The brightest part should come out bright, what is bright already should stay as it is, black should stay black."""
    dark = _photograph(CARD, (60, 62, 61), (12, 12, 12))
    assert 105 < int(exposed(dark, 0.03).max()) < 120
    assert (exposed(_photograph(CARD), 0.03) == _photograph(CARD)).all()
    assert not exposed(np.zeros((40, 60, 3), np.uint8), 0.03).any()


def test_lifting_a_dark_picture_leaves_a_small_paper_in_it_its_levels() -> None:
    """What is bright enough should not be burnt out because it is small; looked for as large, it is a lamp in the way."""
    photo = _photograph(np.array([[540, 360], [640, 360], [640, 490], [540, 490]], np.float64))
    assert (exposed(photo, 0.006) == photo).all()
    assert exposed(photo, 0.2).mean() > 2 * photo.mean()
