"""The dock against a control port like the rig's: what is pressed reaches the bench, what the bench says is shown."""

from __future__ import annotations

import functools
import io
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image
from pydantic import BaseModel, ConfigDict
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QSizeF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from devices.rig_control import Action, ControlPort, Page
from kiosk.words import Words
from ui import fonts
from ui.dock import Dock


class Order(BaseModel):
    """Whatever the dock sends."""

    model_config = ConfigDict(extra="allow")


class FakeRig:
    """The rig's port over a dictionary."""

    def __init__(self) -> None:
        self.orders: list[tuple[str, dict[str, Any]]] = []
        self.state: dict[str, Any] = {
            "id_card": {"plugged": True, "card": None},
            "staff_card": {"inserted": None},
            "camera": {"page": None, "faults": []},
            "receipt_printer": {"plugged": True, "paper": "ok", "printed": 0},
            "page_printer": {"plugged": True, "paper": "ok", "printed": 0},
            "page_scanner": {"plugged": True, "sheets": 0},
            "code_reader": {"plugged": True},
            "network": {"connected": True},
        }
        self.messages: list[dict[str, str]] = []
        names = (
            "id_card/place id_card/lift id_card/unplug id_card/replug camera/lay camera/clear camera/fault network/cut "
            "network/restore receipt_printer/paper receipt_printer/unplug receipt_printer/replug page_printer/paper "
            "page_printer/unplug page_printer/replug page_scanner/load page_scanner/unplug "
            "page_scanner/replug code_reader/show_receipt code_reader/unplug code_reader/replug staff_card/insert "
            "staff_card/remove"
        )
        actions = {name: Action(Order, functools.partial(self._do, name)) for name in names.split()}
        pages: dict[str, Callable[[], Page | None]] = {
            "messages": lambda: Page("application/json", json.dumps({"messages": self.messages}).encode()),
            "receipt_printer/last.png": lambda: Page("image/png", png(200, 500)),
            "page_printer/last.png": lambda: Page("image/png", png(210, 297)),
        }
        self.port = ControlPort(lambda: self.state, actions, pages)
        self.port.start()

    def _do(self, name: str, order: Order) -> None:
        given = order.model_dump()
        self.orders.append((name, given))
        device, deed = name.split("/")
        match deed:
            case "place":
                self.state["id_card"]["card"] = {"name": given.get("name") or given["person"]["name"]}
            case "lift":
                self.state["id_card"]["card"] = None
            case "lay":
                self.state["camera"]["page"] = given["page"]
            case "clear":
                self.state["camera"]["page"] = None
            case "fault":
                self.state["camera"]["faults"] = [fault for fault, on in given.items() if on]
            case "cut" | "restore":
                self.state["network"]["connected"] = deed == "restore"
            case "paper":
                self.state[device]["paper"] = given["state"]
            case "unplug" | "replug":
                self.state[device]["plugged"] = deed == "replug"
            case "load":
                self.state["page_scanner"]["sheets"] = given["sheets"]
            case "insert" | "remove":
                self.state["staff_card"]["inserted"] = "S0001" if deed == "insert" else None


def png(width: int, height: int) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(made, "PNG")
    return made.getvalue()


class Table:
    """Somebody at the dock with a mouse."""

    def __init__(self, app: QGuiApplication) -> None:
        self.app = app
        self.rig = FakeRig()
        self.dock = Dock(self.rig.port.url)
        self.warnings: list[str] = []
        self.dock.engine.warnings.connect(lambda found: self.warnings.extend(w.toString() for w in found))
        self.wait(lambda: bool(self.dock.bench.there))

    def wait(self, met: Callable[[], bool], timeout_s: float = 60) -> None:
        deadline = time.monotonic() + timeout_s
        while not met():
            assert time.monotonic() < deadline, "never happened"
            self.app.processEvents()

    def items(self) -> Iterator[QQuickItem]:
        waiting = [self.dock.window.contentItem()]
        while waiting:
            item = waiting.pop(0)
            yield item
            waiting.extend(item.childItems())

    def item(self, name: str) -> QQuickItem:
        return next(item for item in self.items() if item.objectName() == name)

    def press(self, name: str) -> None:
        """Press it when it can be pressed."""
        item = self.item(name)
        self.wait(item.isEnabled)
        middle = item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()
        QTest.mouseClick(self.dock.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)

    def shows(self, name: str, on: bool) -> None:
        self.wait(lambda: self.item(name).property("on") is on)

    def close(self) -> None:
        self.dock.close()
        self.rig.port.stop()
        self.app.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def table(qapp: QGuiApplication) -> Iterator[Table]:
    fonts.pin(qapp)
    made = Table(qapp)
    yield made
    made.close()
    assert made.warnings == []


