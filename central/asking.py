"""One question for all that a transaction has to know before it writes: selects of one shape, asked at once and told apart.

Knows: the shape. Does not know: what is asked. Each question of its own would cost a round trip to the database, and while a
transaction waits for its answers, everybody waits for the transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    Select,
    String,
    cast,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.types import TypeEngine

_TEXT, _NUMBER = String(), BigInteger()
_SHAPE: dict[str, TypeEngine[Any]] = {
    "a": _TEXT, "b": _TEXT, "c": _TEXT, "n": _NUMBER, "m": _NUMBER, "data": LargeBinary(),
}  # fmt: skip


def shaped(what: str, **columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """Return a select of these columns (texts a, b, c; numbers n, m; bytes data), whose rows say that they are `what`."""
    return select(
        literal(what).label("what"),
        *(columns.get(name, cast(null(), kind)).label(name) for name, kind in _SHAPE.items()),
    )


class Question:
    """Several shaped selects; made once, since putting a statement together costs more than running it."""

    def __init__(self, *selects: Select[*tuple[Any, ...]]) -> None:
        self._statement = union_all(*selects)

    def ask(self, connection: Connection, values: Mapping[str, Any]) -> dict[str, list[Row[Any]]]:
        """Return the rows by what they are."""
        found: dict[str, list[Row[Any]]] = {}
        for row in connection.execute(self._statement, values):
            found.setdefault(row.what, []).append(row)
        return found
