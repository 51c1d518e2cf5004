"""The memory of the empty mat, and that nothing is taken that is not one whole page."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from devices.document_camera import Picture
from devices.document_camera.scene import FRAME_MM, UPRIGHT_PX, Fault, Lying, corners
from kiosk.documents.capture import take
from kiosk.documents.guide import Guide
from kiosk.documents.mat import Laid, Mat, laid
from kiosk.documents.pages import Advice, CapturedPage, Refused
from kiosk.documents.profiles import PROFILES

Camera = Callable[..., Picture]
DOCUMENT = PROFILES["document"]
PAGE = Lying("address_proof_1", 0.5, 0.5, 1.4)
SKIN = (128, 160, 205)


@pytest.fixture
def mat(seen: Camera) -> Mat:
    """A mat that was learned while it was empty."""
    known = Mat()
    assert known.learn(seen(None))
    return known


def _outline(lying: Lying) -> Picture:
    return (corners(lying) + 0.5) / UPRIGHT_PX


def _judged(mat: Mat, frame: Picture, lying: Lying | None) -> Laid | None:
    found = mat.foreground(frame)
    assert found is not None
    return laid(found, None if lying is None else _outline(lying))


def _with_hand(frame: Picture) -> Picture:
    """Let an arm come in from the right and rest its fingers on the page."""
    height, width = frame.shape[:2]
    cv2.line(
        frame, (width, int(height * 0.62)), (int(width * 0.7), int(height * 0.55)), SKIN, int(width * 0.08), cv2.LINE_AA
    )
    return frame


@pytest.mark.parametrize("faults", [(), (Fault.DARK,), (Fault.BLURRED,)])
def test_an_empty_mat_is_empty_in_any_light(mat: Mat, seen: Camera, faults: tuple[Fault, ...]) -> None:
    """Even a lamp that goes off should not look like a thing that was laid."""
    frame = seen(None, *faults)
    if Fault.DARK in faults:
        frame = cv2.convertScaleAbs(seen(None), alpha=0.7)
    assert _judged(mat, frame, None) is Laid.NOTHING


def test_one_whole_page_is_well(mat: Mat, seen: Camera) -> None:
    """A page that lies as it should has nothing wrong with it, its shadow included."""
    assert _judged(mat, seen(PAGE), PAGE) is None


@pytest.mark.parametrize(("x", "y"), [(0.458, 0.5), (0.542, 0.5), (0.5, 0.352), (0.5, 0.636)])
def test_a_strip_of_mat_beside_the_page_says_that_it_is_whole(mat: Mat, seen: Camera, x: float, y: float) -> None:
    """A few millimetres of mat between the page and the picture's border should be enough, on whichever side."""
    near = Lying("address_proof_1", x, y, 0.0)
    at = corners(near)
    room_mm = min(at.min(), (np.array(UPRIGHT_PX) - 1 - at).min()) * FRAME_MM / UPRIGHT_PX[1]
    assert 4 < room_mm < 6
    assert _judged(mat, seen(near), near) is None


def test_a_page_that_is_gone_is_nothing_again(mat: Mat, seen: Camera) -> None:
    """An outline that outlives its page by a frame should not count."""
    assert _judged(mat, seen(None), PAGE) is Laid.NOTHING


def test_a_smaller_rectangle_of_a_page_cut_off_is_seen_through(mat: Mat, seen: Camera) -> None:
    """An outline that ends inside the paper should be told, whichever side goes on."""
    lying = Lying("address_proof_1", 0.95, 0.5, 0.0)
    frame = seen(lying)
    inner = np.array([[0.55, 0.3], [0.9, 0.3], [0.9, 0.7], [0.55, 0.7]])
    found = mat.foreground(frame)
    assert found is not None
    assert laid(found, inner) is Laid.CUT_OFF
    assert laid(found, None) is Laid.CUT_OFF


def _dimmed(frame: Picture, soft_px: float) -> Picture:
    """Let something keep a third of the light from the lower right of the picture."""
    light = np.ones(frame.shape[:2], np.float32)
    light[1200:, 500:] = 0.65
    return np.rint(frame * cv2.GaussianBlur(light, (0, 0), soft_px)[..., None]).astype(np.uint8)


