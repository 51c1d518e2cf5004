"""Somebody with root changes the store while nobody looks: it is noticed, what was changed is parked, the rest goes on.

Rows and part files are flipped, cut, swapped and replayed where they lie, and bytes of the database file at random.
"""

from __future__ import annotations

import random
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import apsw

from offline_queue import Outbox, QueueError, RowState, salvage
from offline_queue import envelope as env
from tests.drills.outbox import terminal
from tests.drills.outbox.outcomes import Outcome, scaled

TRIALS = 20
RAW_TRIALS = 150
_ROWS = 12

Tamper = Callable[[Path, random.Random], set[int]]
"""Changes a store and returns the numbers of the rows that are not what they were."""


def _sql(statement: str) -> Tamper:
    """Change two rows, `?1` and `?2`; the first is the victim."""

    def tamper(place: Path, rng: random.Random) -> set[int]:
        victim, other = rng.sample(range(1, _ROWS + 1), 2)
        database = apsw.Connection(str(place / "outbox.db"))
        database.execute(statement, (victim, other))
        database.close()
        return {victim}

    return tamper


def _flip_row(place: Path, rng: random.Random) -> set[int]:
    victim = rng.randrange(1, _ROWS + 1)
    database = apsw.Connection(str(place / "outbox.db"))
    ((envelope,),) = database.execute("SELECT envelope FROM outbox WHERE seq = ?", (victim,))
    flipped = bytearray(envelope)
    flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)  # another byte, whatever it was
    database.execute("UPDATE outbox SET envelope = ? WHERE seq = ?", (bytes(flipped), victim))
    database.close()
    return {victim}


def _swap_rows(place: Path, rng: random.Random) -> set[int]:
    one, two = rng.sample(range(1, _ROWS + 1), 2)
    database = apsw.Connection(str(place / "outbox.db"))
    ((first, second),) = database.execute(
        "SELECT (SELECT envelope FROM outbox WHERE seq = ?), (SELECT envelope FROM outbox WHERE seq = ?)", (one, two)
    )
    database.execute("UPDATE outbox SET envelope = CASE seq WHEN ? THEN ? ELSE ? END WHERE seq IN (?, ?)",
                     (one, second, first, one, two))  # fmt: skip
    database.close()
    return {one, two}


def _parts(change: Callable[[Path, Path], None]) -> Tamper:
    """Change one part file, given another one; the rows of both may suffer."""

    def tamper(place: Path, rng: random.Random) -> set[int]:
        victim, other = rng.sample(sorted((place / "parts").iterdir()), 2)
        before = {path: path.read_bytes() for path in (victim, other)}
        change(victim, other)
        changed = [path for path, data in before.items() if not path.exists() or path.read_bytes() != data]
        database = apsw.Connection(str(place / "outbox.db"))
        ids = [bytes.fromhex(path.name[:32]) for path in changed]
        found = {seq for one in ids for (seq,) in database.execute("SELECT seq FROM outbox WHERE id = ?", (one,))}
        database.close()
        return found

    return tamper


def _flip(victim: Path, _other: Path) -> None:
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)


def _swap(victim: Path, other: Path) -> None:
    one, two = victim.read_bytes(), other.read_bytes()
    victim.write_bytes(two)
    other.write_bytes(one)


_TAMPERINGS: dict[str, Tamper] = {
    "row flipped": _flip_row,
    "row cut": _sql("UPDATE outbox SET envelope = CAST(substr(envelope, 1, 700) AS BLOB) WHERE seq = ?1 AND ?2"),
    "rows swapped": _swap_rows,
    "row replayed over another": _sql(
        "UPDATE outbox SET (envelope, sha256) = (SELECT envelope, sha256 FROM outbox WHERE seq = ?2) WHERE seq = ?1"
    ),
    "row under another name": _sql("UPDATE outbox SET service = 'other' WHERE seq = ?1 AND ?2"),
    "part flipped": _parts(_flip),
    "part cut": _parts(lambda victim, _other: victim.write_bytes(victim.read_bytes()[:-1])),
    "part removed": _parts(lambda victim, _other: victim.unlink()),
    "parts swapped": _parts(_swap),
    "part replayed over another": _parts(lambda victim, other: victim.write_bytes(other.read_bytes())) ,
}  # fmt: skip


