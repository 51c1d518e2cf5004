"""A second opinion on the corners: when it counts, when it does not, and what comes of a file that is no network."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import networks
import numpy as np
import pytest

from devices.document_camera import Picture
from devices.document_camera.scene import FRAME_MM, Lying, corners
from kiosk.cli import main
from kiosk.documents import errands
from kiosk.documents.capture import take
from kiosk.documents.corner_network import CornerNetwork, overlap
from kiosk.documents.finder import Absence, FoundPage, find_page
from kiosk.documents.geometry import Array, ordered
from kiosk.documents.mat import Mat
from kiosk.documents.network_file import MAX_BYTES, NetworkRefused, checked, probe
from kiosk.documents.pages import Advice, CapturedPage, Refused
from kiosk.documents.profiles import PROFILES

Camera = Callable[..., Picture]
WHOLE = np.array([[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]])
TRUTH = np.array([[300, 120], [860, 150], [830, 800], [270, 770]], float)
SIZE = (1200, 900)


@pytest.fixture(scope="module")
def desk() -> Picture:
    """Pale paper on a grey desk, its corners at `TRUTH`."""
    picture = np.full((SIZE[1], SIZE[0], 3), (90, 96, 99), np.uint8)
    cv2.fillConvexPoly(picture, TRUTH.astype(np.int32), (228, 229, 231))
    noise = np.random.default_rng(20261126).normal(0, 1.5, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 1.0) + noise, 0, 255).astype(np.uint8)


def network(quad: Array, size: tuple[int, int] = SIZE, logit: float = 9.0) -> CornerNetwork:
    """A network that says these corners, px of a picture of this width and height, whatever it is shown."""
    return CornerNetwork(networks.tiny((quad + 0.5) / size, logit))


def found(quad: Array, confidence: float) -> FoundPage:
    return FoundPage(quad, confidence)


def test_a_network_sees_red_green_and_blue_as_it_was_trained(desk: Picture) -> None:
    """Means of each colour should arrive in that order, as shares less ImageNet's mean, over its spread."""
    by_colour = np.zeros((3, 8))
    by_colour[0, 0] = by_colour[1, 1] = by_colour[2, 2] = 0.05
    seeing = CornerNetwork(networks.tiny(WHOLE, 0.0, by_colour=by_colour))
    vote = seeing.vote(np.full((50, 100, 3), (20, 120, 220), np.uint8))
    assert vote is not None
    red, green, blue = ((v / 255 - m) / s for v, m, s in ((220, 0.485, 0.229), (120, 0.456, 0.224), (20, 0.406, 0.225)))
    moved = np.array([[0.05 * red, 0.05 * green], [0.05 * blue, 0], [0, 0], [0, 0]])
    assert vote.quad == pytest.approx((WHOLE + moved) * (100, 50) - 0.5, abs=0.02)
    assert vote.score == 0.5



def test_who_means_the_same_page_keeps_the_finer_corners(desk: Picture) -> None:
    """A quad that agrees roughly should change nothing, not even of a finder that is not sure."""
    mine = found(TRUTH, 0.3)
    assert network(TRUTH + 15).settled(desk, mine) is mine
    quad = find_page(desk)
    assert quad is not None
    assert (find_page(desk, voter=network(TRUTH + 15)) == quad).all()


@pytest.mark.parametrize("confidence", [0.3, 0.85, 0.95])
def test_the_network_is_believed_where_more_speaks_for_its_corners(desk: Picture, confidence: float) -> None:
    """And they, ten pixels out, should be set on the paper's edges to a pixel."""
    rough = TRUTH + np.array([[8, -9], [-9, 8], [10, 9], [-8, -9]])
    settled = network(rough).settled(desk, found(TRUTH * 0.6, confidence))
    assert isinstance(settled, FoundPage)
    assert np.abs(settled.quad - TRUTH).max() < 1.5
    assert settled.confidence > 0.95


