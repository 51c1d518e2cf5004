"""The receipt, from its facts to the paper: through the real driver into the emulated printer and decoded again."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from devices.receipt_printer import Block, Printed, Raster, Text, check_blocks
from devices.receipt_printer.decoder import Receipt, decode_qr
from devices.receipt_printer.emulator import ReceiptPrinterEmulator
from devices.receipt_printer.escpos import create
from devices.receipt_printer.fakes import FakeReceiptPrinter
from kiosk.clock import ClockQuality
from kiosk.identity import case_code
from kiosk.identity.case_code import CaseCode, mint, parse
from kiosk.printing import receipt, receipt_qr
from kiosk.printing.receipt import Promised, ReceiptFacts, Say
from kiosk.words import Words, dates

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WORDS = Words.load()
HANDED_IN = dt.datetime(2026, 11, 27, 19, 12, 5, tzinfo=dt.UTC)
CLAIM = receipt_qr.ReceiptClaim(mint("0001", 7), "residence_permit_apply", HANDED_IN, "ab" * 32)
PROMISED = Promised(
    handed_in=HANDED_IN,
    office_opens=dt.datetime(2026, 11, 30, 0, 30, tzinfo=dt.UTC),
    answer_by=dt.date(2026, 12, 4),
    result_days=7,
    result_unit="working_day",
    provisional=False,
)
FACTS = ReceiptFacts(
    code=CLAIM.code,
    terminal_name="市民之窗 · 24小时自助终端",
    terminal_number="0001",
    site="样例服务站",
    phone="0371-12345",
    item_name="居住证申领",
    department="开封市公安局",
    applicant="测*甲",
    number="9900**********0017",
    materials=(("居住地住址证明", 2), ("证件照", 1)),
    promised=PROMISED,
    clock=ClockQuality.SYNCHRONISED,
    assurance="card+code",
    received_by_city=False,
    qr=receipt_qr.make(CLAIM, KEY.sign),
    sample=True,
)
HOSTILE = (
    "很长的事项名称" * 30,
    "Supercalifragilistic" * 20,
    "\x1b@\x1dV\x00 \x10\x04\x01",
    "证\u202e\u200b\u0301\ufeff😀",
    "a\nb\tc\\{name}{{}}%s",
    "",
)


def say_in(language: str) -> Say:
    return lambda message_id, **values: WORDS.text(language, message_id, **values)


def on_paper(facts: ReceiptFacts, language: str, width: int) -> Receipt:
    """Print through the real driver and decode what came out."""
    with ReceiptPrinterEmulator(width_dots=width) as emulator:
        driver = create({"host": emulator.host, "port": emulator.port, "width_dots": width})
        try:
            assert driver.print(receipt.layout(facts, say_in(language), width=driver.width_dots)) == Printed()
        finally:
            driver.close()
        return emulator.receipts()[-1]


@pytest.mark.parametrize("width", [576, 384])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_code_and_dates_are_native_and_the_qr_verifies(language: str, width: int) -> None:
    """Read back from the bytes: case code and dates as ASCII text, a QR that verifies, no foreign command, one cut."""
    paper = on_paper(FACTS, language, width)
    assert paper.complete
    assert (paper.unknown, paper.cuts) == ([], 1)
    native = [line.strip() for line in paper.lines]
    assert case_code.group(CLAIM.code) in native
    assert "2026-11-28 03:12" in native
    assert "2026-11-30 08:30" in native
    assert "2026-12-04" in native
    assert "No. 0001   2026-11-28 03:12" in native
    (text,) = decode_qr(paper.image())
    assert receipt_qr.verify(text, KEY.public_key().public_bytes_raw()) == CLAIM
    assert paper.image().width == width


def test_the_code_can_be_typed_in_as_it_stands() -> None:
    """Grouped for reading aloud, it is still a code that parses to itself."""
    found = parse(case_code.group(CLAIM.code))
    assert isinstance(found, CaseCode)
    assert found.text == CLAIM.code


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("width", [576, 384])
@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_still_make_a_receipt(words: str, width: int, language: str) -> None:
    """Whatever the catalogue calls things, every block fits the paper and the printer takes it."""
    facts = replace(
        FACTS, item_name=words, department=words, terminal_name=words, site=words, applicant=words, number=words,
        materials=((words, 999),) * 3, phone=words,
    )  # fmt: skip
    blocks = receipt.layout(facts, say_in(language), width=width)
    check_blocks(blocks, width)
    printer = FakeReceiptPrinter(width)
    assert printer.print(blocks) == Printed()
    assert printer.cut_receipts() == 1


def test_hostile_words_are_pictures_and_no_commands() -> None:
    """A name that spells printer commands comes out as dots: one cut, nothing unknown, the code still there."""
    words = "".join(HOSTILE)
    paper = on_paper(replace(FACTS, item_name=words, applicant=words), "zh_CN", 576)
    assert paper.complete
    assert (paper.unknown, paper.cuts) == ([], 1)
    assert case_code.group(CLAIM.code) in [line.strip() for line in paper.lines]


def said(facts: ReceiptFacts) -> list[str]:
    """Return the message ids that a receipt of these facts says."""
    heard: list[str] = []

    def say(message_id: str, **_: object) -> str:
        heard.append(message_id)
        return "x " * 7  # as many as a week has days

    receipt.layout(facts, say, width=576)
    return heard


@pytest.mark.parametrize(
    ("change", "message_id"),
    [
        ({"received_by_city": True}, "paper.state.received"),
        ({"received_by_city": False}, "paper.state.kept"),
        ({"clock": ClockQuality.FREE_RUNNING}, "paper.clock.free_running"),
        ({"clock": ClockQuality.IMPLAUSIBLE}, "paper.clock.implausible"),
        ({"sample": True}, "paper.sample"),
        ({"assurance": "card"}, "paper.assurance.card"),
        ({"promised": replace(PROMISED, provisional=True)}, "paper.provisional"),
        ({"promised": replace(PROMISED, result_days=0)}, "paper.result_at_once"),
        ({"promised": replace(PROMISED, result_unit="calendar_day")}, "paper.calendar_days"),
    ],
)
def test_the_receipt_says_how_things_stand(change: dict[str, object], message_id: str) -> None:
    """Kept or received, sure or provisional, sample or not: what is so is said, and its opposite is not."""
    assert message_id in said(replace(FACTS, **change))  # type: ignore[arg-type]
    plain = replace(FACTS, sample=False, received_by_city=message_id == "paper.state.kept")
    assert message_id not in said(plain)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("assurance", ["card", "card+code", "card+clerk"])
@pytest.mark.parametrize("clock", list(ClockQuality))
def test_every_word_of_a_receipt_exists(language: str, assurance: str, clock: ClockQuality) -> None:
    """No placeholder and no id is left on the paper, in either language."""
    printed: list[str] = []

    def say(message_id: str, **values: object) -> str:
        printed.append(WORDS.text(language, message_id, **values))
        return printed[-1]

    facts = replace(FACTS, assurance=assurance, clock=clock, promised=replace(PROMISED, provisional=True))
    receipt.layout(facts, say, width=576)
    assert printed
    assert not [text for text in printed if "⟦" in text or "{" in text]


@pytest.mark.parametrize("width", [576, 384])
def test_native_text_is_ascii_and_fits(width: int) -> None:
    """What the printer's own font sets is printable ASCII and no wider than the paper, in any zone of the year."""
    for month in range(1, 13):
        promised = replace(PROMISED, handed_in=HANDED_IN.replace(month=month, day=28))
        for block in receipt.layout(replace(FACTS, promised=promised), say_in("zh_CN"), width=width):
            if isinstance(block, Text):
                assert block.text.isascii()
                assert block.width_dots <= width


