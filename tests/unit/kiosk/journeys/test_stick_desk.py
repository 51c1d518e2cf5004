"""Papers from a stick: found when asked for, each through the gate before it is seen, taken as it was shown."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from kiosk.documents.errands import Errands, Imported, NotImported
from kiosk.documents.pages import CapturedPage
from kiosk.journeys.stick import FULL, GONE, NONE, NOTHING, TWO, UNREAD, UNREAD_LOOKS
from kiosk.session import events as ev
from kiosk.session.states import State

if TYPE_CHECKING:
    from conftest import Bench

PAGE = CapturedPage(b"jpeg", 1654, 2339, 200, "0" * 64, 0.0, "document", "import", source="usb")
LOOK = np.random.default_rng(1).normal(0, 9, (168, 120)).astype(np.int8).tobytes()
JPEG = b"\xff\xd8\xff\xe0 picture"


def alike(data: bytes, *_: object, **__: object) -> Imported:
    """Make another picture of the same sheet of every file."""
    return Imported((dataclasses.replace(PAGE, sha256=data[-5:].decode(), look=LOOK),), ())


def to_materials(bench: Bench, stick: Path, *files: str) -> None:
    """A person at the list of papers, with a stick on which these files lie."""
    for name in files:
        (stick / name).write_bytes(JPEG + name.encode())
    bench.to_form()
    bench.fill_permit()
    bench.sticks = (stick,)
    bench.wait(1.5)


def test_a_stick_is_seen_when_it_is_put_in_and_missed_when_it_is_pulled(bench: Bench, tmp_path: Path) -> None:
    """One alone: of two nobody knows whose the other is. Without one nothing is opened."""
    to_materials(bench, tmp_path)
    stick = bench.terminal.stick
    assert stick.wanting == ""
    bench.sticks = (tmp_path, tmp_path)
    bench.wait(1.5)
    assert stick.wanting == TWO
    stick.open("address_proof")
    assert stick.view.material == ""


def test_a_stick_that_cannot_be_mounted_is_told_from_none(bench: Bench, tmp_path: Path) -> None:
    """Only when it had time to be mounted; and no longer than it is there."""
    to_materials(bench, tmp_path)
    stick = bench.terminal.stick
    bench.sticks, bench.unread = (), True
    bench.wait(1.5)
    assert stick.wanting == NONE
    bench.wait(UNREAD_LOOKS)
    assert stick.wanting == UNREAD
    bench.sticks = (tmp_path,)
    bench.wait(1.5)
    assert stick.wanting == ""
    bench.sticks, bench.unread = (), False
    bench.wait(1.5)
    assert stick.wanting == NONE


def test_files_are_judged_before_they_are_seen_and_taken_as_they_were_shown(bench: Bench, tmp_path: Path) -> None:
    """What is on the stick by then counts no more; a file is taken once; the material is not closed by itself."""
    bench.imported = Imported((PAGE,), ("documents.import.note.cmyk",))
    (tmp_path / "s").mkdir()
    to_materials(bench, tmp_path / "s", "a.jpg")
    stick, materials = bench.terminal.stick, bench.terminal.materials
    stick.open("address_proof")
    bench.turn()
    ((data, source, room, photo),) = bench.judged
    assert (data, source, room, photo) == (JPEG + b"a.jpg", "usb", 2, False)
    assert materials.page_count("address_proof") == 0
    (tmp_path / "s" / "a.jpg").write_bytes(b"something else")
    for _ in range(2):
        stick.choose(0)
        bench.turn()
    assert materials.page_count("address_proof") == 1
    assert stick.taken(0)
    assert (stick.view.pages, stick.view.said) == (1, "documents.import.note.cmyk")
    assert [entry["source"] for entry in bench.audited("material.brought")] == ["usb"]
    materials.remove_page("address_proof", 0)
    assert not stick.taken(0)


def test_a_file_like_an_earlier_one_is_asked_about(bench: Bench, tmp_path: Path) -> None:
    """Two on the stick are one paper: until the person has answered no further one is taken; one left out is still there."""
    bench.imports = alike
    (tmp_path / "s").mkdir()
    to_materials(bench, tmp_path / "s", "a.jpg", "b.jpg")
    stick, materials = bench.terminal.stick, bench.terminal.materials
    stick.open("address_proof")
    bench.turn()
    stick.choose(0)
    stick.choose(1)
    assert materials.doubled is not None
    assert (materials.doubled.earlier, stick.view.pages, stick.taken(1)) == (0, 1, False)
    materials.answer_doubled(keep=False)
    bench.turn()
    assert (stick.view.material, stick.view.pages, stick.taken(1)) == ("address_proof", 1, False)
    stick.choose(1)
    materials.answer_doubled(keep=True)
    assert (stick.view.pages, stick.taken(1)) == (2, True)
    assert [line["answer"] for line in bench.audited("material.doubled")] == ["left_out", "kept"]


@pytest.mark.parametrize("way", ["gone on", "ended"])
def test_a_question_about_a_file_does_not_outlive_the_list(bench: Bench, tmp_path: Path, way: str) -> None:
    """Gone on: the page is left out, and it is written down. Ended: nothing of it is anywhere."""
    bench.imports = alike
    (tmp_path / "s").mkdir()
    to_materials(bench, tmp_path / "s", "a.jpg", "b.jpg")
    bench.terminal.stick.open("address_proof")
    bench.turn()
    bench.terminal.stick.choose(0)
    bench.terminal.stick.choose(1)
    if way == "gone on":
        bench.handle(ev.BackPressed())
    else:
        bench.leave()
    bench.wait(0.5)
    assert bench.terminal.materials.doubled is None
    assert bench.vault.empty is (way == "ended")
    assert [line["answer"] for line in bench.audited("material.doubled")] == (["left_out"] if way == "gone on" else [])


def test_a_refused_file_says_why(bench: Bench, tmp_path: Path) -> None:
    """When it is touched; a file for which there is no room, too; one that is not there is nothing."""
    bench.imported = NotImported("documents.import.torn")
    (tmp_path / "s").mkdir()
    to_materials(bench, tmp_path / "s", "a.jpg")
    stick = bench.terminal.stick
    stick.open("address_proof")
    bench.turn()
    stick.choose(0)
    assert stick.view.said == "documents.import.torn"
    stick.choose(7)
    bench.imported = Imported(tuple(dataclasses.replace(PAGE, sha256=str(n)) for n in range(2)), ())
    stick.open("address_proof")
    bench.turn()
    bench.terminal.materials.add("address_proof", [PAGE])
    stick.choose(0)
    assert stick.view.said == FULL
    assert bench.terminal.materials.page_count("address_proof") == 1


def test_a_stick_without_papers_says_so_and_a_pulled_one_too(bench: Bench, tmp_path: Path) -> None:
    """Nothing on it; gone before it was read; gone while its files were."""
    (tmp_path / "s").mkdir()
    to_materials(bench, tmp_path / "s")
    stick = bench.terminal.stick
    stick.open("address_proof")
    bench.turn()
    assert stick.view.said == NOTHING
    bench.sticks = (tmp_path / "gone",)
    stick.open("address_proof")
    bench.turn()
    assert (stick.view.said, stick.view.busy) == (GONE, False)
    (tmp_path / "s" / "a.jpg").write_bytes(JPEG)
    bench.sticks = (tmp_path / "s",)
    bench.document_work.hold()
    stick.open("address_proof")
    bench.document_work.release()
    bench.document_work.hold()
    bench.turn()
    (tmp_path / "s" / "a.jpg").unlink()
    bench.document_work.release()
    bench.turn()
    assert [file.answer for file in stick.files] == [NotImported(GONE)]


@pytest.mark.parametrize("way", ["closed", "gone on", "ended"])
def test_nothing_of_a_stick_is_kept_once_the_person_has_gone_on(bench: Bench, tmp_path: Path, way: str) -> None:
    """Closed, the next step, the end of the session: what is still being judged is nobody's."""
    bench.imported = Imported((PAGE,), ())
    (tmp_path / "s").mkdir()
    to_materials(bench, tmp_path / "s", "a.jpg", "b.jpg")
    stick = bench.terminal.stick
    stick.open("address_proof")
    bench.document_work.hold()
    bench.turn()
    if way == "closed":
        stick.close()
    elif way == "gone on":
        bench.handle(ev.MaterialOpened("address_proof"))
        bench.wait(0.5)
    else:
        bench.leave()
    bench.document_work.release()
    bench.turn()
    assert (stick.view.material, stick.files) == ("", ())
    assert bench.vault.empty is (way == "ended")


