"""What a terminal seals for the city: submissions, what is brought for them later, withdrawals, wishes, grades.

Knows: the plaintext inside an envelope, and what its header says in the place of the service. Does not know: how it is
sealed (the outbox' envelope), or what is asked and answered on the line (`messages`).

It may wait in an outbox for weeks: a platform reads what older terminals sealed.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import AwareDatetime, Field, JsonValue, model_validator

from kiosk.city.wire import CODE, Key, KioskNo, Level, PersonKey, Sent, Sha256


class Applicant(PersonKey):
    """A person with what else their document says: whose case it is, or who acts for them."""

    sex: str = Field("", max_length=1)
    nation_code: str = Field("", max_length=2)
    birth: dt.date | None = None
    address: str = Field("", max_length=300)
    issuer: str = Field("", max_length=100)
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


class PartRef(Sent):
    """One sealed part of the envelope and the plaintext that it must open to."""

    part: Key
    sha256: Sha256
    size_bytes: int = Field(ge=1, le=64 * 1024 * 1024)
    media_type: Literal["application/pdf", "image/jpeg", "image/png"]


class KeptAnyway(Sent):
    """A page, from 1, whose picture was not good enough: why (a message id), and which clerk answers for it."""

    page: int = Field(ge=1, le=200)
    reason: str = Field(min_length=1, max_length=120)
    clerk: str = Field(pattern=r"^[A-Z0-9]{3,12}$")


class Material(Sent):
    """One material of the item. `reason` says why something shareable was scanned after all (a message id)."""

    key: Key
    label: str = Field("", max_length=200)
    source: Literal["scan", "import", "share", "e_certificate", "read", "form", "commit", "sign", "later"]
    """`later`: it is still to be brought, by `due` (容缺)."""
    due: dt.date | None = None
    parts: tuple[PartRef, ...] = Field((), max_length=64)
    pages: int = Field(0, ge=0, le=200)
    reason: str = Field("", max_length=120)
    trust_grade: Literal["A", "B", "C", "D"]
    """国办函〔2016〕108号: A issued here, B checked at a window, C scanned by the person, D promised: that a file
    which the person brought shows a paper, and that a poor picture does, too."""
    kept_anyway: tuple[KeptAnyway, ...] = Field((), max_length=200)

    @model_validator(mode="after")
    def _what_was_kept_anyway_is_trusted_least(self) -> Self:
        if self.kept_anyway and (self.trust_grade != "D" or max(each.page for each in self.kept_anyway) > self.pages):
            msg = "a page that was kept anyway is one of the pages, and makes the grade D"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _scans_have_parts(self) -> Self:
        if (self.source in {"scan", "import"}) != bool(self.parts):
            msg = "a scan or an import has parts, nothing else has"
            raise ValueError(msg)
        if (self.source == "later") != (self.due is not None):
            msg = "what is brought later, and only that, has its day"
            raise ValueError(msg)
        return self


class Signature(Sent):
    """The hand-written signature: strokes of (x, y, seconds) with x and y in 0..1 of a pad of `width` × `height` pixels."""

    width: int = Field(ge=1, le=10000)
    height: int = Field(ge=1, le=10000)
    strokes: tuple[tuple[tuple[float, float, float], ...], ...] = Field(min_length=1, max_length=400)
    png: PartRef | None = None


class Acting(Sent):
    """Somebody hands in for the applicant (代办): in which capacity, who, and by what the applicant is known here.

    The assurance and its token are the agent's, who stood at the terminal. `known_by` says whether the applicant's card lay
    there too; of who was only named, name and number are the agent's word.
    """

    capacity: Literal["child", "asked"]
    relation: Literal["parent", "guardian", "spouse", "child", "relative", "other"]
    agent: Applicant
    known_by: Literal["card", "number"]


Entered = Literal["resident", "clerk"]
"""Who entered something, where a clerk helped."""


class Assistance(Sent):
    """A clerk helped: who, what each of the two entered, and how the resident confirmed all of it."""

    clerk: str = Field(pattern=r"^[A-Z0-9]{3,12}$")
    answers: dict[str, Entered] = Field(default_factory=dict, max_length=400)
    """Field key to who answered; what was prefilled has its source instead."""
    materials: dict[str, Entered] = Field(default_factory=dict, max_length=100)
    consents: Entered
    confirmed: Literal["card", "touch"]
    confirmed_at: AwareDatetime


class Sealed(Sent):
    """What every message that an outbox seals says of itself. `code` is its own code."""

    schema_version: Literal[1] = 1
    submission_id: Key
    kiosk: KioskNo
    code: str = Field(pattern=CODE)
    submitted_at: AwareDatetime
    clock_quality: Literal["synchronised", "free_running", "implausible"]
    language: str = Field(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")

    def to_bytes(self) -> bytes:
        """Return the form's bytes for sealing."""
        return self.model_dump_json().encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a form. Raises pydantic's ValidationError, which quotes no input."""
        return cls.model_validate_json(data)


