"""From a full-resolution still to a page that can be kept.

Knows: find anew, straighten, judge, encode. Does not know: when, and what for.
"""

from __future__ import annotations

import hashlib

import cv2

from kiosk.documents.finder import Absence, by_hand, examine
from kiosk.documents.geometry import Array, area, dpi_of
from kiosk.documents.mat import ADVICE, Laid, Mat, laid
from kiosk.documents.pages import Advice, CapturedPage, Outline
from kiosk.documents.profiles import Profile, paper_of
from kiosk.documents.quality import measure
from kiosk.documents.straighten import output_dpi, straighten

_JPEG_QUALITY = 82
_JFIF_DENSITY = 13
"""Offset of units, X and Y density in a file that starts with an APP0 JFIF segment (JFIF 1.02, page 5)."""


def take(
    still: Array,
    profile: Profile,
    frame_mm: float | None,
    mat: Mat | None = None,
    outline: Outline | None = None,
) -> CapturedPage | Advice:
    """Make a page from an upright BGR still, or say what has to change. `frame_mm`: what its long side covers, if known.

    `mat`: what is remembered of the empty mat, if anything. `outline`: corners set by hand, shares of the picture, in place
    of those that would be found; a page that goes on beyond them, and a hand, are refused all the same.
    """
    lying = mat.foreground(still) if mat is not None else None
    height, width = still.shape[:2]
    found = (
        examine(still, min_share=profile.min_share, thorough=True, on_mat=lying is None)
        if outline is None
        else by_hand(outline, width, height)
    )
    if isinstance(found, Absence):
        return Advice.LAY_PAGE if found is Absence.NOTHING else Advice.MOVE_INTO_FRAME
    fault = None if lying is None else laid(lying, (found.quad + 0.5) / (width, height))
    if fault is not None and (outline is None or fault in {Laid.CUT_OFF, Laid.HAND}):
        return ADVICE[fault]
    px_per_mm = None if frame_mm is None else max(height, width) / frame_mm
    paper = paper_of(found.quad, profile, px_per_mm)
    if paper is None or area(found.quad) > profile.max_share * width * height:
        return Advice.WRONG_SIZE
    if dpi_of(found.quad, paper) < profile.min_dpi:
        return Advice.TOO_SMALL
    dpi = output_dpi(found.quad, paper, profile.max_dpi)
    page = straighten(still, found.quad, paper, dpi)
    quality = measure(page, lean=True)
    if quality.fault is not None:
        return quality.fault
    jpeg = _jpeg(page, dpi)
    return CapturedPage(
        jpeg=jpeg,
        width_px=page.shape[1],
        height_px=page.shape[0],
        dpi=dpi,
        sha256=hashlib.sha256(jpeg).hexdigest(),
        sharpness=0.0 if quality.sharpness is None else quality.sharpness,
        profile=profile.name,
        paper=paper.name,
    )


def _jpeg(page: Array, dpi: int) -> bytes:
    encoded = bytearray(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1].tobytes())
    if encoded[6:11] == b"JFIF\x00":
        # OpenCV writes no density; with it the picture says its true size, to a PDF as to any viewer.
        encoded[_JFIF_DENSITY : _JFIF_DENSITY + 5] = b"\x01" + dpi.to_bytes(2, "big") * 2
    return bytes(encoded)
