"""What reaches the speaker of what a screen asks to be said."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.catalogue.loader import Catalogue
from kiosk.config import Config, parse
from kiosk.speech import Announcer, Sentence, SpeechState
from kiosk.speech.announcer import packs
from kiosk.words import Words

WORDS, CATALOGUE = Words.load(), Catalogue.load()


class Speaker:
    def __init__(self) -> None:
        self.state = SpeechState.READY
        self.said: list[tuple[tuple[Sentence, ...], str]] = []
        self.cuts = 0

    def say(self, sentences: tuple[Sentence, ...], language: str) -> None:
        self.said.append((sentences, language))

    def cut(self) -> None:
        self.cuts += 1

    def tick(self) -> None: ...

    def stop(self, timeout_s: float) -> None: ...


def config(*, private: bool = False) -> Config:
    data = {
        "state_dir": "state",
        "terminal": {
            "number": "0042",
            "name": {"zh": "市民之窗", "en": "Citizen's Window"},
            "site": {"zh": "样例站", "en": "Sample station"},
            "phone": "0371-12345",
        },
        "city": {"url": "https://city.test", "ca_file": "ca.pem"},
        "speech": {"private": private},
    }
    return parse(data, source="test", base=Path())


def announcer(speaker: Speaker, *, private: bool = False) -> Announcer:
    return Announcer(
        speaker,
        words=WORDS,
        config=config(private=private),
        catalogue=lambda: CATALOGUE,
    )


def test_texts_are_said_in_the_language_of_the_session() -> None:
    """Should say what the screen shows, and leave out what is the person's."""
    speaker = Speaker()
    title = WORDS.template("en", "screens.home.title")
    announcer(speaker).say([title, "测试甲", "Pages: 2"], "en")
    assert speaker.said == [(((title,), ("Pages:", "two")), "en")]


def test_into_a_headset_everything_is_said() -> None:
    """Should say a person's data once a headset is plugged in, and no longer when it is out."""
    speaker = Speaker()
    voice = announcer(speaker)
    for plugged, heard in ((False, ()), (True, (("测试甲",),)), (False, ())):
        voice.plug(plugged)
        voice.say(["测试甲"], "zh_CN")
        assert speaker.said[-1][0] == heard
    assert speaker.cuts == 3
    voice = announcer(speaker, private=True)
    voice.say(["测试甲"], "zh_CN")
    assert speaker.said[-1][0] == (("测试甲",),)


def test_nothing_is_read_for_a_terminal_that_cannot_speak() -> None:
    """Should not even build what it would read with."""
    speaker = Speaker()
    speaker.state = SpeechState.UNAVAILABLE
    voice = Announcer(
        speaker,
        words=WORDS,
        config=config(),
        catalogue=lambda: pytest.fail("nothing is to be read"),
    )
    voice.say(["x"], "en")
    voice.name(["x"], "en")
    assert speaker.said == []


def test_a_pack_that_cannot_be_used_is_told_of(tmp_path: Path) -> None:
    """Should go on without it."""
    told: list[str] = []
    assert packs([tmp_path], told.append) == ()
    assert len(told) == 1
    assert told[0].startswith("speech.no_manifest: ")
