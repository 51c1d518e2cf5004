"""The mandate on the receipt printer: whole on both widths, in both languages, and with no whole number on it."""

from __future__ import annotations

import datetime as dt

import pytest

from devices.receipt_printer import Cut, check_blocks
from kiosk.printing.mandate import MandateFacts, layout
from kiosk.words import Words

WORDS = Words.load()
FACTS = MandateFacts(
    principal="测试乙",
    principal_number="9900**********0025",
    agent="测试甲",
    agent_number="9900**********0017",
    item_name="居住证申领",
    department="开封市公安局",
    terminal_number="0001",
    printed_on=dt.date(2026, 11, 28),
)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("width", [576, 384])
def test_it_names_both_and_the_matter_and_fits_the_paper(language: str, width: int) -> None:
    """Who asks whom for what, with room for a signature; the printer takes every block."""
    said: dict[str, dict[str, object]] = {}

    def say(message_id: str, **values: object) -> str:
        said[message_id] = values
        return WORDS.text(language, message_id, **values)

    blocks = layout(FACTS, say, width=width)
    check_blocks(blocks, width)
    assert isinstance(blocks[-1], Cut)
    assert said["paper.mandate.principal"] == {"name": "测试乙"}
    assert said["paper.mandate.agent"] == {"name": "测试甲"}
    assert said["paper.mandate.matter"] == {"item": "居住证申领", "department": "开封市公安局"}
    assert {"paper.mandate.until", "paper.mandate.signature", "paper.mandate.day"} <= set(said)


def test_its_repr_names_nobody() -> None:
    """It ends in logs and failure reports."""
    assert "测试" not in repr(FACTS)
