"""Everything behind the screen on a good day: answers what the session asks of card reader, city, camera and printers.

Knows: effects and the events that answer them. Does not know: how a person works the screen.
"""

from __future__ import annotations

from fake_terminal import FakeTerminal

from kiosk.identity.assurance import Assurance
from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.states import State


def answer(terminal: FakeTerminal) -> None:
    """Answer everything that was asked for since the last time."""
    while terminal.effects:
        effect = terminal.effects.pop(0)
        event = _answer(effect, terminal)
        if event is not None:
            terminal.handle(event)
    _scan(terminal)


def _answer(effect: fx.Effect, terminal: FakeTerminal) -> ev.Event | None:
    number = terminal.session.number
    match effect:
        case fx.WatchCard(on=True) if terminal.session.state is State.IDENTIFY:
            return ev.CardRead(number)
        case fx.CheckPin():
            return ev.PinAccepted(number)
        case fx.SendCode():
            return ev.CodeSent(number)
        case fx.CheckCode():
            return ev.CodeAccepted(number, Assurance.CARD_CODE)
        case fx.FindCases():
            return ev.CasesFound(number)
        case fx.BeginSupplement():
            terminal.materials.want("address_proof", "work_proof")
            return None
        case fx.SubmitCase():
            return ev.Stored(number)
        case fx.PrintReceipt():
            return ev.ReceiptPrinted(number)
        case fx.RequestCertificate():
            return ev.CertificateReady(number)
        case fx.PrintCertificate():
            return ev.PagesPrinted(number)
        case fx.CheckHolding():
            return ev.HoldingChecked(number, None)
        case _:
            return None


def _scan(terminal: FakeTerminal) -> None:
    """A page that was asked for is taken; the camera is left when it was the last one."""
    while ("capture",) in terminal.calls:
        terminal.calls.remove(("capture",))
        if terminal.materials.lay(terminal.session.material):
            terminal.handle(ev.MaterialCaptured(terminal.session.number))
