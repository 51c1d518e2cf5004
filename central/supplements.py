"""Supplements (补正, 容缺补齐): what a case still waits for, who may bring it, and how the case goes on once it is here.

Knows: what staff asked for and what the person promised to bring, its days, that nothing is taken that nobody wants.
Does not know: envelopes, HTTP, pages of staff.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update

from central.catalogue import CatalogueDesk
from central.db import Database
from central.refusals import Refused
from central.settings import CIVIL_TZ, Settings
from central.tables import attachments, cases, events, materials, supplements, wanted
from kiosk.city.messages import WANTED_REASONS, CaseState, Wanted
from kiosk.city.sealed import Material, Supplement
from kiosk.city.signing import subject_hash

MOST_CHARACTERS = 200
MOST_DAYS = 90
ASKABLE = frozenset({CaseState.RECEIVED, CaseState.ACCEPTED, CaseState.REVIEWING, CaseState.SUPPLEMENT_REQUIRED})
REASONS = tuple(reason for reason in WANTED_REASONS if reason != "later")
"""Why staff ask; what is brought `later` the person promised."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One material that staff ask for: why, and what they write to it."""

    key: str
    reason: str
    note: str = ""


# --- what is wanted --------------------------------------------------------------------------------------------------


def open_wishes(connection: Connection, case_id: int) -> tuple[Wanted, ...]:
    """Return what this case still waits for: what was promised at the hand-in, then what staff asked for."""
    promised = connection.execute(
        select(materials)
        .where(materials.c.case_id == case_id, materials.c.due.is_not(None), materials.c.settled_at.is_(None))
        .order_by(materials.c.position)
    )
    asked = connection.execute(
        select(wanted).where(wanted.c.case_id == case_id, wanted.c.settled_at.is_(None)).order_by(wanted.c.id)
    )
    return (
        *(Wanted(key=row.key, name=row.label or row.key, reason="later", due=row.due) for row in promised),
        *(Wanted(key=row.key, name=row.label, reason=row.reason, note=row.note, due=row.due) for row in asked),
    )


def settle(connection: Connection, case_id: int, at: dt.datetime, keys: Collection[str] | None = None) -> None:
    """What was waited for is here: these materials, or all of them."""
    for table in (materials, wanted):
        waits = [table.c.case_id == case_id, table.c.settled_at.is_(None)]
        if table is materials:
            waits.append(table.c.due.is_not(None))
        if keys is not None:
            waits.append(table.c.key.in_(keys))
        connection.execute(update(table).where(*waits).values(settled_at=at))


def gone_on(case_no: str | None) -> CaseState:
    """Return where a case stands that waits for nothing any more: it is looked at again, accepted or not yet."""
    return CaseState.REVIEWING if case_no else CaseState.RECEIVED


# --- asking ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SupplementDesk:
    """Takes what staff ask for."""

    settings: Settings
    db: Database
    catalogue: CatalogueDesk

    def today(self) -> dt.date:
        """Return the civil date."""
        return self.settings.now().astimezone(CIVIL_TZ).date()

    def choices(self, case_id: int) -> tuple[str, dict[str, str], tuple[Wanted, ...]]:
        """Return the case's code, what can be asked for (key and name), and what it waits for already.

        Refuses as `ask` what cannot be asked at all.
        """
        with self.db.reading() as connection:
            row = _askable(connection, case_id)
            waits = () if row.state != CaseState.SUPPLEMENT_REQUIRED else open_wishes(connection, case_id)
        taken = {each.key for each in waits}
        return row.code, {key: name for key, name in self._scans(row.item).items() if key not in taken}, waits

    def _scans(self, item_id: str) -> dict[str, str]:
        item = self.catalogue.item(item_id)
        if item is None:
            raise Refused(409, "item_unknown", item_id)
        return dict(item.scans)

    def ask(self, case_id: int, asked: Sequence[Ask], until: dt.date, actor: str) -> None:
        """Ask for these materials until that day (补正通知); the case waits for them from now on.

        Refuses 404 `not_found`; 409 `not_askable` `item_unknown` `asked_already`; 422 `nothing_asked` `asked_twice`
        `material_unknown` `reason_unknown` `note_too_long` `until_past` `until_too_late`.
        """
        now, today = self.settings.now(), self.today()
        _check_words(asked, until, today)
        with self.db.transaction() as connection:
            row = _askable(connection, case_id)
            names = self._scans(row.item)
            if unknown := [each.key for each in asked if each.key not in names]:
                raise Refused(422, "material_unknown", ",".join(unknown))
            if row.state != CaseState.SUPPLEMENT_REQUIRED:
                settle(connection, case_id, now)  # what a window took in before windows wrote that down
            waits = {each.key for each in open_wishes(connection, case_id)}
            if again := [each.key for each in asked if each.key in waits]:
                raise Refused(409, "asked_already", ",".join(again))
            connection.execute(
                wanted.insert(),
                [
                    {
                        "case_id": case_id, "key": each.key, "label": names[each.key], "reason": each.reason,
                        "note": _line(each.note), "due": until, "asked_at": now, "asked_by": actor,
                    }
                    for each in asked
                ],
            )  # fmt: skip
            _wait(connection, case_id, notices=row.notices + 1)
            detail = ",".join(each.key for each in asked)
            connection.execute(
                events.insert().values(case_id=case_id, at=now, kind="supplement_asked", actor=actor, detail=detail)
            )


def _line(text: str) -> str:
    return " ".join(text.split())


