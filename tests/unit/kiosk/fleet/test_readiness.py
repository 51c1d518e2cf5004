"""The readiness report: what is a remark, what forbids service, and that all of it gets onto paper."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest

from devices import receipt_printer
from devices.supervisor import DeviceReport, SupervisorState
from kiosk.clock import ClockQuality
from kiosk.fleet.readiness import Facts, Mark, Section, sections, verdict
from kiosk.printing.readiness import pdf, spoken
from kiosk.session.states import Device
from kiosk.words import Words
from offline_queue import AgentState, Counts, Stats

WORDS = Words.load()
AT = dt.datetime(2026, 11, 27, 19, 12, tzinfo=dt.UTC)
READY = DeviceReport("receipt_printer", SupervisorState.READY, receipt_printer.Ready(), 100.0)
STATS = Stats(
    counts=Counts(0, 412, 0),
    agent=AgentState(waiting=0, oldest=None, last_success=AT, reason="", since=None, retry_at=None, failures=0),
    held_bytes=0,
    most_attempts=0,
    services=(),
    reasons=(),
    store_bytes=1_000_000,
    free_bytes=9_000_000_000,
    watermark_bytes=500_000_000,
    ballast=True,
)
GOOD = Facts(
    at=AT, number="0001", site="样例服务站", version="1.0", catalogue="2026.11", custody="tpm · tpm",
    clock=ClockQuality.SYNCHRONISED, line_up=True, fault="", outbox=STATS, audit_lines=95_459,
    reports={Device.RECEIPT_PRINTER: READY}, drivers={Device.RECEIPT_PRINTER: "escpos"}, now_s=400.0,
)  # fmt: skip


def outbox(**changes: Any) -> Facts:
    return replace(GOOD, outbox=replace(STATS, **changes))


def text(report: tuple[Section, ...], language: str = "zh_CN") -> str:
    def say(ident: str, **values: object) -> str:
        return WORDS.text(language, ident, **values)

    return "\n".join(f"{spoken(line.label, say)}: {spoken(line.value, say)}" for each in report for line in each.lines)


def test_a_terminal_in_order_is_ready() -> None:
    """No mark but good ones, and every device of the configuration has its line."""
    report = sections(GOOD)
    assert verdict(report) is Mark.GOOD
    assert "回执打印机: 正常，就绪，5 分钟（escpos）" in text(report)
    assert "95459 条，链条完整" in text(report)


@pytest.mark.parametrize(
    "facts",
    [
        replace(GOOD, line_up=False),
        replace(GOOD, clock=ClockQuality.FREE_RUNNING),
        replace(GOOD, reports={Device.RECEIPT_PRINTER: replace(READY, state=SupervisorState.DEGRADED)}),
        outbox(counts=Counts(0, 412, 1), reasons=(("envelope_malformed", 1),)),
        outbox(agent=replace(STATS.agent, oldest=AT - dt.timedelta(hours=25))),
    ],
)
def test_what_does_not_stop_service_is_a_remark(facts: Facts) -> None:
    """It works without the line and with little paper; somebody should look all the same."""
    assert verdict(sections(facts)) is Mark.REMARK


def test_what_waits_without_a_line_is_as_it_should_be() -> None:
    """A day's work kept during an outage is no remark of its own."""
    offline = replace(outbox(agent=replace(STATS.agent, oldest=AT - dt.timedelta(hours=25))), line_up=False)
    marks = [line.mark for line in sections(offline)[2].lines]
    assert Mark.REMARK not in marks


@pytest.mark.parametrize(
    "facts",
    [
        replace(GOOD, fault="Q-200"),
        replace(GOOD, clock=ClockQuality.IMPLAUSIBLE),
        replace(GOOD, audit_lines=None),
        replace(GOOD, reports={}),
        replace(GOOD, reports={Device.RECEIPT_PRINTER: DeviceReport("x", SupervisorState.LOST, None, 0.0, "x.lost")}),
        outbox(free_bytes=400_000_000),
    ],
)
def test_what_stops_service_is_bad(facts: Facts) -> None:
    """A fault, a broken log, a silent device, a full disk."""
    assert verdict(sections(facts)) is Mark.BAD


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_finding_has_words(language: str) -> None:
    """Nothing on the paper is an id or an empty place."""
    lost = DeviceReport("receipt_printer", SupervisorState.FAULTED, None, 0.0, "receipt_printer.port")
    for facts in (GOOD, replace(GOOD, audit_lines=None, reports={}), replace(GOOD, reports={Device.RECEIPT_PRINTER: lost})):
        said = text(sections(facts), language)
        assert "⟦" not in said
        assert "{" not in said


def test_a_long_report_goes_on_overleaf() -> None:
    """Sixty reasons are more than two pages: every page is A4 and bears its number."""
    many = outbox(counts=Counts(0, 0, 60), reasons=tuple((f"reason_{number}", 1) for number in range(60)))

    def say(ident: str, **values: object) -> str:
        return WORDS.text("zh_CN", ident, **values)

    made = pdf(("终端就绪报告", "0001"), "结论", sections(many), say)
    document = pypdfium2.PdfDocument(io.BytesIO(made))
    try:
        sizes = [document[number].get_size() for number in range(len(document))]
    finally:
        document.close()
    assert len(sizes) == 3
    for width, height in sizes:
        assert (round(width * 25.4 / 72), round(height * 25.4 / 72)) == (210, 297)
