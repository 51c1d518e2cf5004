"""Sealed parts as they come, and opened attachments by hash: files that are there durably or not at all.

Knows: directories, digests, bounds. Does not know: who may send what, nor how a part is opened.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
from collections.abc import AsyncIterator
from pathlib import Path

from central.files import make_private_dir, sync_dir, write_durably
from central.refusals import Refused
from central.settings import MAX_PART_BYTES

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SHA256_GLOB = "[0-9a-f]" * 64


def plain_name(text: str) -> str:
    """Return `text` if it may be a file's name; else refuse."""
    if _NAME.fullmatch(text) is None:
        raise Refused(422, "bad_id")
    return text


class PartStore:
    """Sealed parts under `root`/kiosk/submission/part.sha256: the name carries the digest, so nothing can disagree."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / ".incoming"
        self._lock = threading.Lock()
        make_private_dir(self._incoming)
        for left in self._incoming.iterdir():
            left.unlink()

    def find(self, kiosk: str, submission: str, part: str) -> tuple[Path, str] | None:
        """Return the durable part's path and the SHA-256 of its sealed bytes, or None."""
        folder = self._root / plain_name(kiosk) / plain_name(submission)
        for path in folder.glob(f"{plain_name(part)}.{_SHA256_GLOB}"):
            return path, path.name.rpartition(".")[2]
        return None

    async def receive(self, chunks: AsyncIterator[bytes], expected_sha256: str) -> Path:
        """Write the stream to a private temporary file, checking its size and digest as it comes."""
        temporary = self._incoming / secrets.token_hex(12)
        digest, size = hashlib.sha256(), 0
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb", buffering=1024 * 1024) as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > MAX_PART_BYTES:
                        raise Refused(413, "too_large")
                    digest.update(chunk)
                    file.write(chunk)
            if digest.hexdigest() != expected_sha256:
                raise Refused(422, "digest_mismatch")
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return temporary

    def keep(self, temporary: Path, kiosk: str, submission: str, part: str, sha256: str) -> bool:
        """Make a received file durable under its name. False if it was there already; refuses another digest."""
        folder = self._root / plain_name(kiosk) / plain_name(submission)
        try:
            with self._lock:
                if found := self.find(kiosk, submission, part):
                    if found[1] != sha256:
                        raise Refused(422, "part_differs")
                    return False
                with temporary.open("rb") as file:
                    os.fsync(file.fileno())
                self._make_durable_dir(folder)
                temporary.rename(folder / f"{plain_name(part)}.{sha256}")
                sync_dir(folder)
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def _make_durable_dir(self, folder: Path) -> None:
        for each in (folder.parent, folder):
            if not each.is_dir():
                make_private_dir(each)
                sync_dir(each.parent)


class ObjectStore:
    """Opened attachments by the SHA-256 of their plaintext."""

    def __init__(self, root: Path) -> None:
        self._root = root
        make_private_dir(root)

    def _path(self, sha256: str) -> Path:
        if re.fullmatch(r"[0-9a-f]{64}", sha256) is None:
            raise Refused(404, "not_found")
        return self._root / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """Keep `data` durably; return its hash. The same bytes are kept once."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        if not path.exists():
            if not path.parent.is_dir():
                make_private_dir(path.parent)
                sync_dir(self._root)
            write_durably(path, data)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes with this hash, checked; refuses when they are not there or not what they were."""
        try:
            data = self._path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise Refused(404, "not_found") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Refused(500, "object_damaged", sha256)
        return data