def _check_words(asked: Sequence[Ask], until: dt.date, today: dt.date) -> None:
    if not asked:
        raise Refused(422, "nothing_asked")
    if len({each.key for each in asked}) != len(asked):
        raise Refused(422, "asked_twice")
    if until < today:
        raise Refused(422, "until_past")
    if until > today + dt.timedelta(days=MOST_DAYS):
        raise Refused(422, "until_too_late")
    for each in asked:
        if each.reason not in REASONS:
            raise Refused(422, "reason_unknown", each.key)
        if len(_line(each.note)) > MOST_CHARACTERS:
            raise Refused(422, "note_too_long", each.key)


def _askable(connection: Connection, case_id: int) -> Row[Any]:
    row = connection.execute(select(cases).where(cases.c.id == case_id)).first()
    if row is None:
        raise Refused(404, "not_found")
    if row.state not in ASKABLE:
        raise Refused(409, "not_askable", row.state)
    return row


def _wait(connection: Connection, case_id: int, **changes: Any) -> None:
    """Let the case wait for what is open, until the first of its days."""
    first = min(each.due for each in open_wishes(connection, case_id))
    values = {"state": CaseState.SUPPLEMENT_REQUIRED.value, "supplement_by": first, **changes}
    connection.execute(update(cases).where(cases.c.id == case_id).values(values))


# --- taking in -------------------------------------------------------------------------------------------------------


def check(connection: Connection, message: Supplement, taken: Collection[str] = ()) -> None:
    """Refuse 422 what this case does not wait for, or not from this person.

    `supplement_unknown` (no such case of theirs), `supplement_withdrawn`, `supplement_not_wanted` with the case's state or
    the materials' keys, `supplement_too_late` with their keys. `taken`: what came for it in the same moment.
    """
    case = _theirs(connection, message)
    if case is None or case.item != message.item:
        raise Refused(422, "supplement_unknown")
    if case.state == CaseState.WITHDRAWN:
        raise Refused(422, "supplement_withdrawn")
    if case.state != CaseState.SUPPLEMENT_REQUIRED:
        raise Refused(422, "supplement_not_wanted", case.state)
    days = {each.key: each.due for each in open_wishes(connection, case.id) if each.key not in taken}
    if strange := [material.key for material in message.materials if material.key not in days]:
        raise Refused(422, "supplement_not_wanted", ",".join(strange))
    day = message.submitted_at.astimezone(CIVIL_TZ).date()
    if late := [material.key for material in message.materials if day > days[material.key]]:
        raise Refused(422, "supplement_too_late", ",".join(late))


def _theirs(connection: Connection, message: Supplement) -> Row[Any] | None:
    """Find the case among those of this person. A code comes back only after millions; then the newest is meant."""
    subject = subject_hash(message.applicant.name, message.applicant.number)
    return connection.execute(
        select(cases)
        .where(cases.c.code == message.supplements, or_(cases.c.subject_hash == subject, cases.c.agent_hash == subject))
        .order_by(cases.c.id.desc())
    ).first()


def enter(connection: Connection, message: Supplement, *, confirmed: bool, received_at: dt.datetime) -> None:
    """Put the materials to their case, which goes on when nothing is missing any more; `check` has found nothing wrong."""
    case = _theirs(connection, message)
    if case is None:
        raise LookupError("a supplement that was checked has lost its case")
    connection.execute(
        supplements.insert().values(
            submission_id=message.submission_id,
            code=message.code,
            case_id=case.id,
            subject_hash=subject_hash(message.applicant.name, message.applicant.number),
            kiosk=message.kiosk,
            clerk=message.assistance.clerk if message.assistance else "",
            assistance=message.assistance.model_dump(mode="json") if message.assistance else None,
            assurance=message.assurance,
            assurance_confirmed=confirmed,
            submitted_at=message.submitted_at,
            received_at=received_at,
        )
    )
    for material in message.materials:
        _add(connection, case.id, material, message.submission_id)
    settle(connection, case.id, received_at, [material.key for material in message.materials])
    detail = ",".join(material.key for material in message.materials)
    connection.execute(
        events.insert().values(
            case_id=case.id, at=received_at, kind="supplemented", actor=f"kiosk {message.kiosk}", detail=detail
        )
    )
    if case.state != CaseState.SUPPLEMENT_REQUIRED:
        return  # taken back in the same moment: what came with it stands in the record all the same
    if open_wishes(connection, case.id):
        _wait(connection, case.id)
    else:
        goes_on = {"state": gone_on(case.case_no).value, "supplement_by": None}
        connection.execute(update(cases).where(cases.c.id == case.id).values(goes_on))


def _add(connection: Connection, case_id: int, material: Material, submission_id: str) -> None:
    last = connection.scalar(select(func.max(materials.c.id)))
    place = connection.scalar(select(func.max(materials.c.position)).where(materials.c.case_id == case_id))
    material_id = (last or 0) + 1
    names = {"key", "label", "source", "reason", "trust_grade", "pages", "kept_anyway"}
    said = material.model_dump(mode="json", include=names)
    connection.execute(
        materials.insert().values(
            id=material_id, case_id=case_id, position=0 if place is None else place + 1, supplement_id=submission_id, **said
        )
    )
    files = [
        {"case_id": case_id, "material_id": material_id, **ref.model_dump(), "part": f"{material_id}/{number}"}
        for number, ref in enumerate(material.parts, start=1)
    ]
    connection.execute(attachments.insert(), files)
