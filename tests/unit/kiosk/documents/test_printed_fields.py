"""Fields from lines of print: where values stand, which check digits hold, and whatever else a reader may bring."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.documents.fields import CONFIRM_BELOW, Kind, Reading, labelled, understand
from kiosk.documents.pages import TextLine
from kiosk.identity.numbers import mod_11_2

TODAY = dt.date(2026, 11, 25)
NUMBER = "990000199001010017"


def line(text: str, x: float, y: float, sure: float = 0.99) -> TextLine:
    return TextLine(text, (x, y, 20.0 * len(text), 24.0), sure)


FRONT = (
    line("姓名", 40, 40), line("测试甲", 140, 42), line("性别 男", 40, 90), line("民族 汉", 260, 90),
    line("出生 1990年1月1日", 40, 140), line("住址", 40, 190), line("样例省样例市示范区", 140, 190),
    line("幸福路12号", 140, 225), line("公民身份号码", 40, 330),
    line(NUMBER, 260, 330, 1.0),
)  # fmt: skip


def values(reading: Reading) -> dict[str, str]:
    return {key: field.value for key, field in reading.fields.items()}


def test_the_front_of_a_card_is_read_by_field() -> None:
    """Labels and values on one height, an address that goes on below, dates and sex that the number confirms."""
    reading = understand(FRONT, TODAY)
    assert reading.kind is Kind.ID_FRONT
    assert values(reading) == {
        "name": "测试甲", "sex": "1", "nation": "汉", "birth": "1990-01-01",
        "address": "样例省样例市示范区幸福路12号", "id_no": NUMBER,
    }  # fmt: skip
    assert [key for key, field in reading.fields.items() if field.ask] == []
    assert all(reading.fields[key].checked for key in ("sex", "birth", "id_no"))


@pytest.mark.parametrize("sure", [0.2, CONFIRM_BELOW - 0.001])
def test_what_is_less_sure_is_asked_about(sure: float) -> None:
    """Below 0.95 the person confirms; exactly the field that is meant, no other."""
    lines = [line("测试甲", 140, 42, sure) if each.text == "测试甲" else each for each in FRONT]
    assert [key for key, field in understand(lines, TODAY).fields.items() if field.ask] == ["name"]


def test_a_number_that_cannot_be_right_is_never_taken_for_one() -> None:
    """One wrong figure: said, shown, and asked about, with birth and sex unconfirmed."""
    wrong = [line(NUMBER[:-1] + "8", 260, 330, 1.0) if each.text == NUMBER else each for each in FRONT]
    fields = understand(wrong, TODAY).fields
    assert (fields["id_no"].checked, fields["id_no"].ask) == (False, True)
    assert fields["birth"].checked is None


def test_letters_that_look_like_figures_are_mended_by_the_check_digit() -> None:
    """O for 0 and l for 1: the number holds, and is asked about all the same."""
    seen = [line("99OOOO199OOlOl0017", 260, 330) if each.text == NUMBER else each for each in FRONT]
    field = understand(seen, TODAY).fields["id_no"]
    assert (field.value, field.checked, field.ask) == (NUMBER, True, True)


def test_a_date_that_contradicts_the_number_is_asked_about() -> None:
    """The page's own fields check each other."""
    lines = [line("出生 1991年1月1日", 40, 140) if each.text.startswith("出生") else each for each in FRONT]
    assert understand(lines, TODAY).fields["birth"].ask


@pytest.mark.parametrize(
    ("span", "until"),
    [("2016.07.15-2036.07.15", "2036-07-15"), ("2016.07.15-长期", "长期"), ("2016-07-15 2036-07-15", "2036-07-15")],
)
def test_the_back_of_a_card_says_who_issued_it_and_until_when(span: str, until: str) -> None:
    """A span of dates, however it is written, or for ever."""
    lines = [line("居民身份证", 100, 40), line("签发机关 样例市公安局", 40, 200), line(f"有效期限 {span}", 40, 240)]
    reading = understand(lines, TODAY)
    assert reading.kind is Kind.ID_BACK
    assert values(reading) == {"issuer": "样例市公安局", "valid_from": "2016-07-15", "valid_to": until}


