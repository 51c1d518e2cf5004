"""Numbers on documents: published vectors hold, and one wrong character is always seen."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.identity import numbers
from kiosk.identity.numbers import Invalid, Number, Problem, ResidentKind, ResidentNumber, Sex, Warn

TODAY = dt.date(2026, 11, 23)
DIGITS = "0123456789"


def resident(body: str) -> str:
    return body + numbers.mod_11_2(body)


@pytest.mark.parametrize(
    ("text", "kind", "sex", "warned"),
    [
        ("11010519491231002X", ResidentKind.CITIZEN, Sex.FEMALE, False),
        ("440524188001010014", ResidentKind.CITIZEN, Sex.MALE, False),
        ("810000199408230021", ResidentKind.HK_MO_TW, Sex.FEMALE, False),
        ("830000199201300022", ResidentKind.HK_MO_TW, Sex.FEMALE, False),
        ("911124198108030024", ResidentKind.FOREIGN_PERMANENT, Sex.FEMALE, False),
        ("990000199001010017", ResidentKind.CITIZEN, Sex.MALE, True),
        ("990000195801010025", ResidentKind.CITIZEN, Sex.FEMALE, True),
        (resident("41022419600101001"), ResidentKind.CITIZEN, Sex.MALE, False),
    ],
)
def test_resident_numbers_that_are_right(text: str, kind: ResidentKind, sex: Sex, warned: bool) -> None:
    """Published and invented numbers of all four kinds should pass; an unknown region should only warn."""
    today = dt.date(2020, 1, 1) if text.startswith("4405241880") else TODAY
    found = numbers.resident_id(text, today=today)
    assert isinstance(found, ResidentNumber)
    assert (found.text, found.kind, found.sex) == (text, kind, sex)
    assert found.warnings == ((Warn.UNKNOWN_REGION,) if warned else ())
    assert found.birth.strftime("%Y%m%d") == text[6:14]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.LENGTH),
        ("110105491231002", Problem.LENGTH),
        pytest.param("1" * 10_000_000, Problem.LENGTH, id="10 MB"),
        ("11010519491231002A", Problem.CHARACTERS),
        ("11010519491231002٢", Problem.CHARACTERS),
        ("1101051949123\x00002X", Problem.CHARACTERS),
        ("\ud800" * 18, Problem.CHARACTERS),
        ("1101X519491231002X", Problem.LAYOUT),
        ("110105194912310021", Problem.CHECK),
        (resident("11010519990230002"), Problem.DATE),
        (resident("11010520270101002"), Problem.FUTURE),
        (resident("11010518700101002"), Problem.AGE),
    ],
)
def test_resident_numbers_that_are_wrong(text: str, problem: Problem) -> None:
    """Each way of being wrong should have its own problem."""
    assert numbers.resident_id(text, today=TODAY) == Invalid(problem)


def test_typing_habits_are_forgiven() -> None:
    """Lower case, spaces and full-width digits should lead to the canonical number."""
    found = numbers.resident_id(" 110105 19491231 ００２x", today=TODAY)
    assert isinstance(found, ResidentNumber)
    assert found.text == "11010519491231002X"


@given(
    st.dates(dt.date(1900, 1, 1), TODAY),
    st.integers(0, 999),
    st.integers(0, 16),
    st.integers(1, 9),
)
def test_one_wrong_digit_of_a_resident_number_is_seen(birth: dt.date, serial: int, place: int, shift: int) -> None:
    """Changing any one digit should never lead to another valid number."""
    text = resident(f"410202{birth:%Y%m%d}{serial:03}")
    assert isinstance(numbers.resident_id(text, today=TODAY), ResidentNumber)
    wrong = text[:place] + str((int(text[place]) + shift) % 10) + text[place + 1 :]
    assert isinstance(numbers.resident_id(wrong, today=TODAY), Invalid)


CREDIT_CODES = [
    "91110000600037341L",
    "11440100007483172Q",
    "11100000000013127D",
    "11100000MB03271699",
    "11100000MB0143028R",
    "12441500196720244T",
]


@pytest.mark.parametrize("text", CREDIT_CODES)
def test_credit_codes_that_are_right(text: str) -> None:
    """Real credit codes and their inner organisation codes should pass."""
    assert numbers.credit_code(text.lower()) == Number(text)
    assert numbers.organisation_code(f"{text[8:16]}-{text[16]}") == Number(text[8:17])


@given(
    st.sampled_from(CREDIT_CODES),
    st.integers(0, 17),
    st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"),
)
def test_one_wrong_character_of_a_credit_code_is_seen(text: str, place: int, character: str) -> None:
    """Replacing any one character should be seen."""
    wrong = text[:place] + character + text[place + 1 :]
    assert isinstance(numbers.credit_code(wrong), Number if wrong == text else Invalid)


def test_odd_credit_codes_only_warn() -> None:
    """A rural collective's code should pass, and a failing inner code or unknown registry should only warn."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

    def sealed(body: str) -> str:
        return next(body + c for c in alphabet if isinstance(numbers.credit_code(body + c), Number))

    rural = numbers.credit_code(sealed("N2410202MB9Y00016"))
    assert isinstance(rural, Number)
    assert Warn.UNKNOWN_REGISTRY not in rural.warnings
    trader = numbers.credit_code(sealed("92410202MA0000000"))
    assert isinstance(trader, Number)
    assert trader.warnings == (Warn.INNER_CHECK,)
    strange = numbers.credit_code(sealed("E1100000000013127"))
    assert isinstance(strange, Number)
    assert Warn.UNKNOWN_REGISTRY in strange.warnings


