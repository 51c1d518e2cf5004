"""The vision worker as a real process: emulator, OpenCV, shared memory, and everything that can be lost on the way."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import networks
import numpy as np
import pytest

from devices.document_camera.emulator import DocumentCameraEmulator
from devices.document_camera.scene import Fault
from devices.supervisor import SupervisorState
from kiosk.clock import SystemClock
from kiosk.dispatch import QueueDispatcher
from kiosk.documents.pages import (
    Advice,
    CaptureRefused,
    PageCaptured,
    PreviewFrame,
    VisionBack,
    VisionEvent,
    VisionLost,
)
from kiosk.documents.vision import Vision, VisionConfig

E = TypeVar("E", bound=VisionEvent)
DRIVER = "devices.document_camera.opencv:create"


class Owner:
    """Stands where the coordinator stands: turns the dispatcher and keeps what it is told."""

    def __init__(self, options: dict[str, Any], **config: Any) -> None:
        self.dispatcher = QueueDispatcher()
        self.events: list[VisionEvent] = []
        settings = VisionConfig(DRIVER, options, **({"deadline_s": 15.0} | config))
        self.vision = Vision(settings, clock=SystemClock(), dispatcher=self.dispatcher, on_event=self.events.append)
        self.vision.start()

    def until(self, holds: Callable[[], bool], timeout_s: float = 40.0) -> None:
        """Turn the dispatcher until the condition holds."""
        deadline_s = time.monotonic() + timeout_s
        while not holds():
            assert time.monotonic() < deadline_s, (self.events[-3:], self.vision.report, self.vision.latest_frame())
            self.dispatcher.run_one(0.05)

    def all(self, kind: type[E]) -> list[E]:
        """Return the events of one kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    def frame(self, advice: Advice | None = None) -> PreviewFrame:
        """Wait for a frame, with this advice if one is given."""
        found: list[PreviewFrame] = []

        def look() -> bool:
            frame = self.vision.latest_frame()
            if frame is not None and advice in {None, frame.advice}:
                found.append(frame)
            return bool(found)

        self.until(look)
        return found[-1]

    def next_page(self, count: int) -> PageCaptured:
        """Wait until `count` pages have been captured and return the last."""
        self.until(lambda: len(self.all(PageCaptured)) >= count)
        return self.all(PageCaptured)[-1]


@pytest.fixture(scope="module")
def mat() -> Iterator[DocumentCameraEmulator]:
    with DocumentCameraEmulator() as emulator:
        yield emulator


@pytest.fixture
def camera(mat: DocumentCameraEmulator) -> Iterator[DocumentCameraEmulator]:
    yield mat
    mat.clear_faults()
    mat.clear()


@pytest.fixture
def employ(camera: DocumentCameraEmulator) -> Iterator[Callable[..., Owner]]:
    owners: list[Owner] = []

    def start(*, driver: dict[str, Any] | None = None, **config: Any) -> Owner:
        owners.append(Owner({**camera.options, **(driver or {})}, **config))
        return owners[-1]

    yield start
    for owner in owners:
        owner.vision.stop()


@pytest.mark.parametrize("good", [True, False])
def test_a_network_that_votes_is_tried_and_done_without(
    camera: DocumentCameraEmulator,
    employ: Callable[..., Owner],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    good: bool,
) -> None:
    """A file that is no network should be said once, and pages be taken either way."""
    file = tmp_path / "doc_corner.onnx"
    file.write_bytes(networks.tiny(np.full((4, 2), 0.5), 3.0) if good else b"no network")
    owner = employ(corner_network=file)
    owner.until(lambda: bool(owner.all(VisionBack)))
    owner.vision.start_preview("document")
    owner.frame(Advice.LAY_PAGE)
    camera.lay("address_proof_1")
    assert owner.next_page(1).page.paper == "a4"
    said = [record.getMessage() for record in caplog.records if "corner network" in record.getMessage()]
    assert said == ([] if good else ["corner network not used: corner_network.not_onnx"])
    caplog.clear()


def test_pages_are_captured_by_themselves_once_each(camera: DocumentCameraEmulator, employ: Callable[..., Owner]) -> None:
    """Two pages laid one after the other should give two pages; a page that stays lying gives no third."""
    owner = employ()
    owner.until(lambda: bool(owner.all(VisionBack)))
    owner.vision.start_preview("document")
    empty = owner.frame(Advice.LAY_PAGE)
    assert (empty.width, empty.height, len(empty.rgb)) == (540, 960, 540 * 960 * 3)
    assert empty.outline is None
    camera.lay("address_proof_1")
    first = owner.next_page(1).page
    camera.lay("address_proof_2")
    second = owner.next_page(2).page
    assert (first.width_px, first.height_px, first.dpi, first.profile) == (1654, 2339, 200, "document")
    assert first.sha256 != second.sha256
    lying = owner.frame(Advice.NEXT)
    assert lying.outline is not None
    assert all(0 < x < 1 and 0 < y < 1 for x, y in lying.outline)
    owner.until(lambda: (frame := owner.vision.latest_frame()) is not None and frame.seq > lying.seq + 15)
    assert len(owner.all(PageCaptured)) == 2


