"""The scripted citizen: takes the real window through a journey by touch, and moves the emulated devices as hands would.

Knows: object names on the screens, the rig's control port, which state follows when a person does the right thing. Does
not know: how anything behind the screen works; it waits for states with deadlines and never sleeps blindly.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEventLoop, QPointF, QTimer
from PySide6.QtQuick import QQuickItem, QQuickWindow

from kiosk.session.states import Promise, State
from ui.hand import Hand, smooth

if TYPE_CHECKING:
    from kiosk.terminal import Terminal

_LOG = logging.getLogger("ui.robot")
LOOK_MS = 15
STEP_S = 40.0
CODE_TEXT = re.compile(r"(?<!\d)(\d{6})(?!\d)")


@dataclass(frozen=True)
class Citizen:
    """An invented person with a card on the rig's bench and a telephone."""

    name: str
    number: str
    phone: str


YOUNG = Citizen("测试甲", "990000199001010017", "13800000001")
OLD = Citizen("测试乙", "990000195801010025", "13800000002")
SHEETS = {
    "address_proof": ("address_proof_1", "address_proof_2"),
    "employment_proof": ("employment_proof",),
    "id_photo": ("id_photo",),
}
"""Which sheets of the rig belong to which material of the residence permit."""


class RobotFailed(Exception):  # noqa: N818 - a person who cannot go on, not a bug
    """The citizen cannot go on: what was waited for, and where."""


