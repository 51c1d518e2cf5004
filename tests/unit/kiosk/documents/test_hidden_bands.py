"""Pages that may go on beyond the picture behind a printed band of the mat's colour."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from devices.document_camera import Picture
from devices.document_camera.scene import FRAME_MM, Lying
from kiosk.documents.capture import take
from kiosk.documents.geometry import A4, A5, ID_1, Array
from kiosk.documents.guide import Guide
from kiosk.documents.hidden_bands import may_go_on
from kiosk.documents.mat import Mat
from kiosk.documents.pages import Advice, CapturedPage, Refused
from kiosk.documents.profiles import PROFILES

Camera = Callable[..., Picture]
PAPERS = (A4, A5, ID_1)
FRAME = (242.0, 430.0)


def lying(width: float, height: float, left: float, top: float, turn_deg: float = 0.0) -> Array:
    """A rectangle in mm, turned about its middle."""
    angle = np.radians(turn_deg)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (width / 2, height / 2)
    return half @ turn + (left + width / 2, top + height / 2)


@pytest.mark.parametrize(
    ("quad", "suspicious"),
    [
        (lying(210, 297, 16, 6), False),
        (lying(210, 262, 16, 20), True),  # 35 mm are missing, and 20 are there
        (lying(210, 262, 16, 20, 4), True),
        (lying(210, 262, 16, 150), True),  # at the other end
        (lying(210, 262, 16, 84), False),  # in the middle there is room for all of it
        (lying(210, 150, 16, 20), False),  # half a sheet is A5
        (lying(210, 200, 16, 20), False),  # more is missing than a band has
        (lying(148, 180, 6, 10), True),  # A5
        (lying(180, 148, 10, 6), True),  # A5 sideways
        (lying(210, 132, 16, 8), True),  # A5 sideways, the band along its long side
        (lying(54, 75, 60, 4), True),  # a card
        (lying(57, 150, 60, 4), False),  # a receipt
        (lying(216, 279, 13, 8), False),  # US Letter
        (lying(209.7, 273.3, 16, 13), True),  # A4 still
        (lying(185, 260, 30, 5), False),  # 16K
    ],
)
def test_what_misses_a_part_of_its_format_beside_the_border(quad: Array, suspicious: bool) -> None:
    """Should be suspicious only if the whole format would leave the picture, at any scale."""
    for scale in (2.0, 4.5):
        size = (round(FRAME[0] * scale), round(FRAME[1] * scale))
        assert may_go_on(quad * scale, PAPERS, scale, size) is suspicious


def behind_a_band(seen: Camera, y: float, band_mm: float) -> Picture:
    """A sheet at a height of the frame, of which a band at the top has the mat's own colour: it shows nothing but mat."""
    still, empty = seen(Lying("study_proof", 0.5, y, 0.0), scale=2), seen(None, scale=2)
    rows = round((y * FRAME_MM - A4.height_mm / 2 + band_mm) / FRAME_MM * still.shape[0])
    still[:rows] = empty[:rows]
    return still


def test_a_page_cut_off_behind_a_band_is_to_be_moved(seen: Camera) -> None:
    """10 mm outside the picture, 35 mm of band: nothing should be taken, and the preview should say the same."""
    mat, profile = Mat(), PROFILES["document"]
    assert mat.learn(seen(None))
    near, inwards = behind_a_band(seen, 138.5 / FRAME_MM, 35), behind_a_band(seen, 0.5, 35)
    refused = take(near, profile, FRAME_MM, mat)
    assert isinstance(refused, Refused)
    assert refused.advice is Advice.MOVE_INTO_FRAME
    assert len(refused.places) == 1, "it shows which page is meant"
    sight = Guide(profile, FRAME_MM, mat).sight(near[::2, ::2].copy(), 0.0)
    assert (sight.advice, sight.outline is not None) == (Advice.MOVE_INTO_FRAME, True)
    taken = take(inwards, profile, FRAME_MM, mat)
    assert isinstance(taken, CapturedPage), "once it lies further in"
    assert isinstance(take(near, profile, None, mat), CapturedPage), "without the camera's scale nobody can know"
