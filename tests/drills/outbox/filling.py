"""A terminal on a disk of its own that it fills to the last byte and then drains. Run by `full_disk`; prints JSON."""

from __future__ import annotations

import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

from offline_queue import Attachment, Limits, Outbox, StoreFull
from offline_queue import envelope as env
from tests.drills.outbox import terminal

_LIMITS = Limits(2**20, 2**21)
_FORM, _PAGE = os.urandom(2000), Attachment("page", "image/png", os.urandom(30_000))


def main() -> None:
    """Fill, count, drain."""
    directory, restarts = Path(sys.argv[1]) / "outbox", sys.argv[2] == "restarted"
    told: dict[str, Any] = {}
    outbox = Outbox.open(directory, sealing=terminal.sealing(), limits=_LIMITS)
    told["watermark"], kept = _fill_up(outbox)
    outbox.close()
    outbox = Outbox.open(directory, sealing=terminal.sealing(), limits=_LIMITS, free=lambda _directory: 2**40)
    told["full"], more = _fill_up(outbox)
    told["kept"], told["waiting"] = kept + more, outbox.counts().waiting
    told["faults"] = len(outbox.faults())
    if restarts:
        outbox.close()
    _write_to_the_last_byte(directory.parent)
    told["free"] = os.statvfs(directory).f_bavail
    if restarts:
        outbox = Outbox.open(directory)
    while (item := outbox.next_waiting()) is not None:
        outbox.release(item, env.parse(item.blob).header, b"{}")
    counts = outbox.counts()
    told["drained"] = [counts.waiting, counts.received, len(list((directory / "parts").iterdir()))]
    print(json.dumps(told))


def _fill_up(outbox: Outbox) -> tuple[str, int]:
    """Put until it is refused; return why, and how many went in."""
    kept = 0
    try:
        while True:
            outbox.put(_FORM, [_PAGE], service="permit", submission_id=uuid.uuid4())
            kept += 1
    except StoreFull as error:
        return str(error), kept


def _write_to_the_last_byte(folder: Path) -> None:
    handle = os.open(folder / "rubbish", os.O_WRONLY | os.O_CREAT)
    try:
        for size in (65536, 4096, 1):
            try:
                while os.write(handle, bytes(size)):
                    pass
            except OSError:
                continue
    finally:
        os.close(handle)


if __name__ == "__main__":
    main()
