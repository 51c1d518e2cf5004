"""One errand in a process of its own, with little memory and time: reading a page, taking a file in, trying a network.

Knows: the errands, the limits of the process. Does not know: who asked. One request comes on standard input, answers go to
standard output (`wire`), then the process ends and everything that it saw is gone with it.

Requests: `import` {source, room, photo} with the file; `read` {today, labels} with a page as JPEG; `network` {} with an ONNX
file. Answers: `page` {page, notes} with its pictures, `lines` {turned, lines, kind, fields}, `runs` {}, `refused` {reason},
and last of all `done`.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterator

from kiosk.documents.wire import Message, Unpacker, packed

_PR_SET_PDEATHSIG = 1
MIB = 1024 * 1024
LIMITS = {"import": 400 * MIB, "read": 1400 * MIB, "network": 1000 * MIB}
"""Address space in bytes: more than what is ever resident."""
_CPU_S = {"import": 40, "read": 60, "network": 8}
_OPEN_FILES = 64


def main() -> int:
    """Do the one errand that stands on standard input."""
    os.nice(10)  # the screen and the camera come first
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out, errand = os.fdopen(os.dup(1), "wb"), sys.argv[1]
    os.dup2(2, 1)  # a library that prints must not speak in between
    resource.setrlimit(resource.RLIMIT_AS, (LIMITS[errand], LIMITS[errand]))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S[errand], _CPU_S[errand]))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    ((request, blob),) = Unpacker().feed(sys.stdin.buffer.read())
    for answer, pictures in _done(errand, request, blob):
        out.write(packed(answer, pictures))
    out.write(packed({"ev": "done"}))
    out.flush()
    return 0


def _done(errand: str, request: Message, blob: bytes) -> Iterator[tuple[Message, bytes]]:
    if errand == "import":
        yield from _import(request, blob)
    elif errand == "network":
        yield _try(blob), b""
    else:
        yield _read(request, blob), b""


def _import(request: Message, blob: bytes) -> Iterator[tuple[Message, bytes]]:
    from kiosk.documents.importing import Refusal, Refused, Wanted, pages_of
    from kiosk.documents.page_wire import packed_page

    answers: list[tuple[Message, bytes]] = []
    try:
        for page, notes in pages_of(blob, Wanted(request["source"], int(request["room"]), bool(request["photo"]))):
            said, pictures = packed_page(page)
            answers.append(({"ev": "page", "page": said, "notes": [str(note) for note in notes]}, pictures))
    except Refused as error:
        answers = [({"ev": "refused", "reason": str(error.reason)}, b"")]  # a file is taken whole or not at all
    except MemoryError:
        answers = [({"ev": "refused", "reason": str(Refusal.BOMB)}, b"")]
    yield from answers


def _try(blob: bytes) -> Message:
    import cv2

    from kiosk.documents.corner_network import CornerNetwork
    from kiosk.documents.network_file import NetworkRefused

    cv2.setNumThreads(1)
    try:
        CornerNetwork(blob)
    except NetworkRefused as error:
        return {"ev": "refused", "reason": error.code}
    return {"ev": "runs"}


def _read(request: Message, blob: bytes) -> Message:
    import datetime as dt

    import cv2
    import numpy as np

    from kiosk.documents.fields import understand
    from kiosk.documents.ocr import Ocr, turned_back
    from kiosk.documents.ocr_models import ModelsMissing, find

    cv2.setNumThreads(1)
    try:
        models = find()
    except ModelsMissing as error:
        return {"ev": "refused", "reason": error.code}
    page = cv2.imdecode(np.frombuffer(blob, np.uint8), cv2.IMREAD_COLOR)
    if page is None:
        return {"ev": "refused", "reason": "reading.no_picture"}
    turned, upright = Ocr(models).read_upright(page)
    lines = [turned_back(line, turned, page.shape[1], page.shape[0]) for line in upright]
    reading = understand(upright, dt.date.fromisoformat(request["today"]), request["labels"])
    return {
        "ev": "lines",
        "turned": turned,
        "lines": [[line.text, line.box, line.sure] for line in lines],
        "kind": str(reading.kind),
        "fields": {key: [each.value, each.sure, each.checked] for key, each in reading.fields.items()},
    }


if __name__ == "__main__":
    sys.exit(main())
