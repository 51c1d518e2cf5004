"""What the first window reads early is what the terminal reads later, and nothing is shown of what cannot be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk import config, glance
from kiosk.words import Words

EXAMPLE = Path(__file__).parents[3] / "packaging/kiosk.example.toml"


def written(tmp_path: Path, change: str, to: str) -> Path:
    file = tmp_path / "kiosk.toml"
    text = EXAMPLE.read_text(encoding="utf-8")
    assert change in text
    file.write_text(text.replace(change, to), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "to",
    [
        'orientation = "portrait"',
        'orientation = "counter"\nfull_screen = false\nreduced_motion = true',
        "",
    ],
)
def test_it_is_what_the_configuration_says(tmp_path: Path, to: str) -> None:
    """Should find the same as the whole reading, what is left to its default included."""
    file = written(tmp_path, 'orientation = "portrait"', to)
    whole, seen = config.load(file), glance.look(file)
    assert seen is not None
    terminal = whole.terminal
    assert seen == glance.Glance(
        state_dir=whole.state_dir,
        language=terminal.language,
        name=terminal.name.zh,
        site=terminal.site.zh,
        number=terminal.number,
        **terminal.screen.model_dump(),
    )


def test_the_language_chooses_the_names(tmp_path: Path) -> None:
    """Should take the English names where the attract screen speaks English; a relative folder begins at the file."""
    file = written(tmp_path, 'number = "0001"', 'number = "0001"\nlanguage = "en"')
    file.write_text(file.read_text(encoding="utf-8").replace("/var/lib/civic-kiosk", "state"), encoding="utf-8")
    seen = glance.look(file)
    assert seen is not None
    assert (seen.name, seen.language) == ("Citizen's Window, 24 hours", "en")
    assert seen.state_dir == config.load(file).state_dir == tmp_path / "state"


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ('number = "0001"', "number = 1"),
        ('number = "0001"', ""),
        ("px_per_mm = 3.65", 'px_per_mm = "3.65"'),
        ('orientation = "portrait"', 'orientation = "sideways"'),
        ("px_per_mm = 3.65", "px_per_mm = 0"),
        ("[terminal]", "[terminal"),
        ('state_dir = "/var/lib/civic-kiosk"', "state_dir = 7"),
    ],
)
def test_what_cannot_be_right_is_not_shown(tmp_path: Path, change: str, to: str) -> None:
    """Should leave it to the whole reading to say what is wrong."""
    assert glance.look(written(tmp_path, change, to)) is None


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    """Should show nothing."""
    assert glance.look(tmp_path / "nothing.toml") is None
    assert glance.look(tmp_path) is None


def test_its_words_are_the_catalogues() -> None:
    """Should say every sentence as the catalogue does, wherever its file keeps it, and leave out what is nowhere."""
    words = Words.load()
    for language in words.languages:
        idents = sorted(ident for ident in words.ids(language) if ident.startswith(("screens.", "controls.", "format.")))
        assert glance.words(language, idents) == {ident: words.template(language, ident) for ident in idents}
    assert glance.words("zh_CN", ["screens.no_such", "nowhere.at_all"]) == {}


def test_words_in_tables_and_over_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should read whatever TOML allows: a language in one file, tables, a text over several lines."""
    text = '[public]\n"screens.a" = """\ntwo\nlines"""\n[public.screens]\nb = "one"\n[format]\ntoday = "{day}"\n'
    (tmp_path / "ko.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(glance, "WORDS_DIR", tmp_path)
    expected = {"screens.a": "two\nlines", "screens.b": "one", "format.today": "{day}"}
    assert glance.words("ko", expected) == expected
