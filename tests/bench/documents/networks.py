"""Networks of page corners that always say the same, written byte by byte as ONNX files.

Knows: the protocol buffers of ONNX (onnx.proto3) as far as three nodes need them. Does not know: what reads them.
"""

from __future__ import annotations

import numpy as np
from surfaces import Array

SIDE = 224
_FLOAT = 1
_INT, _INTS = 2, 7


def tiny(
    corners: Array,
    logit: float,
    *,
    by_colour: Array | None = None,
    takes: tuple[int, ...] = (1, SIDE, SIDE, 3),
    gives: tuple[str, str] = ("coords", "score_logit"),
) -> bytes:
    """Return a network that answers with these corners (4 x 2 shares of the picture) and these log odds.

    `by_colour`: 3 x 8, what the mean red, green and blue as the network is shown them add to the corners.
    """
    weights = {
        "w": np.zeros((3, 8)) if by_colour is None else by_colour,
        "b": np.asarray(corners, float).reshape(8),
        "v": np.zeros((3, 1)),
        "c": np.array([logit]),
    }
    nodes = [
        _node("ReduceMean", ["picture"], "mean", _attribute("axes", [1, 2]), _attribute("keepdims", 0)),
        _node("Gemm", ["mean", "w", "b"], gives[0]),
        _node("Gemm", ["mean", "v", "c"], gives[1]),
    ]
    graph = b"".join(
        [
            *(_bytes(1, node) for node in nodes),
            _bytes(2, b"tiny"),
            *(_bytes(5, _weights(name, values)) for name, values in weights.items()),
            _bytes(11, _value("picture", takes)),
            _bytes(12, _value(gives[0], (1, 8))),
            _bytes(12, _value(gives[1], (1, 1))),
        ]
    )
    return _number(1, 8) + _bytes(2, b"by hand") + _bytes(7, graph) + _bytes(8, _bytes(1, b"") + _number(2, 13))


def _node(kind: str, inputs: list[str], output: str, *attributes: bytes) -> bytes:
    named = b"".join(_bytes(1, name.encode()) for name in inputs)
    return named + _bytes(2, output.encode()) + _bytes(4, kind.encode()) + b"".join(_bytes(5, each) for each in attributes)


def _attribute(name: str, value: int | list[int]) -> bytes:
    if isinstance(value, int):
        return _bytes(1, name.encode()) + _number(3, value) + _number(20, _INT)
    return _bytes(1, name.encode()) + b"".join(_number(8, each) for each in value) + _number(20, _INTS)


def _weights(name: str, values: Array) -> bytes:
    sizes = b"".join(_number(1, size) for size in values.shape)
    return sizes + _number(2, _FLOAT) + _bytes(8, name.encode()) + _bytes(9, values.astype("<f4").tobytes())


def _value(name: str, shape: tuple[int, ...]) -> bytes:
    sizes = b"".join(_bytes(1, _number(1, size)) for size in shape)
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, sizes)))


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
