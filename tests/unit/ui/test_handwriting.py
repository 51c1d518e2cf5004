"""Handwriting: strokes in, characters out, by the model that Debian carries."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from written import WRITTEN, written

from ui.handwriting import gaps, leaning
from ui.handwriting.recogniser import HandwritingError, Recogniser

FOOT = [[(30, 10), (38, 18)], [(28, 34), (36, 34), (34, 60), (26, 66)], [(8, 84), (30, 80), (60, 90), (96, 92)]]
"""辶, written where it belongs, and after what it carries."""
CARRIED = [[(50, 22), (88, 21)], [(70, 22), (64, 40), (50, 52)], [(68, 38), (68, 72)], [(74, 42), (86, 52)]]
"""不, as it stands in 还."""


@pytest.fixture
def recogniser() -> Iterator[Recogniser]:
    opened = Recogniser()
    yield opened
    opened.close()


@pytest.mark.parametrize("character", "一二大中王木十日田测试")
def test_what_is_written_is_read(recogniser: Recogniser, character: str) -> None:
    """A character in its usual strokes should come first."""
    assert recogniser.characters(written(character))[0] == character


@pytest.mark.parametrize(("at", "size"), [((0, 0), 1.0), ((0.6, 0.1), 0.3), ((-5, 40), 300.0)])
def test_place_and_size_say_nothing(recogniser: Recogniser, at: tuple[float, float], size: float) -> None:
    """The same character should be read wherever on the pad it was written, and however large."""
    assert recogniser.characters(written("王", at, size))[0] == "王"


def test_common_characters_come_first() -> None:
    """大 and 在 begin alike, and to the model a little decides: which one is common should be that little."""
    for common, rare in ("大在", "在大"):
        recogniser = Recogniser({common: 5.0, rare: 20.0})
        assert recogniser.characters(written("大"))[0] == common
        recogniser.close()


LEFT = [(50, 8), (46, 40), (30, 70), (8, 92)]


@pytest.mark.parametrize("head", [(50, 8), (49, 14), (48, 24), (46, 40), (44, 47), (38, 56)])
def test_the_right_stroke_leans_on_the_left_one(recogniser: Recogniser, head: tuple[int, int]) -> None:
    """人 should come first wherever its right stroke begins on the left one."""
    assert recogniser.characters([LEFT, [head, (60, 66), (92, 92)]])[0] == "人"


@pytest.mark.parametrize(
    "strokes",
    [
        [[(46, 34), (38, 58), (10, 92)], [(34, 8), (50, 14), (58, 50), (94, 92)]],
        [[(50, 30), (36, 66), (8, 92)], [(42, 8), (52, 36), (66, 70), (92, 92)]],
    ],
)
def test_the_left_stroke_leans_on_the_right_one(recogniser: Recogniser, strokes: list[list[tuple[float, float]]]) -> None:
    """入 should come first when its right stroke begins above the left one."""
    assert recogniser.characters(strokes)[0] == "入"


@pytest.mark.parametrize(
    "strokes",
    [
        [[(40, 20), (30, 60), (8, 92)], [(60, 20), (70, 60), (92, 92)]],
        [[(30, 14), (28, 60), (8, 92)], [(30, 14), (70, 13), (70, 84), (94, 86), (95, 70)]],
        [[(16, 16), (80, 14), (50, 60), (8, 92)], [(26, 36), (56, 70), (94, 92)]],
        [[(76, 8), (50, 56), (10, 92)], [(20, 16), (52, 58), (92, 92)]],
        [LEFT],
        [LEFT, LEFT],
    ],
    ids=["八", "几", "又", "乂", "丿", "twice"],
)
def test_what_does_not_lean_is_left_to_the_model(strokes: list[list[tuple[float, float]]]) -> None:
    """Nothing should be claimed of other characters of two strokes."""
    assert leaning.met(strokes) == []


def test_the_foot_may_come_last(recogniser: Recogniser) -> None:
    """还 should be found with 辶 after 不, the order in which it is taught, as with 辶 before it."""
    assert "还" in recogniser.characters([*CARRIED, *FOOT])[:5]
    assert "还" in recogniser.characters([*FOOT, *CARRIED])[:5]


SCRAWL = [[(n, n % 7) for n in range(5000)]]


@pytest.mark.parametrize("strokes", [[], [[]], [[(0.5, 0.5)]], [[(0, 0), (1, 1)]] * 300, SCRAWL], ids=len)
def test_no_ink_can_hurt(recogniser: Recogniser, strokes: list[list[tuple[float, float]]]) -> None:
    """Nothing, a dot, a scrawl and endless ink should all be answered, with no character twice."""
    found = recogniser.characters(strokes, 20)
    assert len(found) == len(set(found)) <= 20
    assert bool(found) == any(strokes)


@pytest.mark.parametrize("character", "口山")
def test_what_the_model_does_not_know(recogniser: Recogniser, character: str) -> None:
    """A common character that the model misreads should come first all the same, a little crooked too."""
    strokes = written(character, (3, 4), 0.5)
    crooked = [[(x + 0.08 * y, y - 0.05 * x) for x, y in stroke] for stroke in strokes]
    assert recogniser.characters(strokes)[0] == recogniser.characters(crooked)[0] == character


@pytest.mark.parametrize("character", "王中田日大人试测")
def test_the_gaps_claim_nothing_else(character: str) -> None:
    """What the model reads well should be left to it."""
    assert gaps.met(written(character)) == []


def test_nothing_is_learned(recogniser: Recogniser) -> None:
    """Writing other characters in between should change nothing."""
    first = recogniser.characters(written("测"))
    for character in WRITTEN:
        recogniser.characters(written(character))
    assert recogniser.characters(written("测")) == first


def test_what_is_missing_has_a_code(tmp_path: Path) -> None:
    """A library or model that is missing or broken should be refused with its code."""
    with pytest.raises(HandwritingError, match=r"handwriting\.library_missing"):
        Recogniser(library="libzinnia-of-nobody.so.9")
    with pytest.raises(HandwritingError, match=r"handwriting\.library_missing: libc.so.6: zinnia_recognizer_new"):
        Recogniser(library="libc.so.6")
    with pytest.raises(HandwritingError, match=r"handwriting\.model_missing"):
        Recogniser(model=tmp_path / "none.model")
    broken = tmp_path / "broken.model"
    broken.write_bytes(b"no model at all" * 50)
    with pytest.raises(HandwritingError, match=r"handwriting\.model_unreadable"):
        Recogniser(model=broken)
