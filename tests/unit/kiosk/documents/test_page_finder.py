"""The page finder on rendered frames whose corners are known."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from devices.document_camera import Picture
from devices.document_camera.scene import FRAME_MM, UPRIGHT_PX, Fault, Lying, corners
from kiosk.documents.finder import Absence, FoundPage, examine, find_page
from kiosk.documents.geometry import A4, A5, ID_1, PHOTO, dpi_of, ordered, snap
from kiosk.documents.straighten import straighten

Camera = Callable[..., Picture]


@pytest.mark.parametrize(
    ("lying", "faults"),
    [
        (Lying("address_proof_1", 0.5, 0.5, 1.4), ()),
        (Lying("address_proof_2", 0.49, 0.47, -2.5), ()),
        (Lying("blank", 0.5, 0.55, 0.0), ()),
        (Lying("study_proof", 0.5, 0.5, 2.0), (Fault.DARK,)),
        (Lying("study_proof", 0.5, 0.5, 2.0), (Fault.BLURRED,)),
        (Lying("id_photo", 0.5, 0.5, 1.4), ()),
        (Lying("id_photo", 0.505, 0.49, -1.4), ()),
        (Lying("id_photo", 0.25, 0.75, -20.0), ()),
    ],
)
def test_corners_are_found_to_about_a_pixel(seen: Camera, lying: Lying, faults: tuple[Fault, ...]) -> None:
    """Every corner should be within 2.5 px of the truth in a 1080p frame, whatever the light."""
    found = examine(seen(lying, *faults), min_share=0.006, on_mat=True)
    assert isinstance(found, FoundPage)
    assert np.abs(found.quad - ordered(corners(lying))).max() < 2.5
    assert found.confidence > 0.85


def test_stills_are_measured_as_finely(seen: Camera) -> None:
    """At twice the size the error should not double."""
    lying = Lying("address_proof_1", 0.5, 0.5, 1.4)
    found = find_page(seen(lying, scale=2), thorough=True, on_mat=True)
    assert found is not None
    assert np.abs(found - ordered(corners(lying, scale=2))).max() < 3.0


@pytest.mark.parametrize("faults", [(), (Fault.DARK,)])
def test_an_empty_mat_has_no_page(seen: Camera, faults: tuple[Fault, ...]) -> None:
    """Grain, blotches and falloff should not add up to a page."""
    assert examine(seen(None, *faults), on_mat=True) is Absence.NOTHING
    assert find_page(seen(None, *faults)) is None


@pytest.mark.parametrize(
    "lying",
    [
        Lying("address_proof_1", 0.64, 0.69, -2.6),
        Lying("address_proof_2", 0.5, 0.8, 0.0),
        Lying("employment_proof", 0.35, 0.5, 0.0),
        Lying("address_proof_2", 0.5, 0.5, 90.0),
    ],
)
def test_a_page_that_is_cut_off_is_refused(seen: Camera, lying: Lying) -> None:
    """No smaller rectangle should be offered instead, not even the table that is printed on the page."""
    assert examine(seen(lying), on_mat=True) is Absence.CUT_OFF


def test_pale_paper_on_a_pale_desk_is_found() -> None:
    """Off the mat, a difference of a few levels in tint should do."""
    picture = np.full((900, 1200, 3), (206, 214, 216), np.uint8)
    truth = np.array([[300, 120], [860, 150], [830, 800], [270, 770]], np.float64)
    cv2.fillConvexPoly(picture, truth.astype(np.int32), (228, 229, 231))
    noise = np.random.default_rng(20261123).normal(0, 1.5, picture.shape)
    picture = np.clip(cv2.GaussianBlur(picture, (0, 0), 1.0) + noise, 0, 255).astype(np.uint8)
    found = find_page(picture)
    assert found is not None
    assert np.abs(found - truth).max() < 3


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 200, 3), (16, 16, 3)])
def test_pictures_too_small_to_judge_have_no_page(shape: tuple[int, int, int]) -> None:
    """Odd sizes should give None, not an error."""
    assert find_page(np.full(shape, 128, np.uint8)) is None


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((60, 80), np.uint8),
        np.zeros((60, 80, 4), np.uint8),
        np.zeros((60, 80, 3), np.uint16),
        np.zeros((60, 80, 3), np.float32),
        np.zeros((0, 80, 3), np.uint8),
        None,
    ],
)
def test_what_is_no_bgr_picture_is_refused_in_words(picture: Any) -> None:
    """A library's user should learn at once what is wanted, not from inside OpenCV."""
    with pytest.raises(ValueError, match="not a BGR picture, height x width x 3 of uint8"):
        find_page(picture)


