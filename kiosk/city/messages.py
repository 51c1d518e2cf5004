"""The contract between a terminal and the city's central platform on the line: every question and its answer.

Knows: shapes and bounds; both sides import this one module, and `sealed` for what an envelope holds. Does not know: HTTP
libraries, storage, what is signed over a message (`signing`), or what an answer of a form means.
"""

from __future__ import annotations

import base64
import datetime as dt
import enum
from typing import Literal

from pydantic import (
    AwareDatetime,
    Field,
    JsonValue,
    ValidationError,
)

from kiosk.city.signing import certificate_statement_to_sign, signature_holds
from kiosk.city.wire import Answer, Base64, Key, KioskNo, Level, PersonKey, Sent, Sha256

MAX_SKEW_S = 600
"""A signed request may be this far from the platform's clock, either way."""

# --- errors, time, enrolment -----------------------------------------------------------------------------------------


class ErrorAnswer(Answer):
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


class PingAnswer(Answer):
    """The platform is there."""

    time: AwareDatetime
    version: str


class EnrolRequest(Sent):
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


class PlatformKey(Answer):
    """A public key of the platform: X25519 to seal to, or Ed25519 that signs."""

    key_id: str
    public_key: Base64


class GatewayInfo(Answer):
    """How one-time codes reach a phone. `sandbox` writes them to a file and sends nothing."""

    name: str
    sandbox: bool


class EnrolAnswer(Answer):
    """Who the terminal is from now on. `next_seq` goes on where an earlier enrolment of the same number stopped."""

    kiosk: KioskNo
    platform_seal_keys: tuple[PlatformKey, ...] = Field(min_length=1)
    platform_sign_key: PlatformKey
    next_seq: int = Field(ge=1)
    gateway: GatewayInfo
    time: AwareDatetime


class TlsRequest(Sent):
    """A terminal asks for a client certificate, signed as every request with its device key: the first one, or the next."""

    request: str = Field(max_length=8192)
    """PKCS #10, PEM, of a fresh P-256 key. The name in it is not looked at."""


class TlsAnswer(Answer):
    """The certificate, PEM, for the terminal that asked."""

    certificate: str
    time: AwareDatetime


# --- one-time codes --------------------------------------------------------------------------------------------------


class CodeRequest(Sent):
    """Send a one-time code to the telephone that the register holds for this person."""

    person: PersonKey


class CodeAnswer(Answer):
    """A code is on its way."""

    challenge: str
    phone_masked: str
    expires_in_s: int
    resend_after_s: int


class VerifyRequest(Sent):
    """What the person typed."""

    code: str = Field(pattern=r"^[0-9]{6}$")


class VerifyAnswer(Answer):
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


class HandoverRequest(Sent):
    """A person wants to send files from their phone to this terminal; or it is over."""


class HandoverAnswer(Answer):
    """What the QR code says, and until when it holds."""

    token: str = Field(min_length=16, max_length=64)
    url: str = Field(max_length=300)
    expires_at: AwareDatetime


class HandoverFetch(Sent):
    """The next file is asked for. `taken`: how many the terminal has; the platform forgets those."""

    taken: int = Field(ge=0, le=1000)


class HandoverFile(Answer):
    """One file. `data`: base64; nothing while none waits. `claimed`: a phone has begun to send."""

    claimed: bool
    number: int
    data: str = Field(repr=False)


class CasesRequest(Sent):
    """Cases of a person. A card alone shows code and state; with a token the details come too."""

    person: PersonKey
    assurance_token: str = Field("", max_length=2000)


class CaseEvent(Answer):
    """One step of a case's timeline."""

    at: AwareDatetime
    kind: str


class CaseDetails(Answer):
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


class Wanted(Answer):
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


class CaseSummary(Answer):
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


class CallBackSummary(Answer):
    """A wish to be called back, and what was answered: for whoever lays the card, so it says nothing personal."""

    code: str
    item: str
    submitted_at: AwareDatetime
    answered_at: AwareDatetime | None = None
    answer: str = Field("", max_length=500)


class CasesAnswer(Answer):
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


class CertificateRequest(Sent):
    """Issue a certificate. The same `request_id` gets the same certificate again. `params` are the form's answers."""

    request_id: Key
    item: Key
    person: PersonKey
    params: dict[str, JsonValue] = Field(default_factory=dict, max_length=40)
    assurance_token: str = Field("", max_length=2000)


class PrefillRequest(Sent):
    """Ask with which answers a certificate has something to say about this person."""

    item: Key
    person: PersonKey
    assurance_token: str = Field("", max_length=2000)


class PrefillAnswer(Answer):
    """Answers by the keys of the item's form, as far as the registers know them; none if there is nothing on record."""

    answers: dict[str, JsonValue] = Field(default_factory=dict, max_length=40)


class CertificateStatement(Answer):
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


class CertificateAnswer(Answer):
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


class VerificationAnswer(Answer):
    """What anybody may learn about a certificate."""

    state: Literal["valid", "expired", "revoked", "not_found"]
    certificate_id: str
    licence_id: str = ""
    title: str = ""
    holder_masked: str = ""
    issued_on: dt.date | None = None
    valid_to: dt.date | None = None
