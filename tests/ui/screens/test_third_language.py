"""A third language is one file: put beside those that ship it is offered, spoken on every screen, and finds its room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pseudo
import pytest
from accessible import name, tree
from geometry import complaints, is_a, seen
from PySide6.QtGui import QAccessible, QFont, QRawFont
from PySide6.QtQuick import QQuickItem
from shots import scenes

from kiosk import words
from kiosk.catalogue import divisions
from kiosk.catalogue.loader import Catalogue
from kiosk.session.states import State
from kiosk.words import Words, begin, placeholders
from ui import fonts

DATA = (
    "Citizen's Window, 24 hours", "Jinming Square",  # the station's names, in the configuration's two languages
    "中文", "English",                               # languages call themselves
    "测*", "测*乙", "测试站务员", "请带户口簿原件到窗口，已为您留号。", "第 2 页反光，看不清签字",
    "测试省测试市龙亭样例区北书店街道第一社区样例路18号院3号楼2单元501室",
    "document_camera.no_stream", "receipt_printer.offline", "envelope_malformed", "civic-outbox-0042",
    "住址证明.jpg", "合同第1页.pdf", "合同第2页.pdf", "照片.heic", "扫描件_20261127.pdf",
    "Proof of employment", "失业、工伤",
)  # fmt: skip
"""What people, staff and devices say of themselves: no catalogue has it."""


@pytest.fixture
def third(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Words]:
    """The shipped catalogues with one file more."""
    monkeypatch.setattr(words, "HOME", pseudo.home(tmp_path))
    words.shipped.cache_clear()
    yield words.shipped()
    words.shipped.cache_clear()


def shown(stand: Any) -> list[str]:
    """What stands on the screen or is told to who cannot see it, but for the keys' letters and what they write."""
    drawn = [one.item for one in seen(stand.screen.window) if one.item.inherits("QQuickText")]
    texts = [str(item.property("text") or "").replace("\u2060", "") for item in drawn if not _typed(item)]
    return texts + [name(node) for node in tree(stand.screen.window) if len(name(node)) > 1 and not _candidate(node)]


def _typed(item: QQuickItem) -> bool:
    above = item
    while above is not None:
        if is_a(above, "CandidateStrip"):
            return not str(item.property("text")).startswith("[")
        above = above.parentItem()
    return len(str(item.property("text"))) == 1


def _candidate(node: Any) -> bool:
    above = node.object()
    while above is not None:
        if isinstance(above, QQuickItem) and is_a(above, "CandidateStrip"):
            return not name(node).startswith("[")
        above = above.parentItem() if isinstance(above, QQuickItem) else None
    return False


@pytest.mark.parametrize("orientation", ["portrait", "landscape", "counter"])
def test_every_screen_speaks_it_and_has_room(third: Words, stand_at: Callable[..., Any], orientation: str) -> None:
    """Should have every word from the file, and find room for words that are two fifths longer than English."""
    QAccessible.setActive(True)
    stand = stand_at(orientation, pseudo.LANGUAGE)
    millimetre = stand.terminal.config.terminal.screen.px_per_mm
    found: list[str] = []
    for scene_name, scene in scenes(stand.terminal, stand.screen).items():
        scene()
        stand.settle()
        said = complaints(stand.screen.window, px_per_mm=millimetre, target_mm=20, key_mm=16)
        found += [f"{scene_name}: {complaint}" for complaint in said]
        found += [f"{scene_name}: of no catalogue: {text}" for text in pseudo.bare(shown(stand), DATA)]
    assert found == []


def test_a_bare_word_is_found() -> None:
    """The measure itself: English, Chinese and a half of either should be told from this language and from data."""
    assert pseudo.bare([pseudo.pseudo("Print a certificate"), "KF 0042 0003G 7", "[Fríí 2026-11-27 21:12]"], ()) == []
    assert pseudo.bare(["Print", "打印", "[Prríñt 打印]", "Jinming Square 1"], ("Jinming Square",)) == [
        "'Print' in 'Print'", "'打印' in '打印'", "'打印' in '[Prríñt 打印]'",
    ]  # fmt: skip