class Rig:
    """The rig's control port."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    def post(self, action: str, **order: object) -> None:
        """Have one thing done at the bench. Raises `OSError`."""
        body = json.dumps(order).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._address}/v1/{action}", body, headers, method="POST")  # noqa: S310
        with urllib.request.urlopen(request, timeout=STEP_S):  # noqa: S310 - the rig's own loopback port
            pass

    def get(self, name: str) -> Any:
        """Return what the port says about `name`. Raises `OSError`."""
        with urllib.request.urlopen(f"{self._address}/v1/{name}", timeout=STEP_S) as answer:  # noqa: S310
            return json.load(answer)


@dataclass
class Robot:
    """One citizen at one terminal. `run` leaves pictures in `shots` and prints one line of JSON."""

    window: QQuickWindow
    terminal: Terminal
    control: str
    shots: Path
    steps: list[dict[str, Any]] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=lambda: {"typed": 0})

    def __post_init__(self) -> None:
        self._hand = Hand(self.window)
        self._rig = Rig(self.control)
        self._begun = time.monotonic()
        self._pictures = 0
        self._looks = 0

    # --- the whole ---

    def run(self, journey: str) -> int:
        """Take a journey (`apply`, `certificate` or `both`); return 0, or 1 when the citizen could not go on."""
        self.shots.mkdir(parents=True, exist_ok=True)
        try:
            if journey in {"apply", "both"}:
                self._apply(YOUNG)
            if journey in {"certificate", "both"}:
                # A second code to the same telephone is not sent within a minute.
                self._certificate(OLD if journey == "both" else YOUNG)
        except (RobotFailed, OSError) as error:
            self._picture("failed")
            state = self.terminal.session.state.value
            _LOG.error("the scripted citizen is stuck in %s: %s", state, error)
            self._say({"ok": False, "state": state, "reason": str(error), "steps": self.steps})
            return 1
        self._say({"ok": True, "steps": self.steps, **self.result})
        return 0

    @staticmethod
    def _say(result: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    # --- waiting and touching ---

    def _wait(self, wanted: Callable[[], bool], what: str, seconds: float = STEP_S) -> None:
        """Let the program run until something holds. Raises `RobotFailed` at the deadline."""
        if wanted():
            return
        loop, timer = QEventLoop(), QTimer()
        end = time.monotonic() + seconds
        timer.setInterval(LOOK_MS)
        timer.timeout.connect(lambda: loop.quit() if wanted() or time.monotonic() > end else None)
        timer.start()
        loop.exec()
        timer.stop()
        if not wanted():
            raise RobotFailed(f"{what} did not come within {seconds:.0f} s")

    def _state(self, *states: State, seconds: float = STEP_S) -> State:
        names = " or ".join(states)
        self._wait(lambda: self._troubled() or self.terminal.session.state in states, names, seconds)
        trouble = self.terminal.session.trouble
        if trouble is not None and self.terminal.session.state not in states:
            raise RobotFailed(f"trouble {trouble.message_id} while waiting for {names}")
        return self.terminal.session.state

    def _troubled(self) -> bool:
        return self.terminal.session.trouble is not None

    def _item(self, name: str) -> QQuickItem:
        self._wait(lambda: self._hand.ready(name), name)
        item = self._hand.find(name)
        if item is None:
            raise RobotFailed(f"{name} is gone")
        return item

    def _tap(self, name: str) -> None:
        """Touch an item, turning the page to it first if it is out of view."""
        item = self._item(name)
        for _ in range(30):
            self._settle(item)
            hidden = self._hand.hidden_behind(item)
            if hidden is None:
                self._hand.touch(item)
                return
            button = self._hand.turner(*hidden)
            if button is None:
                break
            self._settle(button)
            self._hand.touch(button)
        raise RobotFailed(f"{name} cannot be brought into view")

    def _settle(self, item: QQuickItem) -> None:
        """Wait until the layout has come to rest."""
        seen: list[QPointF] = []

        def rests() -> bool:
            seen.append(item.mapToScene(QPointF(0, 0)))
            return len(seen) > 1 and seen[-1] == seen[-2]

        self._wait(rests, "a still screen")

    def _shown(self, name: str, picture: str = "") -> None:
        """Note that a screen was reached, and take its picture."""
        self._wait(lambda: self._stands(f"screen_{name}"), f"screen {name}")
        self._turn()
        self.steps.append({"state": picture or name, "seconds": round(time.monotonic() - self._begun, 2)})
        self._picture(picture or name)

    def _stands(self, name: str) -> bool:
        """Say whether the screen is there and has come up out of its fade."""
        screen = self._hand.find(name)
        return screen is not None and screen.opacity() >= 1.0

    def _turn(self) -> None:
        """Let the window draw what the session already knows."""
        self._looks = 0

        def twice() -> bool:
            self._looks += 1
            return self._looks > 2

        self._wait(twice, "a turn of the program")

    def _picture(self, name: str) -> None:
        self._pictures += 1
        self.window.grabWindow().save(str(self.shots / f"{self._pictures:02}-{name}.png"))

    # --- what both journeys begin and end with ---

    def _identify(self, citizen: Citizen, tile: str, item: str) -> None:
        self._state(State.ATTRACT)
        self._shown("attract")
        self._tap("attract_start")
        self._state(State.HOME)
        self._shown("home")
        self._tap(tile)
        self._item(f"item_{item}")
        self._shown("home", "services")
        self._tap(f"item_{item}")
        self._state(State.GUIDE)
        self._shown("guide")
        self._tap("foot_main")
        if self._state(State.CONSENT, State.IDENTIFY) is State.CONSENT:
            for purpose in ("consent_identify", "consent_handle", "consent_phone"):
                self._tap(purpose)
            self._shown("consent")
            self._tap("foot_main")
        self._state(State.IDENTIFY)
        self._shown("identify")
        told = len(self._messages(citizen))
        laid = time.monotonic()
        self._rig.post("id_card/place", name=citizen.name)
        self._state(State.CODE)
        self.result["card_read_s"] = round(time.monotonic() - laid, 2)
        if self.terminal.session.elder_offered:
            self._shown("code", "elder-offer")
            self._tap("elder_offer/overlay_main")
            self._wait(lambda: self.terminal.session.elder, "elder mode")
        self._enter_code(citizen, told)

    def _messages(self, citizen: Citizen) -> list[str]:
        sent = self._rig.get("messages")["messages"]
        return [str(each["text"]) for each in sent if str(each["to"]) == citizen.phone]

    def _enter_code(self, citizen: Citizen, told: int) -> None:
        begun, touches = time.monotonic(), self._hand.touches
        self._wait(lambda: self._troubled() or not self.terminal.session.busy, "the code's answer")
        texts: list[str] = []

        def arrived() -> bool:
            texts[:] = self._messages(citizen)[told:]
            return bool(texts)

        self._wait(arrived, "the message with the code")
        found = CODE_TEXT.search(texts[-1])
        if found is None:
            raise RobotFailed("no code in the message")
        for digit in found[1]:
            self._tap(f"digit_{digit}")
        self._wait(lambda: self.terminal.person.code_digits == len(found[1]), "six digits")
        self._shown("code")
        self._tap("foot_main")
        self.result["code"] = {"touches": self._hand.touches - touches, "seconds": round(time.monotonic() - begun, 2)}

    def _leave(self, citizen: Citizen) -> None:
        self._state(State.GUARD)
        self._item("foot_main")  # stands there once the card is noticed
        self._shown("guard")
        self._rig.post("id_card/lift")
        self._state(State.ATTRACT)
        self.result["person"] = {"name": citizen.name, "number": citizen.number}

    # --- the two journeys ---

    def _apply(self, citizen: Citizen) -> None:
        self._identify(citizen, "tile_apply", "residence_permit_apply")
        self._state(State.FORM)
        self._fill_form(citizen)
        self._scan()
        self._tap("foot_main")
        self._state(State.SIGN)
        pad = self._item("sign_pad")
        self._settle(pad)
        for stroke in _SIGNATURE:
            self._hand.draw(pad, smooth(stroke))
        self._wait(lambda: self.terminal.case.has_signature, "the signature")
        self._shown("sign")
        self._tap("foot_main")
        self._state(State.REVIEW)
        self._shown("review")
        self._hand_in(citizen)

    def _fill_form(self, citizen: Citizen) -> None:
        for part in ("year", "month", "day"):
            self._tap(f"{part}_less")
        self._tap("choice_work")
        self._shown("form", "form-1")
        self._next_page(1)
        while self._hand.find("field_address") is None:
            self._choose_place()
        self._tap("field_address")
        self._type(("r", "e", "n", "m", "i", "n", "l", "u", "space", "symbols", "1", "8"))
        self._shown("form", "form-2")
        self._next_page(2)
        self._tap("field_phone")
        self._type(tuple(citizen.phone))
        self._shown("form", "form-3")
        self._tap("foot_main")
        self._state(State.MATERIALS)

    def _choose_place(self) -> None:
        item = self._item("place_4*")  # codes of Henan begin with 41
        chosen = item.objectName()
        self._tap(chosen)
        self._wait(lambda: self._hand.find(chosen) is None, "the next division")

    def _type(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            self._tap(f"key_{key}")
        self.result["typed"] += len(keys)

    def _next_page(self, page: int) -> None:
        self._tap("foot_main")
        self._wait(lambda: self.terminal.session.page == page, f"page {page + 1} of the form")

    def _scan(self) -> None:
        self._shown("materials")
        pictured = False
        while True:
            missing = [view.key for view in self.terminal.materials.views() if view.state in {"needed", "partly"}]
            if not missing:
                break
            key = missing[0]
            self._tap(f"scan_{key}")
            self._state(State.CAPTURE)
            for count, sheet in enumerate(SHEETS[key], start=1):
                self._rig.post("camera/lay", page=sheet)
                if not pictured:
                    self._wait(self._outlined, "the page's outline")
                    self._shown("capture")
                    pictured = True
                self._wait(lambda: self.terminal.materials.page_count(key) >= count, f"{sheet} taken")  # noqa: B023
                self._rig.post("camera/clear")
            self._state(State.MATERIALS)
        self._wait(lambda: self.terminal.materials.complete, "complete papers")
        self._shown("materials", "materials-complete")

    def _outlined(self) -> bool:
        frame = self.terminal.materials.frame()
        return frame is not None and frame.outline is not None and str(frame.advice).endswith("hold_still")

    def _hand_in(self, citizen: Citizen) -> None:
        self._rig.post("network/cut")
        self.result["line_cut_before_submission"] = not self._rig.get("state")["network"]["connected"]
        self._wait(lambda: not self.terminal.session.line_up, "the terminal's noticing that the line is down")
        self._shown("review", "review-offline")
        self._tap("foot_main")
        self._state(State.OUTCOME)
        self._wait(lambda: self._troubled() or self.terminal.session.receipt_printed is not None, "the receipt")
        if self._troubled():
            raise RobotFailed("the receipt did not print")
        self.result["case_code"] = self.terminal.case.code
        self.result["attachments"] = list(self.terminal.case.attachment_digests)
        self._shown("outcome")
        cut_still = not self._rig.get("state")["network"]["connected"]
        self._rig.post("network/restore")
        self.result["line_restored_after_receipt"] = cut_still and self._rig.get("state")["network"]["connected"]
        self._see_it_received()
        self._tap("foot_main")
        self._leave(citizen)

    def _see_it_received(self) -> None:
        """Most people stay until the second mark is set; nobody has to."""
        try:
            self._wait(lambda: self.terminal.session.promise is Promise.RECEIVED, "the city's receipt")
        except RobotFailed:
            _LOG.warning("left before the city had the case")
        else:
            self._shown("outcome", "outcome-received")

    def _chosen(self) -> bool:
        return self._troubled() or self.terminal.session.state is not State.CHOOSE

    def _value(self, key: str) -> object:
        """Return what the form holds for a field of its first page."""
        return next((view.value for view in self.terminal.form.fields(0) if view.key == key), None)

    def _certificate(self, citizen: Citizen) -> None:
        begun, touches = time.monotonic(), self._hand.touches
        self._identify(citizen, "tile_print", "social_participation_cert")
        self._state(State.PREVIEW, seconds=30.0)
        self._shown("preview")
        if citizen is OLD:  # somebody who looks at what was chosen for them, and leaves it
            if self._value("kind") != ["resident_pension"]:
                raise RobotFailed("the certificate is not of what the city has on record")  # as a resident, and until 2018
            self._look_through_the_choice()
        self._tap("foot_main")
        printing = time.monotonic()
        self._state(State.PRINT, State.TAKEN)
        if self.terminal.session.state is State.PRINT:
            self._shown("print")
        self._state(State.TAKEN, seconds=45.0)
        printed = time.monotonic()
        self._shown("taken")
        self._tap("foot_main")
        spent = time.monotonic() - begun - (printed - printing)
        self.result["certificate"] = {"touches": self._hand.touches - touches, "seconds": round(spent, 2)}
        self._leave(citizen)

    def _look_through_the_choice(self) -> None:
        """*Change* on the preview, every page of the choice as it stands, and the preview again."""
        self._tap("foot_back")
        self._state(State.CHOOSE)
        page = self.terminal.session.page
        while True:
            self._shown("choose", f"choose-{page + 1}")
            self._tap("foot_main")
            page += 1
            self._wait(lambda: self._chosen() or self.terminal.session.page >= page, "the next page")  # noqa: B023
            if self._chosen():
                break
        self._state(State.PREVIEW, seconds=30.0)
        self._shown("preview", "preview-again")


_SIGNATURE: list[list[tuple[float, float]]] = [
    [(0.16, 0.30), (0.19, 0.33), (0.20, 0.37)],
    [(0.12, 0.47), (0.18, 0.44), (0.20, 0.46), (0.17, 0.60), (0.15, 0.68), (0.22, 0.57)],
    [(0.26, 0.32), (0.26, 0.46), (0.25, 0.56)],
    [(0.26, 0.32), (0.34, 0.30), (0.37, 0.31), (0.37, 0.45), (0.36, 0.57)],
    [(0.31, 0.38), (0.31, 0.52), (0.24, 0.68)],
    [(0.33, 0.58), (0.37, 0.64), (0.40, 0.70), (0.43, 0.60)],
    [(0.55, 0.34), (0.56, 0.45), (0.56, 0.52)],
    [(0.55, 0.34), (0.68, 0.30), (0.80, 0.30), (0.80, 0.42), (0.79, 0.51)],
    [(0.57, 0.43), (0.68, 0.41), (0.79, 0.41)],
    [(0.57, 0.52), (0.68, 0.50), (0.78, 0.50)],
    [(0.68, 0.30), (0.68, 0.52), (0.67, 0.66), (0.66, 0.76), (0.72, 0.70)],
]
"""Strokes of a hand, in 0..1 of the pad."""
