"""The contract between a terminal and the city's central platform: every message.

Knows: shapes and bounds; both sides import this one module. Does not know: HTTP libraries, storage, what is signed over a
message (`signing`), how a submission is sealed (see the outbox' envelope), or what an answer of a form means.

What a terminal sends is read strictly (unknown keys refused). What the platform answers may grow: unknown keys are
ignored, so that a terminal keeps working while the platform is updated first. Bytes travel as base64, times as UTC.
"""

from __future__ import annotations

import base64
import datetime as dt
import enum
from typing import Annotated, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
    model_validator,
)

from kiosk.city.signing import certificate_statement_to_sign, signature_holds

SCHEMA_VERSION = 1
MAX_SKEW_S = 600
"""A signed request may be this far from the platform's clock, either way."""

_BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"

KioskNo = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{4}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Base64 = Annotated[str, StringConstraints(pattern=_BASE64, max_length=16 * 1024 * 1024)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Level = Literal["none", "card", "card+code", "card+clerk"]


class _Sent(BaseModel):
    """What a terminal sends: nothing unknown, nothing coerced."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class _Answer(BaseModel):
    """What the platform answers."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, hide_input_in_errors=True)


# --- errors, time, enrolment -----------------------------------------------------------------------------------------


class ErrorAnswer(_Answer):
    """Every refusal. `code` is stable; `detail` is for logs and never for the screen."""

    code: str = Field(max_length=64)
    detail: str = Field("", max_length=2000)
    parts: tuple[str, ...] = ()
    """With `parts_missing`: which."""
    server_time: str = ""
    """With `clock_skew`: the platform's clock."""
    tries_left: int | None = None
    """With `code_wrong`: how often it may still be tried."""
    retry_after_s: int | None = None


class PingAnswer(_Answer):
    """The platform is there."""

    time: AwareDatetime
    version: str


class EnrolRequest(_Sent):
    """A new terminal brings its one-time code and its device key, and proves that it holds the key.

    `algorithm` is fixed with the key from here on: no later message can choose another one. `custody` says who guards the
    key, as far as the terminal itself knows; nothing depends on it but what the fleet board shows.
    """

    code: str = Field(min_length=8, max_length=64)
    device_public_key: Base64
    algorithm: Literal["ed25519", "ecdsa-p256"] = "ed25519"
    custody: Literal["software", "passphrase", "systemd-creds", "tpm"] = "software"
    nonce: str = Field(min_length=16, max_length=64)
    signature: Base64


class PlatformKey(_Answer):
    """A public key of the platform: X25519 to seal to, or Ed25519 that signs."""

    key_id: str
    public_key: Base64


class GatewayInfo(_Answer):
    """How one-time codes reach a phone. `sandbox` writes them to a file and sends nothing."""

    name: str
    sandbox: bool


class EnrolAnswer(_Answer):
    """Who the terminal is from now on. `next_seq` goes on where an earlier enrolment of the same number stopped."""

    kiosk: KioskNo
    platform_seal_keys: tuple[PlatformKey, ...] = Field(min_length=1)
    platform_sign_key: PlatformKey
    next_seq: int = Field(ge=1)
    gateway: GatewayInfo
    time: AwareDatetime


class TlsRequest(_Sent):
    """A terminal asks for a client certificate, signed as every request with its device key: the first one, or the next."""

    request: str = Field(max_length=8192)
    """PKCS #10, PEM, of a fresh P-256 key. The name in it is not looked at."""


class TlsAnswer(_Answer):
    """The certificate, PEM, for the terminal that asked."""

    certificate: str
    time: AwareDatetime


# --- the submission --------------------------------------------------------------------------------------------------


class PersonKey(_Sent):
    """A person as a document names them."""

    name: str = Field(min_length=1, max_length=64)
    document_type: str = Field("111", pattern=r"^[0-9]{3}$")
    number: str = Field(min_length=4, max_length=64)


class Applicant(PersonKey):
    """A person with what else their document says: whose case it is, or who acts for them."""

    sex: str = Field("", max_length=1)
    nation_code: str = Field("", max_length=2)
    birth: dt.date | None = None
    address: str = Field("", max_length=300)
    issuer: str = Field("", max_length=100)
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


class PartRef(_Sent):
    """One sealed part of the envelope and the plaintext that it must open to."""

    part: Key
    sha256: Sha256
    size_bytes: int = Field(ge=1, le=64 * 1024 * 1024)
    media_type: Literal["application/pdf", "image/jpeg", "image/png"]


class KeptAnyway(_Sent):
    """A page, from 1, whose picture was not good enough: why (a message id), and which clerk answers for it."""

    page: int = Field(ge=1, le=200)
    reason: str = Field(min_length=1, max_length=120)
    clerk: str = Field(pattern=r"^[A-Z0-9]{3,12}$")


class Material(_Sent):
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


class Signature(_Sent):
    """The hand-written signature: strokes of (x, y, seconds) with x and y in 0..1 of a pad of `width` × `height` pixels."""

    width: int = Field(ge=1, le=10000)
    height: int = Field(ge=1, le=10000)
    strokes: tuple[tuple[tuple[float, float, float], ...], ...] = Field(min_length=1, max_length=400)
    png: PartRef | None = None


class Acting(_Sent):
    """Somebody hands in for the applicant (代办): in which capacity, who, and by what the applicant is known here.

    The assurance and its token are the agent's, who stood at the terminal. `known_by` says whether the applicant's card lay
    there too; of who was only named, name and number are the agent's word.
    """

    capacity: Literal["child", "asked"]
    relation: Literal["parent", "guardian", "spouse", "child", "relative", "other"]
    agent: Applicant
    known_by: Literal["card", "number"]


CODE = r"^KF[0-9A-Z]{10}$"
"""The human code that stands on a receipt."""


Entered = Literal["resident", "clerk"]
"""Who entered something, where a clerk helped."""


class Assistance(_Sent):
    """A clerk helped: who, what each of the two entered, and how the resident confirmed all of it."""

    clerk: str = Field(pattern=r"^[A-Z0-9]{3,12}$")
    answers: dict[str, Entered] = Field(default_factory=dict, max_length=400)
    """Field key to who answered; what was prefilled has its source instead."""
    materials: dict[str, Entered] = Field(default_factory=dict, max_length=100)
    consents: Entered
    confirmed: Literal["card", "touch"]
    confirmed_at: AwareDatetime


class Submission(_Sent):
    """What a citizen handed in: the plaintext that the envelope seals."""

    schema_version: Literal[1] = 1
    submission_id: Key
    kiosk: KioskNo
    code: str = Field(pattern=CODE)
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
    submitted_at: AwareDatetime
    clock_quality: Literal["synchronised", "free_running", "implausible"]
    language: str = Field(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")
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

    def to_bytes(self) -> bytes:
        """Return the form's bytes for sealing."""
        return self.model_dump_json().encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a form. Raises pydantic's ValidationError, which quotes no input."""
        return cls.model_validate_json(data)


class _Sealed(_Sent):
    """What every message that an outbox seals says of itself, beside a case's own submission. `code` is its own code."""

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


WITHDRAWAL = "case_withdrawal"
"""What stands in an envelope's header in the place of the service when it withdraws a case."""


class Withdrawal(_Sealed):
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


class Supplement(_Sealed):
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


class CallBack(_Sealed):
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


class Rating(_Sealed):
    """How content a citizen was (好差评), once per case or certificate. Names nobody: it is bound to what was done."""

    about: Literal["case", "certificate"]
    rates: Key
    """The code of the case, or the short id of the certificate."""
    item: Key
    grade: int = Field(ge=1, le=5)
    """国办发〔2019〕51号: 5 very content (非常满意), 4 content (满意), 3 somewhat (基本满意), 2 not (不满意), 1 not at all
    (非常不满意)."""


# --- one-time codes --------------------------------------------------------------------------------------------------


class CodeRequest(_Sent):
    """Send a one-time code to the telephone that the register holds for this person."""

    person: PersonKey


class CodeAnswer(_Answer):
    """A code is on its way."""

    challenge: str
    phone_masked: str
    expires_in_s: int
    resend_after_s: int


class VerifyRequest(_Sent):
    """What the person typed."""

    code: str = Field(pattern=r"^[0-9]{6}$")


class VerifyAnswer(_Answer):
    """The platform's signed word that the code was right; it is bound to terminal, person, level and expiry."""

    assurance_token: str
    level: Level
    expires_at: AwareDatetime


# --- cases -----------------------------------------------------------------------------------------------------------


class CaseState(enum.StrEnum):
    """Where a case stands; the words of GB/T 39046 in brackets."""

    RECEIVED = "received"  # 收件
    ACCEPTED = "accepted"  # 受理
    NOT_ACCEPTED = "not_accepted"  # 不予受理
    SUPPLEMENT_REQUIRED = "supplement_required"  # 补正
    REVIEWING = "reviewing"  # 审核
    CLOSED = "closed"  # 办结
    WITHDRAWN = "withdrawn"  # 撤回


class HandoverRequest(_Sent):
    """A person wants to send files from their phone to this terminal; or it is over."""


class HandoverAnswer(_Answer):
    """What the QR code says, and until when it holds."""

    token: str = Field(min_length=16, max_length=64)
    url: str = Field(max_length=300)
    expires_at: AwareDatetime


class HandoverFetch(_Sent):
    """The next file is asked for. `taken`: how many the terminal has; the platform forgets those."""

    taken: int = Field(ge=0, le=1000)


class HandoverFile(_Answer):
    """One file. `data`: base64; nothing while none waits. `claimed`: a phone has begun to send."""

    claimed: bool
    number: int
    data: str = Field(repr=False)


class CasesRequest(_Sent):
    """Cases of a person. A card alone shows code and state; with a token the details come too."""

    person: PersonKey
    assurance_token: str = Field("", max_length=2000)


class CaseEvent(_Answer):
    """One step of a case's timeline."""

    at: AwareDatetime
    kind: str


class CaseDetails(_Answer):
    """What only a confirmed person sees."""

    case_no: str
    submitted_at: AwareDatetime
    received_at: AwareDatetime
    materials: tuple[str, ...]
    events: tuple[CaseEvent, ...]
    missing: tuple[str, ...] = ()
    """What is still to be brought."""
    other: str = ""
    """With another role than `self`: the other person's name, masked by the platform."""


class Wanted(_Answer):
    """A material that a case waits for. For whoever lays the card, so it says nothing personal."""

    key: str
    name: str
    """As the city's catalogue names it."""
    reason: str = ""
    """Why, one of `WANTED_REASONS`; a later platform may know more of them."""
    note: str = Field("", max_length=200)
    """What staff wrote to it."""
    due: dt.date


WANTED_REASONS = ("later", "missing", "unreadable", "incomplete", "expired", "other")
"""`later`: the person promised it when they handed in (容缺). The others are staff's."""


class CaseSummary(_Answer):
    """One case; `details` is None at card level."""

    code: str
    item: str
    state: CaseState
    role: Literal["self", "agent", "principal"] = "self"
    """What the person who asks is in it: it is their own; they handed it in for somebody; somebody did for them."""
    supplement_by: dt.date | None = None
    """With `supplement_required`: by which day what is missing has to be there, if a day was set."""
    wanted: tuple[Wanted, ...] = ()
    """With `supplement_required`: what that is."""
    notices: int = Field(0, ge=0)
    """How often staff have asked for a supplement: tells one hand-in of materials from the next."""
    details: CaseDetails | None = None


class CallBackSummary(_Answer):
    """A wish to be called back, and what was answered: for whoever lays the card, so it says nothing personal."""

    code: str
    item: str
    submitted_at: AwareDatetime
    answered_at: AwareDatetime | None = None
    answer: str = Field("", max_length=500)


class CasesAnswer(_Answer):
    """Newest first."""

    level: Level
    as_of: AwareDatetime
    cases: tuple[CaseSummary, ...]
    call_backs: tuple[CallBackSummary, ...] = ()


# --- certificates ----------------------------------------------------------------------------------------------------


class InsuranceKind(enum.StrEnum):
    """Kinds of social insurance that a certificate can list."""

    EMPLOYEE_PENSION = "employee_pension"  # 企业职工基本养老保险
    RESIDENT_PENSION = "resident_pension"  # 城乡居民基本养老保险
    PUBLIC_PENSION = "public_pension"  # 机关事业单位基本养老保险
    UNEMPLOYMENT = "unemployment"  # 失业保险
    WORK_INJURY = "work_injury"  # 工伤保险


class CertificateRequest(_Sent):
    """Issue a certificate. The same `request_id` gets the same certificate again. `params` are the form's answers."""

    request_id: Key
    item: Key
    person: PersonKey
    params: dict[str, JsonValue] = Field(default_factory=dict, max_length=40)
    assurance_token: str = Field("", max_length=2000)


class PrefillRequest(_Sent):
    """Ask with which answers a certificate has something to say about this person."""

    item: Key
    person: PersonKey
    assurance_token: str = Field("", max_length=2000)


class PrefillAnswer(_Answer):
    """Answers by the keys of the item's form, as far as the registers know them; none if there is nothing on record."""

    answers: dict[str, JsonValue] = Field(default_factory=dict, max_length=40)


class CertificateStatement(_Answer):
    """What the platform vouches for, so that the terminal can check the subject before paper moves."""

    certificate_id: str
    """The short id: what stands on the paper as verification code."""
    licence_id: str
    """Electronic-licence identifier (GB/T 36904)."""
    sha256: Sha256
    subject_hash: Sha256
    issued_at: AwareDatetime
    valid_to: dt.date
    verify_url: str
    without_record: tuple[str, ...] = ()
    """What was asked for (values of the form's options) and is not on record; the paper says so too."""


class CertificateAnswer(_Answer):
    """The signed PDF and the signed statement about it (canonical JSON, kept as the text that was signed)."""

    certificate_id: str
    pdf_b64: Base64
    statement: str = Field(max_length=4000)
    statement_signature: Base64

    def pdf(self) -> bytes:
        """Return the file."""
        return base64.b64decode(self.pdf_b64)

    def verified_statement(self, platform_key: bytes) -> CertificateStatement | None:
        """Return the statement if `platform_key` signed it and it is about this certificate, else None."""
        if not signature_holds(platform_key, self.statement_signature, certificate_statement_to_sign(self.statement)):
            return None
        try:
            statement = CertificateStatement.model_validate_json(self.statement)
        except ValidationError:
            return None
        return statement if statement.certificate_id == self.certificate_id else None


class VerificationAnswer(_Answer):
    """What anybody may learn about a certificate."""

    state: Literal["valid", "expired", "revoked", "not_found"]
    certificate_id: str
    licence_id: str = ""
    title: str = ""
    holder_masked: str = ""
    issued_on: dt.date | None = None
    valid_to: dt.date | None = None
