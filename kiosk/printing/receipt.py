"""What the receipt says, and how it is laid out: the truth of three in the morning.

Knows: the lines, their order, which are native text (code and dates) and which are dots (Chinese, QR). Does not know:
the printer, the session, working days (the facts come computed).
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from devices.receipt_printer import Block, Cut, Feed, Raster, Text
from kiosk.clock import CIVIL_TZ, ClockQuality
from kiosk.identity import case_code
from kiosk.printing import raster
from kiosk.words import dates
from kiosk.words.dates import Say


@dataclass(frozen=True, slots=True)
class Promised:
    """The dates that a receipt may promise. `provisional`: the year's holiday notice is not published yet."""

    handed_in: dt.datetime
    office_opens: dt.datetime
    answer_by: dt.date
    """Acceptance, or one notice of everything that is missing (Administrative Licence Law art. 32: five days)."""
    result_days: int
    """Working days after acceptance; 0 means at once."""
    result_unit: str
    provisional: bool
    later: tuple[tuple[str, dt.date], ...] = ()
    """What is still to be brought, and by which day."""
    supplement: bool = False
    """It was brought for a case, whose own receipt promises its result."""


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """Everything on one receipt, already masked."""

    code: str
    terminal_name: str
    terminal_number: str
    site: str
    phone: str
    item_name: str
    department: str
    applicant: str
    number: str
    materials: tuple[tuple[str, int], ...]
    """Name and pages of each material."""
    promised: Promised
    clock: ClockQuality
    assurance: str
    received_by_city: bool
    qr: str
    sample: bool
    agent: str = ""
    """Who handed in for the applicant, if it was somebody else, and what they are to each other."""
    relation: str = ""
    again: bool = False
    """Printed once more, later: from what the store knows, which is neither the materials nor the assurance."""
    supplements: str = ""
    """The code of the case for which this was brought; `-` where the record does not say which."""


PAPER_DOTS = 576
"""Dots across 80 mm paper at 203 dpi; what the screen shows."""


def moment(when: dt.datetime) -> str:
    """Write a moment in the terminal's zone as native text, which knows no Chinese weekday: `2026-11-28 03:12`."""
    return f"{when.astimezone(CIVIL_TZ):%Y-%m-%d %H:%M}"


def spoken_moment(when: dt.datetime, say: Say) -> str:
    """Write a moment for the screen, in its language and the terminal's zone."""
    local = when.astimezone(CIVIL_TZ)
    return f"{dates.day_of_week(local.date(), say)} {local:%H:%M}"


def promise_lines(promised: Promised, say: Say, *, on_screen: bool = False) -> tuple[tuple[str, str], ...]:
    """Return (label, value) of each promise, for the screen or for paper.

    On paper the values are ASCII, or empty, and the weekday stands with the label, which is in the person's language.
    """

    def dated(label: str, when: dt.datetime | dt.date) -> tuple[str, str]:
        local = when.astimezone(CIVIL_TZ).date() if isinstance(when, dt.datetime) else when
        if not on_screen:
            value = moment(when) if isinstance(when, dt.datetime) else when.isoformat()
            return say("paper.on_weekday", what=label, weekday=dates.weekday(local, say)), value
        return label, spoken_moment(when, say) if isinstance(when, dt.datetime) else dates.day_of_week(when, say)

    if promised.supplement:
        begins = dated(say("paper.office_opens"), promised.office_opens)
        return dated(say("paper.handed_in"), promised.handed_in), begins, (say("paper.supplement_next"), "")
    unit = "paper.working_days" if promised.result_unit == "working_day" else "paper.calendar_days"
    result = say("paper.result_at_once") if promised.result_days == 0 else say(unit, days=promised.result_days)
    return (
        dated(say("paper.handed_in"), promised.handed_in),
        dated(say("paper.office_opens"), promised.office_opens),
        *(dated(say("paper.bring_by", name=name), day) for name, day in promised.later),
        # as long as something is missing nobody can accept it: then no day is promised, but a time from when it is there
        (say("paper.answer_after"), "") if promised.later else dated(say("paper.answer_by"), promised.answer_by),
        (result, ""),
    )


