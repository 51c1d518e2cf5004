"""Sealed parts as they come, and opened attachments by hash: files that are there durably or not at all.

Knows: directories, digests, bounds, how long what nobody claims is kept. Does not know: who may send what, how a part is
opened, what was accepted (it asks).
"""

from __future__ import annotations

import contextlib
import enum
import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from central.files import make_private_dir, sync_dir, write_durably
from central.refusals import Refused
from central.settings import MAX_PART_BYTES

MAX_UNFINISHED = 64
"""Uploads that one terminal may have begun and not finished. It sends one at a time; the longest untouched goes first."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_KIOSK = re.compile(r"[0-9A-Z]{4}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_UNFINISHED = re.compile(
    rf"({_KIOSK.pattern})\.({_ID.pattern})\.({_NAME.pattern})\.({_SHA256.pattern})\.(\d{{1,10}})", re.ASCII
)
_SHA256_GLOB = "[0-9a-f]" * 64
_PIECE_BYTES = 1024 * 1024
_ASKED_AT_ONCE = 500


class Claim(enum.Enum):
    """What the record says of the sealed parts of a submission."""

    NONE = "none"
    """It has not come, or not yet."""
    SETTLED = "settled"
    """It was accepted, and every attachment of it is here opened: nobody needs them sealed."""
    DOUBTFUL = "doubtful"
    """It was accepted, and an attachment is not here as it should be."""


@dataclass(frozen=True, slots=True)
class PartName:
    """Which part of which terminal's submission. Refuses 422 `bad_id`: the names become files' names."""

    kiosk: str
    submission: str
    part: str

    def __post_init__(self) -> None:
        plain = _KIOSK.fullmatch(self.kiosk) and _ID.fullmatch(self.submission) and _NAME.fullmatch(self.part)
        if plain is None:
            raise Refused(422, "bad_id")


@dataclass(frozen=True, slots=True)
class Upload:
    """A part on its way, or arrived: `offset` of `size` sealed bytes are here."""

    name: PartName
    sha256: str
    size: int
    offset: int

    @property
    def complete(self) -> bool:
        """Nothing is missing."""
        return self.offset == self.size


class PartStore:
    """Sealed parts under `root`/kiosk/submission/part.sha256: the name carries the digest, so nothing can disagree.

    What has not arrived whole lies in `root`/.incoming under a name that says what it will be; its length is its offset.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / ".incoming"
        self._lock = threading.Lock()
        self._begun: dict[PartName, tuple[str, int]] = {}
        make_private_dir(self._incoming)
        for entry in sorted(os.scandir(self._incoming), key=lambda entry: entry.stat().st_mtime):
            if match := _UNFINISHED.fullmatch(entry.name):
                self._begun[PartName(*match.group(1, 2, 3))] = (match[4], int(match[5]))
            else:
                Path(entry.path).unlink()

    # --- parts that are here ---

    def find(self, name: PartName) -> tuple[Path, str] | None:
        """Return the durable part's path and the SHA-256 of its sealed bytes, or None."""
        for path in self._folder(name).glob(f"{name.part}.{_SHA256_GLOB}"):
            if len(path.name) == len(name.part) + 65:
                return path, path.name.rpartition(".")[2]
        return None

    def adopt(self, name: PartName, sha256: str, data: Path) -> None:
        """Take a whole part from a file, as an export brings it. Refuses 460 `digest_mismatch`, 422 `part_differs`."""
        if self.find(name) is not None:
            return
        upload = self.begin(name, sha256, data.stat().st_size)
        with data.open("rb") as source, self.path(upload).open("r+b") as target:
            target.truncate(0)
            while piece := source.read(_PIECE_BYTES):
                target.write(piece)
        self.finish(Upload(name, sha256, upload.size, upload.size))

    # --- parts on their way ---

    def begin(self, name: PartName, sha256: str, size: int) -> Upload:
        """Begin an upload, or find the one that was begun. Refuses 413 `too_large`, 422 `bad_digest` `part_differs`."""
        if _SHA256.fullmatch(sha256) is None:
            raise Refused(422, "bad_digest")
        if not 0 < size <= MAX_PART_BYTES:
            raise Refused(413, "too_large")
        with self._lock:
            if found := self._stored(name):
                if (found.sha256, found.size) != (sha256, size):
                    raise Refused(422, "part_differs")
                os.utime(self._folder(name))  # somebody still cares: the sweep's clock starts anew
                return found
            begun = self._begun.get(name)
            if begun is not None and begun != (sha256, size):
                self._drop(name)
                begun = None
            if begun is None:
                self._make_way(name.kiosk)
                self._begun[name] = (sha256, size)
                self._path(name, sha256, size).touch(mode=0o600)
            return self._upload(name, sha256, size)

    def upload(self, name: PartName) -> Upload | None:
        """Return what is here of a part; None if nobody began it."""
        with self._lock:
            if begun := self._begun.get(name):
                return self._upload(name, *begun)
            return self._stored(name)

    def path(self, upload: Upload) -> Path:
        """Return the file of an unfinished upload, to be appended to by whoever has its turn."""
        return self._path(upload.name, upload.sha256, upload.size)

    def keep(self, upload: Upload) -> None:
        """Make what arrived of an unfinished upload durable, its name included."""
        _sync_file(self.path(upload))
        sync_dir(self._incoming)

    def finish(self, upload: Upload) -> None:
        """Check a whole upload and make it durable as a part; refuses 460 `digest_mismatch` and forgets what came."""
        path = self.path(upload)
        digest = hashlib.sha256()
        for piece in pieces(path):
            digest.update(piece)
        with self._lock:
            if digest.hexdigest() != upload.sha256 or path.stat().st_size != upload.size:
                self._drop(upload.name)
                raise Refused(460, "digest_mismatch")
            _sync_file(path)
            folder = self._folder(upload.name)
            self._make_durable_dir(folder)
            path.rename(folder / f"{upload.name.part}.{upload.sha256}")
            sync_dir(folder)
            self._begun.pop(upload.name, None)

    def settle(self, upload: Upload) -> None:
        """Finish what came whole and was not made a part yet: a process may end between the two. Refuses as `finish`."""
        if upload.complete and upload.name in self._begun:
            self.finish(upload)

    def discard(self, kiosk: str, submission_id: str) -> int:
        """Remove the sealed parts of a submission; return how many there were."""
        with self._lock:
            return self._discard(self._root / kiosk / submission_id)

    def sweep(self, before: float, claimed: Callable[[str, str], Claim]) -> int:
        """Remove what is settled, and what was last touched before `before` (seconds since 1970) and nobody claims.

        Return how many files. Nothing is lost by it: a terminal that comes back is told to begin anew, that parts are
        missing, or that all is here.
        """
        removed = 0
        with self._lock:
            for name, begun in list(self._begun.items()):
                if self._path(name, *begun).stat().st_mtime < before:
                    self._drop(name)
                    removed += 1
        for kiosk in (each for each in os.scandir(self._root) if _KIOSK.fullmatch(each.name)):
            for entry in list(os.scandir(kiosk.path)):
                claim = claimed(kiosk.name, entry.name)
                if claim is Claim.SETTLED or (claim is Claim.NONE and entry.stat().st_mtime < before):
                    removed += self.discard(kiosk.name, entry.name)
        return removed

    # --- inside ---

    def _discard(self, folder: Path) -> int:
        count = 0
        with contextlib.suppress(FileNotFoundError):
            for path in folder.iterdir():
                path.unlink()
                count += 1
            folder.rmdir()
        return count

    def _folder(self, name: PartName) -> Path:
        return self._root / name.kiosk / name.submission

    def _path(self, name: PartName, sha256: str, size: int) -> Path:
        return self._incoming / f"{name.kiosk}.{name.submission}.{name.part}.{sha256}.{size}"

    def _stored(self, name: PartName) -> Upload | None:
        if (found := self.find(name)) is None:
            return None
        size = found[0].stat().st_size
        return Upload(name, found[1], size, size)

    def _upload(self, name: PartName, sha256: str, size: int) -> Upload:
        return Upload(name, sha256, size, self._path(name, sha256, size).stat().st_size)

    def _drop(self, name: PartName) -> None:
        sha256, size = self._begun.pop(name)
        self._path(name, sha256, size).unlink(missing_ok=True)

    def _make_way(self, kiosk: str) -> None:
        mine = [name for name in self._begun if name.kiosk == kiosk]
        for name in mine[: max(0, len(mine) - MAX_UNFINISHED + 1)]:
            self._drop(name)

    def _make_durable_dir(self, folder: Path) -> None:
        for each in (folder.parent, folder):
            if not each.is_dir():
                make_private_dir(each)
                sync_dir(each.parent)


