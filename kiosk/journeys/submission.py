"""Puts together what a citizen hands in, in the city's own words.

Knows: the contract's shapes, one PDF per material, hashes of every plaintext. Does not know: sealing, storing, sending.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kiosk.catalogue import forms
from kiosk.catalogue.materials import AskedMaterial
from kiosk.catalogue.models import Provide, ServiceItem
from kiosk.city import sealed
from kiosk.city.wire import PersonKey
from kiosk.clock import ClockQuality
from kiosk.documents.pages import CapturedPage
from kiosk.documents.pdf import Stamp, pages_to_pdf
from kiosk.identity.acting import GUARDIAN_CONSENT, Capacity
from kiosk.identity.assurance import Assurance
from kiosk.identity.persons import Person
from kiosk.journeys.vault import Vault
from offline_queue import Attachment

SIGNATURE_PART = "signature"
_SUPPLEMENTS = uuid.UUID("5f0f2a0e-3c3b-4d5c-9a57-b2a4e6d0f8c1")
CONSENTS = ("identity", "application")
_WITHOUT_PAGES: dict[Provide, tuple[Literal["read", "share", "e_certificate", "form", "commit"], Literal["A", "D"]]] = {
    Provide.READ: ("read", "A"),
    Provide.SHARE: ("share", "A"),
    Provide.E_CERTIFICATE: ("e_certificate", "A"),
    Provide.FORM: ("form", "D"),
    Provide.COMMIT: ("commit", "D"),
}
"""Ways that bring no page of paper: what the city is told, and how far it may be trusted (see `sealed.Material`)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A submission that only lacks its code, which the outbox mints as it commits."""

    submission_id: str
    item: str
    service: str
    """What stands in the envelope's header."""
    assurance: Assurance
    submitted_at: dt.datetime
    attachments: tuple[Attachment, ...]
    body: dict[str, object]
    message: type[sealed.Submission | sealed.Supplement] = sealed.Submission

    def form(self, code: str) -> bytes:
        """Return the form's bytes with its code. Raises pydantic's ValidationError if the parts do not fit: our bug."""
        return self.message.model_validate({**self.body, "code": code}).to_bytes()


def applicant(person: Person) -> sealed.Applicant:
    """Return a person as the contract names them."""
    return sealed.Applicant(
        name=person.name,
        document_type=person.document_type,
        number=person.number,
        sex=str(person.sex),
        nation_code=person.nation_code,
        birth=person.birth,
        address=person.address,
        issuer=person.issuer,
        valid_from=person.valid_from,
        valid_to=person.valid_to,
    )


def _assistance(vault: Vault, answers: Mapping[str, object], materials: Collection[str]) -> sealed.Assistance:
    """Return who entered what of that which is handed in. Raises pydantic's ValidationError without the resident's yes."""
    return sealed.Assistance.model_validate(
        {
            "clerk": vault.clerk,
            "answers": {key: by for key, by in vault.entered_by.items() if key in answers},
            "materials": {key: by for key, by in vault.brought_by.items() if key in materials},
            "consents": vault.consented_by,
            "confirmed": vault.assent,
            "confirmed_at": vault.assented_at,
        }
    )


def acting(vault: Vault, agent: Person, capacity: Capacity) -> sealed.Acting | None:
    """Return who hands in for whom as the contract says it; None for somebody's own case."""
    principal = vault.principal
    if capacity is Capacity.SELF or principal is None:
        return None
    known_by = "card" if principal.document_seen else "number"
    return sealed.Acting.model_validate(
        {"capacity": str(capacity), "relation": vault.relation, "agent": applicant(agent), "known_by": known_by}
    )


def compose(
    *,
    vault: Vault,
    person: Person,
    capacity: Capacity,
    item: ServiceItem,
    asked: tuple[AskedMaterial, ...],
    catalogue_version: str,
    assurance: Assurance,
    pad: tuple[int, int],
    kiosk: str,
    submitted_at: dt.datetime,
    clock: ClockQuality,
    language: str,
    purpose: str,
    later: Mapping[str, dt.date],
) -> Draft:
    """Put the submission together from what is in the vault. Writes the PDFs: not for the screen's thread.

    `purpose`: the words across each page. `later`: what is still to be brought, and by which day.
    """
    attachments: list[Attachment] = []

    def stamp(pages: Sequence[CapturedPage]) -> Stamp:
        return Stamp(purpose, kiosk, submitted_at, grade_of(pages))

    def given(each: AskedMaterial) -> sealed.Material | None:
        if (due := later.get(each.material.key)) is not None:
            label = each.material.name.in_language(language)
            return sealed.Material(key=each.material.key, label=label, source="later", due=due, trust_grade="D")
        return _material(each, vault, attachments, language, stamp)

    materials = [said for each in asked if (said := given(each)) is not None]
    body: dict[str, Any] = {
        "submission_id": vault.submission_id,
        "kiosk": kiosk,
        "item": item.id,
        "item_version": catalogue_version,
        "applicant": applicant(vault.principal or person),
        "acting": acting(vault, person, capacity),
        "assurance": str(assurance),
        "assurance_token": vault.token,
        "answers": forms.normalised(item, vault.answers),
        "sources": dict(vault.sources),
        "materials": tuple(materials),
        "consents": (*CONSENTS, GUARDIAN_CONSENT) if vault.guardian_agrees else CONSENTS,
        "submitted_at": submitted_at,
        "clock_quality": str(clock),
        "language": language,
    }
    if vault.clerk:
        helped = _assistance(vault, body["answers"], {material.key for material in materials})
        by_clerk = "clerk" in {helped.consents, *helped.answers.values(), *helped.materials.values()}
        body |= {"assistance": helped, "entered_by": "clerk" if by_clerk else "citizen"}
    if vault.strokes:
        png = _attach(attachments, SIGNATURE_PART, "image/png", vault.signature_png)
        body["signature"] = sealed.Signature(width=pad[0], height=pad[1], strokes=vault.strokes, png=png)
    return Draft(vault.submission_id, item.id, item.id, assurance, submitted_at, tuple(attachments), body)