def test_a_photo_is_captured_in_its_profile(camera: DocumentCameraEmulator, employ: Callable[..., Owner]) -> None:
    """The photo profile should wait for a photo and cut it to 35 by 45 mm."""
    owner = employ()
    owner.vision.start_preview("photo")
    camera.lay("id_photo")
    page = owner.next_page(1).page
    assert (page.paper, page.profile) == ("photo", "photo")
    assert page.width_px / page.height_px == pytest.approx(35 / 45, abs=0.01)


def test_a_blurred_page_gets_advice_and_no_picture(camera: DocumentCameraEmulator, employ: Callable[..., Owner]) -> None:
    """It should not be taken by itself, be refused on demand, and be taken as soon as it is sharp."""
    camera.set_fault(Fault.BLURRED, True)
    camera.lay("study_proof", by_hand=False)
    owner = employ()
    owner.vision.start_preview("document")
    seen = owner.frame(Advice.BLURRED)
    owner.until(lambda: (frame := owner.vision.latest_frame()) is not None and frame.seq > seen.seq + 12)
    owner.vision.capture()
    owner.until(lambda: bool(owner.all(CaptureRefused)))
    assert owner.all(CaptureRefused)[-1].refused.advice == Advice.BLURRED
    assert not owner.all(PageCaptured)
    camera.set_fault(Fault.BLURRED, False)
    owner.next_page(1)


def test_corners_set_by_hand_reach_the_worker(camera: DocumentCameraEmulator, employ: Callable[..., Owner]) -> None:
    """A part of a page that is marked by hand on a mat nobody has seen empty is what is taken."""
    camera.set_fault(Fault.CUT_OFF, True)
    camera.lay("address_proof_2", by_hand=False)
    owner = employ()
    owner.vision.start_preview("document")
    owner.frame(Advice.MOVE_INTO_FRAME)
    owner.vision.capture(((0.2, 0.2), (0.8, 0.2), (0.8, 0.6), (0.2, 0.6)))
    page = owner.next_page(1).page
    wide, high = 0.6 * 1080, 0.4 * 1920  # no paper's aspect, which would be taken for that paper
    assert page.height_px / page.width_px == pytest.approx(high / wide, abs=0.02)


def test_a_cut_off_page_is_not_taken(camera: DocumentCameraEmulator, employ: Callable[..., Owner]) -> None:
    """Neither by itself nor on demand; the advice says where to move it."""
    camera.set_fault(Fault.CUT_OFF, True)
    camera.lay("address_proof_2", by_hand=False)
    owner = employ()
    owner.vision.start_preview("document")
    assert owner.frame(Advice.MOVE_INTO_FRAME).outline is None
    owner.vision.capture()
    owner.until(lambda: bool(owner.all(CaptureRefused)))
    assert owner.all(CaptureRefused)[-1].refused.advice == Advice.MOVE_INTO_FRAME
    assert not owner.all(PageCaptured)


def test_a_worker_that_hangs_in_opencv_is_killed_and_replaced(
    camera: DocumentCameraEmulator, employ: Callable[..., Owner], caplog: pytest.LogCaptureFixture
) -> None:
    """With OpenCV willing to wait a minute, silence should end the process; the preview should come back by itself."""
    caplog.set_level(logging.INFO, "kiosk.documents.vision")
    owner = employ(driver={"open_timeout_ms": 60000, "read_timeout_ms": 60000}, deadline_s=4.0)
    owner.vision.start_preview("document")
    before = owner.frame()
    pid = owner.vision.worker_pid
    camera.set_fault(Fault.STALL, True)
    owner.until(lambda: bool(owner.all(VisionLost)))
    assert owner.all(VisionLost) == [VisionLost("vision.silent")]
    assert owner.vision.report.state is SupervisorState.LOST
    camera.set_fault(Fault.STALL, False)
    owner.until(lambda: owner.vision.report.state is SupervisorState.READY)
    owner.until(lambda: (frame := owner.vision.latest_frame()) is not None and frame.seq > before.seq)
    assert owner.vision.worker_pid != pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid or 0, 0)
    owner.until(lambda: len(owner.all(VisionBack)) == 2)
    told = [record for record in caplog.records if record.name == "kiosk.documents.vision"]
    assert [record.levelname for record in told] == ["WARNING", "INFO"]
    caplog.clear()


def test_an_unplugged_camera_is_told_once_and_comes_back_without_a_new_worker(
    camera: DocumentCameraEmulator, employ: Callable[..., Owner], caplog: pytest.LogCaptureFixture
) -> None:
    """Lost, back, and the preview goes on; the worker itself never hung."""
    owner = employ()
    owner.vision.start_preview("document")
    before = owner.frame()
    pid = owner.vision.worker_pid
    camera.set_fault(Fault.DROP, True)
    owner.until(lambda: bool(owner.all(VisionLost)))
    assert owner.all(VisionLost) == [VisionLost("document_camera.disconnected")]
    camera.set_fault(Fault.DROP, False)
    owner.until(lambda: len(owner.all(VisionBack)) == 2)
    owner.until(lambda: (frame := owner.vision.latest_frame()) is not None and frame.seq > before.seq + 2)
    assert owner.vision.worker_pid == pid
    assert len(owner.all(VisionLost)) == 1
    caplog.clear()


