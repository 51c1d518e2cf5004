"""Withdrawals: a citizen takes a case back, until the department has decided it.

Knows: which states can still be withdrawn, and that a withdrawal may come before its case. Does not know: envelopes, HTTP.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.engine import Row

from central.asking import shaped
from central.refusals import Refused
from central.tables import cases, events, withdrawals
from kiosk.city.messages import CaseState
from kiosk.city.sealed import Withdrawal
from kiosk.city.signing import subject_hash

_DECIDED = frozenset({CaseState.NOT_ACCEPTED, CaseState.CLOSED})


WAITING = shaped("withdrawn", a=withdrawals.c.code, b=withdrawals.c.subject_hash).where(
    withdrawals.c.code.in_(bindparam("codes", expanding=True)), withdrawals.c.case_id.is_(None)
)
"""(code, person) of those of these cases that were withdrawn before they came."""


def check(connection: Connection, message: Withdrawal) -> None:
    """Refuse 422 `withdrawal_too_late`, with the case's state, what the department has decided."""
    _undecided(connection, message)


def enter(connection: Connection, message: Withdrawal, *, confirmed: bool, received_at: dt.datetime) -> None:
    """Withdraw the case, or keep the wish until the case comes; inside the transaction that accepts the message.

    Refuses 422 `withdrawal_too_late` with the case's state; then nothing is stored. A case of another person is no case.
    """
    subject, case = _undecided(connection, message)
    connection.execute(
        withdrawals.insert().values(
            submission_id=message.submission_id,
            code=message.withdraws,
            subject_hash=subject,
            kiosk=message.kiosk,
            assurance=message.assurance,
            assurance_confirmed=confirmed,
            submitted_at=message.submitted_at,
            received_at=received_at,
            case_id=None if case is None else case.id,
        )
    )
    if case is not None and case.state != CaseState.WITHDRAWN:
        _withdraw(connection, case.id, message.kiosk, message.assurance, received_at)


def _undecided(connection: Connection, message: Withdrawal) -> tuple[str, Row[Any, Any] | None]:
    subject = subject_hash(message.applicant.name, message.applicant.number)
    case = connection.execute(
        select(cases.c.id, cases.c.state).where(
            cases.c.code == message.withdraws, or_(cases.c.subject_hash == subject, cases.c.agent_hash == subject)
        )
    ).first()
    if case is not None and case.state in _DECIDED:
        raise Refused(422, "withdrawal_too_late", case.state)
    return subject, case


def apply_waiting(connection: Connection, case_id: int, code: str, subject: str, received_at: dt.datetime) -> None:
    """Withdraw a case that has just come if its withdrawal was here before it."""
    waiting = connection.execute(
        select(withdrawals.c.kiosk, withdrawals.c.assurance).where(
            withdrawals.c.code == code, withdrawals.c.subject_hash == subject, withdrawals.c.case_id.is_(None)
        )
    ).first()
    if waiting is None:
        return
    connection.execute(
        update(withdrawals)
        .where(withdrawals.c.code == code, withdrawals.c.subject_hash == subject)
        .values(case_id=case_id)
    )
    _withdraw(connection, case_id, waiting.kiosk, waiting.assurance, received_at)


def _withdraw(connection: Connection, case_id: int, kiosk: str, assurance: str, at: dt.datetime) -> None:
    connection.execute(update(cases).where(cases.c.id == case_id).values(state=CaseState.WITHDRAWN.value))
    connection.execute(
        events.insert().values(case_id=case_id, at=at, kind="withdrawn", actor=f"kiosk {kiosk}", detail=assurance)
    )