def test_hostile_files_meet_the_same_gate_as_a_phones(bench: Bench, tmp_path: Path) -> None:
    """In their own process: torn, a bomb of pixels, a script in a PDF, a program with a picture's name, a good one."""
    good, bomb = io.BytesIO(), io.BytesIO()
    Image.effect_noise((1240, 1754), 40).save(good, "JPEG")
    Image.new("1", (20000, 20000)).save(bomb, "PNG")
    folder = tmp_path / "s"
    folder.mkdir()
    for name, data in (
        ("good.jpg", good.getvalue()), ("torn.jpg", good.getvalue()[:20000]), ("bomb.png", bomb.getvalue()),
        ("script.pdf", b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n"),
        ("program.jpg", b"MZ\x90\x00 this is no picture"),
    ):  # fmt: skip
        (folder / name).write_bytes(data)
    errands = Errands()
    bench.imports = errands.take_in
    to_materials(bench, folder)
    stick = bench.terminal.stick
    stick.open("address_proof")
    bench.turn()
    answers = {file.path.name: file.answer for file in stick.files}
    assert isinstance(answers.pop("good.jpg"), Imported)
    assert answers == {
        "torn.jpg": NotImported("documents.import.torn"),
        "bomb.png": NotImported("documents.import.too_many_pixels"),
        "script.pdf": NotImported("documents.import.torn"),
    }
    assert bench.state() is State.MATERIALS
