"""Pinyin: candidates in a sensible order, from a small index made for the test."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from ui.keyboard import build
from ui.keyboard.pinyin import LEANINGS, LONGEST_TYPED, Pinyin, PinyinError

ENTRIES = [
    ("xian", 760, "现"),
    ("xian", 770, "先"),
    ("xi an", 1006, "西安"),
    ("xi", 800, "西"),
    ("an", 900, "安"),
    ("fang an", 900, "方案"),
    ("fan gan", 1000, "反感"),
    ("fang", 800, "方"),
    ("fan", 810, "反"),
    ("gan", 820, "干"),
    ("zhong guo", 700, "中国"),
    ("zhong", 800, "中"),
    ("guo", 800, "国"),
    ("bei jing shi", 900, "北京市"),
    ("chao yang qu", 950, "朝阳区"),
    ("bei jing", 800, "北京"),
    ("shi", 700, "是"),
    ("bei", 900, "北"),
    ("jing", 900, "京"),
    ("lve", 900, "略"),
    ("chao", 900, "朝"),
    ("yang", 900, "阳"),
    ("qu", 900, "区"),
    ("wang", 900, "网"),
    ("xiu", 900, "休"),
    ("ying", 900, "应"),
    ("ou", 900, "偶"),
    ("wei", 900, "为"),
    ("lu", 900, "路"),
    ("shen", 900, "身"),
    ("fen", 900, "份"),
    ("zheng", 900, "证"),
    ("yan", 800, "眼"),
    ("yan", 1350, "䶮"),
    ("ji", 1350, "𠮷"),
]
MORE = {
    "family": [("wang", 260, "王"), ("wang", 560, "汪"), ("ou yang", 700, "欧阳")],
    "given": [("wei", 300, "伟"), ("wei", 500, "威")],
    "given1": [("xiu", 300, "秀"), ("xiu", 500, "修")],
    "given2": [("ying", 300, "英"), ("ying", 400, "颖")],
    "pair": [("xiu ying", 500, "秀英")],
    "place": [("qu", 400, "区"), ("yan jing lu", 500, "雁京路"), ("bei", 450, "北")],
}
INITIALS = [("sfz", 900, "身份证", "shen fen zheng"), ("sfz", 1000, "十分钟", "shi fen zhong")]


@pytest.fixture
def pinyin(tmp_path: Path) -> Pinyin:
    path = tmp_path / "small.db"
    build.write(path, ENTRIES, INITIALS, MORE)
    return Pinyin(path)


def texts(pinyin: Pinyin, typed: str, leaning: str = "") -> list[str]:
    return [candidate.text for candidate in pinyin.candidates(typed, leaning)]


def test_both_cuts_are_offered(pinyin: Pinyin) -> None:
    """Letters that can be cut in two ways should offer both: xian is 先 and 西安, fangan is 方案 and 反感."""
    assert {"先", "现", "西安"} <= set(texts(pinyin, "xian")[:3])
    assert texts(pinyin, "fangan")[:2] == ["方案", "反感"]


def test_the_apostrophe_decides(pinyin: Pinyin) -> None:
    """An apostrophe should leave one cut only."""
    assert texts(pinyin, "xi'an")[0] == "西安"
    assert "先" not in texts(pinyin, "xi'an")
    assert pinyin.candidates("xi'an")[0].used == 5


def test_rows_of_words(pinyin: Pinyin) -> None:
    """Six syllables that are no one word should be composed from the likeliest words, first."""
    first = pinyin.candidates("beijingshichaoyangqu")[0]
    assert (first.text, first.used) == ("北京市朝阳区", len("beijingshichaoyangqu"))


def test_a_syllable_begun(pinyin: Pinyin) -> None:
    """A last syllable that is only begun should offer what it may become."""
    assert texts(pinyin, "zhongg")[0] == "中国"
    assert texts(pinyin, "zhongguo")[0] == "中国"


@pytest.mark.parametrize("typed", ["sfz", "shenfz", "sfzheng"])
def test_first_letters(pinyin: Pinyin, typed: str) -> None:
    """First letters, or syllables and first letters mixed, should find the word."""
    assert texts(pinyin, typed)[0] == "身份证"


def test_names_first_where_a_name_is_asked_for(pinyin: Pinyin) -> None:
    """Full names should come by how common both parts are, names not met whole after those that are."""
    assert texts(pinyin, "wangxiuying", "name")[:4] == ["王秀英", "汪秀英", "王秀颖", "王修英"]
    assert texts(pinyin, "ouyangwei", "name")[:2] == ["欧阳伟", "欧阳威"]
    assert texts(pinyin, "wang", "name")[:2] == ["王", "汪"]
    assert texts(pinyin, "xiuying", "name")[0] == "秀英"
    assert "王秀英" not in texts(pinyin, "wangxiuying")
    assert all(c.used == len("wangxiuying") for c in pinyin.candidates("wangxiuying", "name")[:4])


def test_a_name_field_still_writes_everything(pinyin: Pinyin) -> None:
    """Rare characters and common words should be there beside the names."""
    assert "䶮" in texts(pinyin, "yan", "name")
    assert "𠮷" in texts(pinyin, "ji", "name")
    assert "中国" in texts(pinyin, "zhongguo", "name")


def test_addresses_lean_to_places(pinyin: Pinyin) -> None:
    """What addresses are made of should win over everyday words, in an address and nowhere else."""
    assert texts(pinyin, "yanjinglu", "place")[0] == "雁京路"
    assert "雁京路" not in texts(pinyin, "yanjinglu")
    assert texts(pinyin, "beijingshibeiqu", "place")[0] == "北京市北区"


def test_piece_by_piece(pinyin: Pinyin) -> None:
    """The beginning should be on offer too, longest first, with the letters that it uses."""
    found = pinyin.candidates("beijingshichaoyangqu")
    pieces = [(candidate.text, candidate.used) for candidate in found if candidate.used < 20]
    assert pieces[:3] == [("北京市", 10), ("北京", 7), ("北", 3)]


def test_rare_characters_and_spellings(pinyin: Pinyin) -> None:
    """Rare name characters should be there, and lue be understood as lüe."""
    assert "䶮" in texts(pinyin, "yan")
    assert "𠮷" in texts(pinyin, "ji")
    assert texts(pinyin, "lue")[0] == "略"


@pytest.mark.parametrize("typed", ["", "'", "'''", "xxqqvv", "zzzz" * 40, "xi''an", "aeiou" * 20])
def test_nothing_typed_can_hurt(pinyin: Pinyin, typed: str) -> None:
    """Any letters should be answered, in every kind of field, with no more letters used than there are."""
    for leaning in LEANINGS:
        assert all(0 < c.used <= min(len(typed), LONGEST_TYPED) for c in pinyin.candidates(typed, leaning))


def test_nothing_is_learned(pinyin: Pinyin, tmp_path: Path) -> None:
    """Choosing and asking again should change neither the answers nor the file."""
    before = (tmp_path / "small.db").read_bytes()
    first = texts(pinyin, "yan")
    for leaning in LEANINGS * 5:
        texts(pinyin, "beijingyan", leaning)
        texts(pinyin, "wangxiuying", leaning)
    assert pinyin._kept == {}
    assert texts(pinyin, "yan") == first
    assert (tmp_path / "small.db").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.db"]


def test_an_index_that_cannot_be_used(tmp_path: Path) -> None:
    """A missing, broken or foreign index should be refused with its code."""
    with pytest.raises(PinyinError, match=r"pinyin\.missing"):
        Pinyin(tmp_path / "none.db")
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"not a database at all" * 100)
    with pytest.raises(PinyinError, match=r"pinyin\.unreadable"):
        Pinyin(broken)
    build.write(tmp_path / "new.db", ENTRIES, INITIALS)
    shutil.copy(tmp_path / "new.db", tmp_path / "old.db")
    with sqlite3.connect(tmp_path / "old.db") as db:
        db.execute("UPDATE about SET value = '0' WHERE name = 'format'")
    db.close()
    with pytest.raises(PinyinError, match=r"pinyin\.format"):
        Pinyin(tmp_path / "old.db")


def test_spelling_as_typed() -> None:
    """Tones should go, ü become v."""
    assert [build.plain(s) for s in ("zhōng", "lǜ", "lüè", "ê", "ér")] == ["zhong", "lv", "lve", "e", "er"]