def supplement_id(case: str, notice: int) -> uuid.UUID:
    """Return the one id that an answer to this notice of a case can have: brought twice, it is still one message."""
    return uuid.uuid5(_SUPPLEMENTS, f"{case} {notice}")


def compose_supplement(
    *,
    vault: Vault,
    person: Person,
    item: ServiceItem,
    case: str,
    submission_id: str,
    asked: tuple[AskedMaterial, ...],
    assurance: Assurance,
    kiosk: str,
    submitted_at: dt.datetime,
    clock: ClockQuality,
    language: str,
    purpose: str,
) -> Draft:
    """Put together what is brought for a case that waits for it. Writes the PDFs: not for the screen's thread."""
    attachments: list[Attachment] = []

    def stamp(pages: Sequence[CapturedPage]) -> Stamp:
        return Stamp(purpose, kiosk, submitted_at, grade_of(pages))

    found = (_material(each, vault, attachments, language, stamp) for each in asked)
    materials = tuple(said for said in found if said is not None)
    body: dict[str, Any] = {
        "submission_id": submission_id,
        "kiosk": kiosk,
        "supplements": case,
        "item": item.id,
        "applicant": PersonKey(name=person.name, document_type=person.document_type, number=person.number),
        "assurance": str(assurance),
        "assurance_token": vault.token,
        "materials": materials,
        "submitted_at": submitted_at,
        "clock_quality": str(clock),
        "language": language,
    }
    if vault.clerk:
        body["assistance"] = _assistance(vault, {}, {material.key for material in materials})
    service = sealed.supplement_service(item.id)
    return Draft(
        submission_id, item.id, service, assurance, submitted_at, tuple(attachments), body, sealed.Supplement
    )


def _material(
    asked: AskedMaterial,
    vault: Vault,
    attachments: list[Attachment],
    language: str,
    stamp: Callable[[Sequence[CapturedPage]], Stamp],
) -> sealed.Material | None:
    """Return one material as the city is told of it; None for a page that was not asked for and not laid."""
    material = asked.material
    label = material.name.in_language(language)
    if asked.way is not None and asked.way in _WITHOUT_PAGES:
        source, grade = _WITHOUT_PAGES[asked.way]
        return sealed.Material(key=material.key, label=label, source=source, trust_grade=grade)
    pages = vault.pages.get(material.key, [])
    if not pages:
        return None
    parts = [_attach(attachments, material.key, "application/pdf", pages_to_pdf(pages, stamp(pages)))]
    parts += [
        _attach(attachments, f"{material.key[:48]}.seen{number}", "image/jpeg", page.evidence)
        for number, page in enumerate(pages, start=1)
        if page.evidence
    ]
    return sealed.Material(
        key=material.key,
        label=label,
        source="scan" if all(page.source == "camera" for page in pages) else "import",
        parts=tuple(parts),
        pages=len(pages),
        reason=asked.reason_id or "",
        trust_grade=grade_of(pages),
        kept_anyway=tuple(
            sealed.KeptAnyway(page=number, reason=page.kept_anyway, clerk=page.kept_by)
            for number, page in enumerate(pages, start=1)
            if page.kept_anyway
        ),
    )


def grade_of(pages: Sequence[CapturedPage]) -> Literal["C", "D"]:
    """Return how far pages may be trusted: paper that lay here is a scan.

    A file that was brought is the person's word, and a picture that was not good enough is the clerk's who kept it.
    """
    return "C" if all(page.source == "camera" and not page.kept_anyway for page in pages) else "D"


def _attach(
    attachments: list[Attachment], part: str, media_type: Literal["application/pdf", "image/jpeg", "image/png"], data: bytes
) -> sealed.PartRef:
    attachments.append(Attachment(part, media_type, data))
    digest = hashlib.sha256(data).hexdigest()
    return sealed.PartRef(part=part, sha256=digest, size_bytes=len(data), media_type=media_type)
