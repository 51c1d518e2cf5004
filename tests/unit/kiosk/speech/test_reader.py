"""What of a screen is read aloud, how, and what is kept for the eyes."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.catalogue.loader import Catalogue
from kiosk.config import parse
from kiosk.speech.reader import Reader, city_texts
from kiosk.words import Audience, Words

WORDS, CATALOGUE = Words.load(), Catalogue.load()
HIDDEN = WORDS.template("zh_CN", "speech.on_screen")


@pytest.fixture(scope="module")
def reader() -> Reader:
    config = parse(
        {
            "state_dir": "state",
            "terminal": {
                "number": "0042",
                "name": {"zh": "市民之窗", "en": "Citizen's Window"},
                "site": {"zh": "样例站", "en": "Sample station"},
                "phone": "0371-12345",
            },
            "city": {"url": "https://city.test", "ca_file": "ca.pem"},
        },
        source="test",
        base=Path(),
    )
    return Reader(WORDS, CATALOGUE, config)


def said(reader: Reader, text: str, language: str = "zh_CN", *, private: bool = False) -> str | None:
    sentence = reader.read(text, language, private=private)
    return None if sentence is None else "|".join(sentence)


def test_a_sentence_is_read_as_it_stands(reader: Reader) -> None:
    """Should say the program's and the city's own words, in the language of the screen."""
    title = WORDS.template("zh_CN", "screens.home.title")
    assert said(reader, title) == title
    item = CATALOGUE.items[0]
    assert said(reader, item.name.zh) == item.name.zh
    assert said(reader, item.name.en, "en") == item.name.en
    assert said(reader, "市民之窗") == "市民之窗"


def test_values_are_put_in_as_they_are_spoken(reader: Reader) -> None:
    """Should split a sentence at its values, which can be recorded one by one."""
    assert said(reader, "还有 2 项要扫描") == "还有|两|项要扫描"
    assert said(reader, "第 1 页，共 12 页") == "第|一|页，共|十二|页"
    assert said(reader, "结果：受理之后 7 个工作日内") == "结果：受理之后|七|个工作日内"
    assert said(reader, "法定时限 20 个工作日") == "法定时限|二十|个工作日"
    called = "请凭回执编号拨打|零|三|七|一|一|二|三|四|五|查询。"
    assert said(reader, "请凭回执编号拨打 0371-12345 查询。") == called
    name = next(material.name for item in CATALOGUE.items for material in item.materials)
    assert said(reader, f"扫描：{name.zh}") == f"扫描：|{name.zh}"


@pytest.mark.parametrize(
    "text",
    [
        "六位数字已发到 138****0001",
        "六位数字已发到 13800000001",
        "申请人：测**   证件号：9****************7",
        "申请人：测试甲   证件号：990000199001010017",
        "材料上写的是：13900000001，点此采用",
        "材料上写的是：18，点此采用",
        "材料上写的是：1990-01-01，点此采用",
        "合计是 1200，应为 1300。",
    ],
)
def test_a_persons_value_is_only_pointed_at(reader: Reader, text: str) -> None:
    """Should say the sentence, and in the place of what is the person's that it stands on the screen."""
    sentence = reader.read(text, "zh_CN")
    assert sentence is not None
    assert HIDDEN in sentence
    spoken = "".join(sentence)
    assert not any(each.isdigit() for each in spoken)
    assert "测" not in spoken
    assert "一三" not in spoken.replace("零", "")


@pytest.mark.parametrize(
    "text", ["测试甲", "测*", "990000********0017", "990000199001010017", "样例路18号院", "13900000001"]
)
def test_what_is_nobodys_sentence_is_not_said(reader: Reader, text: str) -> None:
    """Should be silent about what it does not know, and say it into a headset."""
    assert said(reader, text) is None
    assert said(reader, text, private=True) is not None


def test_a_receipt_is_read(reader: Reader) -> None:
    """Should say the code that finds the case and the days that were promised."""
    assert said(reader, "KF 0042 0003G 7") == "K|F|零|零|四|二|零|零|零|三|G|七"
    assert said(reader, "2026年11月28日 周六 03:12") == "二|零|二|六|年|十一月|二十|八|日|星期六|三|点|十二|分"


def test_of_a_named_value_the_name_is_said(reader: Reader) -> None:
    """Should say the label of a line of the review and keep what the person answered."""
    label = next(field.label.zh for item in CATALOGUE.items for field in item.fields)
    assert reader.named(f"{label} 样例路18号院", "zh_CN") == (label, HIDDEN)
    assert reader.named("样例路18号院", "zh_CN") is None


def test_nothing_for_staff_is_said(reader: Reader) -> None:
    """Should know a staff sentence only where the public is told the same words."""
    staff = {ident for ident in WORDS.ids("zh_CN") if WORDS.audience(ident) is Audience.STAFF}
    public = {WORDS.template("zh_CN", ident) for ident in WORDS.ids("zh_CN") - staff}
    public |= {text.zh for _, text in city_texts(CATALOGUE)}
    own = {WORDS.template("zh_CN", ident) for ident in staff} - public
    assert len(own) > 50
    assert {text for text in own if "{" not in text and reader.read(text, "zh_CN") is not None} == set()
