"""What the platform's answers mean: every one becomes one value of a closed union.

Knows: statuses and codes of the wire, by one question: is it about this submission (`Rejected`, `PartsMissing`), about the
line (`LinkDown`), or a receipt to be verified (`Accepted`)? Does not know: how an answer came, rows, waits.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import enum
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

_DETAIL_CHARS = 300

Beat = Callable[[], None]
"""Called while bytes move; may raise to break off."""


class LinkReason(enum.StrEnum):
    """Why the line does not carry."""

    NO_ANSWER = "link.no_answer"
    TLS = "link.tls"
    CLOCK = "link.clock"
    """This machine's clock cannot be right: to it certificates are not yet valid, or their authority long over."""
    CERTIFICATE_EXPIRED = "link.certificate_expired"
    """The platform's certificate has expired, by a clock that is plausible."""
    OWN_CERTIFICATE = "link.own_certificate"
    """The platform does not take our client certificate: none, expired, or another authority's."""
    CAPTIVE_PORTAL = "link.captive_portal"
    SERVER_ERROR = "link.server_error"
    THROTTLED = "link.throttled"
    NOT_ADMITTED = "link.not_admitted"
    """The platform does not take this terminal at all (401, 403): no submission's fault."""
    GARBAGE = "link.garbage"


ASKED_TO_WAIT = frozenset({LinkReason.SERVER_ERROR, LinkReason.THROTTLED, LinkReason.NOT_ADMITTED})
"""The platform itself answered: a change of the network is no reason to ask again sooner."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The platform says that it holds the submission; only its verified receipt makes that true."""

    receipt: bytes


@dataclass(frozen=True, slots=True)
class PartStored:
    """The platform says that it holds the part."""


@dataclass(frozen=True, slots=True)
class PartsMissing:
    """The platform lacks these parts; the submission waits for them."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform will never take this submission, and says why."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class LinkDown:
    """Nothing is wrong with the submission; the line needs time."""

    reason: LinkReason
    detail: str = ""
    retry_after_s: float | None = None
    connected: bool = True
    """Somebody did answer the call."""
    moved: bool = False
    """Before it broke off the platform took more of a part than it had: the line is bad, not dead."""

    def after_moving(self, moved: bool) -> LinkDown:
        """Return the same, with `moved` said."""
        return replace(self, moved=moved)


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, whole and small."""

    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes

    def words(self) -> dict[str, Any]:
        """Return the JSON object that was said, or an empty one."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    def code(self) -> str:
        """Return the platform's own word for a refusal, or an empty one."""
        code = self.words().get("code")
        return _tame(code)[:80] if isinstance(code, str) else ""

    def number(self, header: str) -> int | None:
        """Return a header's value if it is a plain number."""
        value = self.headers.get(header, "")
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 13 else None


def of_the_line(answer: Answer, now: dt.datetime) -> LinkDown | None:
    """Return what the answer says about the line, or None if it is about the submission."""
    status, media_type = answer.status, answer.headers.get("Content-Type", "").lower()
    wait_s = _retry_after_s(answer.headers.get("Retry-After"), now)
    detail = f"HTTP {status}"
    if status == 511 or 300 <= status < 400 or (status < 500 and "html" in media_type):
        return LinkDown(LinkReason.CAPTIVE_PORTAL, detail)
    if status in {423, 425, 429}:
        return LinkDown(LinkReason.THROTTLED, detail, wait_s)
    if status == 408:
        return LinkDown(LinkReason.NO_ANSWER, detail, wait_s)
    if status in {401, 403, 407}:
        ours = answer.code().startswith("certificate_")
        reason = LinkReason.OWN_CERTIFICATE if ours else LinkReason.NOT_ADMITTED
        return LinkDown(reason, f"{detail} {answer.code()}".strip(), wait_s)
    if status >= 500:
        return LinkDown(LinkReason.SERVER_ERROR, detail, wait_s)
    return None


def refusal(answer: Answer) -> Rejected | LinkDown:
    """Return what a 4xx that is not about the line means.

    It parks a citizen's papers only where it can be about them, and in the platform's own words: a stray 404 must not.
    """
    code = answer.code()
    if code and answer.status in {409, 410, 413, 422}:
        return Rejected(code, _tame(str(answer.words().get("detail", ""))))
    return LinkDown(LinkReason.GARBAGE, f"HTTP {answer.status} {code}".strip())


def _retry_after_s(value: str | None, now: dt.datetime) -> float | None:
    if value is None:
        return None
    if value.strip().isdecimal() and len(value) < 10:
        return float(value)
    try:
        when = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        return None
    return max(0.0, (when - now).total_seconds())


def _tame(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)[:_DETAIL_CHARS]