@pytest.mark.parametrize("text", ["91110000600037341I", "9111000060003734", "91110000600037341M", ""])
def test_credit_codes_that_are_wrong(text: str) -> None:
    """Letters outside the alphabet, a wrong length and a wrong check should be refused."""
    assert isinstance(numbers.credit_code(text), Invalid)


def test_organisation_code_check() -> None:
    """A wrong check character and a wrong length should be refused."""
    assert numbers.organisation_code("60003734-2") == Invalid(Problem.CHECK)
    assert numbers.organisation_code("600037") == Invalid(Problem.LENGTH)


@given(st.text("123456789", min_size=12, max_size=18), st.data())
def test_one_wrong_digit_of_a_bank_card_is_seen(body: str, data: st.DataObject) -> None:
    """A card number should pass by Luhn, and any one wrong digit should be seen."""
    text = next(body + digit for digit in DIGITS if numbers.luhn_holds(body + digit))
    place = data.draw(st.integers(0, len(text) - 1))
    wrong = text[:place] + data.draw(st.sampled_from(sorted(set(DIGITS) - {text[place]}))) + text[place + 1 :]
    assert isinstance(numbers.bank_card(wrong), Invalid)
    assert isinstance(numbers.bank_card(text), Number) or len(set(text)) == 1


def test_bank_card_examples() -> None:
    """The well-known test number should pass with spaces; zeros alone and short numbers should not."""
    assert numbers.bank_card("4111 1111 1111 1111") == Number("4111111111111111")
    assert numbers.bank_card("4111111111111112") == Invalid(Problem.CHECK)
    assert numbers.bank_card("0" * 16) == Invalid(Problem.LAYOUT)
    assert numbers.bank_card("411111111111") == Invalid(Problem.LENGTH)


@pytest.mark.parametrize(("text", "good"), [("13800000001", True), ("12800000001", False), ("138 0000-0002", True)])
def test_mobile(text: str, good: bool) -> None:
    """Only 13x to 19x should pass; spaces and hyphens should not matter."""
    assert isinstance(numbers.mobile(text), Number) is good
    assert numbers.mobile("1380000000") == Invalid(Problem.LENGTH)
    assert numbers.mobile("-" * 10_000_000) == Invalid(Problem.LENGTH)


def test_real_estate_numbers() -> None:
    """Unit and title numbers should follow their layouts."""
    unit = "410202001001GB00001F00010001"
    assert numbers.real_estate_unit(unit.lower()) == Number(unit)
    assert numbers.real_estate_unit(unit.replace("F", "A")) == Invalid(Problem.LAYOUT)
    assert numbers.real_estate_unit(unit[:-1]) == Invalid(Problem.LENGTH)
    title = Number("豫（2026）开封市不动产权第0000001号")
    assert numbers.real_estate_title("豫(2026)开封市不动产权第0000001号") == title
    assert numbers.real_estate_title(title.text) == title
    assert numbers.real_estate_title("豫（2026）开封市不动产权第1号") == Invalid(Problem.LAYOUT)


def test_permit_and_disabled_card() -> None:
    """A permit has no I or O; a disabled card is a resident number with category and grade."""
    assert numbers.hk_macao_permit("c12345678") == Number("C12345678")
    assert numbers.hk_macao_permit("CO2345678") == Invalid(Problem.LAYOUT)
    assert numbers.disabled_card("11010519491231002X44B1", today=TODAY) == Number("11010519491231002X44B1")
    assert numbers.disabled_card("11010519491231002X45", today=TODAY) == Invalid(Problem.LAYOUT)
    assert numbers.disabled_card("11010519491231002044", today=TODAY) == Invalid(Problem.CHECK)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("豫B12345", True),
        ("豫b·a1234", True),
        ("豫BD12345", True),
        ("豫B12345D", True),
        ("豫B1234学", True),
        ("豫B1234I", False),
        ("豫BZ12345", False),
        ("B12345", False),
        ("豫B123456", False),
    ],
)
def test_plates(text: str, good: bool) -> None:
    """Ordinary, new-energy and learner plates should pass."""
    assert isinstance(numbers.plate(text), Number) is good