class Submission(Sealed):
    """What a citizen handed in: the plaintext that the envelope seals."""

    item: Key
    item_version: str = Field(max_length=64)
    applicant: Applicant
    """Whose case it is."""
    acting: Acting | None = None
    """Who handed in for them; None when they did themselves."""
    assurance: Level
    assurance_token: str = Field("", max_length=2000)
    answers: dict[str, JsonValue] = Field(default_factory=dict, max_length=400)
    sources: dict[str, str] = Field(default_factory=dict, max_length=400)
    """Field key to where its prefilled value came from, such as `id_card`."""
    materials: tuple[Material, ...] = Field((), max_length=100)
    signature: Signature | None = None
    consents: tuple[Key, ...] = Field((), max_length=40)
    entered_by: Literal["citizen", "clerk"] = "citizen"
    """`clerk` as soon as one answer, page or tick is a clerk's."""
    assistance: Assistance | None = None

    @property
    def presenter(self) -> Applicant:
        """Return who stood at the terminal and handed in."""
        return self.applicant if self.acting is None else self.acting.agent

    def part_refs(self) -> tuple[PartRef, ...]:
        """Return every part that the submission names."""
        refs = [ref for material in self.materials for ref in material.parts]
        return (*refs, self.signature.png) if self.signature and self.signature.png else tuple(refs)

    @model_validator(mode="after")
    def _a_clerk_has_a_number(self) -> Self:
        if self.assistance is None and (self.entered_by == "clerk" or self.assurance == "card+clerk"):
            msg = "a clerk helped, and nobody says which"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _parts_named_once(self) -> Self:
        names = [ref.part for ref in self.part_refs()]
        if len(names) != len(set(names)):
            msg = "a part is named twice"
            raise ValueError(msg)
        return self


WITHDRAWAL = "case_withdrawal"
"""What stands in an envelope's header in the place of the service when it withdraws a case."""


class Withdrawal(Sealed):
    """A citizen takes a case back (撤回): sealed, signed and sent like a submission, behind the case itself.

    The person is named so that nobody withdraws a stranger's case by its code.
    """

    withdraws: str = Field(pattern=CODE)
    """The code of the case."""
    applicant: PersonKey
    assurance: Level
    assurance_token: str = Field("", max_length=2000)


SUPPLEMENT = "case_supplement"
"""What stands there, before the service of the case, when materials are handed in for a case that waits for them."""


def supplement_service(item: str) -> str:
    """Return what stands in the header of a supplement to a case of this service."""
    return f"{SUPPLEMENT}.{item}"


def supplemented_item(service: str) -> str:
    """Return the service of the case that a message with this header supplements; nothing for any other message."""
    kind, _, item = service.partition(".")
    return item if kind == SUPPLEMENT else ""


class Supplement(Sealed):
    """A citizen hands in what a case waits for (补正, 容缺补齐): sealed, signed and sent like a submission, with its parts.

    The person is named as in a withdrawal: nobody adds to a stranger's case by its code.
    """

    supplements: str = Field(pattern=CODE)
    """The code of the case."""
    item: Key
    applicant: PersonKey
    """Who stood at the terminal: whose case it is, or who handed it in for them."""
    assurance: Level
    assurance_token: str = Field("", max_length=2000)
    materials: tuple[Material, ...] = Field(min_length=1, max_length=100)
    assistance: Assistance | None = None

    def part_refs(self) -> tuple[PartRef, ...]:
        """Return every part that it names."""
        return tuple(ref for material in self.materials for ref in material.parts)

    @model_validator(mode="after")
    def _pages_each_once(self) -> Self:
        keys = [material.key for material in self.materials]
        parts = [ref.part for ref in self.part_refs()]
        if any(not material.parts for material in self.materials):
            msg = "a supplement brings pages"
            raise ValueError(msg)
        if len(keys) != len(set(keys)) or len(parts) != len(set(parts)):
            msg = "a material or a part is named twice"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _a_clerk_has_a_number(self) -> Self:
        if self.assistance is None and self.assurance == "card+clerk":
            msg = "a clerk helped, and nobody says which"
            raise ValueError(msg)
        return self


CALL_BACK = "call_back"
"""What stands there when somebody wants to be called back."""


class CallBack(Sealed):
    """A citizen needs a person's help and leaves a number: sealed and sent like a submission.

    Without a card nobody is named, and the call itself is the only answer.
    """

    step: Key
    """The screen that the person needed help with."""
    item: str = Field("", pattern=r"^[A-Za-z0-9_.-]{0,64}$")
    phone: str = Field(pattern=r"^[0-9]{7,12}$")
    applicant: PersonKey | None = None
    assurance: Level
    assurance_token: str = Field("", max_length=2000)


RATING = "rating"
"""What stands there when a citizen says how content they were."""


class Rating(Sealed):
    """How content a citizen was (好差评), once per case or certificate. Names nobody: it is bound to what was done."""

    about: Literal["case", "certificate"]
    rates: Key
    """The code of the case, or the short id of the certificate."""
    item: Key
    grade: int = Field(ge=1, le=5)
    """国办发〔2019〕51号: 5 very content (非常满意), 4 content (满意), 3 somewhat (基本满意), 2 not (不满意), 1 not at all
    (非常不满意)."""