def test_times_on_paper_are_the_terminals() -> None:
    """The store keeps UTC; three in the morning of Saturday is still Friday there."""
    assert receipt.moment(HANDED_IN) == "2026-11-28 03:12"


@pytest.mark.parametrize(
    ("language", "days"),
    [("zh_CN", ["（周六）", "（周一）", "（周五）"]), ("en", ["(Sat)", "(Mon)", "(Fri)"])],
)
def test_the_weekday_on_paper_is_in_the_persons_language(language: str, days: list[str]) -> None:
    """It stands with the label, that of the terminal's zone; the native text, which has no Chinese, has none."""
    *dated, result = receipt.promise_lines(PROMISED, say_in(language))
    assert [label[-len(day) :] for (label, _), day in zip(dated, days, strict=True)] == days
    assert [value for _, value in dated] == ["2026-11-28 03:12", "2026-11-30 08:30", "2026-12-04"]
    assert result[1] == ""


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_day_on_the_screen_is_a_day_in_words(language: str, weekday: int) -> None:
    """The screen says the day in its language, each with its own weekday and no placeholder left."""
    say = say_in(language)
    said = dates.day_of_week(dt.date(2026, 12, 7 + weekday), say)
    names = say("format.weekdays").split()
    assert [name for name in names if name in said] == [names[weekday]]
    assert list(map(int, re.findall("[0-9]+", said))) == [2026, 12, 7 + weekday]
    assert receipt.spoken_moment(HANDED_IN, say_in(language)).endswith(" 03:12")


