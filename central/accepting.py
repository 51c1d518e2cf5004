"""The accept transaction: submissions that come together are entered together, each exactly once, and share one commit.

Knows: the UNIQUE id, receipts, contiguity, who writes for whom. Does not know: envelopes' checks (`outbox`), what a case is.
Whoever gets the turn first enters all who wait by then; each of them gets its own answer, after the commit that holds it.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update
from sqlalchemy.exc import DataError, SQLAlchemyError

from central import call_backs, cases, ratings, supplements, withdrawals
from central.asking import Question, shaped
from central.db import Database, unasked
from central.refusals import Refused
from central.tables import kiosks, submissions
from kiosk.city.sealed import CallBack, Rating, Submission, Supplement, Withdrawal
from offline_queue.envelope import Header
from offline_queue.receipts import Receipt, sign_receipt

log = logging.getLogger("central")

_TOGETHER = 64
"""Submissions in one transaction at most, so that the first does not wait for ever."""

# Made once: to put a statement together costs more than to run it.
_KNOWN = shaped("known", a=submissions.c.id, b=submissions.c.sha256, data=submissions.c.receipt).where(
    submissions.c.id.in_(bindparam("ids", expanding=True))
)
_NUMBERS = shaped(
    "number",
    a=kiosks.c.number,
    n=kiosks.c.contiguous,
    m=select(func.max(submissions.c.seq)).where(submissions.c.kiosk == kiosks.c.number).scalar_subquery(),
).where(kiosks.c.number.in_(bindparam("numbers", expanding=True)))
_ASKED = Question(_KNOWN, _NUMBERS, *cases.ASKED)
_LATER = (
    select(submissions.c.seq)
    .where(submissions.c.kiosk == bindparam("kiosk"), submissions.c.seq > bindparam("after"))
    .order_by(submissions.c.seq)
)
_ENTER = submissions.insert()
_COUNTED = update(kiosks).where(kiosks.c.number == bindparam("kiosk")).values(contiguous=bindparam("upto"))


Message = Submission | Supplement | Withdrawal | CallBack | Rating
"""What an envelope may hold."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission with everything checked but whether it is here already. `digest` is that of `blob`."""

    header: Header
    blob: bytes
    digest: str
    message: Message
    confirmed: bool
    received_at: dt.datetime


Answer = tuple[int, bytes]
"""Status and receipt: 201 the first time, 200 and the same bytes ever after."""
Sign = Callable[[bytes], bytes]


class _Ticket:
    __slots__ = ("arrival", "called", "done", "outcome")

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self.outcome: Answer | Exception = Refused(500, "internal")
        self.done = False
        self.called = threading.Event()
        """Done, or the next whose turn it is."""


class Accepting:
    """Enters submissions in as few transactions as their coming allows. Called from several threads."""

    def __init__(self, db: Database, sign: Sign) -> None:
        self._db = db
        self._sign = sign
        self._lock = threading.Lock()
        self._tickets: deque[_Ticket] = deque()
        self._busy = False

    def enter(self, arrival: Arrival) -> Answer:
        """Enter a submission, or find it entered; durable when this returns.

        Refuses 422 `body_differs` `withdrawal_too_late` `form_invalid`, as `supplements.check` and as
        `Database.transaction`; then it left nothing.
        """
        ticket = _Ticket(arrival)
        with self._lock:
            self._tickets.append(ticket)
            mine, self._busy = not self._busy, True
        if not mine:
            ticket.called.wait()
        if not ticket.done:
            self._enter_waiting()
        if isinstance(ticket.outcome, Exception):
            raise ticket.outcome
        return ticket.outcome

    def _enter_waiting(self) -> None:
        with self._lock:
            batch = [self._tickets.popleft() for _ in range(min(len(self._tickets), _TOGETHER))]
        try:
            if not self._enter(batch):
                # One of them cannot be recorded; the transaction is undone, and each is tried by itself.
                for ticket in batch:
                    self._enter([ticket])
        finally:
            with self._lock:
                following = self._tickets[0] if self._tickets else None
                self._busy = following is not None
            # The next turn first: it has work to do while these are told.
            if following is not None:
                following.called.set()
            for ticket in batch:
                ticket.done = True
                ticket.called.set()

    def _enter(self, batch: Sequence[_Ticket]) -> bool:
        """Enter these in one transaction; say whether each has its outcome."""
        try:
            with self._db.transaction() as connection:
                outcomes = enter_all(connection, [ticket.arrival for ticket in batch], self._sign)
        except Refused as refused:  # the database is away, or busy: for all alike
            outcomes = [refused] * len(batch)
        except (SQLAlchemyError, OverflowError) as error:
            if len(batch) > 1:
                log.warning("%d submissions are entered one by one: %s", len(batch), type(error).__name__)
                return False
            unfit = isinstance(error, DataError | OverflowError)
            outcomes = [Refused(422, "form_invalid", "not_recordable") if unfit else error]
        for ticket, outcome in zip(batch, outcomes, strict=True):
            ticket.outcome = outcome
        return True


def stored(connection: Connection, submission_id: str, digest: str) -> bytes | None:
    """Return the receipt of a submission that is here; None if it is not. Refuses 422 `body_differs`."""
    row = connection.execute(_KNOWN, {"ids": [submission_id]}).first()
    return None if row is None else _same(row.b, row.data, digest)


def _same(known: str, receipt: bytes, digest: str) -> bytes:
    if known != digest:
        raise Refused(422, "body_differs")
    return bytes(receipt)


