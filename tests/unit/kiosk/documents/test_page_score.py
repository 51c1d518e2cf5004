"""The score of a page finder, and the photographs that nobody took."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import scenes

from kiosk.cli import main
from kiosk.documents.score import ScoreError, accepted, judge, overlap, read_truth, rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two desks, an empty one and a page cut off."""
    made = tmp_path_factory.mktemp("photographs")
    scenes.write_set(made, 20, {"desk": 2, "empty": 1, "cut_off": 1})
    return made


def test_overlap_of_known_squares() -> None:
    """Half a side apart leaves a third in common."""
    square = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], float)
    assert overlap(square, square) == pytest.approx(1)
    assert overlap(square, square + np.array([5, 0])) == pytest.approx(1 / 3)
    assert overlap(square, square + np.array([20, 0])) == 0
    assert overlap(square[[0, 2, 1, 3]], square) == 0, "corners in the wrong order are no page"


def test_a_finder_that_knows_the_truth_has_full_marks(folder: Path) -> None:
    """Truth scaled with the picture should come to 1, at either size; a finder that always answers is told so."""
    for max_side in (0, 700):
        truths = iter([np.array(entry.quad) for entry in read_truth(folder).images] * 2)
        longest = iter([max(entry.width, entry.height) for entry in read_truth(folder).images] * 2)

        def knowing(picture: object, truths=truths, longest=longest, max_side=max_side) -> object:
            if not picture.any():
                return None
            scale = max_side / next(longest) if max_side else 1.0
            return (next(truths) + 0.5) * scale - 0.5

        judged = list(judge(folder, knowing, max_side=max_side))
        (desk, whole) = rows(judged)
        assert (desk.count, desk.misses) == (2, 0)
        assert desk.mean_iou == pytest.approx(1, abs=1e-4)
        assert whole.share_95 == 1
        assert accepted(judged) == {"cut_off": (1, 1), "empty": (1, 1)}


def test_a_miss_counts_as_nothing(folder: Path) -> None:
    """A finder that finds nothing should have no marks, and no false ones."""
    (desk, _) = rows(list(judge(folder, lambda _: None)))
    assert (desk.mean_iou, desk.misses, desk.share_90) == (0, 2, 0)


def test_the_command_prints_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command should name each picture and sum up."""
    assert main(["documents", "score", str(folder), "--max-side", "1000", "--each"]) == 0
    said = capsys.readouterr().out
    assert "desk_20.jpg" in said
    assert "mean" in said
    assert "accepted without a whole page, cut_off: 0 of 1" in said


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file"),
        ("no json", "Invalid JSON"),
        (json.dumps({"images": [{"file": "a.jpg"}]}), "images.0.width: Field required"),
        (json.dumps({"images": [{"file": "a.jpg", "width": 9, "height": 9, "quad": [[0, 0], [1, 1]]}]}), "images.0.quad: "),
        (json.dumps({"images": []}), "no pictures"),
    ],
)
def test_a_folder_without_truth_is_refused(
    tmp_path: Path, content: str | None, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No truth, or none of the right shape, should be said by its code, and where."""
    if content is not None:
        (tmp_path / "quads.json").write_text(content)
    assert main(["documents", "score", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "score.no_truth" in said
    assert why in said


def test_a_picture_that_is_gone_is_named(folder: Path, tmp_path: Path) -> None:
    """A picture that cannot be read should not be left out silently."""
    (tmp_path / "quads.json").write_bytes((folder / "quads.json").read_bytes())
    with pytest.raises(ScoreError, match=r"score\.unreadable"):
        list(judge(tmp_path, lambda _: None))


def test_a_picture_of_another_size_than_was_said_is_named(tmp_path: Path) -> None:
    """Corners of a picture that was reduced since would be judged in the wrong place."""
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((20, 30, 3), np.uint8))
    (tmp_path / "quads.json").write_text(json.dumps({"images": [{"file": "a.png", "width": 60, "height": 40}]}))
    with pytest.raises(ScoreError, match=r"score\.other_size: a\.png: 30 x 20 px, not 60 x 40"):
        list(judge(tmp_path, lambda _: None))


@pytest.mark.parametrize("kind", scenes.KINDS)
def test_a_seed_gives_the_same_photograph(kind: str) -> None:
    """A seed should give one photograph, with truth only where a whole page lies."""
    one, again = scenes.shoot(kind, 3), scenes.shoot(kind, 3)
    assert (one.picture == again.picture).all()
    assert (one.quad is None) == (kind in {"empty", "cut_off"})
