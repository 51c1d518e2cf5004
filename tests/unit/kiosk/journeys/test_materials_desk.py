"""The papers: asked for by the answers, captured one page at a time, and nobody's once the camera is left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from citizen import page

from devices.supervisor import DeviceReport, SupervisorState
from kiosk.documents.pages import (
    Advice,
    CapturedPage,
    CaptureRefused,
    Outline,
    PageCaptured,
    PageSource,
    PreviewChanged,
    Refused,
    VisionBack,
    VisionLost,
)
from kiosk.events import Fact
from kiosk.journeys.materials import MOVED_FRAMES
from kiosk.session import events as ev
from kiosk.session.states import Device, State

if TYPE_CHECKING:
    from conftest import Bench


def keys(bench: Bench) -> set[str]:
    return {view.key for view in bench.terminal.materials.views()}


@pytest.mark.parametrize(
    ("reason", "wanted"), [("work", {"employment_proof"}), ("study", {"study_proof"}), ("home", set[str]())]
)
def test_the_reason_decides_what_is_asked_for(bench: Bench, reason: str, wanted: set[str]) -> None:
    """Employment or study proof by the reason chosen; address, photo and card always; the signature has its own step."""
    bench.to_form()
    bench.fill_permit(reason)
    assert keys(bench) == {"id_card", "address_proof", "id_photo"} | wanted


def test_a_changed_reason_asks_for_another_proof(bench: Bench) -> None:
    """From the review the reason is changed: the case is not complete before the other proof is laid."""
    bench.to_review("home")
    bench.handle(ev.FieldReopened(State.FORM, page=0))
    bench.terminal.form.set("reason", "work")
    while bench.state() is State.FORM:
        assert bench.terminal.form.answer_page()
        bench.turn()
    assert bench.state() is State.MATERIALS
    assert not bench.terminal.materials.complete
    assert "employment_proof" in keys(bench)
    bench.lay_materials()
    bench.handle(ev.Confirmed())
    assert bench.state() is State.REVIEW


def test_what_the_card_showed_is_here_already(bench: Bench) -> None:
    """The card itself is no paper to lay; what must be scanned although the city has it says why."""
    bench.to_form()
    bench.fill_permit()
    views = {view.key: view for view in bench.terminal.materials.views()}
    assert views["id_card"].state == "have"
    assert views["address_proof"].state == "needed"
    assert views["address_proof"].reason_id == "form.material.register_not_connected"
    assert views["id_photo"].reason_id == ""


def test_two_pages_make_a_proof_of_address(bench: Bench) -> None:
    """One page is a part, the second completes it and closes the camera by itself."""
    bench.to_form()
    bench.fill_permit()
    materials = bench.terminal.materials
    bench.handle(ev.MaterialOpened("address_proof"))
    assert bench.vision.shows("document")
    bench.lay_page()
    assert bench.state() is State.CAPTURE
    assert next(view for view in materials.views() if view.key == "address_proof").state == "partly"
    bench.lay_page(90)
    assert bench.state() is State.MATERIALS
    assert bench.vision.shows(None)
    assert next(view for view in materials.views() if view.key == "address_proof").state == "done"
    assert materials.page_image("address_proof", 0) != materials.page_image("address_proof", 1)
    assert [entry["material"] for entry in bench.audited("material.captured")] == ["address_proof"] * 2


def test_the_photo_has_its_own_profile(bench: Bench) -> None:
    """The camera is told what to expect."""
    bench.to_form()
    bench.fill_permit()
    bench.handle(ev.MaterialOpened("id_photo"))
    assert bench.vision.shows("photo")


def test_a_page_can_be_taken_out(bench: Bench) -> None:
    """The material is open again; a page that is not there can be taken out harmlessly."""
    bench.to_form()
    bench.fill_permit()
    bench.lay_materials()
    materials = bench.terminal.materials
    for index in (0, 5, -1):
        materials.remove_page("address_proof", index)
    materials.remove_page("nothing", 0)
    assert materials.page_count("address_proof") == 1
    assert not materials.complete


def test_a_late_page_is_nobodys(bench: Bench) -> None:
    """The camera was left: a page that comes afterwards is dropped, whatever is on the screen then."""
    bench.to_form()
    bench.fill_permit()
    bench.handle(ev.MaterialOpened("address_proof"), ev.BackPressed())
    bench.lay_page()
    assert bench.terminal.materials.page_count("address_proof") == 0
    bench.leave()
    bench.lay_page()
    assert bench.vault.empty
    bench.wait(6)
    bench.lay_page()
    assert bench.vault.empty


def test_no_more_pages_than_the_item_takes(bench: Bench) -> None:
    """A third page of two is not kept."""
    bench.to_form()
    bench.fill_permit()
    bench.handle(ev.MaterialOpened("address_proof"))
    bench.vault.pages["address_proof"] = []
    bench.lay_page(10)
    bench.lay_page(90)
    bench.handle(ev.MaterialOpened("address_proof"))
    assert not bench.vision.taking
    bench.lay_page(170)
    assert bench.terminal.materials.page_count("address_proof") == 2
    bench.terminal.materials.capture()
    assert bench.vision.captures == 0


def test_a_deleted_page_makes_room_for_what_lies_there(bench: Bench) -> None:
    """While the material is full nothing is taken; then the camera is told to go on, and that the page is free again."""
    bench.to_form()
    bench.fill_permit()
    materials = bench.terminal.materials
    bench.handle(ev.MaterialOpened("address_proof"))
    bench.lay_page(10)
    bench.lay_page(90)
    bench.handle(ev.MaterialOpened("address_proof"))
    bench.lay_page(170)  # was under way
    third = bench.vision.given_back[-1]
    materials.remove_page("address_proof", 0)
    assert bench.vision.taking
    assert len(bench.vision.given_back) == 2
    bench.lay_page(170)
    assert bench.vault.pages["address_proof"][1].sha256 == third
    assert bench.state() is State.MATERIALS
    materials.remove_page("address_proof", 0)  # in the list no camera is told
    assert len(bench.vision.given_back) == 2


def to_doubled(bench: Bench) -> None:
    """A page, and the same one once more."""
    bench.to_form()
    bench.fill_permit()
    bench.handle(ev.MaterialOpened("address_proof"))
    bench.lay_page(10)
    bench.lay_page(10)


def test_the_same_page_again_is_asked_about(bench: Bench) -> None:
    """Nothing is taken while the question stands: what comes all the same is left for the camera to take again."""
    to_doubled(bench)
    doubled = bench.terminal.materials.doubled
    assert doubled is not None
    assert (doubled.material, doubled.earlier) == ("address_proof", 0)
    assert bench.state() is State.CAPTURE
    assert bench.terminal.materials.page_count("address_proof") == 1
    assert not bench.vision.taking
    bench.lay_page(90)
    assert len(bench.vision.given_back) == 1
    bench.terminal.materials.capture()
    assert bench.vision.captures == 0
    bench.handle(ev.DeviceLost(Device.DOCUMENT_CAMERA), ev.DeviceBack(Device.DOCUMENT_CAMERA))
    assert not bench.vision.taking


def test_a_sheet_that_came_as_a_file_is_asked_about_when_it_is_laid(bench: Bench) -> None:
    """Its picture is another, its look the same."""
    bench.to_form()
    bench.fill_permit()
    look = np.random.default_rng(1).normal(0, 9, (168, 120)).astype(np.int8).tobytes()
    materials = bench.terminal.materials
    materials.add("address_proof", [replace(page(10), look=look, source="phone")])
    bench.handle(ev.MaterialOpened("address_proof"))
    materials.on_event(PageCaptured(replace(page(90), look=look)))
    assert materials.doubled is not None
    assert materials.doubled.earlier == 0


def like(seed: int, number: int, source: PageSource = "usb") -> CapturedPage:
    """A page of a picture of its own, whose look is that of every other of its seed."""
    look = np.random.default_rng(seed).normal(0, 9, (168, 120)).astype(np.int8).tobytes()
    return replace(page(10 * number), look=look, source=source)


def to_brought(bench: Bench, *pages: CapturedPage) -> None:
    """A sheet laid under the camera, then a file with these pages."""
    bench.to_form()
    bench.fill_permit()
    bench.handle(ev.MaterialOpened("address_proof"))
    bench.terminal.materials.on_event(PageCaptured(like(1, 1, "camera")))
    bench.handle(ev.BackPressed())
    bench.turn()
    bench.terminal.materials.add("address_proof", pages)
    bench.turn()


def numbers(bench: Bench) -> list[str]:
    return [page.sha256 for page in bench.vault.pages["address_proof"]]


def test_a_file_of_a_sheet_that_was_laid_is_asked_about(bench: Bench) -> None:
    """As the sheet would be, the other way round; the camera is not told anything; nothing else comes meanwhile."""
    to_brought(bench, like(1, 2))
    materials = bench.terminal.materials
    assert bench.state() is State.MATERIALS
    assert materials.doubled is not None
    assert (materials.doubled.material, materials.doubled.earlier) == ("address_proof", 0)
    materials.add("address_proof", [like(2, 3)])
    assert materials.page_count("address_proof") == 1
    told = bench.vision.taking
    materials.answer_doubled(keep=True)
    bench.turn()
    assert numbers(bench) == [like(1, 1).sha256, like(1, 2).sha256]
    assert bench.vision.taking is told
    assert (len(bench.audited("material.captured")), len(bench.audited("material.brought"))) == (1, 1)
    assert [line["answer"] for line in bench.audited("material.doubled")] == ["kept"]


@pytest.mark.parametrize("keep", [True, False])
def test_the_pages_of_a_file_are_asked_about_one_after_the_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, keep: bool
) -> None:
    """Two like the sheet and like each other; what is answered of one loses none of the others, nor their order."""
    monkeypatch.setattr(bench.terminal.materials, "room", lambda _: (9, False))
    to_brought(bench, like(2, 2), like(1, 3), like(1, 4))
    materials = bench.terminal.materials
    for number in (3, 4):
        assert materials.doubled is not None
        assert materials.doubled.page.sha256 == like(1, number).sha256
        materials.answer_doubled(keep=keep)
    assert materials.doubled is None
    assert numbers(bench) == [like(1, 1).sha256, like(2, 2).sha256, *(like(1, n).sha256 for n in (3, 4) if keep)]


def test_who_goes_on_before_they_answered_has_not_said_that_it_is_another(bench: Bench) -> None:
    """Should leave the page out, say so in the audit, and ask nothing on the next screen."""
    to_brought(bench, like(1, 2))
    bench.terminal.materials.leave_brought()
    bench.turn()
    assert bench.terminal.materials.doubled is None
    assert numbers(bench) == [like(1, 1).sha256]
    assert [line["answer"] for line in bench.audited("material.doubled")] == ["left_out"]


def test_the_same_page_again_is_kept_if_the_person_says_so(bench: Bench) -> None:
    """It may be another that looks alike; then the material is complete."""
    to_doubled(bench)
    bench.terminal.materials.answer_doubled(keep=True)
    bench.turn()
    assert bench.terminal.materials.page_count("address_proof") == 2
    assert bench.state() is State.MATERIALS
    assert [(line["material"], line["answer"]) for line in bench.audited("material.doubled")] == [("address_proof", "kept")]
    assert len(bench.audited("material.captured")) == 2


def test_the_same_page_again_is_left_out_if_the_person_says_so(bench: Bench) -> None:
    """And the camera goes on; answering twice changes nothing; leaving the camera leaves it out, too."""
    to_doubled(bench)
    materials = bench.terminal.materials
    for _ in range(2):
        materials.answer_doubled(keep=False)
    bench.turn()
    assert bench.vision.taking
    assert materials.page_count("address_proof") == 1
    bench.lay_page(10)
    bench.handle(ev.BackPressed())
    assert materials.doubled is None
    assert [line["answer"] for line in bench.audited("material.doubled")] == ["left_out", "left_out"]


@pytest.mark.parametrize("advice", list(Advice))
def test_a_page_that_cannot_be_taken_says_why(bench: Bench, advice: Advice) -> None:
    """No page, blurred, glare: words for the citizen, which go as soon as a page is taken or the camera is opened anew."""
    bench.to_form()
    bench.fill_permit()
    materials = bench.terminal.materials
    bench.handle(ev.MaterialOpened("address_proof"))
    materials.capture()
    assert bench.vision.captures == 1
    materials.on_event(CaptureRefused(Refused(advice)))
    bench.turn()
    assert materials.refused == Refused(advice)
    assert "⟦" not in bench.terminal.words.text("zh_CN", advice)
    bench.lay_page()
    assert materials.refused is None
    materials.on_event(CaptureRefused(Refused(advice)))
    bench.handle(ev.BackPressed())
    assert materials.refused is None
    materials.on_event(CaptureRefused(Refused(advice)))  # late
    assert materials.refused is None


LAID: Outline = ((0.3, 0.2), (0.7, 0.2), (0.7, 0.8), (0.3, 0.8))
PUSHED: Outline = ((0.35, 0.2), (0.75, 0.2), (0.75, 0.8), (0.35, 0.8))


def to_refused(bench: Bench) -> None:
    """A page lies there whose picture, taken by itself, was not good enough."""
    bench.to_form()
    bench.fill_permit()
    bench.handle(ev.MaterialOpened("address_proof"))
    bench.vision.sees(LAID)
    bench.terminal.materials.on_event(CaptureRefused(Refused(Advice.GLARE), asked=False))


def follow(bench: Bench, outline: Outline | None, frames: int) -> None:
    bench.vision.sees(outline)
    for seq in range(frames):
        bench.terminal.materials.on_event(PreviewChanged(seq))


@pytest.mark.parametrize("after", [None, PUSHED])
def test_a_refusal_goes_when_the_paper_is_moved(bench: Bench, after: Outline | None) -> None:
    """Somebody puts it right, and has to see the live picture for that; an outline that flickers is no hand."""
    to_refused(bench)
    materials = bench.terminal.materials
    follow(bench, LAID, 30)
    follow(bench, None, MOVED_FRAMES - 1)
    follow(bench, LAID, 1)
    follow(bench, None, MOVED_FRAMES - 1)
    assert materials.refused is not None
    follow(bench, LAID, 1)
    follow(bench, after, MOVED_FRAMES)
    assert materials.refused is None


def test_a_refusal_that_was_put_away_stays_away_over_a_loss_of_the_camera(bench: Bench) -> None:
    """The session opens the camera again for the same material: nothing is said a second time; left and opened, it is."""
    to_refused(bench)
    materials = bench.terminal.materials
    materials.wave_off()
    materials.on_event(VisionLost("vision.ended"))
    bench.turn()
    materials.on_event(VisionBack())
    bench.turn()
    assert bench.vision.shows("document")
    materials.on_event(CaptureRefused(Refused(Advice.GLARE), asked=False))
    assert materials.refused is None
    bench.handle(ev.BackPressed(), ev.MaterialOpened("address_proof"))
    materials.on_event(CaptureRefused(Refused(Advice.GLARE), asked=False))
    assert materials.refused is not None


def test_a_refusal_that_was_put_away_does_not_come_back_by_itself(bench: Bench) -> None:
    """Not while the page lies as it did; on demand, for another reason, and once it was moved, it does."""
    to_refused(bench)
    materials = bench.terminal.materials

    def refused_again(advice: Advice, *, asked: bool) -> bool:
        materials.wave_off()
        materials.on_event(CaptureRefused(Refused(advice), asked=asked))
        return materials.refused is not None

    assert not refused_again(Advice.GLARE, asked=False)
    assert refused_again(Advice.GLARE, asked=True)
    assert not refused_again(Advice.GLARE, asked=False)
    assert refused_again(Advice.BLURRED, asked=False)
    materials.wave_off()
    follow(bench, PUSHED, MOVED_FRAMES)
    assert refused_again(Advice.BLURRED, asked=True)


def test_a_picture_that_fails_by_itself_is_no_sign_of_life(bench: Bench) -> None:
    """A page that is left lying must not keep a session open."""
    to_refused(bench)
    bench.wait(44.0)
    bench.terminal.materials.on_event(CaptureRefused(Refused(Advice.BLURRED), asked=False))
    bench.wait(2.0)
    assert bench.session.warned


def test_the_camera_lost_and_back(bench: Bench) -> None:
    """Said while the camera is open, gone by itself when it is back; pages that were taken stay."""
    bench.to_form()
    bench.fill_permit()
    bench.handle(ev.MaterialOpened("address_proof"))
    bench.lay_page()
    bench.vision.report = DeviceReport("document_camera", SupervisorState.LOST, None, 0.0)
    bench.terminal.materials.on_event(VisionLost("vision.silent"))
    bench.turn()
    assert bench.trouble == "session.lost.document_camera"
    bench.vision.preview = None
    bench.terminal.materials.on_event(VisionBack())
    bench.turn()
    assert bench.trouble == ""
    assert bench.vision.shows("document")
    assert bench.terminal.materials.page_count("address_proof") == 1
    assert bench.audited("device.lost")[-1]["device"] == Device.DOCUMENT_CAMERA


def test_a_new_frame_is_announced(bench: Bench) -> None:
    """The screen is told and fetches the frame by itself."""
    heard: list[str] = []
    bench.terminal.bus.subscribe(Fact.FRAME, lambda: heard.append("frame"))
    bench.terminal.materials.on_event(PreviewChanged(3))
    bench.turn()
    assert heard == ["frame"]


def test_pages_change_places_and_are_turned(bench: Bench) -> None:
    """Order and turning go into the file; nothing moves past either end."""
    bench.to_form()
    bench.fill_permit()
    bench.handle(ev.MaterialOpened("address_proof"))
    bench.lay_page(10)
    bench.lay_page(90)
    materials = bench.terminal.materials
    first, second = (materials.page_image("address_proof", index) for index in (0, 1))
    materials.move_page("address_proof", 0, -1)
    materials.move_page("address_proof", 1, 1)
    assert materials.page_image("address_proof", 0) == first
    materials.move_page("address_proof", 0, 1)
    assert [materials.page_image("address_proof", index) for index in (0, 1)] == [second, first]
    materials.turn_page("address_proof", 1)
    materials.turn_page("address_proof", 5)
    assert [materials.page_turned("address_proof", index) for index in (0, 1)] == [0, 90]
    for _ in range(3):
        materials.turn_page("address_proof", 1)
    assert materials.page_turned("address_proof", 1) == 0
    assert materials.page_image("address_proof", 1) == first
