"""The tables of the platform's record.

Knows: columns and constraints. Does not know: who may change what. Times are UTC text, so that a stranger can read them.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


class Utc(TypeDecorator[dt.datetime]):
    """An aware time, stored as sortable UTC text."""

    # Compared byte by byte, however a PostgreSQL sorts its words.
    impl = String(27).with_variant(String(27, collation="C"), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Refuse naive times: nobody knows what they mean."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive time")
        return value.astimezone(dt.UTC).strftime(_FORMAT)

    def process_result_value(self, value: str | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Return an aware UTC time."""
        return None if value is None else dt.datetime.strptime(value, _FORMAT).replace(tzinfo=dt.UTC)


metadata = MetaData()
_SEQ = BigInteger().with_variant(Integer, "sqlite")
"""Numbers of a terminal's submissions go to 2^53."""

kiosks = Table(
    "kiosks",
    metadata,
    Column("number", String(4), primary_key=True),
    Column("enrolled_at", Utc, nullable=False),
    Column("contiguous", _SEQ, nullable=False, default=0),
)

device_keys = Table(
    "device_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kiosk", ForeignKey("kiosks.number"), nullable=False, index=True),
    Column("public_key", LargeBinary(65), nullable=False),
    Column("algorithm", String(16), nullable=False, server_default="ed25519"),
    Column("custody", String(16), nullable=False, server_default="software"),
    Column("enrolled_at", Utc, nullable=False),
    Column("retired_at", Utc),
)
"""A retired key signs no requests any more, but what it sealed before was promised to a citizen and is still taken.
`algorithm` is how this key signs, whatever a message says; `custody` is what the terminal says of who guards it."""

used_codes = Table(
    "used_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("kiosk", String(4), nullable=False),
    Column("public_key", LargeBinary(65), nullable=False),
    Column("used_at", Utc, nullable=False),
)