def test_hands_reach_the_bench(table: Table) -> None:
    """Should lay and take a card and a page, and show where they lie as the bench tells it."""
    table.press("card_a")
    table.shows("card_a", True)
    table.press("lay_address_proof_1")
    table.shows("lay_address_proof_1", True)
    table.press("blur")
    table.shows("blur", True)
    table.press("clear")
    table.shows("lay_address_proof_1", False)
    table.press("card_off")
    table.shows("card_a", False)
    assert [name for name, _ in table.rig.orders] == [
        "id_card/place", "camera/lay", "camera/fault", "camera/clear", "id_card/lift"
    ]  # fmt: skip


def test_devices_fail_and_come_back(table: Table) -> None:
    """Should take paper, pull a plug and cut the line, each undone by the same hand."""
    table.press("paper_out_receipt_printer")
    table.shows("paper_out_receipt_printer", True)
    assert table.rig.state["page_printer"]["paper"] == "ok"
    words = table.item("feeder").property("text")
    table.press("feeder")
    table.wait(lambda: table.item("feeder").property("text") != words)
    assert table.rig.state["page_scanner"]["sheets"] == 3
    for name, there in (("plug_page_printer", ("page_printer", "plugged")), ("line", ("network", "connected"))):
        words = table.item(name).property("text")
        table.press(name)
        table.wait(lambda words=words, name=name: table.item(name).property("text") != words)  # type: ignore[misc]
        assert table.rig.state[there[0]][there[1]] is False
        table.press(name)
        table.wait(lambda words=words, name=name: table.item(name).property("text") == words)  # type: ignore[misc]
        assert table.rig.state[there[0]][there[1]] is True


def test_the_last_receipt_is_shown_to_the_code_reader(table: Table) -> None:
    """Should have nothing to show before there is one."""
    assert not table.item("show_receipt").isEnabled()
    table.rig.state["receipt_printer"]["printed"] = 1
    table.press("show_receipt")
    table.wait(lambda: ("code_reader/show_receipt", {}) in table.rig.orders)


def test_what_came_out_is_shown(table: Table) -> None:
    """Should show the last receipt and certificate, and the newest message first."""
    assert list(table.dock.bench.pictures) == []
    for text in ("111111", "222222"):
        table.rig.messages.append({"to": "13800000001", "text": text, "at": ""})
    table.rig.state["receipt_printer"]["printed"] = 1
    table.rig.state["page_printer"]["printed"] = 1
    table.wait(lambda: list(table.dock.bench.pictures) == ["certificate", "receipt"])
    assert table.dock.bench.picture("receipt").height() == 500
    assert [message["text"] for message in table.dock.bench.messages] == ["222222", "111111"]

    def drawn() -> int:
        return sum(item.inherits("QQuickImage") and item.property("paintedHeight") > 100 for item in table.items())

    table.wait(lambda: drawn() >= 2)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_no_word_leaves_its_button(table: Table, language: str) -> None:
    """Should hold every word inside its button, in both languages, there and back."""
    while table.dock.bench.language != language:
        table.press("language")
    table.press("language")
    table.press("language")
    assert table.item("card_off").property("text") == Words.load().text(language, "staff.dock.card_off")
    table.rig.state["staff_card"]["inserted"] = "S0001"
    table.wait(lambda: table.item("staff_card").property("text") == Words.load().text(language, "staff.dock.staff_out"))
    table.dock.window.grabWindow()
    assert spilt(table) == []
    table.item("card_off").setProperty("text", "Take the card away, and the next one too")
    table.dock.window.grabWindow()
    assert len(spilt(table)) == 1, "this test sees what it looks for"


def spilt(table: Table) -> list[str]:
    """The words that need more room than their button has."""
    found: list[str] = []
    for button in table.items():
        if not (button.inherits("QQuickAbstractButton") and button.isVisible()):
            continue
        waiting = button.childItems()
        while waiting:
            item = waiting.pop(0)
            waiting.extend(item.childItems())
            if item.inherits("QQuickText") and item.isVisible():
                frame = item.mapRectToItem(button, item.boundingRect())
                if frame.top() < 0 or frame.bottom() > button.height() or frame.left() < 0 or frame.right() > button.width():
                    found.append(str(item.property("text")))
    return found


def test_a_rig_that_is_gone_is_said(table: Table) -> None:
    """Should say that nobody answers, and offer nothing to press."""
    table.rig.port.stop()
    table.wait(lambda: not table.dock.bench.there)
    assert not table.item("card_a").isEnabled()


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (2560, 1440), (1600, 900), (1366, 768)])
def test_the_dock_stands_beside_the_terminal(table: Table, width: int, height: int) -> None:
    """Where nothing places windows it should leave the terminal's place at the left free, and be seen as a whole."""
    window = table.dock.window
    window.setProperty("desktop", QSizeF(width, height))
    terminal = min(1080, round(1080 * 0.94 * height / 1920))
    assert window.x() >= terminal
    assert window.x() + window.width() <= width
    assert window.y() + window.height() <= height
