"""The schema, step by step. A step is a file `NNNN_name.sql`; once released it is never changed.

Knows: which steps lead from an old file to this version. Does not know: connections, locks, rows.

`PRAGMA user_version` holds major * 1000 + minor. A new minor may be read and written by older programs of the same major
(a column with a default); a new major may not, and older programs refuse the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Step:
    """One migration: the version that it leads to and its file."""

    version: int
    file: str

    def sql(self) -> str:
        """Return the statements of the step."""
        return resources.files(__name__).joinpath(self.file).read_text(encoding="utf-8")


STEPS = (
    Step(1000, "0001_outbox.sql"),
    Step(1001, "0002_person_tag.sql"),
    Step(2000, "0003_counted.sql"),
    Step(2001, "0004_least_seq.sql"),
)
CURRENT = STEPS[-1].version
MAJOR = CURRENT // 1000