def run(directory: Path, share: float) -> Iterator[Outcome]:
    """Yield one outcome for each way to tamper."""
    rng = random.Random(20261125)
    whole = directory / "whole"
    _fill(whole)
    for name, tamper in _TAMPERINGS.items():
        trials, missed, harmed = scaled(TRIALS, share), 0, 0
        for number in range(trials):
            place = directory / f"{name.replace(' ', '-')}-{number}"
            shutil.copytree(whole, place)
            victims = tamper(place, rng)
            delivered, parked, altered = _drain(place)
            missed += len(victims - parked) + altered
            harmed += len(set(range(1, _ROWS + 1)) - victims - delivered)
            shutil.rmtree(place)
        found = f"{missed} missed, {harmed} others held up"
        yield Outcome(name, trials, "noticed and parked, the rest goes on", found, not missed and not harmed)
    yield _raw(directory, whole, rng, scaled(RAW_TRIALS, share))


def _raw(directory: Path, whole: Path, rng: random.Random, trials: int) -> Outcome:
    """Bytes of the database file, flipped or cut off: every row is delivered as it was, parked, or its loss is said."""
    silent = altered = rescued = refused = 0
    for number in range(trials):
        place = directory / f"raw-{number}"
        shutil.copytree(whole, place)
        _scribble(place / "outbox.db", rng)
        try:
            delivered, parked, changed = _drain(place)
        except QueueError:  # a file that says of itself that it is another's, or of another time: by name, and as it lies
            refused += 1
            continue
        altered += changed
        said = salvage.notice(place) is not None
        rescued += said
        silent += 0 if said else len(set(range(1, _ROWS + 1)) - delivered - parked)
        shutil.rmtree(place)
    found = f"{silent} lost in silence, {altered} altered; {rescued} stores set aside and saved, {refused} refused by name"
    holds = not silent and not altered and bool(rescued) and refused <= trials // 10
    return Outcome("bytes of the database", trials, "noticed or harmless", found, holds)


def _scribble(path: Path, rng: random.Random) -> None:
    data = bytearray(path.read_bytes())
    if rng.random() < 0.2:
        del data[rng.randrange(1, len(data)) :]
    else:
        for _ in range(rng.choice((1, 1, 8, 64))):
            data[rng.randrange(len(data))] = rng.randrange(256)
    path.write_bytes(data)


def _fill(place: Path) -> None:
    outbox = Outbox.open(place, sealing=terminal.sealing(), limits=terminal.LIMITS)
    for number in range(_ROWS):
        name = f"{number % 3:02x}{uuid.uuid4().hex[2:]}"  # none, one and two attachments
        outbox.put(terminal.form(name), terminal.pages(name), service="permit", submission_id=name)
    outbox.close()


def _drain(place: Path) -> tuple[set[int], set[int], int]:
    """Be agent and platform: return what was delivered whole, what was parked, and how much was altered unnoticed."""
    delivered, altered = set(), 0
    with closing(_opened(place)) as outbox:
        while (item := outbox.next_waiting()) is not None:
            try:
                header = _accepted(outbox, item.blob)
            except QueueError as error:
                outbox.park(item, error.code)
                continue
            altered += header is None
            delivered.add(item.seq)
            outbox.release(item, env.parse(item.blob).header, b"{}")
        return delivered, {row.seq for row in outbox.every_row(state=RowState.PARKED)}, altered


def _opened(place: Path) -> Outbox:
    """Open as the agent does at its start; a store whose pages are found broken then is opened once more."""
    outbox = Outbox.open(place, limits=terminal.LIMITS)
    try:
        outbox.verify()
    except QueueError as error:
        outbox.close()
        if error.code != "queue.corrupt":
            raise
        return Outbox.open(place, limits=terminal.LIMITS)
    return outbox


def _accepted(outbox: Outbox, blob: bytes) -> env.Header | None:
    """Check what the platform checks; return the header, or None if what opens is not what was put."""
    envelope = env.parse(blob)
    env.verify(envelope, terminal.DEVICE.public_key().public_bytes_raw())
    key = terminal.PLATFORM.private_bytes_raw()
    same = env.open_form(envelope, key) == terminal.form(envelope.header.id)
    for part, page in zip(envelope.header.parts, terminal.pages(envelope.header.id), strict=True):
        path = outbox.part_path(envelope.header, part)
        if path is None:
            raise QueueError("queue.part_missing")
        same = same and b"".join(env.open_part(envelope, part.id, [path.read_bytes()], key)) == page.data
    return envelope.header if same else None
