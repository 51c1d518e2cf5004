"""Refusals: the one exception that becomes an HTTP error with a code.

Knows: status, code, detail. Does not know: who asked, nor any sentence for people.
"""

from __future__ import annotations

from typing import Any


class Refused(Exception):  # noqa: N818 - not a fault of the platform
    """The request is refused with `code`; `extra` goes into the answer beside code and detail."""

    def __init__(self, status: int, code: str, detail: str = "", **extra: Any) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.extra = extra