@pytest.mark.parametrize(
    ("quad", "logit", "mine"),
    [
        (TRUTH, 9.0, FoundPage(TRUTH * 0.6, 0.995)),  # the finder is sure
        (TRUTH * 0.6, 9.0, FoundPage(TRUTH, 0.2)),  # less speaks for the network's corners than for the finder's
        (TRUTH, -9.0, FoundPage(TRUTH * 0.6, 0.5)),  # the network sees no page, and cannot call one off
        (TRUTH - 300, 9.0, FoundPage(TRUTH, 0.5)),  # its page leaves the picture
        (TRUTH[[0, 0, 2, 2]], 9.0, FoundPage(TRUTH * 0.6, 0.5)),  # no quadrilateral at all
        (np.full((4, 2), np.nan), 9.0, FoundPage(TRUTH * 0.6, 0.5)),
        (TRUTH, 9.0, Absence.CUT_OFF),
        (TRUTH * 0.5, 9.0, Absence.NOTHING),  # bare desk: the finder's own evidence is against it
    ],
)
def test_the_finder_has_its_way(desk: Picture, quad: Array, logit: float, mine: FoundPage | Absence) -> None:
    """Whatever a network says, a sure page stays, a cut-off one is none, and nothing is made of nothing."""
    if np.isfinite(quad).all():
        assert network(quad, logit=logit).settled(desk, mine) is mine
    else:
        with pytest.raises(NetworkRefused, match=r"corner_network\.fails"):
            network(quad, logit=logit)


def test_a_page_that_the_finder_did_not_propose_is_one_if_its_evidence_says_so(desk: Picture) -> None:
    """The network proposes, the finder's own measures decide."""
    settled = network(TRUTH + 6).settled(desk, Absence.NOTHING)
    assert isinstance(settled, FoundPage)
    assert np.abs(settled.quad - TRUTH).max() < 1.5


class Sure:
    """Stands for a network whose word always counts: its corners, on any picture."""

    def __init__(self, quad: Array) -> None:
        self.quad = quad
        self.asked = 0

    def settled(self, picture: Picture, found: FoundPage | Absence) -> FoundPage:
        """Say the same of anything."""
        self.asked += 1
        return FoundPage(self.quad, 1.0)


def _learned(seen: Camera) -> Mat:
    mat = Mat()
    assert mat.learn(seen(None))
    return mat


def test_on_the_mat_other_corners_need_the_mat_to_agree(seen: Camera) -> None:
    """Right ones are taken, ones that leave out half a page or hold half a mat are not; by hand nobody is asked."""
    lying, mat = Lying("address_proof_1", 0.5, 0.5, 1.4), _learned(seen)
    still, truth = seen(lying, scale=2), ordered(corners(lying, scale=2))
    profile = PROFILES["document"]
    plain = take(still, profile, FRAME_MM, mat)
    assert isinstance(plain, CapturedPage)
    for wrong in (truth[[0, 0, 3, 3]] * 0.5 + truth / 2, (truth - truth.mean(0)) * 1.6 + truth.mean(0)):
        assert take(still, profile, FRAME_MM, mat, voter=Sure(wrong)) == plain
    other = take(still, profile, FRAME_MM, mat, voter=Sure(truth + 1.0))
    assert isinstance(other, CapturedPage)
    assert other != plain
    voter = Sure(truth)
    height, width = still.shape[:2]
    a, b, c, d = ((float(x), float(y)) for x, y in (truth + 0.5) / (width, height))
    take(still, profile, FRAME_MM, mat, (a, b, c, d), voter=voter)
    take(still, profile, FRAME_MM, None, voter=voter)
    assert voter.asked == 0, "nor where the mat is not known"


