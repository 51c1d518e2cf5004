"""Shared frames and the wire between the two processes, in one process."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.documents.frames import FrameBuffer, allocate
from kiosk.documents.wire import MAX_JSON_BYTES, Unpacker, WireError, packed


@pytest.fixture
def ends() -> Iterator[tuple[FrameBuffer, FrameBuffer]]:
    memory = allocate(8)
    writer, reader = FrameBuffer(memory), FrameBuffer(memory)
    os.close(memory)
    yield writer, reader
    writer.close()
    reader.close()


def test_the_newest_frame_is_read(ends: tuple[FrameBuffer, FrameBuffer]) -> None:
    """Nothing at first; then always the last that was written, with what was said with it."""
    writer, reader = ends
    assert reader.read() is None
    for seq in (1, 2, 3):
        writer.write(seq, 7, (4, 2), bytes([seq]) * 24, {"advice": f"a{seq}"})
        frame = reader.read()
        assert frame is not None
        assert (frame.seq, frame.run, frame.width, frame.height) == (seq, 7, 4, 2)
        assert frame.rgb == bytes([seq]) * 24
        assert frame.note == {"advice": f"a{seq}"}


def test_wiping_leaves_nothing(ends: tuple[FrameBuffer, FrameBuffer]) -> None:
    """After a wipe there is no frame, and not one byte of the old ones."""
    writer, reader = ends
    writer.write(1, 1, (8, 8), b"\xaa" * 192, {})
    reader.wipe()
    assert writer.read() is None
    assert not any(writer._memory[:])


def test_a_frame_that_does_not_fit_is_refused(ends: tuple[FrameBuffer, FrameBuffer]) -> None:
    """Neither too many pixels nor a size that lies should be written."""
    writer, reader = ends
    with pytest.raises(ValueError):
        writer.write(1, 1, (9, 9), b"\0" * 243, {})
    with pytest.raises(ValueError):
        writer.write(1, 1, (4, 4), b"\0" * 10, {})
    assert reader.read() is None


@settings(deadline=None)
@given(
    messages=st.lists(
        st.tuples(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9)), st.binary(max_size=40))
    ),
    cut=st.integers(1, 13),
)
def test_messages_survive_any_cutting(messages: list[tuple[dict[str, object], bytes]], cut: int) -> None:
    """However the stream is cut up, the same messages should come out in order."""
    stream = b"".join(packed(message, blob) for message, blob in messages)
    unpacker = Unpacker()
    heard = [m for i in range(0, len(stream), cut) for m in unpacker.feed(stream[i : i + cut])]
    assert heard == messages


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ((MAX_JSON_BYTES + 1).to_bytes(4, "big") + bytes(4), "wire.too_long"),
        (b"\0\0\0\2\0\0\0\0{]", "wire.not_json"),
        (b"\0\0\0\2\0\0\0\0[]", "wire.not_object"),
    ],
)
def test_nonsense_is_refused(data: bytes, code: str) -> None:
    """A length, a text or a shape that cannot be right should end the conversation."""
    with pytest.raises(WireError) as raised:
        list(Unpacker().feed(data))
    assert raised.value.code == code
