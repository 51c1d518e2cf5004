"""The masking policy, value by value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.identity.masking import Kind, for_log, on_receipt, on_screen


@pytest.mark.parametrize(
    ("kind", "value", "screen", "receipt"),
    [
        (Kind.NAME, "张明", "张*", "张*"),
        (Kind.NAME, "张小明", "张*明", "张**"),
        (Kind.NAME, "欧阳小明", "欧**明", "欧***"),
        (Kind.NAME, "阿依古丽·买买提", "阿**", "阿**"),
        (Kind.NAME, "Anna Example", "A**", "A**"),
        (Kind.NAME, "张", "*", "*"),
        (Kind.NAME, "", "", ""),
        (Kind.ID_NUMBER, "41020219490101123X", "4102**********123X", "4****************X"),
        (Kind.ID_NUMBER, "C12345678", "C******78", "C*******8"),
        (Kind.MOBILE, "13812345678", "138****5678", "*******5678"),
        (Kind.BANK_CARD, "6222000000001234", "**** **** **** 1234", "1234"),
        (Kind.BANK_CARD, "1234", "****", "****"),
        (
            Kind.ADDRESS,
            "河南省开封市龙亭区北书店街道某路1号",
            "河南省开封市龙亭区北书店街道****",
            "河南省开封市龙亭区****",
        ),
        (Kind.ADDRESS, "开封市兰考县某路1号", "开封市兰考县****", "开封市兰考县****"),
        (Kind.ADDRESS, "某路1号", "****", "****"),
        (Kind.CREDIT_CODE, "91110000600037341L", "91110000600037341L", "91110000600037341L"),
    ],
)
def test_policy(kind: Kind, value: str, screen: str, receipt: str) -> None:
    """Screen and paper should each show exactly what the policy allows."""
    assert on_screen(kind, value) == screen
    assert on_receipt(kind, value) == receipt


def test_logs_keep_tags_not_values() -> None:
    """A log should keep keyed tags of numbers, county codes, and nothing of names, cards or written addresses."""
    number = "990000199001010017"
    tag = for_log(Kind.ID_NUMBER, number, b"key")
    assert number not in tag
    assert tag == for_log(Kind.ID_NUMBER, number, b"key") != for_log(Kind.ID_NUMBER, number, b"other")
    assert for_log(Kind.NAME, "测试甲", b"key") == ""
    assert for_log(Kind.BANK_CARD, "6222000000001234", b"key") == ""
    assert for_log(Kind.ADDRESS, "410202001000", b"key") == "410202"
    assert for_log(Kind.ADDRESS, "开封市某路1号", b"key") == ""
    assert for_log(Kind.CREDIT_CODE, "91110000600037341L", b"key") == "91110000600037341L"


@given(st.sampled_from([Kind.ID_NUMBER, Kind.MOBILE]), st.text("0123456789", min_size=1, max_size=30))
def test_numbers_stay_half_hidden(kind: Kind, value: str) -> None:
    """However short a number is, at least a third of it should stay hidden on the screen and on paper."""
    for shown in (on_screen(kind, value), on_receipt(kind, value)):
        assert len(shown) == len(value)
        assert shown.count("*") * 3 >= len(value)


@given(st.sampled_from(Kind), st.text())
def test_any_text_can_be_masked(kind: Kind, value: str) -> None:
    """Masking should answer for whatever a field holds."""
    assert isinstance(on_screen(kind, value) + on_receipt(kind, value) + for_log(kind, value, b"k"), str)