nonces = Table(
    "nonces",
    metadata,
    Column("kiosk", String(4), primary_key=True),
    Column("nonce", String(64), primary_key=True),
    Column("at", Utc, nullable=False, index=True),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kiosk", ForeignKey("kiosks.number"), nullable=False),
    Column("seq", _SEQ, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    Index("submissions_order", "kiosk", "seq"),
)
"""`id` is the key of exactly once. (kiosk, seq) is not unique: papers from a terminal set back in time are still papers."""

cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("submission_id", ForeignKey("submissions.id"), nullable=False, unique=True),
    Column("code", String(12), nullable=False, index=True),
    Column("case_no", String(43), unique=True),
    Column("state", String(24), nullable=False),
    Column("item", String(64), nullable=False),
    Column("item_version", String(64), nullable=False),
    Column("subject_hash", String(64), nullable=False, index=True),
    Column("applicant", JSON, nullable=False),
    Column("acting", JSON),
    Column("agent_hash", String(64), index=True),
    Column("answers", JSON, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("consents", JSON, nullable=False),
    Column("signature", JSON),
    Column("kiosk", String(4), nullable=False),
    Column("language", String(8), nullable=False),
    Column("entered_by", String(16), nullable=False),
    Column("clerk", String(12), nullable=False, server_default=""),
    Column("assistance", JSON),
    Column("assurance", String(16), nullable=False),
    Column("assurance_confirmed", Boolean, nullable=False),
    Column("submitted_at", Utc, nullable=False),
    Column("clock_quality", String(16), nullable=False),
    Column("received_at", Utc, nullable=False, index=True),
    Column("accepted_at", Utc),
    Column("due_on", Date),
    Column("supplement_by", Date),
    Column("double_of", String(12)),
    Column("notices", Integer, nullable=False, server_default="0"),
)
"""The case is the applicant's, `subject_hash` theirs; `acting` says who handed it in for them, whom `agent_hash` finds.
`assurance` is what the terminal claims; it is `confirmed` when our own token proves it.
`clerk` is the number of the one who helped at the terminal, and `assistance` says who of the two entered what.
`id` is given by whoever enters a case: the one writer there is, who so need not wait for each answer.
`double_of` is the code of an open case of the same person and item that came before: for the clerk to judge.
`notices` counts how often a supplement was asked for."""

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("submission_id", ForeignKey("submissions.id"), primary_key=True),
    Column("code", String(12), nullable=False, index=True),
    Column("subject_hash", String(64), nullable=False),
    Column("kiosk", String(4), nullable=False),
    Column("assurance", String(16), nullable=False),
    Column("assurance_confirmed", Boolean, nullable=False),
    Column("submitted_at", Utc, nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("case_id", ForeignKey("cases.id")),
)
"""`code` is that of the case. Without a `case_id` the case has not come yet: a terminal may send in another order."""

call_backs = Table(
    "call_backs",
    metadata,
    Column("submission_id", ForeignKey("submissions.id"), primary_key=True),
    Column("code", String(12), nullable=False),
    Column("kiosk", String(4), nullable=False),
    Column("step", String(64), nullable=False),
    Column("item", String(64), nullable=False),
    Column("phone", String(12), nullable=False),
    Column("applicant", JSON),
    Column("subject_hash", String(64), index=True),
    Column("assurance", String(16), nullable=False),
    Column("assurance_confirmed", Boolean, nullable=False),
    Column("language", String(8), nullable=False),
    Column("submitted_at", Utc, nullable=False),
    Column("received_at", Utc, nullable=False, index=True),
    Column("answered_at", Utc),
    Column("answered_by", String(40)),
    Column("answer", String(500), nullable=False, server_default=""),
)
"""Wishes to be called back. Without an applicant nobody's card was read, and the call is the only answer."""

ratings = Table(
    "ratings",
    metadata,
    Column("submission_id", ForeignKey("submissions.id"), primary_key=True),
    Column("about", String(16), nullable=False),
    Column("rates", String(64), nullable=False, index=True),
    Column("item", String(64), nullable=False, index=True),
    Column("kiosk", String(4), nullable=False, index=True),
    Column("grade", Integer, nullable=False),
    Column("submitted_at", Utc, nullable=False),
    Column("received_at", Utc, nullable=False, index=True),
)
"""How content citizens were, 5 to 1. `rates`: a case's code or a certificate's id. The case may come after its grade."""

materials = Table(
    "materials",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("key", String(64), nullable=False),
    Column("label", String(200), nullable=False),
    Column("source", String(16), nullable=False),
    Column("reason", String(120), nullable=False),
    Column("trust_grade", String(1), nullable=False),
    Column("pages", Integer, nullable=False),
    Column("due", Date),
    Column("kept_anyway", JSON),
    Column("settled_at", Utc),
    Column("supplement_id", String(64)),
)
"""`settled_at`: what was to be brought later (`due`) is here since then. `supplement_id`: what brought a material that did
not come with the case itself."""

wanted = Table(
    "wanted",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("key", String(64), nullable=False),
    Column("label", String(200), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("note", String(200), nullable=False),
    Column("due", Date, nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("asked_by", String(40), nullable=False),
    Column("settled_at", Utc),
)
"""What staff asked for (补正): why, until when, and since when it is here. What the person promised themselves stands in
`materials`."""

supplements = Table(
    "supplements",
    metadata,
    Column("submission_id", ForeignKey("submissions.id"), primary_key=True),
    Column("code", String(12), nullable=False),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("subject_hash", String(64), nullable=False),
    Column("kiosk", String(4), nullable=False),
    Column("clerk", String(12), nullable=False, server_default=""),
    Column("assistance", JSON),
    Column("assurance", String(16), nullable=False),
    Column("assurance_confirmed", Boolean, nullable=False),
    Column("submitted_at", Utc, nullable=False),
    Column("received_at", Utc, nullable=False),
)
"""Materials that came for a case after it. `code` is the supplement's own."""

attachments = Table(
    "attachments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("material_id", ForeignKey("materials.id")),
    Column("part", String(64), nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("size_bytes", Integer, nullable=False),
    Column("media_type", String(40), nullable=False),
    UniqueConstraint("case_id", "part"),
)
"""An opened part by the hash of its plaintext; without a material it is the signature's picture. `part` names it within its
case: as the envelope does, or, where a supplement brought it, by its material and place (`12/1`): two messages may use one
name."""

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("at", Utc, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("detail", Text, nullable=False, default=""),
)

challenges = Table(
    "challenges",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kiosk", String(4), nullable=False),
    Column("subject_hash", String(64), nullable=False, index=True),
    Column("code_mac", String(64), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column("used_at", Utc),
)

misses = Table(
    "misses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kiosk", String(4), nullable=False, index=True),
    Column("at", Utc, nullable=False),
)
"""Questions for persons whom the register does not hold: counted, so that nobody walks through it."""

certificates = Table(
    "certificates",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("kiosk", String(4), nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("request_sha256", String(64), nullable=False),
    Column("subject_hash", String(64), nullable=False, index=True),
    Column("item", String(64), nullable=False),
    Column("title", String(120), nullable=False),
    Column("holder_masked", String(80), nullable=False),
    Column("licence_id", String(120), nullable=False, unique=True),
    Column("assurance", String(16), nullable=False),
    Column("issued_at", Utc, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("pdf", LargeBinary, nullable=False),
    Column("statement", Text, nullable=False),
    Column("statement_signature", String(120), nullable=False),
    Column("revoked_at", Utc),
    UniqueConstraint("kiosk", "request_id"),
)
