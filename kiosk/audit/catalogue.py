"""Every audit event there is: its id, what it means, and the only fields it may carry.

Redaction is this allow-list: a field that is not named here is refused, so personal data cannot slip in by default.
`docs/audit.md` is generated from this table (`python -m kiosk.audit`); a test fails when it is stale.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One kind of event."""

    meaning: str
    fields: frozenset[str] = frozenset()


def _event(meaning: str, *fields: str) -> AuditEvent:
    return AuditEvent(meaning, frozenset(fields))


EVENTS: dict[str, AuditEvent] = {
    "terminal.started": _event("The terminal's program came up.", "version"),
    "terminal.stopped": _event("The terminal's program ended in good order."),
    "log.torn_line": _event("The log's last line was cut off (power loss) and set aside.", "bytes"),
    "session.moved": _event("The session went from one state to another.", "session", "before", "after", "cause"),
    "session.wiped": _event("Everything of the person was forgotten.", "session"),
    "identity.card_read": _event("An identity card was read.", "session", "card_kind"),
    "identity.card_refused": _event("A card could not be used.", "session", "reason"),
    "identity.code_sent": _event("A one-time code was sent to the registered phone.", "session"),
    "identity.code_refused": _event("A one-time code was wrong, late or used.", "session", "reason"),
    "identity.code_accepted": _event("The city confirmed a one-time code.", "session", "assurance"),
    "acting.agreed": _event(
        "Somebody acts for another person: in which capacity, and how that person is known.",
        "session", "capacity", "relation", "known_by", "guardian_consent",
    ),
    "acting.refused": _event("Somebody may not act for the person they named.", "session", "reason"),
    "acting.mandate_printed": _event("The printer confirmed a mandate to be signed.", "session"),
    "acting.mandate_not_printed": _event("A mandate did not come out whole.", "session", "reason"),
    "material.captured": _event("A page was captured.", "session", "material", "dpi"),
    "material.doubled": _event(
        "A page looked like an earlier one of its material; `answer`: what the person said.", "session", "material", "answer"
    ),
    "material.kept_anyway": _event(
        "A clerk kept a page whose picture was not good enough.", "session", "material", "reason", "by"
    ),
    "material.brought": _event("A page came as a file from a phone or a stick.", "session", "material", "source"),
    "material.later": _event("The person will bring a material after the hand-in.", "session", "material"),
    "submission.stored": _event(
        "The outbox committed a submission; `capacity`: for whom it was handed in; `supplements`: the case for which it was "
        "brought; `by`: the clerk who helped.",
        "session", "code", "item", "assurance", "parts", "capacity", "supplements", "by",
    ),
    "assist.begun": _event("A clerk began to help a resident.", "session", "by"),
    "assist.attested": _event(
        "A clerk compared a person with their card; `holds`: it is its holder.", "session", "by", "holds"
    ),
    "assist.confirmed": _event(
        "A resident confirmed what a clerk helped with; `how`: by card or touch.", "session", "by", "how"
    ),
    "submission.refused": _event("The outbox refused a submission; nothing was promised.", "session", "reason"),
    "submission.received": _event("The city's signed receipt for a submission is stored.", "code"),
    "receipt.printed": _event(
        "The receipt printer confirmed a receipt; `again`: of a case of an earlier visit.", "session", "code", "again"
    ),
    "receipt.not_printed": _event("A receipt did not come out whole.", "session", "code", "reason"),
    "cases.shown": _event("A person saw what waits here of theirs; how many there are.", "session", "waiting"),
    "case.withdrawal_stored": _event("The outbox committed a withdrawal.", "session", "code", "withdraws"),
    "help.call_back_stored": _event("The outbox committed a wish to be called back.", "session", "code", "step"),
    "help.call_back_refused": _event("A wish to be called back could not be kept.", "session", "reason"),
    "rating.stored": _event("The outbox committed a grade of a case or certificate.", "session", "about"),
    "rating.refused": _event("A grade could not be kept.", "session", "reason"),
    "certificate.issued": _event("The city issued a certificate and it was checked.", "session", "certificate"),
    "certificate.refused": _event("No certificate was issued, or it failed its check.", "session", "reason"),
    "print.requested": _event("A certificate was asked to be printed.", "session", "certificate", "assurance"),
    "print.sent": _event("The job was handed to the printer.", "session", "certificate", "job"),
    "print.printed": _event("The printer confirmed every page.", "session", "certificate", "pages"),
    "print.failed": _event(
        "The job ended without all its pages; `pages`: those that the printer counted all the same.",
        "session", "certificate", "reason", "pages",
    ),
    "print.taken": _event("The paper was taken, as far as the evidence goes.", "session", "certificate", "evidence"),
    "guard.alarmed": _event("A card or paper was left behind; the station was alarmed.", "session", "holding"),
    "staff.shown": _event("A trusted staff card and its PIN opened the staff pages.", "staff_id"),
    "staff.refused": _event(
        "A card in the staff reader opened nothing; `claimed`: the number that it says of itself.", "reason", "claimed"
    ),
    "staff.pin_refused": _event("A staff card's PIN was wrong, or not tried.", "session", "staff_id", "reason"),
    "staff.unlocked": _event("Somebody at the console unlocked a staff card.", "by", "staff_id"),
    "outbox.shown": _event("Staff looked at what waits here; `row`: at one submission.", "by", "row"),
    "outbox.retried": _event("Staff let a parked submission wait again.", "by", "row", "code"),
    "outbox.parked": _event("Staff set a waiting submission aside.", "by", "row", "code", "reason"),
    "outbox.exported": _event("Staff carried the sealed submissions away on a medium.", "by", "export", "items", "left_out"),
    "outbox.not_exported": _event("The sealed submissions could not be carried away.", "by", "reason"),
    "outbox.accepted": _event(
        "Staff looked at what was saved of a damaged outbox; the terminal opens again. `aside`: the damaged store.",
        "by", "aside", "rows", "carved",
    ),
    "outbox.verified": _event("Staff had the whole outbox looked over.", "by", "rows", "faults"),
    "training.entered": _event("Staff began to practise; what follows stands in a log of its own until it is left.", "by"),
    "training.scripted": _event("Staff had a fault come in practice, or not.", "by", "fault", "on"),
    "training.left": _event(
        "Practice is over; `cause`: asked, card, stopped, or a restart that found its rest.", "by", "cause"
    ),
    "device.tried": _event("Staff tried a device.", "by", "device", "result"),
    "report.made": _event("Staff had the readiness report made.", "by", "verdict", "file"),
    "report.failed": _event("The readiness report could not be made or kept.", "by", "reason"),
    "report.not_printed": _event("The readiness report was kept, and the printer did not take it.", "reason"),
    "device.lost": _event("A device cannot be used.", "device", "status"),
    "device.back": _event("A device can be used again.", "device"),
    "line.down": _event("The line to the city went down.", "reason"),
    "line.up": _event("The line to the city came up."),
    "fault.raised": _event("A fault took the terminal out of service.", "code"),
    "fault.cleared": _event("The terminal serves again.", "code"),
}


def markdown() -> str:
    """Return the catalogue as the page that auditors read."""
    rows = [f"| `{key}` | {event.meaning} | {', '.join(sorted(event.fields)) or '–'} |" for key, event in EVENTS.items()]
    head = "# Audit events\n\nGenerated by `python -m kiosk.audit`. Every line also carries `at` (UTC), `seq`,\n"
    head += "`disposition` and `prev` (SHA-256 of the line before). No other field is ever written.\n\n"
    return head + "| event | meaning | fields |\n|---|---|---|\n" + "\n".join(rows) + "\n"
