"""The failures that leave this package, each with a stable code.

Knows: how a failure is named. Does not know: words for people, or what is done about it.
"""

from __future__ import annotations


class QueueError(Exception):
    """The outbox could not do what was asked; chained from the vendor's exception where there is one.

    `code` is stable and dotted ("queue.full"); `detail` is for the log only and never holds anything of a submission.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


class EnvelopeError(QueueError):
    """Bytes that are no envelope, no part or no receipt of ours, or that were changed on the way."""


class CustodyError(QueueError):
    """A key is not where the configuration says that it is kept, or its guardian does not answer. Nothing falls back."""


class StoreSalvaged(QueueError):  # noqa: N818
    """The store's pages were damaged, what still opened was brought into a fresh one, and nobody has looked at it yet."""


class StoreFull(QueueError):  # noqa: N818 - the condition's name, as the rest of the program says it
    """There is no room for another submission; nothing was kept of this one."""


class Conflict(QueueError):  # noqa: N818
    """A submission id came again with other content."""
