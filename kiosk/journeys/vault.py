"""Everything that the terminal knows of the person before it, in one place, so that it can be forgotten at once.

Knows: person, answers, pages, signature, codes, the cases, the certificate. Does not know: what any of it is for. Nothing
of it is ever written to disk, logged or kept beyond `wipe`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from kiosk.city.messages import CallBackSummary, CaseSummary, CertificateRequest
from kiosk.documents.errands import Imported, NotImported
from kiosk.documents.kinds import FileKind
from kiosk.documents.pages import CapturedPage, Refused
from kiosk.identity.persons import Person
from kiosk.printing.certificate import CheckedCertificate
from offline_queue import Row

Stroke = tuple[tuple[float, float, float], ...]
"""Points of one stroke: x and y in 0..1 of the pad, seconds since the first touch."""


@dataclass(slots=True)
class Kept:
    """What the outbox answered for this session's submission."""

    submission_id: str
    code: str
    digest: str
    submitted_at: dt.datetime
    attachments: tuple[str, ...]
    """SHA-256 of each attachment's plaintext, hex."""
    materials: tuple[tuple[str, str], ...]
    """Name and amount of each material, as the receipt says them."""
    later: tuple[tuple[str, dt.date], ...] = ()
    """Name of each material that is still to be brought, and by which day."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the store holds of this person: the tag of their card, and the rows that bear it."""

    tag: bytes = field(default=b"", repr=False)
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Supplementing:
    """The case for which something is brought: its code, which of its notices, and the keys of what it waits for."""

    case: str
    notice: int
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was last handed to the outbox, for the case that it was kept though nobody could say so."""

    attachments: tuple[str, ...]
    """SHA-256 of each attachment's plaintext, hex."""
    materials: tuple[tuple[str, str], ...]
    """Name and amount of each material, as the receipt says them."""
    later: tuple[tuple[str, dt.date], ...] = ()
    """Name of each material that is still to be brought, and by which day."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A value that was read of a page and waits for the person to say that it is right."""

    value: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class StickFile:
    """A file on the person's stick; `answer`: what the gate made of it, None while it has not been looked at."""

    path: Path = field(repr=False)
    kind: FileKind
    answer: Imported | NotImported | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Doubled:
    """A page that looks like one of the same material that is here already, until the person says what it is."""

    material: str
    page: CapturedPage = field(repr=False)
    earlier: int
    """The number, from 0, of the page that it looks like."""
    then: tuple[CapturedPage, ...] = field(default=(), repr=False)
    """The further pages of its file, whose turn comes when this one's is over."""


@dataclass(slots=True, repr=False)
class Vault:
    """The person of the present session, or nobody."""

    person: Person | None = None
    card_kind: str = ""
    principal: Person | None = None
    """Whom the person acts for, if for somebody else: the case is theirs."""
    principal_name: str = ""
    """What was typed of them, where no card of theirs lay here; and the number."""
    principal_number: str = ""
    relation: str = ""
    guardian_agrees: bool = False
    answers: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    """Field key to where its prefilled value came from."""
    touched: set[str] = field(default_factory=set)
    """Fields whose problems may be shown: nobody is told off for a field not reached yet."""
    offers: dict[str, Offer] = field(default_factory=dict)
    """Field key to what a page says: not an answer before the person takes it."""
    digits: str = ""
    challenge: str = ""
    phone_masked: str = ""
    resend_at: float = 0.0
    """Monotonic seconds from which another code may be asked for."""
    token: str = ""
    """The city's signed word that a one-time code was confirmed."""
    pages: dict[str, list[CapturedPage]] = field(default_factory=dict)
    later: set[str] = field(default_factory=set)
    """Materials that the person will bring after the hand-in (容缺)."""
    doubled: Doubled | None = None
    stick: tuple[StickFile, ...] = ()
    refused: Refused | None = None
    """The picture that was not good enough, while the person looks at it."""
    strokes: tuple[Stroke, ...] = ()
    signature_png: bytes = b""
    submission_id: str = ""
    """Fixed before the first attempt to store, so that trying again cannot make a second case."""
    submitted_at: dt.datetime | None = None
    """When handing in was first asked for: like the id, the same for every attempt."""
    unsure: Attempt | None = None
    """An attempt of which the outbox could not say whether it was kept."""
    kept: Kept | None = None
    receipt_png: bytes = b""
    found: Found = field(default_factory=Found)
    city_cases: tuple[CaseSummary, ...] = ()
    """What the city says of the person's cases, and when it said so."""
    city_calls: tuple[CallBackSummary, ...] = ()
    city_as_of: dt.datetime | None = None
    city_asked: bool = False
    supplementing: Supplementing | None = None
    """For which case pages are laid, if not for a new one."""
    clerk: str = ""
    """The staff number of the clerk who helps, or nothing. Like the next three it is the city's to know, with the case."""
    consented_by: str = ""
    entered_by: dict[str, str] = field(default_factory=dict)
    """Field key to who entered it, where a clerk helps: `resident` or `clerk`."""
    brought_by: dict[str, str] = field(default_factory=dict)
    """The same of each material."""
    assent: str = ""
    """How the resident confirmed: `card` or `touch`; nothing before."""
    assented_at: dt.datetime | None = None
    pin: str = ""
    """What was typed of a staff card's PIN."""
    call_back: str = ""
    """The number at which the person wants to be called, as far as it is typed."""
    called: str = ""
    """The number of the wish that was kept last: what the last page shows."""
    call_back_id: str = ""
    """Fixed before the first attempt to keep the wish, like a submission's."""
    request: CertificateRequest | None = None
    """The certificate that was asked for and has not come yet: a lost answer is asked for again under the same id."""
    certificate: CheckedCertificate | None = None
    print_job: int | None = None
    pages_printed: int = 0

    def wipe(self) -> None:
        """Forget the person. Every field falls back to its default; nothing refers to the old values any more."""
        empty = Vault()
        for each in fields(self):
            setattr(self, each.name, getattr(empty, each.name))

    @property
    def applicant(self) -> Person | None:
        """Whose case it is: of the person who stands there, or of the one they act for."""
        return self.principal or self.person

    def turn_to(self, case: Supplementing | None) -> None:
        """From now on what is laid is for this case, or for a new one: what was laid for another is forgotten."""
        if case != self.supplementing:
            self.forget_case()
            self.supplementing, self.submitted_at, self.unsure = case, None, None

    def forget_case(self) -> None:
        """Forget what was answered, laid and signed: it was somebody else's. Who stands there stays."""
        empty = Vault()
        cleared = (
            "answers", "sources", "touched", "offers", "pages", "doubled", "later", "entered_by", "brought_by", "strokes",
            "signature_png", "relation",
        )  # fmt: skip
        for name in cleared:
            setattr(self, name, getattr(empty, name))
        self.guardian_agrees = False

    @property
    def empty(self) -> bool:
        """Say whether nothing of any person is here."""
        return all(getattr(self, each.name) == getattr(Vault(), each.name) for each in fields(self))
