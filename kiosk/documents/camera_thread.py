"""The one thread of the vision worker that touches the camera.

Knows: open, stream, take a still, rest, look whether the camera is still there, try again after a failure. Does not know:
pages, sockets. A hanging driver hangs this thread; then no news comes from here, and the worker's silence gets it killed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from devices.document_camera import Disconnected, DocumentCamera, Faulted, Picture, Ready, Stalled
from devices.errors import DeviceError

_CHECK_EVERY_S = 2.0
_NEWS_EVERY_S = 1.0
_RETRY_S = 0.5


@dataclass(slots=True)
class News:
    """What happened since the last time: the newest frame, a still if one was asked for, and how the camera is.

    `lost`: a `DeviceError` code; None while the camera answers.
    """

    frame: Picture | None = None
    taken_s: float = 0.0
    still: Picture | None = None
    frame_mm: float | None = None
    lost: str | None = None


class CameraThread(threading.Thread):
    """Runs `factory`'s camera. `wake` is called after every piece of news; `collect` hands it over."""

    def __init__(self, factory: Callable[[], DocumentCamera], wake: Callable[[], None]) -> None:
        super().__init__(name="camera", daemon=True)
        self._factory = factory
        self._wake = wake
        self._changed = threading.Condition()
        self._streaming = False
        self._still_wanted = False
        self._news = News()
        self._camera: DocumentCamera | None = None
        self._checked_s = 0.0

    def stream(self, on: bool) -> None:
        """Read frames all the time, or rest."""
        with self._changed:
            self._streaming = on
            self._still_wanted = self._still_wanted and on
            self._changed.notify_all()

    def want_still(self) -> None:
        """Have one full-resolution frame taken next."""
        with self._changed:
            self._still_wanted = True
            self._changed.notify_all()

    def collect(self) -> News:
        """Take what there is; frames that nobody collected in time are dropped."""
        with self._changed:
            news, self._news = self._news, News(frame_mm=self._news.frame_mm, lost=self._news.lost)
        return news

    def run(self) -> None:
        """Turn for ever."""
        while True:
            try:
                self._turn()
            except DeviceError as error:
                self._drop()
                self._tell(lost=error.code)
                time.sleep(_RETRY_S)  # a camera that comes back announces itself to nobody here

    def _turn(self) -> None:
        if self._camera is None:
            self._camera = self._factory()
            self._checked_s = time.monotonic()
            self._tell()
        with self._changed:
            streaming, still_wanted, self._still_wanted = self._streaming, self._still_wanted, False
        if still_wanted:
            self._tell(still=self._camera.still())
        elif streaming:
            self._tell(frame=self._camera.read())
        else:
            self._rest(self._camera)

    def _rest(self, camera: DocumentCamera) -> None:
        camera.rest()
        if time.monotonic() - self._checked_s >= _CHECK_EVERY_S:
            self._checked_s = time.monotonic()
            match camera.status():
                case Disconnected():
                    raise DeviceError("document_camera.disconnected", "while resting")
                case Stalled():
                    raise DeviceError("document_camera.stalled", "while resting")
                case Faulted(code):
                    raise DeviceError(code, "while resting")
                case Ready():
                    pass
        self._tell()
        with self._changed:
            self._changed.wait_for(lambda: self._streaming or self._still_wanted, _NEWS_EVERY_S)

    def _tell(self, frame: Picture | None = None, still: Picture | None = None, lost: str | None = None) -> None:
        with self._changed:
            if frame is not None:
                self._news.frame, self._news.taken_s = frame, time.monotonic()
            if still is not None:
                self._news.still = still
            self._news.lost = lost
            if self._camera is not None:
                self._news.frame_mm = self._camera.frame_mm
        self._wake()

    def _drop(self) -> None:
        if self._camera is not None:
            self._camera.close()
            self._camera = None
