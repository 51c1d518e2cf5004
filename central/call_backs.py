"""Call-backs: a citizen needs a person's help and left a number; staff call, and write down what was said.

Knows: who may read an answer (whoever lays the card, so it must say nothing personal), that a second answer replaces none.
Does not know: envelopes, HTTP.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from central.catalogue import CatalogueDesk
from central.db import Database
from central.masking import masked_name
from central.refusals import Refused
from central.settings import Settings
from central.tables import call_backs
from kiosk.city.messages import CallBackSummary
from kiosk.city.sealed import CallBack
from kiosk.city.signing import subject_hash

MOST_CHARACTERS = 500
_MOST = 200


@dataclass(frozen=True, slots=True)
class CallBackView:
    """A wish as staff see it."""

    id: str
    code: str
    kiosk: str
    step: str
    item_name: str
    phone: str
    name_masked: str
    """Nothing where no card was read."""
    language: str
    submitted_at: dt.datetime
    received_at: dt.datetime
    answered_at: dt.datetime | None
    answered_by: str
    answer: str


def enter(connection: Connection, message: CallBack, *, confirmed: bool, received_at: dt.datetime) -> None:
    """Keep the wish inside the transaction that accepts the message."""
    person = message.applicant
    connection.execute(
        call_backs.insert().values(
            submission_id=message.submission_id,
            code=message.code,
            kiosk=message.kiosk,
            step=message.step,
            item=message.item,
            phone=message.phone,
            applicant=person.model_dump(mode="json") if person else None,
            subject_hash=subject_hash(person.name, person.number) if person else None,
            assurance=message.assurance,
            assurance_confirmed=confirmed,
            language=message.language,
            submitted_at=message.submitted_at,
            received_at=received_at,
        )
    )


def of_person(connection: Connection, subject: str) -> tuple[CallBackSummary, ...]:
    """Return a person's wishes with their answers, newest first."""
    rows = connection.execute(
        select(call_backs)
        .where(call_backs.c.subject_hash == subject)
        .order_by(call_backs.c.received_at.desc())
        .limit(_MOST)
    )
    return tuple(
        CallBackSummary(
            code=row.code, item=row.item, submitted_at=row.submitted_at, answered_at=row.answered_at, answer=row.answer
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class CallBackDesk:
    """Lists wishes and takes answers."""

    settings: Settings
    db: Database
    catalogue: CatalogueDesk

    def listed(self) -> list[CallBackView]:
        """Return wishes for the staff page: all without an answer, the oldest on top, then the newest answers."""
        waits = call_backs.c.answered_at.is_(None)
        with self.db.reading() as connection:
            rows = [
                *connection.execute(select(call_backs).where(waits).order_by(call_backs.c.received_at)),
                *connection.execute(
                    select(call_backs).where(~waits).order_by(call_backs.c.answered_at.desc()).limit(_MOST)
                ),
            ]
        return [self._view(row) for row in rows]

    def _view(self, row: Any) -> CallBackView:
        item = self.catalogue.item(row.item) if row.item else None
        return CallBackView(
            id=row.submission_id,
            code=row.code,
            kiosk=row.kiosk,
            step=row.step,
            item_name=item.name if item else row.item,
            phone=row.phone,
            name_masked=masked_name(str(row.applicant["name"])) if row.applicant else "",
            language=row.language,
            submitted_at=row.submitted_at,
            received_at=row.received_at,
            answered_at=row.answered_at,
            answered_by=row.answered_by or "",
            answer=row.answer,
        )

    def answer(self, submission_id: str, text: str, actor: str) -> None:
        """Write down what was answered. Refuses 404 `not_found`, 409 `answered`, 422 `answer_empty` `answer_too_long`."""
        said = " ".join(text.split())
        if not said:
            raise Refused(422, "answer_empty")
        if len(said) > MOST_CHARACTERS:
            raise Refused(422, "answer_too_long")
        with self.db.transaction() as connection:
            row = connection.execute(
                select(call_backs.c.answered_at).where(call_backs.c.submission_id == submission_id)
            ).first()
            if row is None:
                raise Refused(404, "not_found")
            if row.answered_at is not None:
                raise Refused(409, "answered")
            connection.execute(
                update(call_backs)
                .where(call_backs.c.submission_id == submission_id)
                .values(answered_at=self.settings.now(), answered_by=actor, answer=said)
            )
