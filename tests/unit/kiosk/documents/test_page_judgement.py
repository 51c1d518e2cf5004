"""How evidence adds up, and what is never forgiven."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.documents import judgement
from kiosk.documents.evidence import NAMES, flawless, measured
from kiosk.documents.finder import Absence, FoundPage, examine
from kiosk.documents.geometry import Array
from kiosk.documents.gradients import gradients_of
from kiosk.documents.judgement import WeightsError, weights, write

WHOLE = np.array([[60, 60], [200, 66], [196, 200], [56, 190]], np.float64)


def _desk(*sheets: Array) -> Array:
    picture = np.full((240, 320, 3), (60, 70, 66), np.uint8)
    for sheet in sheets:
        cv2.fillConvexPoly(picture, np.rint(sheet).astype(np.int32), (228, 230, 231), cv2.LINE_AA)
    return _photographed(picture)


def _photographed(picture: Array) -> Array:
    noise = np.random.default_rng(20261126).normal(0, 2, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 1.0) + noise, 0, 255).astype(np.uint8)


def test_a_plain_sheet_is_without_a_flaw_and_half_of_it_is_not() -> None:
    """A quad that ends in the middle of the paper should be told apart from the paper's own."""
    half = WHOLE.copy()
    half[2:] = (WHOLE[2:] + WHOLE[1::-1]) / 2
    measures = measured(np.stack([WHOLE, half]), gradients_of(_desk(WHOLE)))
    assert flawless(measures).tolist() == [True, False]
    whole, part = weights().score(measures, np.zeros(2, bool))
    assert whole > part


def test_a_band_of_print_at_the_top_is_not_where_the_page_ends() -> None:
    """Both neighbours of the side below the band go on past it."""
    page = np.array([[60, 30], [260, 30], [260, 210], [60, 210]], np.float64)
    picture = _desk(page)
    picture[30:45, 60:261] = (120, 60, 140)
    below = page.copy()
    below[:2, 1] = 45
    on = measured(np.stack([page, below]), gradients_of(picture))[:, NAMES.index("goes_on")]
    assert on[0] == 0
    assert on[1] >= 0.5


def test_a_page_cut_off_beside_a_whole_one_is_forgiven_in_photographs_alone() -> None:
    """The terminal's own camera should never be judged leniently."""
    beside = np.array([[215, 20], [330, 10], [340, 230], [225, 236]], np.float64)
    found = examine(_desk(WHOLE, beside), lenient=True)
    assert isinstance(found, FoundPage)
    assert np.abs(found.quad - WHOLE).max() < 3
    assert examine(_desk(beside)) is Absence.CUT_OFF
    assert examine(_desk(beside), lenient=True) is Absence.CUT_OFF


def test_a_dark_page_beside_a_bright_one_that_is_cut_off_is_found() -> None:
    """What stands out less should still win when it is whole and no part of what leaves the picture."""
    dark = np.array([[40, 30], [140, 36], [134, 160], [34, 154]], np.float64)
    bright = np.array([[180, 140], [290, 136], [300, 300], [186, 302]], np.float64)
    picture = np.full((240, 320, 3), (96, 104, 92), np.uint8)
    for quad, tone in ((dark, (70, 64, 52)), (bright, (230, 232, 235))):
        cv2.fillConvexPoly(picture, np.rint(quad).astype(np.int32), tone)
    picture = _photographed(picture)
    found = examine(picture, lenient=True)
    assert isinstance(found, FoundPage)
    assert np.abs(found.quad - dark).max() < 2
    assert examine(picture) is Absence.CUT_OFF


def test_weights_of_other_measures_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file from before a measure was added should be an error with a code, not a wrong page."""
    known = weights()
    monkeypatch.setattr(judgement, "_FILE", tmp_path / "weights.csv")
    write(known)
    weights.cache_clear()
    again = weights()
    assert np.allclose(again.shared, known.shared)
    assert np.isclose(again.even, known.even)
    lines = (tmp_path / "weights.csv").read_text().splitlines()
    (tmp_path / "weights.csv").write_text("\n".join([lines[0], *lines[2:]]))
    weights.cache_clear()
    with pytest.raises(WeightsError) as refused:
        weights()
    assert refused.value.code == "documents.weights"
    weights.cache_clear()
