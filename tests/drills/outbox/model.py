"""The outbox against a model of thirty lines: put, put again, send, park, retry, crash, reopen, migrate, in any order."""

from __future__ import annotations

import logging
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from offline_queue import Conflict, Outbox, RowState, migrations
from offline_queue import envelope as env
from tests.drills.outbox import terminal
from tests.drills.outbox.outcomes import Outcome, scaled

EXAMPLES, STEPS = 150, 40
PHASES = (hypothesis.Phase.generate, hypothesis.Phase.shrink)


class Model:
    """What an outbox is, without a disk."""

    def __init__(self) -> None:
        self.rows: dict[str, list[object]] = {}  # id: [seq, state, attempts, form]

    def put(self, name: str, form: bytes) -> int | None:
        """Return the number, or None for a conflict."""
        known = self.rows.setdefault(name, [len(self.rows) + 1, "waiting", 0, form])
        return int(str(known[0])) if known[3] == form else None

    def next(self) -> str | None:
        waiting = [(row[2], row[0], name) for name, row in self.rows.items() if row[1] == "waiting"]
        return min(waiting)[2] if waiting else None  # type: ignore[type-var]

    def settle(self, name: str) -> None:
        self.rows[name][1] = "received"

    def park(self, name: str) -> None:
        self.rows[name][1:3] = ["parked", int(str(self.rows[name][2])) + 1]

    def retry(self, name: str) -> None:
        self.rows[name][1] = "waiting"

    def counts(self) -> tuple[int, ...]:
        states = [row[1] for row in self.rows.values()]
        return tuple(states.count(state) for state in ("waiting", "received", "parked"))


class Machine(RuleBasedStateMachine):
    """The outbox and the model, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.model, self.top, self.crashes = Model(), Path(tempfile.mkdtemp(prefix="model-")), 0
        self.names: list[str] = []

    @property
    def place(self) -> Path:
        return self.top / f"outbox-{self.crashes}"

    @initialize(version=st.sampled_from([None, *(step.version for step in migrations.STEPS)]))
    def migrate(self, version: int | None) -> None:
        """Begin with the file of an older program."""
        if version is not None:
            self.place.mkdir()
            database = apsw.Connection(str(self.place / "outbox.db"))
            database.execute("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL")
            for step in migrations.STEPS:
                if step.version <= version:
                    database.execute(step.sql())
            database.execute(f"PRAGMA application_id = 0x4B464F42; PRAGMA user_version = {version}")
            database.close()
        self.outbox = self._open()

    def _open(self) -> Outbox:
        return Outbox.open(self.place, sealing=terminal.sealing(), limits=terminal.LIMITS, free=lambda _directory: 2**40)

    @rule(size=st.integers(0, 5000))
    def put(self, size: int) -> None:
        name = uuid.uuid4().hex
        self.names.append(name)
        form = bytes(size)
        kept = self.outbox.put(form, terminal.pages(name), service="permit", submission_id=name)
        assert kept.seq == self.model.put(name, form)

    @precondition(lambda self: self.names)
    @rule(data=st.data(), other=st.booleans())
    def put_again(self, data: st.DataObject, other: bool) -> None:
        name = data.draw(st.sampled_from(self.names))
        form = self.model.rows[name][3]
        assert isinstance(form, bytes)
        received = self.model.rows[name][1] == "received"
        try:
            wanted = form + b"x" * other
            seq = self.outbox.put(wanted, terminal.pages(name), service="permit", submission_id=name).seq
        except Conflict:
            assert other
        else:
            assert seq == self.model.rows[name][0]
            assert received or not other  # after the receipt a restarted terminal knows the id alone

    @rule(refused=st.booleans())
    def send(self, refused: bool) -> None:
        item, name = self.outbox.next_waiting(), self.model.next()
        assert (item.id if item else None) == name
        if item is not None and name is not None:
            if refused:
                self.outbox.park(item, "form_invalid")
                self.model.park(name)
            else:
                self.outbox.release(item, env.parse(item.blob).header, b"{}")
                self.model.settle(name)

    @rule()
    def retry(self) -> None:
        for name, row in self.model.rows.items():
            if row[1] == "parked":
                assert self.outbox.retry(int(str(row[0])))
                self.model.retry(name)
                return

    @rule()
    def crash(self) -> None:
        """The files as a killed process leaves them, in another place."""
        before = self.place
        self.crashes += 1
        shutil.copytree(before, self.place, ignore=shutil.ignore_patterns("wake"))
        self.outbox.close()
        self.outbox = self._open()

    @rule()
    def reopen(self) -> None:
        self.outbox.close()
        self.outbox = self._open()

    @invariant()
    def agrees(self) -> None:
        if hasattr(self, "outbox"):
            counts = self.outbox.counts()
            assert (counts.waiting, counts.received, counts.parked) == self.model.counts()

    def teardown(self) -> None:
        if hasattr(self, "outbox"):
            self._settle_up()
        shutil.rmtree(self.top)

    def _settle_up(self) -> None:
        with closing(self.outbox):
            rows = {row.id: [row.seq, row.state.value, row.attempts] for row in self.outbox.every_row()}
            assert rows == {name: row[:3] for name, row in self.model.rows.items()}
            assert self.outbox.verify() == ()
            held = sum(len(terminal.pages(name)) for name, row in rows.items() if row[1] != RowState.RECEIVED)
            assert len(list((self.place / "parts").iterdir())) == held


def run(directory: Path, share: float) -> Iterator[Outcome]:
    """Yield one outcome; what does not agree is shown with its steps."""
    logging.getLogger("offline_queue.outbox").setLevel(logging.CRITICAL)
    tempfile.tempdir = str(directory)
    examples = scaled(EXAMPLES, share)
    settings = hypothesis.settings(
        max_examples=examples, stateful_step_count=STEPS, deadline=None, database=None, derandomize=True, phases=PHASES,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    try:
        run_state_machine_as_test(Machine, settings=settings)
    finally:
        tempfile.tempdir = None
    yield Outcome("model of 30 lines", examples, f"agrees over {STEPS} steps", "agrees", True)
