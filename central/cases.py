"""Cases: what a submission becomes, who may see it, and acceptance.

Knows: states, the timeline, the department's number (given at acceptance), the due date. Does not know: envelopes, HTTP.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Insert, Row, bindparam, func, or_, select, update

from central import call_backs, lacking, supplements, withdrawals
from central.asking import shaped
from central.case_views import CaseView, details_of, role_of, view_of, wanted_of
from central.catalogue import CatalogueDesk, Item
from central.db import Database
from central.gaps import Gap, gaps
from central.identity import IdentityDesk
from central.parts import ObjectStore
from central.refusals import Refused
from central.settings import CIVIL_TZ, Settings
from central.tables import attachments, cases, events, materials
from kiosk.catalogue import workdays
from kiosk.city.messages import CasesAnswer, CasesRequest, CaseState, CaseSummary
from kiosk.city.sealed import PartRef, Submission
from kiosk.city.signing import subject_hash
from kiosk.city.wire import Level

_MOST = 200
_OPEN = tuple(
    state.value
    for state in CaseState
    if state not in {CaseState.NOT_ACCEPTED, CaseState.CLOSED, CaseState.WITHDRAWN}
)

# Made once: to put a statement together costs more than to run it.
_ENTER = cases.insert()
_ENTER_MATERIAL = materials.insert()
# Nobody asks for the numbers that these get.
_ENTER_FILE = attachments.insert().inline()
_NOTE = events.insert().inline()
ASKED = (
    withdrawals.WAITING,
    shaped("open", a=cases.c.subject_hash, b=cases.c.item, c=cases.c.code, n=cases.c.id).where(
        cases.c.subject_hash.in_(bindparam("subjects", expanding=True)), cases.c.state.in_(_OPEN)
    ),
    shaped(
        "last",
        n=select(func.max(cases.c.id)).scalar_subquery(),
        m=select(func.max(materials.c.id)).scalar_subquery(),
    ),
)
"""What `Entering` has to know of the record; asked with `codes` and `subjects`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission that becomes a case."""

    submission: Submission
    confirmed: bool
    received_at: dt.datetime


def subject_of(submission: Submission) -> str:
    """Name the person whose case it is."""
    return subject_hash(submission.applicant.name, submission.applicant.number)


def _agent_of(submission: Submission) -> str | None:
    """Name who handed in for the person whose case it is, if somebody did."""
    return None if submission.acting is None else subject_hash(submission.acting.agent.name, submission.acting.agent.number)


class Entering:
    """Submissions that become cases, inside the transaction that accepts them: entered together, in their order."""

    def __init__(self, connection: Connection, entries: Sequence[Entry], known: Mapping[str, Sequence[Row[Any]]]) -> None:
        """`known` is what the record said to `ASKED`."""
        self._connection = connection
        self._rows: dict[Insert, list[dict[str, Any]]] = {
            statement: [] for statement in (_ENTER, _ENTER_MATERIAL, _ENTER_FILE, _NOTE)
        }
        self._taken_back: list[tuple[int, Entry, str]] = []
        taken_back = {(row.a, row.b) for row in known.get("withdrawn", ())}
        # The newest open case of each person and item. A clerk judges it; nothing is refused.
        doubles = {(row.a, row.b): row.c for row in sorted(known.get("open", ()), key=lambda row: int(row.n))}
        [last] = known["last"]
        self._material_ids = itertools.count((last.m or 0) + 1)
        for case_id, one in zip(itertools.count((last.n or 0) + 1), entries, strict=False):
            subject = subject_of(one.submission)
            same = (subject, one.submission.item)
            self._add(case_id, one, subject, doubles.get(same))
            theirs = (subject, _agent_of(one.submission))
            by = next((who for who in theirs if who and (one.submission.code, who) in taken_back), None)
            if by is not None:
                self._taken_back.append((case_id, one, by))
            else:
                doubles[same] = one.submission.code

    def _add(self, case_id: int, one: Entry, subject: str, double_of: str | None) -> None:
        submission = one.submission
        self._rows[_ENTER].append(_row(case_id, one, subject, double_of))
        for position, material in enumerate(submission.materials):
            material_id = next(self._material_ids)
            names = {"key", "label", "source", "reason", "trust_grade", "pages", "kept_anyway"}
            said = material.model_dump(mode="json", include=names) | {"due": material.due}
            self._rows[_ENTER_MATERIAL].append({"id": material_id, "case_id": case_id, "position": position, **said})
            self._rows[_ENTER_FILE] += [_file(case_id, material_id, ref) for ref in material.parts]
        if submission.signature and submission.signature.png:
            self._rows[_ENTER_FILE].append(_file(case_id, None, submission.signature.png))
        actor = f"kiosk {submission.kiosk}"
        self._rows[_NOTE].append(_noted(case_id, at=submission.submitted_at, kind="submitted", actor=actor))
        self._rows[_NOTE].append(_noted(case_id, at=one.received_at, kind="received", actor="platform"))

    def write(self) -> None:
        """Enter them, a statement for each table; nothing is asked of the record."""
        for statement, rows in self._rows.items():
            if rows:
                self._connection.execute(statement, rows)

    def withdraw(self) -> None:
        """Withdraw those of them whose withdrawal was here first."""
        for case_id, one, by in self._taken_back:
            withdrawals.apply_waiting(self._connection, case_id, one.submission.code, by, one.received_at)


def _row(case_id: int, one: Entry, subject: str, double_of: str | None) -> dict[str, Any]:
    submission = one.submission
    supplement_by = lacking.supplement_by(submission)
    return {
        "id": case_id,
        "submission_id": submission.submission_id,
        "code": submission.code,
        "state": (CaseState.RECEIVED if supplement_by is None else CaseState.SUPPLEMENT_REQUIRED).value,
        "supplement_by": supplement_by,
        "item": submission.item,
        "item_version": submission.item_version,
        "subject_hash": subject,
        "double_of": double_of,
        "applicant": submission.applicant.model_dump(mode="json"),
        "acting": submission.acting.model_dump(mode="json") if submission.acting else None,
        "agent_hash": _agent_of(submission),
        "answers": submission.answers,
        "sources": submission.sources,
        "consents": list(submission.consents),
        "signature": submission.signature.model_dump(mode="json") if submission.signature else None,
        "kiosk": submission.kiosk,
        "language": submission.language,
        "entered_by": submission.entered_by,
        "clerk": submission.assistance.clerk if submission.assistance else "",
        "assistance": submission.assistance.model_dump(mode="json") if submission.assistance else None,
        "assurance": submission.assurance,
        "assurance_confirmed": one.confirmed,
        "submitted_at": submission.submitted_at,
        "clock_quality": submission.clock_quality,
        "received_at": one.received_at,
    }


def _file(case_id: int, material_id: int | None, ref: PartRef) -> dict[str, Any]:
    return {"case_id": case_id, "material_id": material_id, **ref.model_dump()}


def _noted(case_id: int, *, at: dt.datetime, kind: str, actor: str, detail: str = "") -> dict[str, Any]:
    return {"case_id": case_id, "at": at, "kind": kind, "actor": actor, "detail": detail}


@dataclass(frozen=True, slots=True)
class CaseDesk:
    """Looks cases up and accepts them."""

    settings: Settings
    db: Database
    identity: IdentityDesk
    catalogue: CatalogueDesk
    objects: ObjectStore

    def search(self, kiosk: str, request: CasesRequest) -> CasesAnswer:
        """Return a person's cases: code and state for a card, the rest for a confirmed person. Nobody's is no error."""
        now = self.settings.now()
        confirmed = self.identity.confirmed(kiosk, request.person, request.assurance_token, now)
        subject = subject_hash(request.person.name, request.person.number)
        with self.db.reading() as connection:
            rows = connection.execute(
                select(cases)
                .where(or_(cases.c.subject_hash == subject, cases.c.agent_hash == subject))
                .order_by(cases.c.received_at.desc())
                .limit(_MOST)
            ).all()
            found = tuple(
                CaseSummary(
                    code=row.code,
                    item=row.item,
                    state=CaseState(row.state),
                    role=role_of(row, subject),
                    supplement_by=row.supplement_by if row.state == CaseState.SUPPLEMENT_REQUIRED else None,
                    wanted=wanted_of(connection, row),
                    notices=row.notices,
                    details=details_of(connection, row, subject) if confirmed else None,
                )
                for row in rows
            )
            calls = call_backs.of_person(connection, subject)
        level: Level = "card+code" if confirmed else "card"
        return CasesAnswer(level=level, as_of=now, cases=found, call_backs=calls)

    def listed(self) -> list[CaseView]:
        """Return the newest cases for the staff page."""
        with self.db.reading() as connection:
            rows = connection.execute(select(cases).order_by(cases.c.received_at.desc(), cases.c.id.desc()).limit(_MOST))
            return [view_of(connection, row, self.catalogue) for row in rows.all()]

    def missing(self) -> list[Gap]:
        """Return the numbers of terminals that never came, for the staff page."""
        with self.db.reading() as connection:
            return gaps(connection)

    def accept(self, case_id: int, actor: str) -> str:
        """Accept a received case (受理): give it the department's number and the day its result is due.

        Return the number; accepting twice returns the first. Refuses 404 `not_found`, 409 `not_acceptable`,
        409 `item_unknown`.
        """
        now = self.settings.now()
        today = now.astimezone(CIVIL_TZ).date()
        with self.db.transaction() as connection:
            row = connection.execute(select(cases).where(cases.c.id == case_id)).first()
            if row is None:
                raise Refused(404, "not_found")
            if row.case_no:
                return str(row.case_no)
            if row.state != CaseState.RECEIVED:
                raise Refused(409, "not_acceptable", row.state)
            item = self.catalogue.item(row.item)
            if item is None:
                # The number begins with the item's implementation code; without it there is none to give.
                raise Refused(409, "item_unknown", row.item)
            number = _next_number(connection, item, today)
            connection.execute(
                update(cases)
                .where(cases.c.id == case_id)
                .values(case_no=number, state=CaseState.ACCEPTED.value, accepted_at=now, due_on=_due(item, today))
            )
            connection.execute(_NOTE, _noted(case_id, at=now, kind="accepted", actor=actor, detail=number))
        return number

    def supplemented(self, case_id: int, actor: str) -> None:
        """What was missing is here (补正): the case goes on as received. Refuses 404 `not_found`, 409 `nothing_missing`."""
        now = self.settings.now()
        with self.db.transaction() as connection:
            row = connection.execute(select(cases.c.state, cases.c.case_no).where(cases.c.id == case_id)).first()
            if row is None:
                raise Refused(404, "not_found")
            if row.state != CaseState.SUPPLEMENT_REQUIRED:
                raise Refused(409, "nothing_missing", row.state)
            supplements.settle(connection, case_id, now)
            goes_on = {"state": supplements.gone_on(row.case_no).value, "supplement_by": None}
            connection.execute(update(cases).where(cases.c.id == case_id).values(goes_on))
            connection.execute(_NOTE, _noted(case_id, at=now, kind="supplemented", actor=actor))

    def finish(self, case_id: int, actor: str) -> None:
        """The department has decided and the result is ready (办结). Refuses 404 `not_found`, 409 `not_finishable`."""
        now = self.settings.now()
        with self.db.transaction() as connection:
            state = connection.scalar(select(cases.c.state).where(cases.c.id == case_id))
            if state is None:
                raise Refused(404, "not_found")
            if state not in {CaseState.ACCEPTED, CaseState.REVIEWING}:
                raise Refused(409, "not_finishable", state)
            connection.execute(update(cases).where(cases.c.id == case_id).values(state=CaseState.CLOSED.value))
            connection.execute(_NOTE, _noted(case_id, at=now, kind="closed", actor=actor))

    def attachment(self, sha256: str) -> tuple[bytes, str]:
        """Return bytes and media type of an opened attachment. Refuses 404 `not_found`."""
        with self.db.reading() as connection:
            media_type = connection.scalar(select(attachments.c.media_type).where(attachments.c.sha256 == sha256).limit(1))
        if media_type is None:
            raise Refused(404, "not_found")
        return self.objects.get(sha256), media_type


def _next_number(connection: Connection, item: Item, today: dt.date) -> str:
    """Return the next case number of the day: implementation code, date, four digits (GB/T 39046: an..50)."""
    prefix = f"{item.task_code}{today:%Y%m%d}"
    highest = connection.scalar(select(func.max(cases.c.case_no)).where(cases.c.case_no.startswith(prefix)))
    serial = int(highest[len(prefix) :]) + 1 if highest else 1
    return f"{prefix}{serial:04d}"


def _due(item: Item, today: dt.date) -> dt.date:
    if item.unit == "calendar_day":
        return workdays.due_calendar_days(today, item.limit).date
    return workdays.due(today, item.limit).date
