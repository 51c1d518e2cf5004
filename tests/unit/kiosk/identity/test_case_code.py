"""Codes minted at a terminal and read back as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.identity.case_code import ALPHABET, SEQUENCES, BadCaseCode, CaseCode, CodeProblem, mint, parse

KIOSKS = st.text(ALPHABET, min_size=4, max_size=4)
SEQS = st.integers(0, SEQUENCES - 1)
LOOKS = str.maketrans("OIL", "011")


@given(KIOSKS, SEQS)
def test_round_trip(kiosk_no: str, seq: int) -> None:
    """What is minted should be twelve ASCII characters and read back to its parts."""
    code = mint(kiosk_no, seq)
    assert len(code) == 12
    assert parse(code) == CaseCode(code, kiosk_no, seq)


@given(KIOSKS, SEQS)
def test_read_as_people_write(kiosk_no: str, seq: int) -> None:
    """Lower case, spaces, hyphens and look-alikes should lead to the same code."""
    code = mint(kiosk_no, seq)
    body = code[2:].replace("0", "o").replace("1", "l").lower()
    assert parse(f" kf-{body[:4]} {body[4:]}\n") == parse(code)


@given(KIOSKS, SEQS, st.integers(2, 11), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_one_wrong_character_is_seen(kiosk_no: str, seq: int, place: int, character: str) -> None:
    """One wrong character should be seen, unless the right check only looks like the one that was typed."""
    code = mint(kiosk_no, seq)
    wrong = code[:place] + character + code[place + 1 :]
    found = parse(wrong)
    if wrong.translate(LOOKS) == code.translate(LOOKS):
        assert found == parse(code)
    elif code[11] not in "0O1IL":
        assert isinstance(found, BadCaseCode)


def test_codes_differ() -> None:
    """Neighbouring sequences and terminals should never share a code."""
    codes = {mint(kiosk, seq) for kiosk in ("0001", "0002") for seq in range(500)}
    assert len(codes) == 1000
    assert mint("0001", 0)[:11] == "KF000100000"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", CodeProblem.LENGTH),
        pytest.param("K" * 10_000_000, CodeProblem.LENGTH, id="10 MB"),
        ("XF0001000001", CodeProblem.PREFIX),
        ("KF00U1000001", CodeProblem.CHARACTERS),
        ("KF000\ud80000001X", CodeProblem.CHARACTERS),
    ],
)
def test_bad_codes(text: str, problem: CodeProblem) -> None:
    """A text that is no code should say why."""
    assert parse(text) == BadCaseCode(problem)


@pytest.mark.parametrize(("kiosk_no", "seq"), [("001", 1), ("00U1", 1), ("0001", -1), ("0001", SEQUENCES)])
def test_minting_refuses_what_does_not_fit(kiosk_no: str, seq: int) -> None:
    """A terminal number or a sequence that does not fit is our own fault and should raise."""
    with pytest.raises(ValueError):
        mint(kiosk_no, seq)
