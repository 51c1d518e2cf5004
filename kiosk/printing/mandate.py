"""The mandate (授权委托书) on the receipt printer: what one person asks another to do here, with room for a signature.

Knows: the lines and their order; numbers come masked, since the slip may lie in the slot. Does not know: the people, the
printer, the session.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from devices.receipt_printer import Block, Cut, Feed, Text
from kiosk.printing import raster

Say = Callable[..., str]


@dataclass(frozen=True, slots=True, repr=False)
class MandateFacts:
    """Everything on one mandate. The numbers are masked; the names stand in full, or nobody could sign it."""

    principal: str
    principal_number: str
    agent: str
    agent_number: str
    item_name: str
    department: str
    terminal_number: str
    printed_on: dt.date


def layout(facts: MandateFacts, say: Say, *, width: int) -> Sequence[Block]:
    """Lay the mandate out for paper of `width` dots (576 for 80 mm, 384 for 58 mm)."""

    def text(message: str, *, size: int = 24, bold: bool = False) -> Block:
        return raster.paragraph(message, width=width, size=size, bold=bold)

    blocks: list[Block] = [raster.heading(say("paper.mandate.title"), width=width), Feed(1)]
    for role, name, number in (
        ("principal", facts.principal, facts.principal_number),
        ("agent", facts.agent, facts.agent_number),
    ):
        blocks.append(text(say(f"paper.mandate.{role}", name=name), bold=True))
        blocks.append(text(say("paper.mandate.number", number=number)))
    blocks += [
        raster.rule(width=width),
        text(say("paper.mandate.matter", item=facts.item_name, department=facts.department)),
        text(say("paper.mandate.extent")),
        raster.rule(width=width),
    ]
    for line in ("until", "signature", "day"):
        blocks += [Feed(1), text(say(f"paper.mandate.{line}"), bold=True), Feed(1), raster.rule(width=width)]
    return [
        *blocks,
        text(say("paper.mandate.next"), size=22),
        Text(f"No. {facts.terminal_number}   {facts.printed_on:%Y-%m-%d}"),
        Feed(3),
        Cut(),
    ]
