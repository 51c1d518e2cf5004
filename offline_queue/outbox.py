"""The outbox: `put` returns when a submission is sealed and on stable storage, and never otherwise.

Knows: ids, sequence numbers, states, sealed parts and the order in which they become durable. Does not know: the network, or
what a form says. Several processes may open the same directory: one puts, one sends, anybody reads.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
import os
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.poly1305 import Poly1305

from offline_queue import envelope as env
from offline_queue import inspection, salvage, wake
from offline_queue.appending import Appender, Content
from offline_queue.envelope import ContentKey, PartInfo, Recipient, Sign
from offline_queue.errors import Conflict, EnvelopeError, QueueError, StoreFull, StoreSalvaged
from offline_queue.locks import take
from offline_queue.part_files import PartFiles
from offline_queue.reading import to_ms
from offline_queue.room import Limits, Room, free_bytes
from offline_queue.rows import Attachment, Put, Row, RowState, StoreFault
from offline_queue.settling import Change
from offline_queue.staff import Staff
from offline_queue.store import COMMIT_UNKNOWN, Store

_LOG = logging.getLogger("offline_queue.outbox")
_REMEMBERED = 1024
_FAULTS_RETURNED = 1000
_PARKED_AT_ONCE = 256
"""Rows found damaged that are parked in one transaction: a store damaged everywhere costs few fsyncs."""
"""The rest is in the log, and on each row that was parked."""
_USE_LOCK = "use.lock"
"""Shared by all who have the store open; whoever sets a broken one aside has to be alone."""
_USE_DEADLINE_S = 15.0
_CHECKED_AT_OPEN_BYTES = 16 * 1024 * 1024
"""A larger store would keep the screen waiting: the agent's `verify` checks it."""
_MAYBE_FULL = {"queue.full", "queue.io", "queue.unwritable"}
"""How a disk without a free byte shows while a store is opened."""

