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
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offline_queue import envelope as env
from offline_queue import wake
from offline_queue.envelope import ContentKey, Header, PartInfo, Recipient, Sign
from offline_queue.errors import Conflict, EnvelopeError, QueueError, StoreFull
from offline_queue.export_format import ExportedItem, ExportedPart, Opening
from offline_queue.exporting import Exported, Load, Progress, write_export
from offline_queue.part_files import PartFiles
from offline_queue.reading import Reading, to_ms
from offline_queue.room import Limits, Room, free_bytes
from offline_queue.rows import Attachment, LinkWait, Put, RowState, Stats, StoreFault, Waiting
from offline_queue.store import COMMIT_UNKNOWN, Store

_LOG = logging.getLogger("offline_queue.outbox")
_REMEMBERED = 1024
_REASON_CHARS = 500
_MAYBE_FULL = {"queue.full", "queue.io", "queue.unwritable"}
"""How a disk without a free byte shows while a store is opened."""

_INSERT = """
    INSERT INTO outbox (seq, id, code, service, submitted_at, parts, sealed_bytes, sha256, envelope, person_tag, nth)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
# Staff may have parked what was under way: the platform has it all the same.
_RELEASE = """
    UPDATE outbox SET state = 1, receipt = ?, envelope = NULL, person_tag = NULL, settled_at = ?, last_reason = ''
    WHERE seq = ? AND state <> 1"""
_PARK = """
    UPDATE outbox SET state = 2, attempts = attempts + 1, last_reason = ?, settled_at = ?
    WHERE seq = ? AND state = 0"""
_RETRY = "UPDATE outbox SET state = 0, settled_at = NULL WHERE seq = ? AND state = 2"
_BLAME = "UPDATE outbox SET attempts = attempts + 1, last_reason = ? WHERE seq = ? AND state = 0"
_HELD = "SELECT seq, envelope FROM outbox WHERE state <> 1 AND seq > ? ORDER BY seq LIMIT 200"
_LINE_CARRIES = "UPDATE agent_state SET reason = '', since = 0, retry_at = 0, not_before = 0, failures = 0"
_LINE_GOOD = f"{_LINE_CARRIES}, last_success_at = ?"
_LINE_DOWN = """
    UPDATE agent_state SET since = CASE WHEN reason = ?1 THEN since ELSE ?2 END, reason = ?1, retry_at = ?3,
                           not_before = ?4, boot = ?5, failures = ?6"""

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


class Outbox(Reading):
    """One store. Thread-safe; reads do not wait for writes."""

    def __init__(
        self,
        directory: Path,
        sealing: Sealing | None,
        limits: Limits,
        room: Room,
        now: Callable[[], dt.datetime],
    ) -> None:
        super().__init__(Store(directory / "outbox.db"))
        self.directory = directory
        self._sealing = sealing
        self._limits = limits
        self._now = now
        self._room = room
        self._files = PartFiles(directory / "parts")
        self._writer = Store(directory / "outbox.db")
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

        Without `sealing` it can read and send, not put. Raises `QueueError`: corrupt, newer_schema, foreign_file,
        not_durable, unwritable, io.
        """
        limits = limits or Limits()
        room = Room(directory, limits, free)
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                outbox = cls(directory, sealing, limits, room, now)
            except QueueError as error:
                # On a full disk SQLite cannot even make its log; what waits must drain all the same.
                if error.code not in _MAYBE_FULL or not room.drop_ballast():
                    raise
                _LOG.error("store does not open (%s): ballast dropped", error.code)
                outbox = cls(directory, sealing, limits, room, now)
            outbox._files.sweep(outbox._named)
        except OSError as error:
            raise QueueError("queue.unwritable", str(error.strerror)) from error
        room.lay_ballast()
        return outbox

    def close(self) -> None:
        """Close the store."""
        self._writer.close()
        self._reader.close()

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
        if (known := self._known(wanted)) is not None:
            return known
        if wanted.least_bytes() > self._limits.max_submission_bytes:
            raise QueueError("queue.too_large", str(wanted.least_bytes()))
        if not self._room.for_new_work():
            raise StoreFull("queue.full", "watermark")
        key = ContentKey.fresh()
        with self._files.putting() if wanted.attachments else nullcontext():
            parts = self._files.write(key, wanted.id, ((a.name, a.media_type, a.data) for a in wanted.attachments))
            try:
                put = self._commit(sealing, wanted, key, parts)
            except BaseException as error:
                if self._surely_absent(wanted.id, error):
                    self._files.delete(wanted.id, parts)
                raise
        if put is None:  # another thread was first with this id
            self._files.delete(wanted.id, parts)
            put = self._known(wanted)
            if put is None:
                raise QueueError("queue.busy", "row vanished")
        wake.tap(self.directory)
        return put

    def _commit(self, sealing: Sealing, wanted: _Submission, key: ContentKey, parts: tuple[PartInfo, ...]) -> Put | None:
        """Mint, seal and insert in one transaction, so that no number is ever lost or used twice. None: the id is taken."""
        with self._writer.transaction() as db:
            raw_id = bytes.fromhex(wanted.id)
            if list(db.execute("SELECT 1 FROM outbox WHERE id = ?", (raw_id,))):
                return None
            last = list(db.execute("SELECT seq, sha256, nth FROM outbox ORDER BY seq DESC LIMIT 1"))
            seq = max(sealing.next_seq, last[0][0] + 1 if last else 0)
            code = sealing.mint_code(seq)
            plain = wanted.form_for(code)
            sealed = env.seal(
                plain,
                key=key,
                recipients=sealing.recipients,
                submission_id=wanted.id,
                kiosk=sealing.kiosk,
                seq=seq,
                code=code,
                service=wanted.service,
                parts=parts,
                prev_hash=last[0][1].hex() if last else env.GENESIS,
                sign=sealing.sign,
            )
            blob = sealed.blob
            digest = hashlib.sha256(blob)
            size = len(blob) + sum(part.size for part in parts)
            submitted = to_ms(self._now())
            who, nth = wanted.person_tag, last[0][2] + 1 if last else 1
            db.execute(
                _INSERT, (seq, raw_id, code, wanted.service, submitted, len(parts), size, digest.digest(), blob, who, nth)
            )
        self._remember(wanted.id, wanted.tag(self._tag_key, plain))
        return Put(wanted.id, seq, code, digest.hexdigest())

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

    def faults(self) -> tuple[StoreFault, ...]:
        """Look for what cannot be: a row that is held whose envelope does not read or whose part file is gone."""
        found: list[StoreFault] = []
        seq = -1
        while held := self._reader.query(_HELD, (seq,)):
            for seq, blob in held:
                try:
                    header = env.parse(blob).header
                except EnvelopeError as error:
                    found.append(StoreFault("queue.envelope_damaged", seq, error.code))
                    continue
                found += [StoreFault("queue.part_missing", seq, p.id) for p in header.parts if not self._whole(header, p)]
        for fault in found:
            _LOG.error("store fault %s at row %d: %s", fault.code, fault.seq, fault.detail)
        return tuple(found)

    # --- staff: whoever calls writes the audit ----

    def retry(self, seq: int) -> bool:
        """Let a parked submission wait again, behind what has not been tried yet; say whether there was one."""
        changed = self._drain((_RETRY, (seq,)))
        if changed:
            wake.tap(self.directory)
        return changed

    def park_by_staff(self, seq: int, reason: str) -> bool:
        """Set a waiting submission aside; say whether there was one. A receipt that is under way still settles it."""
        return self._drain((_PARK, (reason[:_REASON_CHARS], to_ms(self._now()), seq)))

    def stats(self) -> Stats:
        """Return what there is to know at a glance. Walks over what is held, so it is for people and not for a clock."""
        most = self._reader.query("SELECT max(attempts * (state = 0)) FROM outbox WHERE state <> 1")[0][0]
        services = self._reader.query(
            "SELECT service, count(*) FROM outbox WHERE state <> 1 GROUP BY service ORDER BY count(*) DESC, service"
        )
        reasons = Counter(row.last_reason.partition(":")[0] for row in self.every_row(state=RowState.PARKED))
        files = [*self.directory.glob("outbox.db*"), *(self.directory / "parts").iterdir()]
        return Stats(
            counts=self.counts(),
            agent=self.agent_state(),
            held_bytes=self.held_bytes(),
            most_attempts=most or 0,
            services=tuple((name, count) for name, count in services),
            reasons=tuple(reasons.most_common()),
            store_bytes=sum(_size(path) for path in files),
            free_bytes=self._room.free(),
            watermark_bytes=self._limits.watermark_bytes,
            ballast=self._room.has_ballast(),
        )

    def export(self, target: Path, progress: Progress = lambda _done, _total: None) -> Exported:
        """Carry what is held to a new folder below `target`, sealed as it lies, and read it back from there.

        The rows stay as they are. Raises `QueueError`: export.nothing, and as `write_export` does.
        """
        expected = self.held_bytes()
        if not expected:
            raise QueueError("export.nothing")
        kiosk = self._sealing.kiosk if self._sealing is not None else self._kiosk()
        opening = Opening(kiosk, self._now().astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        return write_export(target, opening, self._loads(), expected_bytes=expected, progress=progress)

    def _kiosk(self) -> str:
        """Return whose outbox this is, by the newest envelope that reads."""
        for (blob,) in self._reader.query("SELECT envelope FROM outbox WHERE state <> 1 ORDER BY seq DESC LIMIT 50"):
            try:
                return env.parse(blob).header.kiosk
            except EnvelopeError:
                continue
        return "unknown"

    def _loads(self) -> Iterator[Load | StoreFault]:
        """Yield what is held, one at a time, as an export carries it."""
        for row in self.every_row():
            if row.state is RowState.RECEIVED:
                continue
            blob = self.envelope(row.seq)
            if blob is None:  # received meanwhile
                continue
            try:
                envelope = env.parse(blob)
            except EnvelopeError as error:
                yield StoreFault("queue.envelope_damaged", row.seq, error.code)
                continue
            parts = envelope.header.parts
            yield Load(
                ExportedItem(
                    seq=row.seq,
                    id=row.id,
                    code=row.code,
                    service=row.service,
                    state=row.state.value,
                    sha256=row.sha256,
                    size=len(blob),
                    parts=tuple(ExportedPart(part.sha256, part.size) for part in parts),
                ),
                blob,
                {part.sha256: self._files.path(row.id, part.sha256) for part in parts},
            )

    # --- sending: for the agent alone ----

    def part_path(self, header: Header, part: PartInfo) -> Path | None:
        """Return where a sealed part lies, or None if it is not there in its whole length."""
        return self._files.path(header.id, part.sha256) if self._whole(header, part) else None

    def release(self, item: Waiting, header: Header, receipt: bytes) -> None:
        """Take the platform's verified receipt: row received, line good, durably; then the sealed files go."""
        now = to_ms(self._now())
        self._drain((_RELEASE, (receipt, now, item.seq)), (_LINE_GOOD, (now,)))
        self._files.delete(header.id, header.parts)
        self._room.lay_ballast()

    def park(self, item: Waiting, reason: str, *, line_good: bool = False) -> None:
        """Set a submission aside with the platform's words (or our code). It is never dropped.

        `line_good`: the platform itself refused, so the line carries.
        """
        _LOG.warning("row %d parked: %s", item.seq, reason)
        parked = (_PARK, (reason[:_REASON_CHARS], to_ms(self._now()), item.seq))
        self._drain(parked, *([(_LINE_CARRIES, ())] if line_good else []))

    def link_down(self, wait: LinkWait, blamed: Waiting | None) -> None:
        """Write why and how long the agent waits; `blamed` is the item whose sending broke off, if any."""
        times = to_ms(self._now()), to_ms(wait.retry_at), int(wait.not_before_s * 1000)
        changes: list[tuple[str, tuple[Any, ...]]] = [(_LINE_DOWN, (wait.reason, *times, wait.boot, wait.failures))]
        if blamed is not None:
            changes.append((_BLAME, (wait.reason[:_REASON_CHARS], blamed.seq)))
        self._drain(*changes)

    # --- inside ----

    def _drain(self, *changes: tuple[str, tuple[Any, ...]]) -> bool:
        """Write for work that is held already: on a full disk the ballast goes first, because draining makes room.

        Say whether the first change found its row.
        """
        try:
            return self._write(changes)
        except StoreFull:
            if not self._room.drop_ballast():
                raise
            _LOG.error("disk full: ballast dropped")
            return self._write(changes)

    def _write(self, changes: Sequence[tuple[str, tuple[Any, ...]]]) -> bool:
        with self._writer.transaction() as db:
            found = 0
            for number, (sql, values) in enumerate(changes):
                db.execute(sql, values)
                found = found if number else db.changes()
        return bool(found)

    def _whole(self, header: Header, part: PartInfo) -> bool:
        try:
            return self._files.path(header.id, part.sha256).stat().st_size == part.size
        except OSError:
            return False

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
        """Return a keyed hash of everything."""
        mac = hmac.new(key, digestmod="sha256")
        texts = (self.service.encode(), form)
        for text in (*texts, *(t for a in self.attachments for t in (a.name.encode(), a.media_type.encode(), a.data))):
            mac.update(len(text).to_bytes(8, "big"))
            mac.update(text)
        return mac.digest()

    def has_shape_of(self, kept: env.Envelope, code: str) -> bool:
        """Say whether this could be what was sealed: nothing more can be known without the platform's key."""
        if len(self.form_for(code)) + env.TAG_BYTES != len(kept.body):
            return False
        mine = [(a.name, a.media_type, env.sealed_part_bytes(len(a.data))) for a in self.attachments]
        return mine == [(part.id, part.media_type, part.size) for part in kept.header.parts]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # released meanwhile
        return 0


def _hex_id(value: uuid.UUID | str) -> str:
    try:
        return (value if isinstance(value, uuid.UUID) else uuid.UUID(value)).hex
    except ValueError as error:
        raise QueueError("queue.bad_id") from error