def test_a_camera_lost_while_nobody_looks_is_noticed(
    camera: DocumentCameraEmulator, employ: Callable[..., Owner], caplog: pytest.LogCaptureFixture
) -> None:
    """Status should not need a preview."""
    owner = employ()
    owner.until(lambda: bool(owner.all(VisionBack)))
    camera.set_fault(Fault.STALL, True)
    owner.until(lambda: bool(owner.all(VisionLost)))
    assert owner.all(VisionLost) == [VisionLost("document_camera.stalled")]
    caplog.clear()


def test_a_killed_worker_is_replaced(
    camera: DocumentCameraEmulator, employ: Callable[..., Owner], caplog: pytest.LogCaptureFixture
) -> None:
    """A crash should cost a moment, not the session."""
    owner = employ()
    owner.vision.start_preview("document")
    owner.frame()
    os.kill(owner.vision.worker_pid or 0, signal.SIGKILL)
    owner.until(lambda: len(owner.all(VisionBack)) == 2)
    assert owner.all(VisionLost) == [VisionLost("vision.ended")]
    owner.frame()
    caplog.clear()


@pytest.mark.parametrize("how", ["killed", "unplugged"])
def test_a_page_that_was_taken_is_not_taken_again_after_a_loss(
    camera: DocumentCameraEmulator, employ: Callable[..., Owner], caplog: pytest.LogCaptureFixture, how: str
) -> None:
    """It lies there still, and what was said of it holds; deleted meanwhile it is free again, and so is any other page."""
    owner = employ()
    owner.vision.start_preview("document")
    owner.frame(Advice.LAY_PAGE)
    camera.lay("address_proof_1")
    first = owner.next_page(1).page
    lying = owner.frame(Advice.NEXT)
    for lost in (1, 2):
        if how == "killed":
            os.kill(owner.vision.worker_pid or 0, signal.SIGKILL)
        else:
            camera.set_fault(Fault.DROP, True)
        owner.until(lambda lost=lost: len(owner.all(VisionLost)) == lost)
        if lost == 2:
            owner.vision.give_back(first.sha256)
        camera.set_fault(Fault.DROP, False)
        owner.until(lambda lost=lost: len(owner.all(VisionBack)) == 1 + lost)
        owner.vision.start_preview("document")  # as the session does when the camera is back
        if lost == 1:
            owner.until(lambda: (frame := owner.vision.latest_frame()) is not None and frame.seq > lying.seq + 12)
            assert owner.frame(Advice.NEXT)
            assert len(owner.all(PageCaptured)) == 1
    owner.next_page(2)
    camera.lay("address_proof_2")
    assert owner.next_page(3).page.sha256 != first.sha256
    owner.vision.stop_preview()
    owner.vision.start_preview("document")  # somebody comes anew: nothing is known of a page
    owner.next_page(4)
    caplog.clear()


def test_nothing_is_taken_until_there_is_room_and_a_page_given_back_is_taken_again(
    camera: DocumentCameraEmulator, employ: Callable[..., Owner]
) -> None:
    """A page that lies there while a material is full should be shown only, then taken; deleted, it should be taken anew."""
    owner = employ()
    owner.vision.start_preview("document", taking=False)
    camera.lay("address_proof_1", by_hand=False)
    seen = owner.frame(Advice.GOOD)
    owner.until(lambda: (frame := owner.vision.latest_frame()) is not None and frame.seq > seen.seq + 12)
    assert not owner.all(PageCaptured)
    owner.vision.take_by_itself(on=True)
    first = owner.next_page(1).page
    owner.frame(Advice.NEXT)
    owner.vision.give_back(first.sha256)
    owner.next_page(2)


def test_forgetting_leaves_no_frame(camera: DocumentCameraEmulator, employ: Callable[..., Owner]) -> None:
    """After `forget` no frame is to be had and none comes; a new preview starts clean."""
    owner = employ()
    owner.vision.start_preview("document")
    first = owner.frame()
    owner.vision.forget()
    assert owner.vision.latest_frame() is None
    owner.vision.start_preview("photo")
    again = owner.frame()
    assert again.seq > first.seq


def test_a_driver_that_does_not_exist_needs_a_human(
    camera: DocumentCameraEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    """A wrong name in the configuration should be a fault with its own code, not an endless wait."""
    dispatcher = QueueDispatcher()
    events: list[VisionEvent] = []
    vision = Vision(VisionConfig("no_such"), clock=SystemClock(), dispatcher=dispatcher, on_event=events.append)
    vision.start()
    try:
        assert dispatcher.run_one(40)
        assert events == [VisionLost("vision.unknown_driver")]
        assert vision.report.state is SupervisorState.FAULTED
    finally:
        vision.stop()
    caplog.clear()
