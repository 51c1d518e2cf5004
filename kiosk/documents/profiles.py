"""What may be laid under the camera, and how it is wanted.

Knows: formats, sizes, resolutions. Does not know: pixels, the camera.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.documents.geometry import A4, A5, ID_1, PHOTO, Array, Paper, sides, snap


@dataclass(frozen=True, slots=True)
class Profile:
    """`papers`: the likeliest first. `min_share`, `max_share`: of the frame. Pictures are made at `max_dpi` at most.

    `bitonal`: kept in black and white at 300 dpi instead of colour: print alone, where colour says nothing.
    """

    name: str
    papers: tuple[Paper, ...]
    any_size: bool
    min_share: float
    max_share: float
    min_dpi: float
    max_dpi: int
    bitonal: bool = False


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("document", (A4, A5, ID_1), True, 0.03, 0.98, 120, 200),
        Profile("form", (A4, A5), False, 0.03, 0.98, 120, 200, bitonal=True),
        Profile("photo", (PHOTO,), False, 0.006, 0.2, 180, 300),
    )
}


def paper_of(quad: Array, profile: Profile, px_per_mm: float | None) -> Paper | None:
    """Return the format that the corners show; a measured one where the profile takes any size; else None."""
    paper = snap(quad, profile.papers, px_per_mm)
    if paper is not None or not profile.any_size:
        return paper
    short, long = sorted(sides(quad))
    # Without the camera's scale an odd sheet is taken to be as wide as A4, which errs towards too few dpi.
    scale = px_per_mm if px_per_mm is not None else short / A4.width_mm
    return Paper("other", short / scale, long / scale)