def test_the_shadow_of_whoever_stands_there_is_no_hand(mat: Mat, seen: Camera) -> None:
    """A soft shadow on the mat and on the page should be nothing; what is as dark and has an edge is a thing."""
    card = Lying("id_photo", 0.3, 0.3, 4.0)
    assert _judged(mat, _dimmed(seen(card), 90), card) is None
    assert _judged(mat, _dimmed(seen(None), 90), None) is Laid.NOTHING
    assert _judged(mat, _dimmed(seen(card), 2), card) in {Laid.HAND, Laid.SECOND}


def test_a_hand_and_a_second_item_are_told_apart(mat: Mat, seen: Camera) -> None:
    """What comes in over the border is a hand; what lies apart on the mat is a second item."""
    assert _judged(mat, _with_hand(seen(PAGE)), PAGE) is Laid.HAND
    two = seen(Lying("id_photo", 0.3, 0.3, 4.0))
    cv2.rectangle(two, (700, 1300), (940, 1460), (60, 90, 200), -1)
    assert _judged(mat, two, Lying("id_photo", 0.3, 0.3, 4.0)) is Laid.SECOND


def test_the_mat_follows_slow_light_and_never_a_page(mat: Mat, seen: Camera) -> None:
    """After an afternoon of fading and reddening light the mat is still the mat; a page that lay for hours is not."""
    empty = seen(None).astype(np.float32)
    for step in range(150):
        red = np.clip(empty * (1, 1 + step / 400, 1 + step / 150), 0, 255).astype(np.uint8)
        found = mat.foreground(red)
        assert found is not None
        assert laid(found, None) is Laid.NOTHING, step
        mat.follow(found)
    for _ in range(50):
        found = mat.foreground(seen(PAGE))
        assert found is not None
        mat.follow(found)
    lying = mat.foreground(seen(PAGE))
    assert lying is not None
    assert lying.share > 0.3


def test_paper_is_never_learned_as_the_mat(seen: Camera) -> None:
    """Neither a page on the mat nor a sheet that covers the whole picture is an empty mat."""
    unlearned = Mat()
    assert not unlearned.learn(seen(PAGE))
    assert not unlearned.learn(np.full((1920, 1080, 3), 225, np.uint8))
    assert unlearned.foreground(seen(None)) is None


def test_a_picture_of_another_shape_is_not_compared(mat: Mat) -> None:
    """A still of another aspect shows other parts of the mat."""
    assert mat.foreground(np.zeros((1000, 1000, 3), np.uint8)) is None


def _advice(guide: Guide, frame: Picture, start_s: float) -> list[Advice]:
    sights = [guide.sight(frame, start_s + at / 15) for at in range(20)]
    assert not any(sight.ripe for sight in sights)
    return [sight.advice for sight in sights]


def test_the_guide_learns_by_itself_and_takes_nothing_with_a_hand_in_it(seen: Camera) -> None:
    """From the empty mat on, a hand, a second item and a cut-off page each have their own advice and are never ripe."""
    mat = Mat()
    guide = Guide(DOCUMENT, FRAME_MM, mat)
    _advice(guide, seen(None), 0.0)
    assert mat.learned
    assert _advice(guide, _with_hand(seen(PAGE)), 2.0)[-1] is Advice.HAND
    assert _advice(guide, seen(Lying("address_proof_1", 0.85, 0.5, 3.0)), 4.0)[-1] is Advice.MOVE_INTO_FRAME


def test_a_still_with_a_hand_in_it_is_refused(mat: Mat, seen: Camera) -> None:
    """The still is judged anew: a hand that came in between is no page."""
    assert isinstance(take(seen(PAGE, scale=2), DOCUMENT, FRAME_MM, mat), CapturedPage)
    refused = take(_with_hand(seen(PAGE, scale=2)), DOCUMENT, FRAME_MM, mat)
    assert isinstance(refused, Refused)
    assert (refused.advice, refused.page) == (Advice.HAND, None)


@pytest.mark.parametrize("x", [0.05, 0.2, 0.8, 0.95])
@pytest.mark.parametrize("turn_deg", [0.0, 7.0, 40.0])
def test_a_page_cut_off_is_never_accepted(mat: Mat, seen: Camera, x: float, turn_deg: float) -> None:
    """Whatever of it is outside, by the whole gate."""
    frame = seen(Lying("address_proof_2", x, 0.45, turn_deg), scale=2)
    refused = take(frame, DOCUMENT, FRAME_MM, mat)
    assert isinstance(refused, Refused)
    assert refused.advice in {Advice.MOVE_INTO_FRAME, Advice.LAY_PAGE}
