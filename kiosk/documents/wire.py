"""Messages between the screen's process and the vision worker.

Knows: framing on a stream socket: length of the JSON and length of the blob, 4 bytes each, big endian, then both.
Does not know: what is said (`worker` and `vision` do).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

_HEAD = struct.Struct(">II")
MAX_JSON_BYTES = 256 * 1024
MAX_BLOB_BYTES = 32 * 1024 * 1024

Message = dict[str, Any]


class WireError(Exception):
    """The other end does not speak this language. `code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def packed(message: Message, blob: bytes = b"") -> bytes:
    """Return one framed message."""
    text = json.dumps(message, separators=(",", ":")).encode()
    return _HEAD.pack(len(text), len(blob)) + text + blob


class Unpacker:
    """Takes bytes as they come and yields whole messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[Message, bytes]]:
        """Add bytes; yield every message that is complete now. Raises: WireError."""
        self._buffer += data
        while len(self._buffer) >= _HEAD.size:
            text_bytes, blob_bytes = _HEAD.unpack_from(self._buffer)
            if text_bytes > MAX_JSON_BYTES or blob_bytes > MAX_BLOB_BYTES:
                raise WireError("wire.too_long")
            end = _HEAD.size + text_bytes + blob_bytes
            if len(self._buffer) < end:
                return
            text = bytes(self._buffer[_HEAD.size : _HEAD.size + text_bytes])
            blob = bytes(self._buffer[_HEAD.size + text_bytes : end])
            del self._buffer[:end]
            try:
                message = json.loads(text)
            except ValueError as error:
                raise WireError("wire.not_json") from error
            if not isinstance(message, dict):
                raise WireError("wire.not_object")
            yield message, blob

    def wipe(self) -> None:
        """Overwrite what has not been read."""
        self._buffer[:] = bytes(len(self._buffer))
        self._buffer.clear()