@pytest.mark.parametrize(
    ("lying", "advice"), [(None, Advice.LAY_PAGE), (Lying("address_proof_2", 0.5, 0.8, 0.0), Advice.MOVE_INTO_FRAME)]
)
def test_no_vote_makes_a_page_of_an_empty_mat_or_of_a_part(seen: Camera, lying: Lying | None, advice: Advice) -> None:
    """The surest of networks should change nothing there."""
    still = seen(lying, scale=2)
    height, width = still.shape[:2]
    inner = WHOLE * (width, height)
    for mat in (_learned(seen), None):
        answer = take(still, PROFILES["document"], FRAME_MM, mat, voter=Sure(inner))
        assert isinstance(answer, Refused)
        assert answer.advice is advice
        assert answer == take(still, PROFILES["document"], FRAME_MM, mat)


def _long(field: int, content: bytes) -> bytes:
    return networks._bytes(field, content)


GOOD = networks.tiny(WHOLE, 3.0)
BROKEN = {
    "empty": (b"", "not_onnx"),
    "text": (b"no network\n" * 200, "not_onnx"),
    "half": (GOOD[: len(GOOD) // 2], "not_onnx"),
    "number for a graph": (networks._number(7, 5), "not_onnx"),
    "no end of fields": (_long(7, networks._number(1, 1) * 200_000), "not_onnx"),
    "other input": (networks.tiny(WHOLE, 3.0, takes=(1, 3, 224, 224)), "other_model"),
    "open input": (networks.tiny(WHOLE, 3.0, takes=(0, 224, 224, 3)), "other_model"),
    "other outputs": (networks.tiny(WHOLE, 3.0, gives=("boxes", "score_logit")), "other_model"),
    "unknown operator": (GOOD.replace(b"ReduceMean", b"ReduceWhat"), "fails"),
    "an input that is nowhere": (GOOD.replace(b"\x0a\x01w", b"\x0a\x01q", 1), "fails"),
    "too large": (GOOD + bytes(MAX_BYTES), "too_large"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_no_such_network_is_named(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Each fault has its code, and none of them harms the process that asks."""
    content, code = BROKEN[name]
    path = tmp_path / "doc_corner.onnx"
    path.write_bytes(content)
    assert probe(path) == f"corner_network.{code}"
    caplog.clear()


def test_a_good_file_runs(tmp_path: Path) -> None:
    """Its bytes come back, once a process of its own has run it."""
    path = tmp_path / "doc_corner.onnx"
    path.write_bytes(GOOD)
    assert checked(path) == GOOD
    assert probe(path) is None


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    """Nothing there, a pipe, a folder."""
    os.mkfifo(tmp_path / "pipe")
    assert probe(tmp_path / "none.onnx") == "corner_network.missing"
    assert {probe(tmp_path / "pipe"), probe(tmp_path)} == {"corner_network.unreadable"}


def test_a_network_that_never_answers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And so is one at which the process dies."""
    path = tmp_path / "doc_corner.onnx"
    path.write_bytes(GOOD)
    monkeypatch.setattr(errands, "TRY_S", 0.01)
    assert probe(path) == "corner_network.fails"
    caplog.clear()


def test_the_score_takes_a_network(tmp_path: Path, desk: Picture, capsys: pytest.CaptureFixture[str]) -> None:
    """With it as without it, and a file that cannot be used is said."""
    import json

    cv2.imwrite(str(tmp_path / "a.png"), desk)
    entry = {"file": "a.png", "width": SIZE[0], "height": SIZE[1], "subset": "desk", "quad": TRUTH.tolist()}
    (tmp_path / "quads.json").write_text(json.dumps({"images": [entry]}))
    (tmp_path / "good.onnx").write_bytes(networks.tiny((TRUTH + 0.5) / SIZE, 3.0))
    assert main(["documents", "score", str(tmp_path), "--corner-network", str(tmp_path / "good.onnx")]) == 0
    assert "none   0" in capsys.readouterr().out
    assert main(["documents", "score", str(tmp_path), "--corner-network", str(tmp_path / "a.png")]) == 1
    assert "corner_network.not_onnx" in capsys.readouterr().err


def test_overlap_is_that_of_areas() -> None:
    """A quad with itself 1, with one beside it 0."""
    assert overlap(TRUTH, TRUTH) == pytest.approx(1)
    assert overlap(TRUTH, TRUTH + 2000) == 0