def test_an_english_day_is_the_same_on_the_screen_and_on_paper() -> None:
    """Two digits each, as on the printed line: one form to compare, whatever the month."""
    say, early = say_in("en"), replace(PROMISED, answer_by=dt.date(2027, 1, 4))
    shown = dict(receipt.promise_lines(early, say, on_screen=True))
    printed = dict(receipt.promise_lines(early, say))
    assert shown[say("paper.answer_by")] == "Mon 2027-01-04"
    assert printed[say("paper.on_weekday", what=say("paper.answer_by"), weekday="Mon")] == "2027-01-04"
    assert dates.day_of_week(dt.date(2027, 1, 4), say_in("zh_CN")) == "2027年1月4日 周一"


def test_the_picture_for_the_screen_is_the_paper() -> None:
    """The screen shows what comes out: same width, and the QR in it reads the same."""
    blocks = receipt.layout(FACTS, say_in("zh_CN"), width=receipt.PAPER_DOTS)
    image = Image.open(io.BytesIO(receipt.picture(blocks)))
    assert image.width == receipt.PAPER_DOTS
    assert decode_qr(image) == [FACTS.qr]


def test_chinese_stands_in_dots_only(blocks: list[Block]) -> None:
    """Every message that is not ASCII is a picture: a printer without a Chinese font prints it all the same."""
    assert sum(isinstance(block, Raster) for block in blocks) > 10
    assert all(block.text.isascii() for block in blocks if isinstance(block, Text))


@pytest.fixture
def blocks() -> list[Block]:
    return list(receipt.layout(FACTS, say_in("zh_CN"), width=576))


def test_with_something_missing_no_day_of_acceptance_is_promised() -> None:
    """What is missing stands with its day; the answer is counted from when it is there."""
    gap = replace(PROMISED, later=(("就业证明", dt.date(2026, 12, 14)),))
    said = dict(receipt.promise_lines(gap, say_in("zh_CN"), on_screen=True))
    assert not [label for label in said if label.startswith("最迟答复")]
    assert [value for label, value in said.items() if "就业证明" in label] == ["2026年12月14日 周一"]
    assert [label for label in said if label.startswith("材料补齐后 5 日内")]


@pytest.mark.parametrize("width", [384, 576])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_what_was_brought_for_a_case_names_both_numbers(language: str, width: int) -> None:
    """Its own number and the case's, in the printer's letters; a record that does not know the case names none."""
    case = mint("0001", 3)
    facts = replace(FACTS, supplements=case, promised=replace(PROMISED, supplement=True))
    lines = [line.strip() for line in on_paper(facts, language, width).lines]
    assert case_code.group(CLAIM.code) in lines
    assert case_code.group(case) in lines
    unknown = on_paper(replace(facts, supplements="-"), language, width)
    assert case_code.group(case) not in [line.strip() for line in unknown.lines]


def test_what_was_brought_for_a_case_promises_no_result() -> None:
    """The case's own receipt has it; this one says whose card lay there, and what happens once it has arrived."""
    heard = said(replace(FACTS, supplements=mint("0001", 3), promised=replace(PROMISED, supplement=True)))
    assert {"paper.supplement_title", "paper.supplements", "paper.supplement_next", "paper.holder"} <= set(heard)
    assert not {"paper.receipt_title", "paper.answer_by", "paper.working_days", "paper.applicant"} & set(heard)