Form = bytes | Callable[[str], bytes]
"""The form's bytes, or how to write them once the case code is known."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """What putting needs: who this terminal is, whom it seals to, and how it signs and numbers."""

    kiosk: str
    recipients: tuple[Recipient, ...]
    sign: Sign
    mint_code: Callable[[int], str]
    """mint_code(seq) -> the human case code."""
    next_seq: int = 1
    """The first number that was free at enrolment; the store goes on from the higher of this and its own."""


def _utc_now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


class Outbox(Staff):
    """One store. Thread-safe; reads do not wait for writes."""

    def __init__(
        self,
        directory: Path,
        sealing: Sealing | None,
        limits: Limits,
        room: Room,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._use = take(directory / _USE_LOCK, exclusive=False, deadline_s=_USE_DEADLINE_S)
        try:
            reader = Store(directory / "outbox.db")
            try:
                writer = Store(directory / "outbox.db")
            except BaseException:
                reader.close()
                raise
        except BaseException:
            os.close(self._use)
            raise
        super().__init__(directory, reader, writer, files=PartFiles(directory / "parts"), room=room, now=now)
        self._sealing = sealing
        self._own_number = sealing.kiosk if sealing is not None else None
        self._limits = limits
        self._appender = Appender(self._writer, sealing.next_seq if sealing is not None else 1)
        self._tap = wake.Tap(directory)
        self._tag_key = os.urandom(32)
        self._tags: OrderedDict[str, bytes] = OrderedDict()

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        sealing: Sealing | None = None,
        limits: Limits | None = None,
        free: Callable[[Path], int] = free_bytes,
        now: Callable[[], dt.datetime] = _utc_now,
    ) -> Outbox:
        """Open or create the store in `directory`; remove files that no row names; lay the ballast.

        Without `sealing` it can read and send, not put. A store whose pages are damaged is set aside and what opens of it
        brought into a fresh one, which can be sent from; putting goes on when a person has seen it (`accept_salvage`).
        Raises `StoreSalvaged`, and `QueueError`: corrupt (and somebody else has it open), newer_schema, foreign_file,
        not_durable, unwritable, io.
        """
        limits = limits or Limits()
        room = Room(directory, limits, free)
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if salvage.is_due(directory):
                _salvage(directory)
            if sealing is not None and (found := salvage.notice(directory)) is not None:
                raise StoreSalvaged("queue.salvaged", found.aside)
            file = salvage.file_of(directory)
            try:
                outbox = cls(directory, sealing, limits, room, now)
                outbox._look_around()
            except QueueError as error:
                if error.code == "queue.corrupt":
                    salvage.plan(directory, error.detail, found_in=file)
                    _salvage(directory)
                    if sealing is not None:
                        raise StoreSalvaged("queue.salvaged", error.detail) from error
                # On a full disk SQLite cannot even make its log; what waits must drain all the same.
                elif error.code not in _MAYBE_FULL or not room.drop_ballast():
                    raise
                else:
                    _LOG.error("store does not open (%s): ballast dropped", error.code)
                outbox = cls(directory, sealing, limits, room, now)
                outbox._look_around()
        except OSError as error:
            raise QueueError("queue.unwritable", str(error.strerror)) from error
        room.lay_ballast()
        return outbox

    def close(self) -> None:
        """Close the store."""
        self._writer.close()
        self._reader.close()
        self._tap.close()
        if self._use >= 0:
            os.close(self._use)
            self._use = -1

    # --- putting ----

    def has_room(self) -> bool:
        """Say whether a submission of the largest size would fit: to be asked before the citizen's first question."""
        return self._room.for_new_work()

    def put(
        self,
        form: Form,
        attachments: Sequence[Attachment],
        *,
        service: str,
        submission_id: uuid.UUID | str,
        person_tag: bytes | None = None,
    ) -> Put:
        """Seal and keep a submission; it is on stable storage when this returns.

        `person_tag` (16 to 64 bytes) is what `held_by` finds it by until the city has it; how it is made is the caller's.

        The same id again returns the first answer; with other content it raises `Conflict` "queue.conflict". (Content is
        compared by a keyed hash in this process' memory; after a restart by service, sizes and media types, since nothing
        on disk may help to guess what was handed in.) Raises `StoreFull`, and `QueueError` for everything else; then
        nothing was promised, and putting the same again is safe.
        """
        sealing = self._sealing
        if sealing is None:
            raise QueueError("queue.no_sealing")
        if person_tag is not None and not 16 <= len(person_tag) <= 64:
            raise QueueError("queue.bad_tag", str(len(person_tag)))
        wanted = _Submission(_hex_id(submission_id), form, tuple(attachments), service, person_tag)
        refusal = self._refusal(wanted)
        # Without files to write first, the inserting transaction itself finds an id that is taken.
        if (refusal or wanted.attachments) and (known := self._known(wanted)) is not None:
            return known
        if refusal is not None:
            raise refusal
        key = ContentKey.fresh()
        with self._files.putting() if wanted.attachments else nullcontext():
            parts: tuple[PartInfo, ...] = ()
            if wanted.attachments:
                parts = self._files.write(key, wanted.id, ((a.name, a.media_type, a.data) for a in wanted.attachments))
            try:
                put = self._append(sealing, wanted, key, parts)
            except BaseException as error:
                if parts and self._surely_absent(wanted.id, error):
                    self._files.delete(wanted.id, parts)
                raise
        if put is None:  # another put was first with this id
            self._files.delete(wanted.id, parts)
            put = self._known(wanted)
            if put is None:
                raise QueueError("queue.busy", "row vanished")
            return put
        self._tap.wake()
        return put

    def _refusal(self, wanted: _Submission) -> QueueError | None:
        if salvage.is_due(self.directory):
            return QueueError("queue.corrupt", "to be set aside")
        if (size := wanted.least_bytes()) > self._limits.max_submission_bytes:
            return QueueError("queue.too_large", str(size))
        if not self._room.for_new_work():
            return StoreFull("queue.full", "watermark")
        return None

    def _append(self, sealing: Sealing, wanted: _Submission, key: ContentKey, parts: tuple[PartInfo, ...]) -> Put | None:
        """Mint, seal and insert in one transaction, so that no number is ever lost or used twice. None: the id is taken."""
        wrapped = env.wrap(key, wanted.id, sealing.recipients)  # before the turn at the store, so that nobody waits for it
        tags: list[bytes] = []

        def make(seq: int, before: bytes | None) -> Content:
            code = sealing.mint_code(seq)
            plain = wanted.form_for(code)
            sealed = env.seal(
                plain,
                key=key,
                recipients=wrapped,
                submission_id=wanted.id,
                kiosk=sealing.kiosk,
                seq=seq,
                code=code,
                service=wanted.service,
                parts=parts,
                prev_hash=before.hex() if before else env.GENESIS,
                sign=sealing.sign,
            )
            blob = sealed.blob
            tags.append(wanted.tag(self._tag_key, plain))
            return Content(
                code=code,
                service=wanted.service,
                submitted_at=to_ms(self._now()),
                parts=len(parts),
                sealed_bytes=len(blob) + sum(part.size for part in parts),
                sha256=hashlib.sha256(blob).digest(),
                envelope=blob,
                person_tag=wanted.person_tag,
            )

        appended = self._appender.append(bytes.fromhex(wanted.id), make)
        if appended is None:
            return None
        seq, content = appended
        self._remember(wanted.id, tags[-1])
        return Put(wanted.id, seq, content.code, content.sha256.hex())

    def _surely_absent(self, submission_id: str, error: BaseException) -> bool:
        """Say whether the row certainly does not name the files; if in doubt the next start's sweep decides."""
        if isinstance(error, QueueError) and error.code == COMMIT_UNKNOWN:
            return False
        try:
            return not self._reader.query("SELECT 1 FROM outbox WHERE id = ?", (bytes.fromhex(submission_id),))
        except QueueError:
            return False

    def _known(self, wanted: _Submission) -> Put | None:
        found = self._reader.query(
            "SELECT seq, code, service, sha256, envelope FROM outbox WHERE id = ?", (bytes.fromhex(wanted.id),)
        )
        if not found:
            return None
        seq, code, service, digest, blob = found[0]
        same = service == wanted.service
        if (tag := self._tags.get(wanted.id)) is not None:
            same = same and hmac.compare_digest(tag, wanted.tag(self._tag_key, wanted.form_for(code)))
        elif blob is not None:
            same = same and wanted.has_shape_of(env.parse(blob), code)
        if not same:
            raise Conflict("queue.conflict", wanted.id)
        return Put(wanted.id, seq, code, digest.hex())

    def _remember(self, submission_id: str, tag: bytes) -> None:
        self._tags[submission_id] = tag
        while len(self._tags) > _REMEMBERED:
            self._tags.popitem(last=False)

    # --- faults ----

    def verify(self, beat: Callable[[], None] = lambda: None) -> tuple[StoreFault, ...]:
        """Read everything: pages, rows, chain, part files. Waiting rows that are damaged are parked with their code.

        For the agent, at start and once a day. However much there is, memory stays small; `beat` is called all the while
        and may raise to break off. Returns the first thousand faults. Raises `QueueError` "queue.corrupt" if pages are
        damaged: the next start without anybody else sets the store aside.
        """
        if wrong := self._reader.check(indexes=True, beat=beat):
            salvage.plan(self.directory, wrong, found_in=salvage.file_of(self.directory))
            raise QueueError("queue.corrupt", wrong)
        found: list[StoreFault] = []
        damaged: list[Change] = []
        try:
            for fault in self._row_faults(lambda path: inspection.digest_of(path, lambda _count: beat()), beat):
                _tell(fault)
                if len(found) < _FAULTS_RETURNED:
                    found.append(fault)
                if fault.code != inspection.CHAIN:
                    damaged.append(self._parked(fault.seq, f"{fault.code}: {fault.detail}"))
                if len(damaged) >= _PARKED_AT_ONCE:
                    self._drain(*damaged)
                    damaged.clear()
        finally:  # whoever breaks off has seen these all the same
            if damaged:
                self._drain(*damaged)
        return tuple(found)

    def faults(self) -> tuple[StoreFault, ...]:
        """Look for what cannot be: a row that is held whose envelope is not its own or whose part file is not whole."""
        found = tuple(self._row_faults(None, lambda: None))
        for fault in found:
            _tell(fault)
        return found

    def _row_faults(self, digest: inspection.Digest | None, beat: Callable[[], None]) -> Iterator[StoreFault]:
        """Yield what is wrong with the rows that are held; `digest` reads part files too."""
        before: Row | None = None
        for row in self.every_row():
            beat()
            # Rows that were lost in a salvage leave a gap in the numbers; across it nothing can be said of the chain.
            link = before.sha256 if before is not None and before.seq == row.seq - 1 else None
            before = row
            blob = self.envelope(row.seq) if row.state is not RowState.RECEIVED else None
            if blob is None:
                continue
            envelope = inspection.opened(row, blob)
            if isinstance(envelope, StoreFault):
                yield envelope
                continue
            yield from inspection.of_row(row, envelope, link)
            for fault in inspection.of_parts(row, envelope.header, self.part_path, digest):
                if self.envelope(row.seq) is not None:  # else received meanwhile
                    yield fault

    def salvaged(self) -> salvage.Salvaged | None:
        """Return what was saved of a damaged store, while no person has seen it."""
        return salvage.notice(self.directory)

    def accept_salvage(self) -> bool:
        """A person has seen what was salvaged: putting may go on from the next start. Say whether there was a notice."""
        return salvage.accept(self.directory)

    # --- inside ----

    def _look_around(self) -> None:
        """Check the pages of a store that is small enough to be checked at once; remove files that no row names."""
        try:
            small = (self.directory / "outbox.db").stat().st_size <= _CHECKED_AT_OPEN_BYTES
            if small and (wrong := self._reader.check()):
                raise QueueError("queue.corrupt", wrong)
            self._files.sweep(self._named)
        except BaseException:
            self.close()
            raise

    def _named(self, submission_id: str) -> frozenset[str] | None:
        try:
            raw_id = bytes.fromhex(submission_id)
        except ValueError:
            return frozenset()
        found = self._reader.query("SELECT envelope FROM outbox WHERE id = ? AND state <> 1", (raw_id,))
        if not found:
            return frozenset()
        try:
            return frozenset(part.sha256 for part in env.parse(found[0][0]).header.parts)
        except EnvelopeError:
            return None  # a damaged row may have meant any of them


