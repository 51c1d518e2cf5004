"""The screen itself as one of a succession, with a visitor whom it knows nothing of: for the test that looks at its memory.

Run by `kiosk.succession`; its arguments are the configuration and a folder. The first screen has a certificate made out for
whoever's card somebody else lays on the reader and whose code somebody else writes to the file `code`, then leaves, reports
what of the strings in the file `secrets` can still be reached (it reads them then and not before), and takes no part in
anything while the file `look` is there, so that its memory stands still. No name stands in this file.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, QTimer
from PySide6.QtQuick import QQuickItem

from kiosk import config
from kiosk.bootstrap import build
from kiosk.clock import SystemClock
from kiosk.session import events as ev
from kiosk.session.states import State
from kiosk.terminal import Terminal
from ui.app import Opening, application
from ui.dispatcher import QtDispatcher
from ui.succession import Heir

ITEM = "social_participation_cert"
DEADLINE_S = 60.0


class Visit:
    """One visit, by what the screens send: from the touch to the attract screen."""

    def __init__(self, opening: Opening, folder: Path) -> None:
        self._opening = opening
        self._folder = folder

    @property
    def terminal(self) -> Terminal:
        assert self._opening.terminal is not None
        return self._opening.terminal

    def until(self, held: Callable[[], object]) -> None:
        """Turn the event loop until something holds."""
        loop, timer = QEventLoop(), QTimer()
        end = time.monotonic() + DEADLINE_S
        timer.timeout.connect(lambda: loop.quit() if held() or time.monotonic() > end else None)
        timer.start(10)
        loop.exec()
        timer.stop()
        assert held(), self._opening.terminal and self._opening.terminal.session

    def at(self, state: State) -> None:
        self.until(lambda: self.terminal.session.state is state)
        self._opening.screen.window.grabWindow()  # type: ignore[union-attr]
        self.tell(state)

    def do(self, *events: ev.Event) -> None:
        for event in events:
            self.terminal.handle(event)
            QCoreApplication.processEvents()

    def tell(self, what: str) -> None:
        (self._folder / "at").write_text(what)

    def pay(self) -> None:
        """The visit, up to the sight of the certificate."""
        self.until(lambda: self._opening.terminal)
        terminal = self.terminal
        item = terminal.catalogue.item(ITEM)
        self.do(ev.Started())
        self.until(lambda: type(terminal.availability(item)).__name__ == "Available")
        self.do(ev.ItemChosen(terminal.plan(item)), ev.Confirmed())
        self.at(State.IDENTIFY)
        self.at(State.CODE)
        self.until((self._folder / "code").exists)
        self.until(lambda: not terminal.session.busy)
        for digit in (self._folder / "code").read_text():
            terminal.person.type_code(digit)
        terminal.person.submit_code()
        self.at(State.PREVIEW)
        assert terminal.person.plain("number")  # as a finger that presses *show* has it
        self.until((self._folder / "seen").exists)
        self.do(ev.CancelPressed(), ev.LeaveAnswered(True))
        self.at(State.ATTRACT)


def reachable(root: QObject, secrets: list[str], shipped: set[str]) -> list[str]:
    """Return where the interpreter, or a property of a QML object, still holds a secret, beside shipped sentences."""

    def holds(text: object) -> bool:
        if isinstance(text, str):
            return text not in shipped and any(secret in text for secret in secrets)
        return isinstance(text, bytes | bytearray) and any(secret.encode() in text for secret in secrets)

    found = []
    gc.unfreeze()  # what was made before the first frame can hold something too
    for one in gc.get_objects():
        if one is secrets:
            continue
        parts = list(one.values()) if isinstance(one, dict) else list(one) if isinstance(one, list | tuple | set) else []
        keys = sorted(map(str, one)) if isinstance(one, dict) else []
        found += [f"{type(one).__name__} of {len(parts)} {keys}" for part in parts if holds(part)]
    waiting: list[QObject] = [root]
    while waiting:
        item = waiting.pop()
        waiting += item.childItems() if isinstance(item, QQuickItem) else []
        meta = item.metaObject()
        every = (meta.property(index) for index in range(meta.propertyCount()))
        texts = (each for each in every if each.typeName() in {"QString", "QStringList", "QVariant"})
        found += [f"{meta.className()}.{each.name()}" for each in texts if holds(str(each.read(item)))]
    return found


def main() -> int:
    configuration, folder = Path(sys.argv[1]), Path(sys.argv[2])
    first = not (folder / "first").exists()
    (folder / ("first" if first else "second")).write_text(str(os.getpid()))
    app = application()
    dispatcher, clock = QtDispatcher(), SystemClock()
    opening = Opening(
        lambda: config.load(configuration), lambda loaded: build(loaded, dispatcher, clock), dispatcher, clock
    )
    heir = Heir.of_environment(opening)
    assert heir is not None
    heir.start()

    def visit() -> None:
        Visit(opening, folder).pay()
        gc.collect()
        (folder / "wiped").touch()
        pause = threading.Event()
        while (folder / "look").exists():  # whoever looks from outside does so while nothing here moves
            pause.wait(0.01)
        secrets = (folder / "secrets").read_text(encoding="utf-8").split()
        words = opening.terminal.words  # type: ignore[union-attr]
        shipped = {words.template(language, ident) for language in words.languages for ident in words.ids(language)}
        report = reachable(opening.screen.window.contentItem(), secrets, shipped)  # type: ignore[union-attr]
        (folder / "report.part").write_text(json.dumps(report, ensure_ascii=False))
        (folder / "report.part").rename(folder / "report.json")

    if first:
        QTimer.singleShot(0, visit)
    status = app.exec()
    opening.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