def test_a_picture_of_specks_has_no_page() -> None:
    """Edges too short for any side should give None, not an error."""
    picture = np.full((300, 400, 3), 60, np.uint8)
    picture[140:146, 100:112] = picture[60:66, 300:312] = 240
    assert find_page(picture) is None


def test_papers_are_told_apart_by_aspect_and_size() -> None:
    """With the camera's scale A4 and A5 differ, without it the first of the two is taken."""

    def sheet(width_mm: float, height_mm: float, scale: float) -> Picture:
        return np.array([[0, 0], [width_mm, 0], [width_mm, height_mm], [0, height_mm]]) * scale + 40

    papers = (A4, A5, ID_1, PHOTO)
    assert snap(sheet(210, 297, 4.5), papers, 4.5) == A4
    assert snap(sheet(148, 210, 4.5), papers, 4.5) == A5
    assert snap(sheet(210, 148, 4.5), papers, 4.5) == A5
    assert snap(sheet(148, 210, 4.5), papers) == A4
    assert snap(sheet(86, 54, 4.5), papers, 4.5) == ID_1
    assert snap(sheet(35, 45, 4.5), papers, 4.5) == PHOTO
    assert snap(sheet(80, 240, 4.5), papers, 4.5) is None


def test_a_straightened_page_has_its_format_and_its_print_in_place(seen: Camera) -> None:
    """The straightened page should agree with the sheet as it was drawn."""
    from devices.document_camera.sheets import SHEETS

    lying = Lying("employment_proof", 0.5, 0.5, 3.0)
    frame = seen(lying)
    found = find_page(frame, on_mat=True)
    assert found is not None
    assert dpi_of(found, A4) == pytest.approx(UPRIGHT_PX[1] / FRAME_MM * 25.4, rel=0.02)
    page = straighten(frame, found, A4, 100)
    assert page.shape == (1169, 827, 3)
    drawn = np.asarray(SHEETS["employment_proof"].draw(300))[..., ::-1]
    grey, expected = (
        cv2.GaussianBlur(cv2.cvtColor(np.ascontiguousarray(p), cv2.COLOR_BGR2GRAY), (0, 0), 1.5).astype(float)
        for p in (page, cv2.resize(drawn, (827, 1169), interpolation=cv2.INTER_AREA))
    )
    inner = np.s_[20:-20, 20:-20]
    assert np.corrcoef(grey[inner].ravel(), expected[inner].ravel())[0, 1] > 0.85


def test_a_sideways_page_is_stood_upright(seen: Camera) -> None:
    """A small card laid across should come out higher than wide."""
    lying = Lying("id_photo", 0.5, 0.5, 90.0)
    frame = seen(lying)
    found = find_page(frame, min_share=0.006, on_mat=True)
    assert found is not None
    assert straighten(frame, found, PHOTO, 100).shape[:2] == (177, 138)


def test_the_package_does_not_import_opencv_for_the_screen() -> None:
    """What the screen's process imports should leave cv2 alone; `find_page` should still be had from the package."""
    code = (
        "import sys, kiosk.documents, kiosk.documents.vision, kiosk.documents.pages;"
        "assert 'cv2' not in sys.modules; kiosk.documents.find_page; assert 'cv2' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})