def layout(facts: ReceiptFacts, say: Say, *, width: int) -> Sequence[Block]:
    """Lay the receipt out for paper of `width` dots (576 for 80 mm, 384 for 58 mm)."""

    def text(message: str, **style: int | bool | str) -> Block:
        return raster.paragraph(message, width=width, **style)  # type: ignore[arg-type]

    blocks: list[Block] = [
        text(facts.terminal_name, size=34, bold=True, align="centre"),
        text(facts.site, size=22, align="centre"),
        Feed(1),
        raster.heading(say("paper.supplement_title" if facts.supplements else "paper.receipt_title"), width=width),
    ]
    if facts.again:
        blocks.append(text(say("paper.again"), size=22, align="centre"))
    if facts.sample:
        blocks.append(text(say("paper.sample"), size=22, align="centre"))
    blocks += [
        text(say("paper.case_code"), size=22, align="centre"),
        Text(case_code.group(facts.code).center(width // 24), bold=True, double=True),
        raster.rule(width=width),
        text(facts.item_name, size=28, bold=True),
        text(facts.department, size=22),
        *_of_case(facts, text, say, width),
        text(
            say(
                "paper.holder" if facts.again or facts.supplements else "paper.applicant",
                name=facts.applicant, number=facts.number,
            ),
            size=22,
        ),
        *([text(say("paper.agent", name=facts.agent, relation=facts.relation), size=22)] if facts.agent else []),
        *([text(say(f"paper.assurance.{facts.assurance}"), size=22)] if facts.assurance else []),
        raster.rule(width=width),
    ]
    for label, value in promise_lines(facts.promised, say):
        blocks.append(text(label, size=24, bold=True))
        if value:
            blocks.append(Text("   " + value, bold=True))
    if facts.promised.provisional:
        blocks.append(text(say("paper.provisional"), size=20))
    if facts.clock is not ClockQuality.SYNCHRONISED:
        blocks.append(text(say(f"paper.clock.{facts.clock}"), size=20))
    if facts.materials:
        blocks.append(raster.rule(width=width))
    blocks += [text(say("paper.material", name=name, pages=pages), size=22) for name, pages in facts.materials]
    blocks += [
        raster.rule(width=width),
        text(say("paper.state.received" if facts.received_by_city else "paper.state.kept"), size=24, bold=True),
        Feed(1),
        raster.qr_with_text(facts.qr, say("paper.qr"), width=width),
        text(say("paper.ask", phone=facts.phone), size=22),
        Text(f"No. {facts.terminal_number}   {moment(facts.promised.handed_in)}"),
        Feed(3),
        Cut(),
    ]
    return blocks


def _of_case(facts: ReceiptFacts, text: Callable[..., Block], say: Say, width: int) -> Sequence[Block]:
    """Say for which case it was brought, in the printer's own letters, as its own receipt has it."""
    if facts.supplements in {"", "-"}:
        return ()
    return text(say("paper.supplements"), size=22), Text(case_code.group(facts.supplements).center(width // 12), bold=True)


def picture(blocks: Sequence[Block]) -> bytes:
    """Draw the blocks as they come out, for the screen: a PNG, `PAPER_DOTS` wide."""
    rows: list[Image.Image] = []
    for block in blocks:
        match block:
            case Raster(width_dots=width, height_dots=height, bits=bits):
                black = Image.frombytes("1", (width, height), bits)
                rows.append(ImageChops.invert(black.convert("L")))
            case Text(text=line, bold=bold, double=double):
                rows.append(_native(line, bold=bold, double=double))
            case Feed(lines=lines):
                rows.append(Image.new("L", (PAPER_DOTS, 30 * lines), 255))
            case Cut():
                pass
    paper = Image.new("L", (PAPER_DOTS, sum(row.height for row in rows)), 255)
    top = 0
    for row in rows:
        paper.paste(row, (0, top))
        top += row.height
    out = io.BytesIO()
    paper.save(out, "PNG")
    return out.getvalue()


def _native(line: str, *, bold: bool, double: bool) -> Image.Image:
    """Draw text as the printer's own font A does: 12 x 24 dots a character, or twice that."""
    scale = 2 if double else 1
    row = Image.new("L", (PAPER_DOTS, 30 * scale), 255)
    pen = ImageDraw.Draw(row)
    face = raster.font(24 * scale, bold=bold, mono=True)
    for place, char in enumerate(line):
        pen.text((place * 12 * scale, 0), char, fill=0, font=face)
    return row
