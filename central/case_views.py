"""Cases as staff and their own people see them: masked, with materials, timeline and what is still wanted.

Knows: what is shown to whom. Does not know: how a case comes to be, or goes on (`cases`).
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, select

from central import supplements
from central.catalogue import CatalogueDesk
from central.masking import masked_name, masked_number
from central.tables import attachments, events, materials
from kiosk.city.messages import CaseDetails, CaseEvent, CaseState, Wanted
from kiosk.city.sealed import Assistance, KeptAnyway


@dataclass(frozen=True, slots=True)
class Attachment:
    """An opened attachment as staff see it."""

    sha256: str
    size_bytes: int
    media_type: str


@dataclass(frozen=True, slots=True)
class MaterialView:
    """A material as staff see it; the signature comes as one too."""

    key: str
    label: str
    source: str
    reason: str
    trust_grade: str
    pages: int
    due: dt.date | None
    attachments: tuple[Attachment, ...]
    kept_anyway: tuple[KeptAnyway, ...] = ()
    """Pages whose pictures were not good enough, and who answers for them."""
    settled: bool = False
    """What was to be brought later is here."""
    supplement: bool = False
    """It came after the case itself."""


@dataclass(frozen=True, slots=True)
class AgentView:
    """Who handed in for the applicant, as staff see them. `known_by`: by what the applicant was known there."""

    capacity: str
    relation: str
    name_masked: str
    number_masked: str
    known_by: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as staff see it in the list; the applicant is masked."""

    id: int
    code: str
    case_no: str
    item: str
    item_name: str
    state: str
    name_masked: str
    number_masked: str
    agent: AgentView | None
    kiosk: str
    assurance: str
    assurance_confirmed: bool
    clerk: str
    assistance: Assistance | None
    """Who of clerk and resident entered what; None where nobody helped."""
    submitted_at: dt.datetime
    clock_quality: str
    received_at: dt.datetime
    accepted_at: dt.datetime | None
    due_on: dt.date | None
    supplement_by: dt.date | None
    wanted: tuple[Wanted, ...]
    """What it waits for, while it does."""
    askable: bool
    """Staff may ask for a supplement."""
    double_of: str
    materials: tuple[MaterialView, ...]
    events: tuple[tuple[dt.datetime, str, str], ...]

    @property
    def by_clerk(self) -> tuple[str, ...]:
        """What the clerk entered, by key: answers, then materials, then the consents."""
        given = self.assistance
        if given is None:
            return ()
        entered = [*given.answers.items(), *given.materials.items(), ("consents", given.consents)]
        return tuple(key for key, by in entered if by == "clerk")


def view_of(connection: Connection, row: Any, catalogue: CatalogueDesk) -> CaseView:
    """Return a case as staff see it."""
    item = catalogue.item(row.item)
    name, number = str(row.applicant["name"]), str(row.applicant["number"])
    return CaseView(
        id=row.id,
        code=row.code,
        case_no=row.case_no or "",
        item=row.item,
        item_name=item.name if item else row.item,
        state=row.state,
        name_masked=masked_name(name),
        number_masked=masked_number(number),
        agent=_agent_view(row.acting),
        kiosk=row.kiosk,
        assurance=row.assurance,
        assurance_confirmed=row.assurance_confirmed,
        clerk=row.clerk,
        assistance=Assistance.model_validate_json(json.dumps(row.assistance)) if row.assistance else None,
        submitted_at=row.submitted_at,
        clock_quality=row.clock_quality,
        received_at=row.received_at,
        accepted_at=row.accepted_at,
        due_on=row.due_on,
        supplement_by=row.supplement_by,
        wanted=wanted_of(connection, row),
        askable=row.state in supplements.ASKABLE,
        double_of=row.double_of or "",
        materials=_materials(connection, row.id),
        events=_timeline(connection, row.id),
    )


def wanted_of(connection: Connection, row: Any) -> tuple[Wanted, ...]:
    """Return what is still to be brought, while it is."""
    return supplements.open_wishes(connection, row.id) if row.state == CaseState.SUPPLEMENT_REQUIRED else ()


def role_of(row: Any, subject: str) -> Literal["self", "agent", "principal"]:
    """Say what a person is in a case of theirs."""
    if row.acting is None:
        return "self"
    return "principal" if row.subject_hash == subject else "agent"


def _other(row: Any, subject: str) -> str:
    """Return the other one's name, masked; nobody's in a person's own case."""
    if row.acting is None:
        return ""
    other = row.acting["agent"] if row.subject_hash == subject else row.applicant
    return masked_name(str(other["name"]))


def _agent_view(acting: Any) -> AgentView | None:
    if acting is None:
        return None
    agent = acting["agent"]
    return AgentView(
        acting["capacity"],
        acting["relation"],
        masked_name(str(agent["name"])),
        masked_number(str(agent["number"])),
        acting["known_by"],
    )


def details_of(connection: Connection, row: Any, subject: str) -> CaseDetails:
    """Return what only a confirmed person is told."""
    return CaseDetails(
        case_no=row.case_no or "",
        submitted_at=row.submitted_at,
        received_at=row.received_at,
        materials=tuple(view.label or view.key for view in _materials(connection, row.id)),
        events=tuple(CaseEvent(at=at, kind=kind) for at, kind, _ in _timeline(connection, row.id)),
        missing=tuple(each.name for each in wanted_of(connection, row)),
        other=_other(row, subject),
    )


def _timeline(connection: Connection, case_id: int) -> tuple[tuple[dt.datetime, str, str], ...]:
    rows = connection.execute(select(events).where(events.c.case_id == case_id).order_by(events.c.id))
    return tuple((row.at, row.kind, row.actor) for row in rows)


def _materials(connection: Connection, case_id: int) -> tuple[MaterialView, ...]:
    files: dict[int | None, list[Attachment]] = {}
    for row in connection.execute(
        select(attachments).where(attachments.c.case_id == case_id).order_by(attachments.c.id)
    ):
        files.setdefault(row.material_id, []).append(Attachment(row.sha256, row.size_bytes, row.media_type))
    views = [
        MaterialView(
            row.key, row.label, row.source, row.reason, row.trust_grade, row.pages, row.due,
            tuple(files.get(row.id, ())),
            tuple(KeptAnyway.model_validate(each) for each in row.kept_anyway or ()),
            settled=row.settled_at is not None,
            supplement=row.supplement_id is not None,
        )
        for row in connection.execute(
            select(materials).where(materials.c.case_id == case_id).order_by(materials.c.position)
        )
    ]
    if signature := files.get(None):
        views.append(MaterialView("signature", "手写签名", "sign", "", "D", 1, None, tuple(signature)))
    return tuple(views)
