"""The speaker: says the latest thing, and is never in anybody's way."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kiosk.cli import main
from kiosk.dispatch import QueueDispatcher
from kiosk.speech.player import Player
from kiosk.speech.speaker import TRY_AGAIN_S, Speaker, SpeechState
from kiosk.speech.voices import Voices

if TYPE_CHECKING:
    from conftest import Loudspeaker

PATIENCE_S = 60.0


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s


class Stand:
    """A speaker before a loudspeaker, turned by hand."""

    def __init__(self, program: str, *, grace_s: float = PATIENCE_S) -> None:
        self.home, self.clock = QueueDispatcher(), Clock()
        self.changes: list[SpeechState] = []
        self.player = Player("default", program=program, grace_s=grace_s)
        self.speaker = Speaker(
            Voices([]),
            self.player,
            dispatcher=self.home,
            clock=self.clock,  # type: ignore[arg-type]
            on_change=lambda: self.changes.append(self.speaker.state),
        )

    def until(self, met: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not met():
            assert time.monotonic() < deadline, "never happened"
            self.home.run_one(0.02)

    def begin(self) -> None:
        self.speaker.tick()
        self.until(lambda: self.speaker.state is not SpeechState.UNKNOWN)


@pytest.fixture
def stand_at() -> Iterator[Callable[..., Stand]]:
    made: list[Stand] = []

    def make(program: str, *, grace_s: float = PATIENCE_S) -> Stand:
        made.append(Stand(program, grace_s=grace_s))
        return made[-1]

    yield make
    for stand in made:
        stand.speaker.stop(PATIENCE_S)


def test_what_is_said_is_heard_in_order(stand_at: Callable[..., Stand], loudspeaker: Loudspeaker) -> None:
    """Should find its loudspeaker, then play one sound for each sentence, longer for more words."""
    stand = stand_at(loudspeaker.program)
    stand.begin()
    assert stand.changes == [SpeechState.READY]
    stand.speaker.say((("请把身份证平放在读卡器上",), ("下一步",)), "zh_CN")
    stand.until(lambda: len(loudspeaker.heard) == 3)
    silence, sentence, button = loudspeaker.heard
    assert set(silence[44:]) == {0}
    assert set(sentence[44:]) != {0}
    assert len(sentence) > len(button) > 44


def test_the_latest_cuts_what_is_being_said(stand_at: Callable[..., Stand], loudspeaker: Loudspeaker) -> None:
    """Should end the program that plays, drop the sentences that wait, and say the new one."""
    stand = stand_at(loudspeaker.program)
    stand.begin()
    loudspeaker.behave("hang")
    stand.speaker.say((("一",), ("二",), ("三",)), "zh_CN")
    stand.until(lambda: loudspeaker.hangs)
    loudspeaker.behave("")
    stand.speaker.say((("四",),), "zh_CN")
    stand.until(lambda: len(loudspeaker.heard) == 2)
    stand.speaker.stop(PATIENCE_S)
    assert len(loudspeaker.heard) == 2
    assert stand.speaker.state is SpeechState.READY


def test_without_a_sound_card_it_is_said_once_and_tried_again_later(
    stand_at: Callable[..., Stand], loudspeaker: Loudspeaker, caplog: pytest.LogCaptureFixture
) -> None:
    """Should write one line, start nothing for what is said meanwhile, and speak when the card is there."""
    loudspeaker.behave("fail")
    stand = stand_at(loudspeaker.program)
    with caplog.at_level(logging.WARNING, "kiosk.speech"):
        stand.begin()
        assert stand.changes == [SpeechState.UNAVAILABLE]
        for _ in range(20):
            stand.speaker.say((("一",),), "zh_CN")
            stand.speaker.tick()
        stand.clock.now_s += TRY_AGAIN_S
        stand.speaker.tick()
        stand.until(lambda: not stand.speaker._checking)
    assert [record.getMessage() for record in caplog.records] == ["speech not available: speech.no_sound"]
    assert stand.changes == [SpeechState.UNAVAILABLE]
    loudspeaker.behave("")
    stand.clock.now_s += TRY_AGAIN_S
    stand.speaker.tick()
    stand.until(lambda: stand.speaker.state is SpeechState.READY)
    assert len(loudspeaker.heard) == 1


def test_a_program_that_hangs_is_killed(
    stand_at: Callable[..., Stand], loudspeaker: Loudspeaker, caplog: pytest.LogCaptureFixture
) -> None:
    """Should end it at its deadline, say that speech is not available, and leave no process behind."""
    loudspeaker.behave("hang")
    stand = stand_at(loudspeaker.program, grace_s=0.1)
    with caplog.at_level(logging.WARNING, "kiosk.speech"):
        stand.begin()
    assert stand.speaker.state is SpeechState.UNAVAILABLE
    assert [record.getMessage() for record in caplog.records] == ["speech not available: speech.sound_hung"]
    assert stand.player._running is None
    assert stand.player._stuck is None


@pytest.mark.parametrize("program", ["/nowhere/aplay", "/etc/hostname"])
def test_a_missing_program_is_no_speech_and_nothing_worse(stand_at: Callable[..., Stand], program: str) -> None:
    """Should be the same to everybody: speech is not available."""
    stand = stand_at(program)
    stand.begin()
    stand.speaker.say((("一",),), "zh_CN")
    assert stand.speaker.state is SpeechState.UNAVAILABLE


def test_a_bug_is_not_taken_for_a_missing_sound_card(stand_at: Callable[..., Stand], loudspeaker: Loudspeaker) -> None:
    """Should come through to the owner's thread."""
    stand = stand_at(loudspeaker.program)
    stand.begin()
    stand.speaker.say(((1,),), "zh_CN")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        stand.until(lambda: False)


def test_a_technician_hears_it_or_reads_why_not(
    loudspeaker: Loudspeaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Should say one sentence in each language with the program on the path, or name the code of what is wrong."""
    monkeypatch.setenv("PATH", f"{Path(loudspeaker.program).parent}:{os.environ['PATH']}")
    example = Path(__file__).resolve().parents[4] / "packaging" / "kiosk.example.toml"
    asked = ["voice", "test", "--config", str(example)]
    assert main(asked) == 0
    assert len(loudspeaker.heard) == 2
    loudspeaker.behave("fail")
    assert main(asked) == 1
    assert capsys.readouterr().out.endswith("speech not available: speech.no_sound\n")


def test_the_words_are_seen_by_no_other_process(stand_at: Callable[..., Stand], tmp_path: Path) -> None:
    """Should hand the words to the synthesiser on its standard input: arguments are seen by every process."""
    seen = tmp_path / "arguments"
    program = tmp_path / "espeak"
    program.write_text(f'#!/bin/sh\necho "$@" > "{seen}"\nexec espeak-ng "$@"\n', encoding="utf-8")
    program.chmod(0o700)
    assert Voices([], program=str(program)).sound(("测试甲",), "zh_CN").lasts_s > 0
    assert "测试甲" not in seen.read_text(encoding="utf-8")