LICENCES = [
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.S",
    "1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001.F",
    "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
]


@pytest.mark.parametrize("text", LICENCES)
def test_licence_identifiers(text: str) -> None:
    """Identifiers of real licences should pass, and their check character should matter."""
    assert numbers.licence_identifier(text) == Number(text)
    other = "A" if text[-1] != "A" else "B"
    assert numbers.licence_identifier(text[:-1] + other) == Invalid(Problem.CHECK)
    assert numbers.licence_identifier(text[2:]) == Invalid(Problem.LAYOUT)


def test_task_code_and_case_number() -> None:
    """The layouts of C 0109.1 should hold, and a case number should carry a real date."""
    task = "11440100007483172Q3440106043001"
    assert numbers.task_code(task) == Number(task)
    assert numbers.task_code("12441500196720244T344219980600301") == Number("12441500196720244T344219980600301")
    assert numbers.task_code(task.replace("Q3", "Q9")) == Invalid(Problem.LAYOUT)
    assert numbers.case_number(task + "202611230001") == Number(task + "202611230001")
    assert numbers.case_number(task + "202613230001") == Invalid(Problem.DATE)
    assert numbers.case_number(task) == Invalid(Problem.LENGTH)


CHECKS = [
    lambda text: numbers.resident_id(text, today=TODAY),
    lambda text: numbers.disabled_card(text, today=TODAY),
    numbers.credit_code,
    numbers.organisation_code,
    numbers.mobile,
    numbers.bank_card,
    numbers.real_estate_unit,
    numbers.real_estate_title,
    numbers.hk_macao_permit,
    numbers.plate,
    numbers.licence_identifier,
    numbers.task_code,
    numbers.case_number,
]


@given(st.text())
def test_no_text_raises(text: str) -> None:
    """Whatever is typed, every check should answer."""
    for check in CHECKS:
        assert isinstance(check(text), Number | ResidentNumber | Invalid)


@pytest.mark.parametrize(
    "text", [pytest.param("x" * 10_000_000, id="10 MB"), "\x00", "\u202e13800000001", "\ud800", "ß" * 18, "ŉ" * 9]
)
def test_hostile_text_is_refused(text: str) -> None:
    """Ten megabytes, NUL, direction marks, lone surrogates and growing capitals should be refused, not raise."""
    for check in CHECKS:
        assert isinstance(check(text), Invalid)


# --- foreigners' numbers of 2017 ----


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("UTO41029001010", Problem.LENGTH),
        ("UTO4102900101033", Problem.LENGTH),
        ("UT0410290010103", Problem.LAYOUT),
        ("UTO41029001010X", Problem.LAYOUT),
        ("UTO41029001010一", Problem.CHARACTERS),
        ("UTO410290023003", Problem.DATE),
    ],
)
def test_foreign_numbers_that_cannot_be_right(text: str, problem: Problem) -> None:
    """Length, letters where digits belong and impossible days are problems, each with its own name."""
    assert numbers.foreign_card_2017(text, today=TODAY) == Invalid(problem)


def test_foreign_number_that_can_be_right() -> None:
    """Country and birthday come out of it; a check digit by another rule than ICAO's is only odd."""
    found = numbers.foreign_card_2017(" uto410290010103", today=TODAY)
    assert isinstance(found, numbers.ForeignNumber)
    assert (found.text, found.country, found.birth, found.warnings) == ("UTO410290010103", "UTO", "900101", ())
    odd = numbers.foreign_card_2017("UTO410290010104", today=TODAY)
    assert isinstance(odd, numbers.ForeignNumber)
    assert odd.warnings == (Warn.UNPROVEN_CHECK,)


def test_a_leap_day_of_one_century_only() -> None:
    """29 February 00 was a day in 2000 and none in 1900; in 1901 and 2001 it was none."""
    assert isinstance(numbers.foreign_card_2017("UTO410200022903", today=TODAY), numbers.ForeignNumber)
    assert numbers.foreign_card_2017("UTO410201022903", today=TODAY) == Invalid(Problem.DATE)


def test_icao_check_digits() -> None:
    """The worked example of ICAO 9303, part 3."""
    assert [numbers.mrz_check(body) for body in ("D23145890", "740812", "120415", "ZE184226B<<<<<")] == ["7", "2", "9", "1"]


@given(st.text(max_size=40))
def test_foreign_numbers_answer_anything_with_a_value(text: str) -> None:
    """No text gets an exception out of the check."""
    assert isinstance(numbers.foreign_card_2017(text, today=TODAY), numbers.ForeignNumber | Invalid)
