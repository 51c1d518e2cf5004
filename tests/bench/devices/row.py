"""One line of the table of `make bench-devices`.

Knows: how a figure stands against its target. Does not know: what is measured.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`reached_it` is None for a figure that has no target and is told for comparison."""

    figure: str
    target: str
    reached: str
    reached_it: bool | None = None


def at_most(figure: str, most: float, reached: float, unit: str, detail: str = "") -> Row:
    """Return a row whose figure must not be above `most`."""
    told = f"{reached:.3g}{unit}" + (f"  ({detail})" if detail else "")
    return Row(figure, f"<= {most:g}{unit}", told, reached <= most)
