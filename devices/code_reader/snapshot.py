"""Driver: a camera that gives a still picture (JPEG, PNG) at an address, looked at for codes.

Knows: HTTP as far as a GET, what is new in view. Does not know: codes in pictures (`picture`), video.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import deque
from collections.abc import Mapping
from typing import Any

from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devices.code_reader.api import Code, CodeReaderStatus, Disconnected, Faulted, NoCode, Ready, Unreadable
from devices.code_reader.picture import PictureError, codes_in, opened
from devices.code_reader.text import ENCODINGS, Encoding
from devices.errors import DeviceError

_MOST_BYTES = 16 * 1024 * 1024
_PIECE_BYTES = 64 * 1024
_GONE_S = 1.0
"""A code out of view for so long is a new one when it is shown again."""
_MOST_WAITING = 8


class SnapshotOptions(BaseModel):
    """What the configuration may say about this camera."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(pattern=r"^http://[^\s]+$", description="address of the still picture")
    timeout_s: float = Field(default=2.0, gt=0, le=10, description="longest wait for a picture")
    encodings: tuple[Encoding, ...] = Field(
        default=ENCODINGS, min_length=1, description="of the text, tried in this order"
    )

OPTIONS = SnapshotOptions


def create(options: Mapping[str, Any]) -> SnapshotCodeReader:
    """Ask the camera for a picture.

    Raises: DeviceError "code_reader.options" (detail: the keys), "code_reader.disconnected" (nobody answers there), and
    what `Faulted` says of a camera whose pictures are none.
    """
    try:
        parsed = SnapshotOptions.model_validate(dict(options))
    except ValidationError as error:
        keys = ",".join(sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()}))
        raise DeviceError("code_reader.options", keys) from error
    reader = SnapshotCodeReader(parsed)
    reader.begin()
    return reader


class SnapshotCodeReader:
    """A `CodeReader` on a camera's address."""

    def __init__(self, options: SnapshotOptions) -> None:
        self._options = options
        # no proxy: the camera stands in this terminal
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._waiting: deque[Code | Unreadable] = deque(maxlen=_MOST_WAITING)
        self._in_view: dict[Code | Unreadable, float] = {}
        self._closed = False

    def status(self) -> CodeReaderStatus:
        """Ask for a picture and take in what is on it."""
        try:
            self._look()
        except DeviceError as error:
            return Disconnected() if error.code == "code_reader.disconnected" else Faulted(error.code)
        return Ready()

    def begin(self) -> None:
        """Forget what waits; what is still in view was another person's too, until it has been taken away."""
        self._look()
        self._waiting.clear()

    def next_code(self) -> Code | Unreadable | NoCode:
        """Take in what is in view and return the oldest."""
        if not self._waiting:
            self._look()
        return self._waiting.popleft() if self._waiting else NoCode()

    def close(self) -> None:
        """Ask no more."""
        self._closed = True

    def _look(self) -> None:
        """Note what has come into view. Raises: DeviceError."""
        try:
            found = codes_in(self._picture(), self._options.encodings)
        except PictureError as error:
            raise DeviceError(error.code) from error
        now_s = time.monotonic()
        self._in_view = {code: seen_s for code, seen_s in self._in_view.items() if now_s - seen_s < _GONE_S}
        for code in found:
            if code not in self._in_view:
                self._waiting.append(code)
            self._in_view[code] = now_s

    def _picture(self) -> Image.Image:
        if self._closed:
            raise DeviceError("code_reader.disconnected", "closed")
        expires_s = time.monotonic() + self._options.timeout_s
        data = b""
        try:
            with self._opener.open(self._options.url, timeout=self._options.timeout_s) as answer:
                while piece := answer.read1(_PIECE_BYTES):
                    data += piece
                    if len(data) > _MOST_BYTES:
                        raise PictureError("code_reader.picture_too_large")
                    if time.monotonic() > expires_s:  # one that trickles keeps every single wait
                        raise DeviceError("code_reader.disconnected", "slow")
        except urllib.error.HTTPError as error:
            error.close()
            raise DeviceError("code_reader.refused", str(error.code)) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise DeviceError("code_reader.disconnected", type(error).__name__) from error
        return opened(data)
