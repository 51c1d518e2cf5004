"""Numbers of a terminal that never came, while later ones did: a stolen disk, or papers that still lie in its outbox.

Knows: the record of submissions. Does not know: why a number is missing; a terminal may also skip some at a new enrolment.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, select

from central.tables import kiosks, submissions


@dataclass(frozen=True, slots=True)
class Gap:
    """The numbers `first` to `last` of a terminal are missing; the next one came at `noticed_at`."""

    kiosk: str
    first: int
    last: int
    noticed_at: dt.datetime


def gaps(connection: Connection) -> list[Gap]:
    """Return every gap, by terminal and number."""
    later = connection.execute(
        select(submissions.c.kiosk, submissions.c.seq, submissions.c.received_at, kiosks.c.contiguous)
        .join(kiosks, kiosks.c.number == submissions.c.kiosk)
        .where(submissions.c.seq > kiosks.c.contiguous)
        .order_by(submissions.c.kiosk, submissions.c.seq)
    )
    found: list[Gap] = []
    at: tuple[str, int] = ("", 0)
    for row in later:
        before = at[1] if at[0] == row.kiosk else row.contiguous
        if row.seq > before + 1:
            found.append(Gap(row.kiosk, before + 1, row.seq - 1, row.received_at))
        at = (row.kiosk, row.seq)
    return found
