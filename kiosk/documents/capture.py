"""From a full-resolution still to a page that can be kept.

Knows: find anew, straighten, judge, encode. Does not know: when, and what for.
"""

from __future__ import annotations

import hashlib

import cv2
import numpy as np

from kiosk.documents.bitonal import DPI as BITONAL_DPI
from kiosk.documents.bitonal import g4
from kiosk.documents.finder import Absence, FoundPage, Voter, by_hand, examine
from kiosk.documents.geometry import Array, Paper, area, dpi_of
from kiosk.documents.hidden_bands import may_go_on
from kiosk.documents.looks import packed
from kiosk.documents.mat import ADVICE, Foreground, Laid, Mat, fit, laid
from kiosk.documents.pages import Advice, CapturedPage, Outline, Place, Refused
from kiosk.documents.profiles import Profile, paper_of
from kiosk.documents.quality import WHOLE, Fault, measure
from kiosk.documents.straighten import look_of_page, output_dpi, straighten

_JPEG_QUALITY = 82
_EVIDENCE_QUALITY = 92
_EVIDENCE_MARGIN = 0.02
"""Of the page's longer extent: enough of the mat to see that nothing was cut off."""
_AS_WELL = 0.02
"""Difference of fit that two outlines of one page have on the mat's small picture."""
_SEEN_PX = 1000
"""Long side of a picture that is only shown."""
_JFIF_DENSITY = 13
"""Offset of units, X and Y density in a file that starts with an APP0 JFIF segment (JFIF 1.02, page 5)."""


def take(
    still: Array,
    profile: Profile,
    frame_mm: float | None,
    mat: Mat | None = None,
    outline: Outline | None = None,
    *,
    voter: Voter | None = None,
) -> CapturedPage | Refused:
    """Make a page from an upright BGR still, or say what has to change. `frame_mm`: what its long side covers, if known.

    `mat`: what is remembered of the empty mat, if anything. `outline`: corners set by hand, shares of the picture, in place
    of those that would be found; a page that goes on beyond them, and a hand, are refused all the same. `voter`: may set
    other corners on a page, where the mat has nothing against them.
    """
    lying = mat.foreground(still) if mat is not None else None
    height, width = still.shape[:2]
    found = (
        examine(still, min_share=profile.min_share, thorough=True, on_mat=lying is None)
        if outline is None
        else by_hand(outline, width, height)
    )
    if isinstance(found, Absence):
        return _seen(still, Advice.LAY_PAGE if found is Absence.NOTHING else Advice.MOVE_INTO_FRAME)
    if voter is not None and lying is not None and outline is None:
        found = _voted(still, found, voter, lying)
    fault = None if lying is None else laid(lying, (found.quad + 0.5) / (width, height))
    if fault is not None and (outline is None or fault in {Laid.CUT_OFF, Laid.HAND}):
        return _seen(still, ADVICE[fault])
    px_per_mm = None if frame_mm is None else max(height, width) / frame_mm
    if outline is None and px_per_mm is not None and may_go_on(found.quad, profile.papers, px_per_mm, (width, height)):
        return _seen(still, Advice.MOVE_INTO_FRAME, found.quad)
    paper = paper_of(found.quad, profile, px_per_mm)
    if paper is None or area(found.quad) > profile.max_share * width * height:
        return _seen(still, Advice.WRONG_SIZE, found.quad)
    return _judged(still, found.quad, paper, profile)


def _voted(still: Array, found: FoundPage, voter: Voter, lying: Foreground) -> FoundPage:
    """Let a second opinion set other corners; what lies on the mat has the last word."""
    other = voter.settled(still, found)
    height, width = still.shape[:2]
    if other is found or isinstance(other, Absence):
        return found
    mine, theirs = ((each.quad + 0.5) / (width, height) for each in (found, other))
    if laid(lying, theirs) is not None or fit(lying, theirs) < fit(lying, mine) - _AS_WELL:
        return found
    return other


def _judged(still: Array, quad: Array, paper: Paper, profile: Profile) -> CapturedPage | Refused:
    """Straighten the page and judge it; the page is made also of a bad picture, for whoever may answer for it."""
    dpi = output_dpi(quad, paper, profile.max_dpi)
    straight = straighten(still, quad, paper, dpi)
    quality = measure(straight, lean=True)
    faults = quality.faults
    if dpi_of(quad, paper) < profile.min_dpi:
        faults = (Fault(Advice.TOO_SMALL, WHOLE), *faults)
    jpeg, evidence, bitonal = _jpeg(straight, dpi), untouched(still, quad), b""
    if profile.bitonal:
        fine = output_dpi(quad, paper, BITONAL_DPI)
        bitonal = g4(straighten(still, quad, paper, fine), fine)
    page = CapturedPage(
        jpeg=jpeg,
        width_px=straight.shape[1],
        height_px=straight.shape[0],
        dpi=dpi,
        sha256=hashlib.sha256(jpeg).hexdigest(),
        sharpness=0.0 if quality.sharpness is None else quality.sharpness,
        profile=profile.name,
        paper=paper.name,
        evidence=evidence,
        evidence_sha256=hashlib.sha256(evidence).hexdigest(),
        bitonal=bitonal,
        look=packed(look_of_page(straight)),
    )
    if not faults:
        return page
    return Refused(faults[0].advice, (faults[0].place,), jpeg, page)


def _seen(still: Array, advice: Advice, quad: Array | None = None) -> Refused:
    """Refuse a picture out of which no page can be cut: it is shown as it is, with the thing's place if there is one."""
    height, width = still.shape[:2]
    scale = min(1.0, _SEEN_PX / max(height, width))
    small = cv2.resize(still, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    places: tuple[Place, ...] = ()
    if quad is not None:
        left, top = np.clip(quad.min(0) / (width, height), 0, 1)
        right, bottom = np.clip(quad.max(0) / (width, height), 0, 1)
        places = ((float(left), float(top), float(right - left), float(bottom - top)),)
    return Refused(advice, places, cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1].tobytes())


def untouched(still: Array, quad: Array) -> bytes:
    """Return the part of the still that holds the page, neither straightened nor improved, as a JPEG of high quality."""
    height, width = still.shape[:2]
    margin = _EVIDENCE_MARGIN * max(np.ptp(quad[:, 0]), np.ptp(quad[:, 1]))
    left, top = (max(0, int(each)) for each in quad.min(0) - margin)
    right, bottom = (int(np.ceil(each)) for each in quad.max(0) + margin)
    crop = still[top : min(bottom, height), left : min(right, width)]
    return bytes(cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, _EVIDENCE_QUALITY])[1].tobytes())


def _jpeg(page: Array, dpi: int) -> bytes:
    encoded = bytearray(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1].tobytes())
    if encoded[6:11] == b"JFIF\x00":
        # OpenCV writes no density; with it the picture says its true size, to a PDF as to any viewer.
        encoded[_JFIF_DENSITY : _JFIF_DENSITY + 5] = b"\x01" + dpi.to_bytes(2, "big") * 2
    return bytes(encoded)