def test_its_words_are_longer_and_keep_their_places() -> None:
    """Two fifths longer than English at the least, with the same places for values."""
    shipped = words.shipped()
    for ident in shipped.ids("en"):
        english = shipped.template("en", ident)
        longer = pseudo.pseudo(english)
        assert placeholders(longer) == placeholders(english)
        assert len(longer) >= pseudo.LONGER * len(pseudo.without_places(english)) or "\u4e00" <= max(english) <= "\u9fff"


def test_it_is_offered_in_its_turn(third: Words, stand_at: Callable[..., Any]) -> None:
    """The button should name the next language and lead through all three, back to the first."""
    stand = stand_at()
    stand.terminal.show(State.HOME)
    stand.settle()
    offered = []
    for _ in range(3):
        offered.append(stand.item("tool_language").property("text"))
        stand.tap("tool_language")
    assert offered == ["English", third.text(pseudo.LANGUAGE, "format.name"), "中文"]
    assert stand.terminal.language == "zh_CN"


def test_nothing_is_missing_in_any_file() -> None:
    """Every language that ships beside the first two should say every text of the city, with no text left over."""
    wanted = {text.zh for text in chain(Catalogue.load().texts(), divisions.current().texts())}
    shipped = words.shipped()
    for language in set(shipped.languages) - set(words.FIRST):
        assert wanted - shipped.city_texts(language) == set()


def test_the_city_speaks_it_on_the_desks_too(third: Words) -> None:
    """What the core puts together should come from the file: a service's name, a place, a day."""
    item = Catalogue.load().item("residence_permit_apply")
    assert item.name.in_language(pseudo.LANGUAGE) == pseudo.pseudo(item.name.en)
    place = divisions.current().full_name("410202001000", pseudo.LANGUAGE)
    assert place == ", ".join(map(pseudo.pseudo, ("Beishudian Subdistrict", "Longting District", "Kaifeng")))
    assert third.gaps() == []


def test_what_the_file_lacks_is_said_in_english(third: Words) -> None:
    """A text that the city has published since should be read in English rather than not at all."""
    item = Catalogue.load().item("residence_permit_apply")
    newer = item.name.model_copy(update={"zh": "新事项", "en": "A new service"})
    assert newer.in_language(pseudo.LANGUAGE) == "A new service"


def test_every_character_has_a_glyph(third: Words, qapp: Any) -> None:
    """No language that is offered should show boxes: the two faces have every character of every file."""
    texts = [
        *(third.template(language, ident) for language in third.languages for ident in third.ids(language)),
        *(text.in_language(language) for language in third.languages for text in Catalogue.load().texts()),
    ]
    characters = set("".join(texts)) - {"\n", "\u2060", "\u3000"}
    for file in fonts.FILES:
        face = QRawFont(str(file), 20, QFont.HintingPreference.PreferDefaultHinting)
        assert [c for c in sorted(characters) if not face.supportsCharacter(ord(c))] == []


def test_the_beginning_of_a_file_can_be_read_back(tmp_path: Path) -> None:
    """`kiosk words` should write what the terminal reads: all ids, all placeholders, quotes and all."""
    file = tmp_path / "ko.toml"
    file.write_text(begin.catalogue(words.shipped(), [('他说"好"', 'He said "yes"\\')]), encoding="utf-8")
    read = Words.load(tmp_path)
    shipped = words.shipped()
    assert read.ids("ko") == shipped.ids("en")
    assert all(read.template("ko", ident) == shipped.template("en", ident) for ident in read.ids("ko"))
    assert all(read.audience(ident) == shipped.audience(ident) for ident in read.ids("ko"))
    assert read.city("ko", '他说"好"') == 'He said "yes"\\'
