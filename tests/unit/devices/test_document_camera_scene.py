"""The emulated camera's pictures: what the finder is measured against must itself be true."""

from __future__ import annotations

import numpy as np
import pytest

from devices.document_camera.scene import FRAME_MM, UPRIGHT_PX, Fault, Lying, Scene, corners, exposures, photograph
from devices.document_camera.sheets import SHEETS


def test_corners_are_where_the_paper_is() -> None:
    """A pixel just inside each stated corner should be paper, one just outside mat."""
    lying = Lying("blank", 0.5, 0.5, 2.0)
    picture = photograph(Scene(lying), scale=0.5).astype(int)
    quad = corners(lying, scale=0.5)
    centre = quad.mean(0)
    for corner in quad:
        outward = (corner - centre) / np.linalg.norm(corner - centre)
        x, y = np.rint(corner - 5 * outward).astype(int)
        assert picture[y, x].mean() > 150
        x, y = np.rint(corner + 5 * outward).astype(int)
        assert picture[y, x].mean() < 90


def test_an_a4_sheet_has_its_true_size_in_the_frame() -> None:
    """The scale that the driver is told should be the scale of the picture."""
    quad = corners(Lying("blank"))
    height_px = np.linalg.norm(quad[3] - quad[0])
    assert height_px / UPRIGHT_PX[1] * FRAME_MM == pytest.approx(297.0, rel=0.02)


def test_the_same_scene_is_the_same_picture_but_for_its_noise() -> None:
    """Exposures should differ from one another and repeat from run to run."""
    scene = Scene(None)
    one, other = exposures(scene, scale=0.5, count=2)
    (again,) = exposures(scene, scale=0.5, count=1)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert abs(float(one.mean()) - float(other.mean())) < 0.5


def test_faults_change_the_picture_as_they_say() -> None:
    """Dark should be much darker, glare should burn a spot out."""
    lying = Lying("study_proof")
    plain = photograph(Scene(lying), scale=0.5)
    dark = photograph(Scene(lying, frozenset({Fault.DARK})), scale=0.5)
    glare = photograph(Scene(lying, frozenset({Fault.GLARE})), scale=0.5)
    assert dark.mean() < 0.3 * plain.mean()
    assert (glare.min(2) >= 250).sum() > 1000 > (plain.min(2) >= 250).sum()


@pytest.mark.parametrize("name", sorted(SHEETS))
def test_every_sheet_is_drawn_in_its_size(name: str) -> None:
    """The drawing should have the sheet's own proportions, and something or nothing on it as named."""
    sheet = SHEETS[name]
    drawn = sheet.draw(60)
    assert drawn.size == pytest.approx((sheet.width_mm / 25.4 * 60, sheet.height_mm / 25.4 * 60), abs=1)
    inked = np.asarray(drawn.convert("L")) < 150
    assert inked.any() != (name == "blank")
