"""Voice packs, the synthesiser, and which of them speaks."""

from __future__ import annotations

import csv
import io
import logging
import tomllib
from pathlib import Path

import pytest

from kiosk.catalogue.loader import Catalogue
from kiosk.cli import main
from kiosk.config import parse
from kiosk.speech import sheet
from kiosk.speech.pack import MANIFEST, Sound, VoicePack, VoicePackError, read_wav
from kiosk.speech.reader import Reader
from kiosk.speech.voices import VoiceError, Voices
from kiosk.words import Words

WORDS = Words.load()
LISTED = sheet.rows(WORDS, Catalogue.load())


def tone(value: int, frames: int = 800, rate_hz: int = 16_000) -> Sound:
    """A recording that is told from others by its samples."""
    return Sound(rate_hz, value.to_bytes(2, "little") * frames)


def record(folder: Path, *files: str) -> None:
    folder.mkdir(exist_ok=True)
    for value, file in enumerate(files, start=1):
        (folder / file).write_bytes(tone(value).wav())


def test_the_reading_list_has_every_word_that_is_spoken(capsys: pytest.CaptureFixture[str]) -> None:
    """Should name a file for each sentence, each part around a value, each number, and each of the city's names."""
    assert main(["voice", "sheet"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    files = [row["file"] for row in rows]
    assert len(files) == len(set(files))
    by_file = {row["file"]: row for row in rows}
    assert by_file["screens.home.title.wav"]["zh"] == WORDS.template("zh_CN", "screens.home.title")
    assert by_file["screens.home.title.wav"]["en"] == WORDS.template("en", "screens.home.title")
    assert [by_file[f"screens.materials.missing.{at}.wav"]["zh"] for at in (1, 2)] == ["还有", "项要扫描"]
    assert by_file["speech.number.7.wav"]["zh"] == "七"
    assert by_file["speech.letter.g.wav"]["zh"] == "G"
    assert by_file["city.item.residence_permit_apply.name.wav"]["en"]
    assert not any("{" in row["zh"] + row["en"] for row in rows)
    assert main(["voice", "sheet", "--format", "markdown"]) == 0
    assert "| screens.home.title |" in capsys.readouterr().out


def test_recordings_are_bound_and_what_is_wrong_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Should take what can be used, and name what is missing, strange, of another rate or no recording."""
    record(tmp_path, "speech.number.1.wav", "speech.number.2.wav", "my.song.wav")
    (tmp_path / "speech.number.3.wav").write_bytes(tone(3, rate_hz=8_000).wav())
    (tmp_path / "speech.number.4.wav").write_bytes(b"RIFF")
    assert main(["voice", "bind", str(tmp_path), "--name", '河南话 "女声"']) == 1
    told = capsys.readouterr().out
    assert "not usable: speech.number.3.wav" in told
    assert "not usable: speech.number.4.wav" in told
    assert "not on the list: my.song.wav" in told
    assert "missing: screens.home.title.wav" in told
    pack = VoicePack.load(tmp_path)
    assert (pack.name, pack.language, len(pack)) == ('河南话 "女声"', "zh_CN", 2)
    assert pack.has("一")
    assert pack.recording("二") == tone(2)


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        (None, "speech.no_manifest"),
        ("format = 2", "speech.bad_manifest"),
        ("format = ", "speech.bad_manifest"),
        ('format = 1\nlanguage = "zh_CN"\nname = "x"\n[recordings]\n"../../etc/passwd.wav" = "一"', "speech.bad_manifest"),
    ],
)
def test_a_folder_that_is_no_pack(tmp_path: Path, manifest: str | None, code: str) -> None:
    """Should be refused with its code, and never lead out of its folder."""
    if manifest is not None:
        (tmp_path / MANIFEST).write_text(manifest, encoding="utf-8")
    with pytest.raises(VoicePackError) as refused:
        VoicePack.load(tmp_path)
    assert refused.value.code == code


@pytest.mark.parametrize("content", [b"", b"RIFF", tone(1, frames=0).wav(), tone(1, rate_hz=96_000).wav()])
def test_a_file_that_is_no_recording(tmp_path: Path, content: bytes) -> None:
    """Should be refused: empty, cut short, or of a rate that nobody records in."""
    (tmp_path / "x.wav").write_bytes(content)
    with pytest.raises(VoicePackError, match=r"speech\.bad_recording"):
        read_wav(tmp_path / "x.wav")


def test_a_sentence_is_put_together_from_recordings(tmp_path: Path) -> None:
    """Should join the fragments of a sentence that was recorded whole, without starting any program."""
    record(tmp_path, "speech.number.two_of.wav", "screens.materials.missing.1.wav", "screens.materials.missing.2.wav")
    sheet.bind(tmp_path, LISTED, language="zh_CN", name="x")
    voices = Voices([VoicePack.load(tmp_path)], program="/nowhere/espeak-ng")
    sound = voices.sound(("还有", "两", "项要扫描"), "zh_CN")
    parts = [tone(value).samples for value in (2, 1, 3)]
    assert [sound.samples.find(part) for part in parts] == sorted(sound.samples.find(part) for part in parts)
    assert all(part in sound.samples for part in parts)
    with pytest.raises(VoiceError, match=r"speech\.no_voice"):
        voices.sound(("还有", "三", "项要扫描"), "zh_CN")


def test_a_reworded_sentence_does_not_say_the_old_words(tmp_path: Path) -> None:
    """Should find a recording by the words that were read, and not by its name."""
    record(tmp_path, "screens.home.title.wav")
    (tmp_path / MANIFEST).write_text(
        'format = 1\nlanguage = "zh_CN"\nname = "x"\n[recordings]\n"screens.home.title.wav" = "从前的话"\n', encoding="utf-8"
    )
    pack = VoicePack.load(tmp_path)
    assert not pack.has(WORDS.template("zh_CN", "screens.home.title"))


def test_the_synthesiser_speaks_both_languages() -> None:
    """Should make sound of the real espeak-ng: something is heard, longer for more words, its length known."""
    voices = Voices([])
    voices.check()
    short = voices.sound(("一",), "zh_CN")
    long = voices.sound(("请把身份证平放在读卡器上", "二", "页"), "zh_CN")
    english = voices.sound(("Place your ID card",), "en")
    for sound in (short, long, english):
        assert max(sound.samples) > 0
        assert 0.1 < sound.lasts_s < 20
    assert long.lasts_s > short.lasts_s
    assert Voices([]).sound(("拨打12345",), "zh_CN").lasts_s > Voices([]).sound(("拨打",), "zh_CN").lasts_s


def test_a_spoilt_recording_is_told_of_once_and_synthesised(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Should go on speaking with the other voice."""
    record(tmp_path, "speech.number.1.wav")
    sheet.bind(tmp_path, LISTED, language="zh_CN", name="x")
    (tmp_path / "speech.number.1.wav").write_bytes(b"")
    voices = Voices([VoicePack.load(tmp_path)])
    with caplog.at_level(logging.WARNING, "kiosk.speech"):
        assert voices.sound(("一",), "zh_CN").lasts_s > 0
        assert voices.sound(("一",), "zh_CN").lasts_s > 0
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["speech.bad_recording"]


def test_without_any_voice_nothing_can_be_said() -> None:
    """Should say so beforehand."""
    with pytest.raises(VoiceError, match=r"speech\.no_voice"):
        Voices([], program="/nowhere/espeak-ng").check()


def test_the_manifest_is_toml_whatever_was_read(tmp_path: Path) -> None:
    """Should write words with quotes and strokes so that they are read again."""
    record(tmp_path, "x.wav")
    words = 'ein "Wort" \\ und \x7f'
    row = sheet.Row("x", words, words, "x.wav")
    sheet.bind(tmp_path, [row], language="en", name="x")
    assert tomllib.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))["recordings"] == {"x.wav": words}


def test_every_sentence_of_a_screen_is_on_the_list(tmp_path: Path) -> None:
    """Should list each fragment that the reader makes of a public sentence, so that a whole pack is wholly spoken."""
    listed = {row.zh for row in LISTED} | {row.en for row in LISTED}
    config = parse(
        {
            "state_dir": "s",
            "terminal": {
                "number": "0042",
                "name": {"zh": "窗", "en": "W"},
                "site": {"zh": "站", "en": "S"},
                "phone": "12345",
            },
            "city": {"url": "https://city.test", "ca_file": "ca.pem"},
        },
        source="test",
        base=tmp_path,
    )
    reader = Reader(WORDS, Catalogue.load(), config)
    lost: set[str] = set()
    for language in ("zh_CN", "en"):
        for ident in sorted(WORDS.ids(language)):
            text = WORDS.text(language, ident, **dict.fromkeys(("count", "pages", "page", "seconds", "days"), "2"))
            sentence = reader.read(text, language)
            if sentence is not None and "{" not in text:
                lost |= {words for words in sentence if words not in listed}
    assert lost == set()