def enter_all(connection: Connection, arrivals: Sequence[Arrival], sign: Sign) -> list[Answer | Exception]:
    """Enter what is not here yet, in this order; return each one's answer or refusal. Of a refused one nothing stays."""
    said = _ASKED.ask(connection, _questions(arrivals))
    known = {row.a: (row.b, bytes(row.data)) for row in said.get("known", ())}
    numbers = _Numbers(connection, said.get("number", ()))
    outcomes: list[Answer | Exception] = []
    fresh: list[Arrival] = []
    brought: dict[str, set[str]] = {}
    for arrival in arrivals:
        header = arrival.header
        try:
            if header.id in known:
                outcomes.append((200, _same(*known[header.id], arrival.digest)))
                continue
            if isinstance(arrival.message, Withdrawal):
                withdrawals.check(connection, arrival.message)
            elif isinstance(arrival.message, Supplement):
                _claim(connection, arrival.message, brought)
        except Refused as refused:
            outcomes.append(refused)
            continue
        receipt = _receipt(arrival, numbers.arrived(header.kiosk, header.seq), sign)
        known[header.id] = (arrival.digest, receipt)
        outcomes.append((201, receipt))
        fresh.append(arrival)
    if fresh:
        entries = [
            cases.Entry(arrival.message, confirmed=arrival.confirmed, received_at=arrival.received_at)
            for arrival in fresh
            if isinstance(arrival.message, Submission)
        ]
        rows = [_row(arrival, known[arrival.header.id][1]) for arrival in fresh]
        _write(connection, rows, numbers, cases.Entering(connection, entries, said))
        for arrival in fresh:
            _enter_other(connection, arrival)
    return outcomes


def _claim(connection: Connection, message: Supplement, brought: dict[str, set[str]]) -> None:
    """Refuse what its case does not wait for, or what somebody else brings in the same moment."""
    claimed = brought.setdefault(message.supplements, set())
    supplements.check(connection, message, claimed)
    claimed.update(material.key for material in message.materials)


def _questions(arrivals: Sequence[Arrival]) -> dict[str, list[str]]:
    made = [arrival.message for arrival in arrivals if isinstance(arrival.message, Submission)]
    return {
        "ids": [arrival.header.id for arrival in arrivals],
        "numbers": sorted({arrival.header.kiosk for arrival in arrivals}),
        "codes": [submission.code for submission in made],
        "subjects": sorted({cases.subject_of(submission) for submission in made}),
    }


def _write(connection: Connection, rows: list[dict[str, Any]], numbers: _Numbers, entering: cases.Entering) -> None:
    with unasked(connection):
        connection.execute(_ENTER, rows)
        numbers.write()
        entering.write()
    entering.withdraw()


def _enter_other(connection: Connection, arrival: Arrival) -> None:
    """Enter what is no new case; it may be about one that came together with it."""
    confirmed, received_at = arrival.confirmed, arrival.received_at
    match arrival.message:
        case Withdrawal() as message:
            withdrawals.enter(connection, message, confirmed=confirmed, received_at=received_at)
        case Supplement() as message:
            supplements.enter(connection, message, confirmed=confirmed, received_at=received_at)
        case CallBack() as message:
            call_backs.enter(connection, message, confirmed=confirmed, received_at=received_at)
        case Rating() as message:
            ratings.enter(connection, message, received_at=received_at)


def _row(arrival: Arrival, receipt: bytes) -> dict[str, Any]:
    return {
        "id": arrival.header.id,
        "kiosk": arrival.header.kiosk,
        "seq": arrival.header.seq,
        "sha256": arrival.digest,
        "received_at": arrival.received_at,
        "envelope": arrival.blob,
        "receipt": receipt,
    }


def _receipt(arrival: Arrival, contiguous: int, sign: Sign) -> bytes:
    header = arrival.header
    return sign_receipt(
        Receipt(
            kiosk=header.kiosk,
            seq=header.seq,
            id=header.id,
            sha256=arrival.digest,
            received_at=arrival.received_at,
            contiguous=contiguous,
        ),
        sign,
    )


class _Numbers:
    """Up to which number nothing of a terminal is missing, while its submissions are entered."""

    def __init__(self, connection: Connection, rows: Sequence[Row[Any]]) -> None:
        self._connection = connection
        self._contiguous: dict[str, int] = {row.a: row.n for row in rows}
        self._later = {row.a: (row.m or 0) > row.n for row in rows}
        self._ahead: dict[str, set[int]] = {}
        self._before = dict(self._contiguous)

    def arrived(self, kiosk: str, seq: int) -> int:
        """Count an arriving number in; return the highest number up to which nothing is missing."""
        contiguous, ahead = self._contiguous[kiosk], self._ahead.setdefault(kiosk, set())
        if seq > contiguous + 1:
            # Behind a gap nothing moves, and nothing has to be looked up, however much has come since.
            ahead.add(seq)
        elif seq == contiguous + 1:
            contiguous = self._run(kiosk, seq, ahead)
        self._contiguous[kiosk] = contiguous
        return contiguous

    def _run(self, kiosk: str, seq: int, ahead: set[int]) -> int:
        """Return the end of the numbers without a gap from `seq` on: entered before, or arrived together with it."""
        while True:
            end = seq
            if self._later[kiosk]:
                for later in self._connection.scalars(_LATER, {"kiosk": kiosk, "after": seq}):
                    if later != end + 1:
                        break
                    end = later
            while end + 1 in ahead:
                end += 1
            if end == seq:
                return end
            seq = end

    def write(self) -> None:
        """Keep what moved."""
        moved = [
            {"kiosk": kiosk, "upto": upto} for kiosk, upto in self._contiguous.items() if upto != self._before[kiosk]
        ]
        if moved:
            self._connection.execute(_COUNTED, moved)
