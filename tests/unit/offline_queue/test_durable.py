"""What the kernel says of a file gets a code of ours."""

from __future__ import annotations

import errno
import os
import uuid
from pathlib import Path
from typing import Any

import pytest

from offline_queue import Attachment, Outbox, QueueError, StoreFull
from offline_queue.durable import failure
from offline_queue.locks import take


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "queue.full"), (errno.EDQUOT, "queue.full"), (errno.EROFS, "queue.unwritable"), (errno.EIO, "queue.io")],
)
def test_a_failed_write_has_a_code(number: int, code: str) -> None:
    """Full, forbidden and broken should be told apart, and the place be named for the log."""
    found = failure(OSError(number, "words"), "a part")
    assert (found.code, isinstance(found, StoreFull)) == (code, code == "queue.full")
    assert errno.errorcode[number] in found.detail or isinstance(found, StoreFull)


def test_a_lock_that_cannot_be_made_has_a_code(tmp_path: Path) -> None:
    """A directory that is gone should not come through as the kernel's own exception."""
    with pytest.raises(QueueError) as caught:
        take(tmp_path / "gone" / "lock", exclusive=True, deadline_s=0)
    assert caught.value.code == "queue.io"


def test_a_dead_disk_is_said_once_and_by_name(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tidying up on a disk that refuses everything should not hide what was refused first."""

    def dead(*_: Any) -> None:
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(os, "fsync", dead)
    monkeypatch.setattr(os, "unlink", dead)
    with pytest.raises(QueueError) as caught:
        outbox.put(b"form", [Attachment("p", "image/png", b"x")], service="permit", submission_id=uuid.uuid4())
    assert caught.value.code == "queue.unwritable"
