"""What is wrong with a straightened page, and where."""

from __future__ import annotations

import blurring
import cv2
import numpy as np
import pytest

from devices.document_camera import Picture
from kiosk.documents.pages import Advice
from kiosk.documents.quality import MAX_SKEW_DEG, MIN_INK_SHARE, MIN_SHARPNESS, measure, sharpness, skew


@pytest.fixture(scope="module")
def page() -> Picture:
    """A letter as a good camera sees it."""
    return blurring.noisy(blurring.sharp_page(24), np.random.default_rng(1))


def test_a_good_page_has_no_fault(page: Picture) -> None:
    """Sharp, light, straight: nothing to say."""
    assert measure(page, lean=True).faults == ()


@pytest.mark.parametrize(("column", "row"), [(0, 0), (2, 1), (1, 1)])
def test_one_soft_corner_is_found_and_named(page: Picture, column: int, row: int) -> None:
    """A page that bulges in one place is refused, and the mark is on that place."""
    height, width = page.shape[:2]
    part = np.s_[row * height // 3 : (row + 1) * height // 3, column * width // 3 : (column + 1) * width // 3]
    soft = page.copy()
    soft[part] = cv2.GaussianBlur(soft[part], (0, 0), 2.5)
    (fault,) = measure(soft).faults
    assert fault.advice is Advice.BLURRED
    assert fault.place == pytest.approx((column / 3, row / 3, 1 / 3, 1 / 3))


@pytest.mark.parametrize("turn_deg", [0, 45, 90])
def test_a_shaken_page_is_refused_whichever_way_it_shook(page: Picture, turn_deg: float) -> None:
    """Motion leaves the edges along it sharp; those across it must count."""
    kernel = np.zeros((9, 9), np.float32)
    kernel[4] = 1
    turned = cv2.warpAffine(kernel, cv2.getRotationMatrix2D((4, 4), turn_deg, 1.0), (9, 9))
    shaken = cv2.filter2D(page, -1, turned / turned.sum())
    found = sharpness(cv2.cvtColor(shaken, cv2.COLOR_BGR2GRAY))
    assert found is not None
    assert found < MIN_SHARPNESS


@pytest.mark.parametrize("paper", [(247, 247, 245), (205, 235, 250), (150, 175, 190)])
@pytest.mark.parametrize("through", [0.0, 0.07])
def test_an_empty_side_says_so_though_the_other_side_shows_through(
    page: Picture, paper: tuple[int, int, int], through: float
) -> None:
    """White, tinted and grey paper, thick and thin, unevenly lit; the mirrored print of the other side is not its own."""
    other = cv2.GaussianBlur(255.0 - page[:, ::-1].astype(np.float32), (0, 0), 1.5)
    shade = np.linspace(0.85, 1, page.shape[1], dtype=np.float32)[None, :, None]
    empty = (np.array(paper, np.float32) - through * other) * shade
    noisy = empty + np.random.default_rng(3).normal(0, 2.5, page.shape)
    (fault,) = measure(noisy.clip(0, 255).astype(np.uint8)).faults
    assert fault.advice is Advice.BLANK


def test_light_writing_on_dark_paper_is_ink_too() -> None:
    """Gilt letters on the cover of a household book."""
    cover = np.full((900, 640, 3), (96, 100, 140), np.uint8)
    cv2.putText(cover, "BOOK", (180, 300), cv2.FONT_HERSHEY_SIMPLEX, 2.4, (120, 190, 220), 6)
    assert measure(cover).ink_share > MIN_INK_SHARE


def test_glare_is_marked_where_it_is(page: Picture) -> None:
    """A burnt-out spot of two percent is found, and its box holds its middle."""
    height, width = page.shape[:2]
    spot = np.zeros((height, width), np.float32)
    cv2.circle(spot, (width // 4, height // 3), width // 8, 255.0, -1)
    shiny = np.clip(page * 0.9 + spot[..., None], 0, 255).astype(np.uint8)
    (fault,) = measure(shiny).faults
    assert fault.advice is Advice.GLARE
    left, top, wide, high = fault.place
    assert left < 0.25 < left + wide
    assert top < 1 / 3 < top + high


@pytest.mark.parametrize("lean_deg", [-5.0, -1.0, 0.0, 2.0, 5.0])
def test_the_lean_of_the_lines_is_measured(page: Picture, lean_deg: float) -> None:
    """To half a degree, clockwise; beyond the limit it is a fault."""
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -lean_deg, 1.0)
    leaning = cv2.warpAffine(page, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    found = skew(cv2.cvtColor(leaning, cv2.COLOR_BGR2GRAY))
    assert found == pytest.approx(lean_deg, abs=0.5)
    said = [fault.advice for fault in measure(leaning, lean=True).faults]
    assert (Advice.LEANING in said) == (abs(lean_deg) > MAX_SKEW_DEG)


def test_what_has_no_lines_does_not_lean() -> None:
    """Blank paper and a portrait have no lines of print."""
    assert skew(np.full((800, 600), 230, np.uint8)) is None
    blob = np.full((800, 600), 230, np.uint8)
    cv2.circle(blob, (300, 400), 60, 60, -1)
    assert skew(blob) is None


def test_the_blur_gate_reaches_its_figures() -> None:
    """On pages that nobody tuned on, a tenth of the bench: no more false alarms than one, and the blurred ones caught."""
    caught = dict.fromkeys(blurring.REACH, 0)
    for seed in range(920_000, 920_006):
        rng = np.random.default_rng((seed, 10))
        sharp = blurring.sharp_page(seed)
        assert measure(blurring.noisy(sharp, rng)).fault is not Advice.BLURRED
        for name in caught:
            caught[name] += measure(blurring.noisy(blurring.BLURS[name](sharp, rng), rng)).fault is Advice.BLURRED
    assert min(caught.values()) >= 5