def pieces(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


class ObjectStore:
    """Opened attachments by the SHA-256 of their plaintext."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        make_private_dir(root)

    def _path(self, sha256: str) -> Path:
        if _SHA256.fullmatch(sha256) is None:
            raise Refused(404, "not_found")
        return self._root / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """Keep `data` durably; return its hash. The same bytes are kept once."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        if not self._touched(path):
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

    def sweep(self, before: float, referenced: Callable[[list[str]], set[str]]) -> int:
        """Remove what no case refers to and was put last before `before`: its submission was never accepted."""
        removed = 0
        for folder in (each for each in os.scandir(self._root) if each.is_dir()):
            old = [each.name for each in os.scandir(folder.path) if each.stat().st_mtime < before]
            for at in range(0, len(old), _ASKED_AT_ONCE):
                asked = old[at : at + _ASKED_AT_ONCE]
                for name in sorted(set(asked) - referenced(asked)):
                    removed += self._removed(Path(folder.path) / name, before)
        return removed

    def _touched(self, path: Path) -> bool:
        """Say whether it is here; if so the sweep's clock starts anew, before somebody refers to it."""
        with self._lock, contextlib.suppress(FileNotFoundError):
            os.utime(path)
            return True
        return False

    def _removed(self, path: Path, before: float) -> bool:
        with self._lock:
            if path.stat().st_mtime >= before:  # put again meanwhile
                return False
            path.unlink()
            return True