@dataclass(frozen=True, slots=True)
class _Submission:
    """What the caller of `put` wants kept."""

    id: str
    form: Form
    attachments: tuple[Attachment, ...]
    service: str
    person_tag: bytes | None

    def form_for(self, code: str) -> bytes:
        return self.form if isinstance(self.form, bytes) else self.form(code)

    def least_bytes(self) -> int:
        known = len(self.form) if isinstance(self.form, bytes) else 0
        return known + sum(len(one.data) for one in self.attachments)

    def tag(self, key: bytes, form: bytes) -> bytes:
        """Return a keyed hash of everything. Attachments, which may be large, come in by one-time authenticators."""
        mac = hashlib.blake2b(form, key=key, digest_size=32)
        mac.update(f"{len(form)} {self.service}".encode())
        for number, one in enumerate(self.attachments):
            once = hashlib.blake2b(f"{self.id} {number}".encode(), key=key, digest_size=32).digest()
            mac.update(Poly1305.generate_tag(once, one.data))
            mac.update(f"{len(one.data)} {one.name} {one.media_type}".encode())
        return mac.digest()

    def has_shape_of(self, kept: env.Envelope, code: str) -> bool:
        """Say whether this could be what was sealed: nothing more can be known without the platform's key."""
        if len(self.form_for(code)) + env.TAG_BYTES != len(kept.body):
            return False
        mine = [(a.name, a.media_type, env.sealed_part_bytes(len(a.data))) for a in self.attachments]
        return mine == [(part.id, part.media_type, part.size) for part in kept.header.parts]


def _salvage(directory: Path) -> None:
    """Do the salvage that is due. Raises `QueueError` "queue.corrupt" while somebody else has the store open."""
    try:
        alone = take(directory / _USE_LOCK, exclusive=True, deadline_s=0)
    except QueueError as error:
        raise QueueError("queue.corrupt", "in use elsewhere") from error
    try:
        if not salvage.is_due(directory):  # whoever was alone before us has done it
            return
        done = salvage.salvage(directory)
    finally:
        os.close(alone)
    _LOG.error("store set aside in %s (%s): %d rows saved", done.aside, done.reason, done.rows)


def _tell(fault: StoreFault) -> None:
    _LOG.error("store fault %s at row %d: %s", fault.code, fault.seq, fault.detail)


def _hex_id(value: uuid.UUID | str) -> str:
    try:
        return (value if isinstance(value, uuid.UUID) else uuid.UUID(value)).hex
    except ValueError as error:
        raise QueueError("queue.bad_id") from error