def test_a_span_that_ends_before_it_begins_is_asked_about() -> None:
    """It cannot be right."""
    lines = [line("签发机关 样例市公安局", 40, 200), line("有效期限 2036.07.15-2016.07.15", 40, 240)]
    assert understand(lines, TODAY).fields["valid_to"].ask


def test_a_label_inside_a_sentence_is_no_label() -> None:
    """Long print that mentions a label gives no value to it."""
    text = "申请人应当如实填写姓名和联系电话等全部内容，否则申请将被退回。"
    assert labelled([line(text, 10, 10)], {"姓名": "name", "联系电话": "phone"}) == {}


def test_a_form_is_read_by_the_labels_of_its_item() -> None:
    """Only keys that were given are answered."""
    lines = [line("申请人姓名：测试乙", 40, 40), line("联系电话:13800000001", 40, 90), line("备注：无", 40, 140)]
    reading = understand(lines, TODAY, {"申请人姓名": "name", "联系电话": "phone"})
    assert (reading.kind, values(reading)) == (Kind.FORM, {"name": "测试乙", "phone": "13800000001"})


def test_a_log_shows_no_words_of_the_page() -> None:
    """Representations carry lengths and sureness alone."""
    assert "测试甲" not in repr(FRONT)
    assert NUMBER not in repr(understand(FRONT, TODAY))


_SPOT = st.floats(-1e4, 1e4)
_ANY_LINE = st.builds(
    TextLine,
    st.one_of(
        st.text(max_size=40),
        st.sampled_from(["姓名", "住址", "公民身份号码", "有效期限", "签发机关", "出生日期", "户主", NUMBER]),
    ),
    st.tuples(_SPOT, _SPOT, st.floats(0, 1e4), st.floats(0, 1e3)),
    st.floats(0, 1),
)


@given(st.lists(_ANY_LINE, max_size=25), st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=4))
def test_whatever_is_read_is_answered(lines: list[TextLine], labels: dict[str, str]) -> None:
    """No print of any kind, nor any label, makes it fail; sureness stays a share."""
    reading = understand(lines, TODAY, labels)
    assert all(field.value and 0 <= field.sure <= 1 for field in reading.fields.values())


@given(st.integers(0, 999), st.dates(dt.date(1900, 1, 1), TODAY), st.integers(0, 17), st.integers(1, 9))
def test_no_single_wrong_figure_of_a_number_holds(order: int, birth: dt.date, place: int, by: int) -> None:
    """The check character sees every one of them."""
    body = f"990000{birth:%Y%m%d}{order:03d}"
    right = body + mod_11_2(body)
    at = right[place]
    other = str((int(at) + by) % 10) if at.isdigit() else str(by)
    for text, holds in ((right, True), (right[:place] + other + right[place + 1 :], False)):
        field = understand([line(text, 0, 0)], TODAY).fields["id_no"]
        assert field.checked is holds


@pytest.mark.parametrize(
    ("printed", "value", "checked"),
    [(NUMBER, NUMBER, True), ("99000019900101OO17", NUMBER, True), (f"{NUMBER[:-1]}8", f"{NUMBER[:-1]}8", False)],
)
def test_the_number_in_a_form_is_checked_like_any_other(printed: str, value: str, checked: bool) -> None:
    """A letter for a figure is mended and asked about; a digit that does not fit is never taken for sure."""
    reading = understand([line("公民身份号码：", 40, 40), line(printed, 300, 40)], TODAY, {"公民身份号码": "id_no"})
    field = reading.fields["id_no"]
    assert (reading.kind, field.value, field.checked) == (Kind.FORM, value, checked)
    assert field.ask == (printed != NUMBER)
