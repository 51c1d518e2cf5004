"""The readiness report on A4: drawn page by page, and written as one PDF.

Knows: paper, columns, marks that are told without colour. Does not know: what is asked (`fleet.readiness`).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PIL import Image, ImageDraw

from kiosk.fleet.readiness import Mark, Said, Section
from kiosk.printing import raster

DPI = 150
_WIDTH, _HEIGHT = 1240, 1754
_MARGIN, _LABEL, _GAP = 110, 360, 12
_SIGNS = {Mark.PLAIN: "", Mark.GOOD: "√", Mark.REMARK: "！", Mark.BAD: "×"}
Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class _Row:
    text: tuple[tuple[int, str, bool, int], ...]
    """(x, words, bold, size) of each piece."""
    height: int
    ruled: bool = False


def pdf(head: tuple[str, ...], verdict: str, report: tuple[Section, ...], say: Say) -> bytes:
    """Draw `head` (the first line is the title), the verdict and every section; return the PDF."""
    sheets: list[Image.Image] = []
    y = _HEIGHT
    for row in _rows(head, verdict, report, say):
        if y + row.height > _HEIGHT - _MARGIN:
            sheets.append(Image.new("L", (_WIDTH, _HEIGHT), 255))
            y = _MARGIN
        draw = ImageDraw.Draw(sheets[-1])
        for x, words, bold, size in row.text:
            draw.text((x, y), words, fill=0, font=raster.font(size, bold=bold))
        y += row.height
        if row.ruled:
            draw.line((_MARGIN, y - _GAP // 2, _WIDTH - _MARGIN, y - _GAP // 2), fill=0, width=2)
    for number, sheet in enumerate(sheets, start=1):
        words = say("staff.report.page", page=number, pages=len(sheets))
        ImageDraw.Draw(sheet).text((_MARGIN, _HEIGHT - 70), words, fill=0, font=raster.font(20))
    written = io.BytesIO()
    sheets[0].save(written, "PDF", resolution=float(DPI), save_all=True, append_images=sheets[1:])
    return written.getvalue()


def spoken(said: Said, say: Say) -> str:
    """Return a finding in the language of `say`."""
    if not said.message_id:
        return said.text
    values = {name: spoken(value, say) if isinstance(value, Said) else value for name, value in said.values.items()}
    return say(said.message_id, **values)


def _rows(head: tuple[str, ...], verdict: str, report: tuple[Section, ...], say: Say) -> Iterator[_Row]:
    title, *rest = head
    yield _Row(((_MARGIN, title, True, 44),), 70)
    for words in rest:
        yield _Row(((_MARGIN, words, False, 26),), 40)
    yield _Row(((_MARGIN, verdict, True, 34),), 70, ruled=True)
    for section in report:
        yield _Row(((_MARGIN, say(section.title), True, 30),), 56)
        for line in section.lines:
            yield from _line(spoken(line.label, say), _SIGNS[line.mark], spoken(line.value, say))
        yield _Row((), 24)


def _line(label: str, sign: str, value: str) -> Iterator[_Row]:
    size = 24
    labels = raster.wrap(label, raster.font(size), _LABEL - 20)
    values = raster.wrap(value, raster.font(size), _WIDTH - 2 * _MARGIN - _LABEL - 50)
    for number in range(max(len(labels), len(values))):
        pieces = [(_MARGIN, labels[number], False, size)] if number < len(labels) else []
        if number == 0 and sign:
            pieces.append((_MARGIN + _LABEL, sign, True, size))
        if number < len(values):
            pieces.append((_MARGIN + _LABEL + 50, values[number], False, size))
        yield _Row(tuple(pieces), 38)
