"""The contract: strict where a terminal sends, tolerant where the platform answers, and one spelling of what is signed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import unicodedata

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kiosk.city.messages import CodeAnswer
from kiosk.city.sealed import (
    Applicant,
    Material,
    PartRef,
    Signature,
    Submission,
    Supplement,
    supplement_service,
    supplemented_item,
)
from kiosk.city.signing import canonical_json, signature_holds, subject_hash, utc_text
from kiosk.city.wire import PersonKey

PART = PartRef(part="p1", sha256="a" * 64, size_bytes=3, media_type="image/jpeg")


def submission(**changes: object) -> Submission:
    fields: dict[str, object] = {
        "submission_id": "ab" * 16,
        "kiosk": "0001",
        "code": "KF0001000017",
        "item": "residence_permit_apply",
        "item_version": "2026.11",
        "applicant": Applicant(name="测试甲", number="990000199001010017", birth=dt.date(1990, 1, 1)),
        "assurance": "card",
        "answers": {"reason": "work", "since": "2026-01-02", "list": [1, None, {"a": True}]},
        "materials": (Material(key="photo", source="scan", parts=(PART,), trust_grade="C"),),
        "signature": Signature(width=3, height=3, strokes=(((0.0, 0.1, 0.2),),)),
        "submitted_at": dt.datetime(2026, 11, 21, 3, 12, tzinfo=dt.UTC),
        "clock_quality": "synchronised",
        "language": "zh_CN",
    }
    return Submission(**{**fields, **changes})  # type: ignore[arg-type]


def test_a_submission_survives_its_bytes() -> None:
    """It should come out of its bytes as it went in."""
    assert Submission.from_bytes(submission().to_bytes()) == submission()


@pytest.mark.parametrize(
    "change",
    [
        {"unknown": 1},
        {"kiosk": "1"},
        {"kiosk": 1},
        {"schema_version": 2},
        {"submitted_at": "2026-11-21T03:12:00"},
        {"assurance": "sure"},
        {"submission_id": "../x"},
        {"materials": [{"key": "a", "source": "scan", "parts": [], "trust_grade": "C"}]},
        {"materials": [{"key": "a", "source": "commit", "parts": [PART.model_dump()], "trust_grade": "D"}]},
        {"materials": [{"key": k, "source": "scan", "parts": [PART.model_dump()], "trust_grade": "C"} for k in "ab"]},
    ],
)
def test_a_form_is_read_strictly(change: dict[str, object]) -> None:
    """It should refuse what is unknown, coerced, naive, or inconsistent, and quote nothing of it."""
    data = {**json.loads(submission().to_bytes()), **change}
    with pytest.raises(ValidationError) as caught:
        Submission.from_bytes(json.dumps(data).encode())
    assert "测试甲" not in str(caught.value)


def test_answers_may_grow() -> None:
    """It should ignore what a newer platform says in addition."""
    answer = CodeAnswer.model_validate_json(
        '{"challenge":"c","phone_masked":"138","expires_in_s":300,"resend_after_s":60,"new":1}'
    )
    assert answer.challenge == "c"


def test_the_subject_hash_is_what_is_written_down() -> None:
    """It should be SHA-256 over the domain line, name and number, however a register spaces or widens them."""
    expected = hashlib.sha256("civic-kiosk subject v1\n测试甲\n99000019900101001X".encode()).hexdigest()
    assert subject_hash("测试甲", "99000019900101001X") == expected
    assert subject_hash(" 测试　甲 ", "９９00001990010100 1x") == expected
    assert subject_hash("测试乙", "99000019900101001X") != expected


@given(st.text(), st.text(), st.text(), st.text())
def test_two_persons_never_share_a_hash_by_shifting_letters(a: str, b: str, c: str, d: str) -> None:
    """It should keep name and number apart."""

    def flat(text: str) -> str:
        return "".join(unicodedata.normalize("NFKC", text).upper().split())

    same = (flat(a), flat(b)) == (flat(c), flat(d))
    assert (subject_hash(a, b) == subject_hash(c, d)) == same


def test_canonical_json_has_one_spelling() -> None:
    """It should sort keys, drop blanks and keep Chinese as UTF-8."""
    assert canonical_json({"b": 1, "a": ["中", None]}) == '{"a":["中",null],"b":1}'.encode()
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"a": float("nan")})


def test_times_are_told_in_utc() -> None:
    """It should turn civil time into UTC text."""
    civil = dt.datetime(2026, 11, 21, 11, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    assert utc_text(civil) == "2026-11-21T03:12:00Z"


@pytest.mark.parametrize("signature", ["", "!!!", "AAAA", "é"])
def test_garbage_is_no_signature(signature: str) -> None:
    """It should say no, never raise."""
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert not signature_holds(key, signature, b"x")
    assert not signature_holds(b"short", signature, b"x")


def supplement(**changes: object) -> Supplement:
    fields: dict[str, object] = {
        "submission_id": "ab" * 16,
        "kiosk": "0001",
        "code": "KF0001000017",
        "supplements": "KF0001000009",
        "item": "residence_permit_apply",
        "applicant": PersonKey(name="测试甲", number="990000199001010017"),
        "assurance": "card+code",
        "materials": (Material(key="photo", source="scan", parts=(PART,), pages=1, trust_grade="C"),),
        "submitted_at": dt.datetime(2026, 11, 21, 3, 12, tzinfo=dt.UTC),
        "clock_quality": "synchronised",
        "language": "zh_CN",
    }
    return Supplement(**{**fields, **changes})  # type: ignore[arg-type]


def test_a_supplement_survives_its_bytes_and_names_its_parts() -> None:
    """It should come out of its bytes as it went in; the header names the service of its case, no other message's does."""
    assert Supplement.from_bytes(supplement().to_bytes()) == supplement()
    assert supplement().part_refs() == (PART,)
    assert supplemented_item(supplement_service("residence_permit_apply")) == "residence_permit_apply"
    for other in ("residence_permit_apply", "case_withdrawal", "case_supplement", "call_back", "rating"):
        assert supplemented_item(other) == ""


@pytest.mark.parametrize(
    "change",
    [
        {"materials": []},
        {"materials": [{"key": "a", "source": "commit", "parts": [], "trust_grade": "D"}]},
        {"materials": [{"key": "a", "source": "later", "due": "2026-12-01", "parts": [], "trust_grade": "D"}]},
        {"materials": [{"key": k, "source": "scan", "parts": [PART.model_dump()], "trust_grade": "C"} for k in "ab"]},
        {
            "materials": [
                {"key": "a", "source": "scan", "parts": [PART.model_dump() | {"part": part}], "trust_grade": "C"}
                for part in ("p1", "p2")
            ]
        },
        {"assurance": "card+clerk"},
        {"supplements": "0001"},
        {"unknown": 1},
    ],
)
def test_a_supplement_brings_pages_each_once(change: dict[str, object]) -> None:
    """Nothing without pages, no material or part twice, no clerk without a number, nothing unknown."""
    said = json.loads(supplement().to_bytes())
    with pytest.raises(ValidationError):
        Supplement.from_bytes(json.dumps(said | change).encode())
