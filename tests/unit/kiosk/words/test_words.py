"""The message catalogues: read strictly, filled safely, complete in every language, and used."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from kiosk.catalogue.loader import Catalogue
from kiosk.words import Audience, Words, WordsError, fill, ids_used, placeholders

ROOT = Path(__file__).parents[4]


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name.replace('__', '.')}.toml").write_text(text, encoding="utf-8")
    return folder


def test_areas_become_one_catalogue(tmp_path: Path) -> None:
    """Files of several areas should read as one catalogue; nested tables are dotted ids."""
    words = Words.load(
        written(
            tmp_path,
            zh_CN='[public]\n"a.b" = "甲"\n',
            form__zh_CN='[public.form]\nlabel.name = "姓名"\n[staff.form]\nretry = "重试 {count} 次"\n',
        )
    )
    assert words.languages == ("zh_CN",)
    assert words.text("zh_CN", "a.b") == "甲"
    assert words.text("zh_CN", "form.label.name") == "姓名"
    assert words.text("zh_CN", "form.retry", count=3) == "重试 3 次"
    assert words.audience("form.retry") is Audience.STAFF
    assert words.audience("form.label.name") is Audience.PUBLIC
    assert words.audience("nobody") is None


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        ("zh_CN", "[public", "words.not_toml"),
        ("zh_CN", '[everybody]\na = "x"\n', "words.bad_table"),
        ("zh_CN", "[public]\na = 3\n", "words.not_text"),
        ("zh_CN", '[public]\n"A b" = "x"\n', "words.bad_id"),
        ("zh_CN", '[public]\na = "{0}"\n', "words.bad_placeholder"),
        ("zh_CN", '[public]\na = "{a.b}"\n', "words.bad_placeholder"),
        ("zh_CN", '[public]\na = "{open"\n', "words.bad_placeholder"),
        ("Chinese!", '[public]\na = "x"\n', "words.bad_name"),
        ("zh_CN", '[public]\na = "x"\n[staff]\na = "y"\n', "words.duplicate"),
    ],
)
def test_a_bad_catalogue_is_refused(tmp_path: Path, file: str, text: str, code: str) -> None:
    """A catalogue that cannot be trusted should stop the start, with a stable code."""
    with pytest.raises(WordsError) as refused:
        Words.load(written(tmp_path, **{file: text}))
    assert refused.value.code == code


def test_one_id_in_two_files(tmp_path: Path) -> None:
    """Two areas should not say the same id, nor two languages disagree about its audience."""
    with pytest.raises(WordsError, match=r"words\.duplicate"):
        Words.load(written(tmp_path, one__en='[public]\n"x.y" = "1"\n', two__en='[public]\n"x.y" = "2"\n'))
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(WordsError, match=r"words\.two_audiences"):
        Words.load(written(other, en='[public]\nx = "1"\n', zh_CN='[staff]\nx = "1"\n'))


def test_gaps_are_named(tmp_path: Path) -> None:
    """A missing language and differing placeholders should each be named."""
    words = Words.load(
        written(tmp_path, en='[public]\na = "{x}"\nb = "b"\n', zh_CN='[public]\na = "{y}"\n'),
    )
    assert words.gaps() == ["a: placeholders differ", "b: no text in zh_CN"]


def test_an_unknown_id_is_seen_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """A lost id should be visible, logged as an error once, and never raise."""
    words = Words({"en": {}}, {})
    with caplog.at_level(logging.ERROR, logger="kiosk.words"):
        assert words.text("en", "lost.id", number=1) == "⟦lost.id⟧"
        assert words.text("en", "lost.id") == "⟦lost.id⟧"
    assert [record.getMessage() for record in caplog.records] == ["words.unknown_id en lost.id"]
    caplog.clear()


def test_filling_reaches_nothing_else() -> None:
    """Values should fill names only; a missing value stays seen; no attribute of a value can be reached."""
    assert fill("{a} {b}", {"a": 1}) == "1 {b}"
    assert fill("{a.__class__} {a[0]}", {"a": "x"}) == "{a.__class__} {a[0]}"
    assert fill("{a}", {"a": "{b}", "b": "no"}) == "{b}"
    assert placeholders("{a} and {b_2}") == {"a", "b_2"}


def test_ids_are_found_in_sources(tmp_path: Path) -> None:
    """Literal ids should be found in QML and Python, with the file that names them."""
    (tmp_path / "a.qml").write_text('text: qsTrId("form.next")\nother: qsTrId("form.step." + name)', encoding="utf-8")
    (tmp_path / "b.py").write_text('FAULT = "fault.paper"\nplain = "word"', encoding="utf-8")
    used = ids_used([tmp_path])
    assert set(used) == {"form.next", "form.step.", "fault.paper"}
    assert used["form.next"] == {str(tmp_path / "a.qml")}


def test_every_language_is_complete() -> None:
    """The terminal's own catalogues should have every sentence in every language, with the same values."""
    words = Words.load()
    assert {"zh_CN", "en"} <= set(words.languages)
    assert words.gaps() == []


def test_screens_name_only_ids_that_exist() -> None:
    """Every literal id of QML should have a sentence; a literal that ends with a dot should begin some."""
    known = Words.load().ids("zh_CN")
    used = ids_used([ROOT / "ui" / "qml"])
    lost = {
        i: files
        for i, files in used.items()
        if i not in known and not (i.endswith(".") and any(k.startswith(i) for k in known))
    }
    assert lost == {}


def test_no_sentence_is_forgotten() -> None:
    """Every sentence should be said somewhere: named whole, or composed from a beginning that some source names."""
    used = ids_used([ROOT / "ui", ROOT / "kiosk"])
    reasons = {reason for item in Catalogue.load().items for reason in (item.unavailable_reason, item.unavailable_next_step)}
    named = set(used) | set(_beginnings()) | {reason for reason in reasons if reason}
    words = Words.load()
    unused = [
        ident
        for ident in sorted(words.ids("zh_CN"))
        if ident not in named and not any(ident.startswith(begin) for begin in named if begin.endswith("."))
    ]
    assert unused == []


def _beginnings() -> set[str]:
    """Beginnings in f-strings and concatenations: `f"screens.{name}"`, `"fault." + code`."""
    found: set[str] = set()
    for folder in ("ui", "kiosk"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".qml"}:
                found |= set(
                    re.findall(r"""["']([a-z][a-z0-9_]*\.(?:[a-z0-9_]+\.)*)["'{]""", path.read_text(encoding="utf-8"))
                )
                found |= set(re.findall(r"""["']([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*\.)\{""", path.read_text(encoding="utf-8")))
    return found


def test_no_trade_name_of_a_device_is_said_to_citizens() -> None:
    """Who has never used a terminal knows a camera, and not what the trade calls one; neither in words nor in an item."""
    trade = re.compile("高拍仪|document camera", re.IGNORECASE)
    words = Words.load()
    said = {
        f"{language} {ident}": words.template(language, ident)
        for language in words.languages
        for ident in words.ids(language)
        if words.audience(ident) is Audience.PUBLIC
    }
    told = {item.id: item.model_dump_json() for item in Catalogue.load().items}
    assert [where for where, text in (said | told).items() if trade.search(text)] == []
