"""The network of page corners that an operator may supply: whether the file is there, is of the kind, and runs.

Knows: what DocCornerNet LEAN takes and gives (its model card in github.com/marquaye/scanic, `scanic-ml/MODEL_CARD.md`), and
that a stranger's file is tried in a process of its own first: OpenCV's reader of networks is native code. Does not know:
OpenCV, pictures, what the network's word is worth (`corner_network`).
"""

from __future__ import annotations

from pathlib import Path

from kiosk.documents.errands import Errands
from kiosk.documents.onnx_file import Signature, Tensor, signature

SIDE_PX = 224
"""Of the picture that the network is shown, whatever the proportions of the one it was made from."""
CORNERS, SCORE = "coords", "score_logit"
"""Outputs: eight shares of width and height (top left, top right, bottom right, bottom left), and the log odds of a page."""
MAX_BYTES = 16 * 1024 * 1024
"""LEAN has 1.8 MB."""
_TAKES = (1, SIDE_PX, SIDE_PX, 3)
_GIVES = {CORNERS: (1, 8), SCORE: (1, 1)}


class NetworkRefused(Exception):  # noqa: N818 - a state of the terminal, not a fault of the call
    """The network cannot be used. `code` is stable: `corner_network.` and one of `missing`, `unreadable`, `too_large`,
    `not_onnx`, `other_model`, `fails`.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


def checked(path: Path) -> bytes:
    """Return the network's bytes, once they were found to be of the kind and to run. Raises: NetworkRefused."""
    model = _read(path)
    try:
        made = signature(model)
    except ValueError as error:
        raise NetworkRefused("corner_network.not_onnx", path.name) from error
    if not _fits(made):
        raise NetworkRefused("corner_network.other_model", _said(made))
    code = Errands().try_network(model)
    if code is not None:
        raise NetworkRefused(code, path.name)
    return model


def probe(path: Path) -> str | None:
    """Return the code of what is wrong with the file, None if it can be used."""
    try:
        checked(path)
    except NetworkRefused as error:
        return error.code
    return None


def _read(path: Path) -> bytes:
    try:
        if not path.exists():
            raise NetworkRefused("corner_network.missing", str(path))
        if not path.is_file():  # a pipe has no end to wait for
            raise NetworkRefused("corner_network.unreadable", str(path))
        with path.open("rb") as file:
            model = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NetworkRefused("corner_network.unreadable", str(error)) from error
    if len(model) > MAX_BYTES:
        raise NetworkRefused("corner_network.too_large", f"over {MAX_BYTES} bytes")
    return model


def _fits(made: Signature) -> bool:
    """Compare with LEAN's; the name of the one input differs between its card (`image`) and its file (`input`)."""
    takes = [(tensor.shape, tensor.floats) for tensor in made.inputs]
    gives = {tensor.name: tensor.shape for tensor in made.outputs if tensor.floats}
    return takes == [(_TAKES, True)] and gives == _GIVES


def _said(made: Signature) -> str:
    def named(tensors: tuple[Tensor, ...]) -> str:
        return ", ".join(f"{tensor.name[:40]} {list(tensor.shape)}" for tensor in tensors[:4])

    return f"takes {named(made.inputs)}; gives {named(made.outputs)}"
