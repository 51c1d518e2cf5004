"""What an ONNX file says of itself: its notes, and the shapes of what goes in and comes out. Nothing of it is run.

Knows: the few fields of ONNX's protocol buffers that are needed (numbers from onnx.proto3 of the ONNX project). Does not
know: operators, weights, OpenCV. A file may be of any content: what is no ONNX file is a ValueError, and takes no long time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_LENGTH_DELIMITED, _VARINT, _FIXED_64, _FIXED_32 = 2, 0, 1, 5
_GRAPH, _METADATA = 7, 14
_KEY, _VALUE = 1, 2
_INITIALIZER, _INPUT, _OUTPUT = 5, 11, 12
_INITIALIZER_NAME = 8
_NAME, _TYPE = 1, 2
_TENSOR = 1
_ELEMENT, _SHAPE = 1, 2
_DIMENSION = 1
_SIZE = 1
_FLOAT = 1
_MOST_FIELDS = 100_000
"""Of one message. A network of a few MB has some hundreds; a file made of nothing else would keep us for a minute."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """Something that goes in or comes out. `shape`: sizes, 0 where the file leaves one open. `floats`: of 32 bits each."""

    name: str
    shape: tuple[int, ...]
    floats: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """What a network takes and gives; weights that older files list among the inputs are left out."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


def metadata(model: bytes) -> dict[str, str]:
    """Return the notes of an ONNX file (ModelProto.metadata_props). Raises: ValueError for what is no such file."""
    found = {}
    for entry in _messages(memoryview(model), _METADATA):
        found[_text(entry, _KEY)] = _text(entry, _VALUE)
    return found


def signature(model: bytes) -> Signature:
    """Return what the network of an ONNX file takes and gives. Raises: ValueError for what is no such file."""
    graphs = _messages(memoryview(model), _GRAPH)
    if len(graphs) != 1:
        raise ValueError("no graph")
    weights, sides = set(), {_INPUT: list[Tensor](), _OUTPUT: list[Tensor]()}
    for number, value in _fields(graphs[0]):
        if number == _INITIALIZER:
            weights.add(_text(_message(value), _INITIALIZER_NAME))
        elif number in sides:
            sides[number].append(_tensor(_message(value)))
    inputs = tuple(tensor for tensor in sides[_INPUT] if tensor.name not in weights)
    return Signature(inputs, tuple(sides[_OUTPUT]))


def _tensor(value: memoryview) -> Tensor:
    kinds = [kind for of in _messages(value, _TYPE) for kind in _messages(of, _TENSOR)]
    shape: list[int] = []
    floats = False
    for kind in kinds:
        for number, field in _fields(kind):
            if number == _ELEMENT:
                floats = field == _FLOAT
            elif number == _SHAPE:
                shape = [_size(dimension) for dimension in _messages(_message(field), _DIMENSION)]
    return Tensor(_text(value, _NAME), tuple(shape), floats)


def _size(dimension: memoryview) -> int:
    return next((value for number, value in _fields(dimension) if number == _SIZE and isinstance(value, int)), 0)


def _text(message: memoryview, wanted: int) -> str:
    return next((value.tobytes().decode("utf-8") for value in _messages(message, wanted)), "")


def _messages(data: memoryview, wanted: int) -> list[memoryview]:
    return [_message(value) for number, value in _fields(data) if number == wanted]


def _message(value: memoryview | int) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number where a message should be")
    return value


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    """Yield number and content of the fields of a protocol buffer: bytes, or a number; those of fixed size are skipped."""
    at = count = 0
    while at < len(data):
        count += 1
        if count > _MOST_FIELDS:
            raise ValueError("too many fields")
        tag, at = _varint(data, at)
        match tag & 7:
            case wire if wire == _VARINT:
                number, at = _varint(data, at)
                yield tag >> 3, number
            case wire if wire == _FIXED_64:
                at += 8
            case wire if wire == _FIXED_32:
                at += 4
            case wire if wire == _LENGTH_DELIMITED:
                length, at = _varint(data, at)
                if at + length > len(data):
                    raise ValueError("cut")
                yield tag >> 3, data[at : at + length]
                at += length
            case _:
                raise ValueError("wire type")


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("varint")
