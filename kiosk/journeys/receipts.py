"""The receipt of something that the outbox holds: what it may say, and its way through the printer.

Knows: masking, promised dates, who hands in for whom, the printer's answers as events of the session.
Does not know: how the outbox stores, or the printer's wire.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from devices.errors import DeviceError
from devices.receipt_printer import Block, CoverOpen, NoPaper, NotPrinted, Printed, PrintResult, ReceiptPrinter
from kiosk.catalogue import workdays
from kiosk.catalogue.models import ServiceItem
from kiosk.clock import CIVIL_TZ
from kiosk.events import Fact
from kiosk.identity import masking
from kiosk.journeys.context import Context
from kiosk.printing import receipt, receipt_qr
from kiosk.session import events as ev
from kiosk.session.states import Device

NOTICE_DAYS = 5
"""Acceptance or one notice of everything missing: within five days (Administrative Licence Law art. 32)."""


def bring_by(context: Context, item: ServiceItem, handed_in: dt.datetime, days: int) -> dt.date:
    """Return the last day for what may be brought `days` working days after the office first opens on it."""
    hours = context.catalogue.department(item.department).opening_hours
    return workdays.due(workdays.next_opening(handed_in.astimezone(CIVIL_TZ), hours).at.date(), days).date


def promised(
    context: Context,
    item: ServiceItem,
    handed_in: dt.datetime,
    later: tuple[tuple[str, dt.date], ...] = (),
    *,
    supplement: bool = False,
) -> receipt.Promised:
    """Work out the dates that may be promised for what was handed in then; `later`: what is to be brought, and by when."""
    hours = context.catalogue.department(item.department).opening_hours
    opening = workdays.next_opening(handed_in.astimezone(CIVIL_TZ), hours)
    answer = workdays.due(opening.at.date(), NOTICE_DAYS)
    return receipt.Promised(
        handed_in=handed_in,
        office_opens=opening.at,
        answer_by=answer.date,
        result_days=item.promised_limit.value,
        result_unit=str(item.promised_limit.unit),
        provisional=opening.provisional or answer.provisional,
        later=later,
        supplement=supplement,
    )


def facts(
    context: Context,
    item: ServiceItem,
    claim: receipt_qr.ReceiptClaim,
    *,
    materials: tuple[tuple[str, int], ...],
    later: tuple[tuple[str, dt.date], ...] = (),
    assurance: str,
    received_by_city: bool,
    again: bool = False,
    supplements: str = "",
) -> receipt.ReceiptFacts:
    """Put together what stands on the receipt. `again`: it was printed before, from a record that names no material.

    `supplements`: the code of the case for which it was brought, or `-` where only that it was is known.
    """
    language, terminal, vault = context.language, context.config.terminal, context.vault
    # what waits in the store does not say for whom it was handed in: then the paper names only whose card lies here
    person = vault.person if again or supplements else vault.applicant
    agent = "" if again or vault.principal is None or vault.person is None else vault.person.name
    return receipt.ReceiptFacts(
        code=claim.code,
        terminal_name=terminal.name.in_language(language),
        terminal_number=terminal.number,
        site=terminal.site.in_language(language),
        phone=terminal.phone,
        item_name=item.name.in_language(language),
        department=context.catalogue.department(item.department).name.in_language(language),
        applicant="" if person is None else masking.on_receipt(masking.Kind.NAME, person.name),
        number="" if person is None else masking.on_receipt(masking.Kind.ID_NUMBER, person.number),
        agent=masking.on_receipt(masking.Kind.NAME, agent),
        relation=context.say(f"acting.relation.{vault.relation}") if agent else "",
        materials=materials,
        promised=promised(context, item, claim.submitted_at, later, supplement=supplements != ""),
        clock=context.clock.quality(),
        assurance=assurance,
        received_by_city=received_by_city,
        qr=receipt_qr.make(claim, context.sign),
        sample=item.sample,
        again=again,
        supplements=supplements,
    )


def print_out(context: Context, what: receipt.ReceiptFacts) -> None:
    """Print it from its start; the answer is `ReceiptPrinted` or `ReceiptNotPrinted`."""
    number = context.session().number
    context.vault.receipt_png = receipt.picture(receipt.layout(what, context.say, width=receipt.PAPER_DOTS))
    context.bus.publish(Fact.CASE)

    def done(trouble: str, reason: str) -> None:
        if not trouble:
            context.audit.record("receipt.printed", session=number, code=what.code, again=what.again)
            context.handle(ev.ReceiptPrinted(number))
            return
        context.audit.record("receipt.not_printed", "failure", session=number, code=what.code, reason=reason)
        context.handle(ev.ReceiptNotPrinted(number, f"receipt.{trouble}"))

    put_on_paper(context, lambda width: receipt.layout(what, context.say, width=width), done)


def put_on_paper(
    context: Context, lay: Callable[[int], Sequence[Block]], done: Callable[[str, str], None]
) -> None:
    """Print blocks on the receipt printer; `lay` is given the paper's width in dots.

    `done` is called with nothing, or with `no_paper`, `cover_open` or `failed`, and the reason as the log has it.
    """
    printer = context.devices.get(Device.RECEIPT_PRINTER)
    if printer is None:
        done("failed", "no_printer")
        return

    def work(driver: ReceiptPrinter) -> PrintResult:
        return driver.print(lay(driver.width_dots))

    def answered(result: PrintResult | DeviceError) -> None:
        match result:
            case Printed():
                done("", "")
            case NotPrinted(status=NoPaper()):
                done("no_paper", "no_paper")
            case NotPrinted(status=CoverOpen()):
                done("cover_open", "cover_open")
            case NotPrinted(status=status):
                done("failed", type(status).__name__)
            case DeviceError(code=code):
                done("failed", code)

    printer.submit(work, answered)
