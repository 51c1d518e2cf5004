"""Facts that parts of the application tell each other.

Knows: typed facts, delivered in order on the session's thread, never nested inside one another. Does not know: commands
(those are method calls) and Qt signals (those live in `ui`).
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from kiosk.dispatch import Dispatcher


class Fact(enum.StrEnum):
    """What changed. Listeners read the new state from its owner."""

    SESSION = "session"
    PERSON = "person"
    FORM = "form"
    MATERIALS = "materials"
    FRAME = "frame"
    CASE = "case"
    CASES = "cases"
    CERTIFICATE = "certificate"
    DEVICES = "devices"
    LINE = "line"
    OUTBOX = "outbox"
    HELP = "help"
    STAFF = "staff"
    CATALOGUE = "catalogue"
    SPEECH = "speech"


class Bus:
    """Delivers facts through the dispatcher, so that a publish inside a handler is queued, not nested."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._handlers: defaultdict[Fact, dict[object, Callable[[], Any]]] = defaultdict(dict)

    def subscribe(self, fact: Fact, handler: Callable[[], Any]) -> Callable[[], None]:
        """Call `handler` after each `fact`; return what undoes it, also for facts that wait already. Harmless twice."""
        token = object()
        handlers = self._handlers[fact]
        handlers[token] = handler

        def undo() -> None:
            handlers.pop(token, None)

        return undo

    def publish(self, fact: Fact) -> None:
        """Queue `fact` for everybody who listens."""

        def deliver() -> None:
            handlers = self._handlers[fact]
            for token in tuple(handlers):
                handler = handlers.get(token)  # an earlier handler may have undone a later one
                if handler is not None:
                    handler()

        self._dispatcher.post(deliver)
