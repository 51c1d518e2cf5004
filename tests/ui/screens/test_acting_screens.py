"""For whom, by touch: the way that most people go is not made longer, and what is refused is grey with its reason."""

from __future__ import annotations

from typing import Any

from kiosk.identity.acting import Capacity
from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.states import State


def test_for_oneself_nothing_is_asked(stand: Any) -> None:
    """The guide's main button leads on as ever."""
    stand.terminal.show(State.GUIDE)
    stand.settle()
    stand.tap("foot_main")
    assert stand.terminal.session.state is State.CONSENT
    assert stand.terminal.session.capacity is Capacity.SELF


def test_what_is_for_the_person_alone_is_grey_with_its_reason(stand: Any) -> None:
    """The guide says why before the first question, and a press leads nowhere."""
    item = stand.terminal.catalogue.item("social_participation_cert")
    stand.terminal.show(State.GUIDE, plan=stand.terminal.plan(item))
    stand.settle()
    tile = stand.item("guide_other")
    assert not tile.property("available")
    assert tile.property("hint") == "这件事只能本人来办，不能代办。"
    stand.tap("guide_other")
    assert stand.terminal.session.state is State.GUIDE


def test_somebody_who_was_asked_by_touch(stand: Any) -> None:
    """One touch in the guide, one for the capacity; then name and number, the relation, the mandate, and the form."""
    stand.terminal.show(State.GUIDE)
    stand.settle()
    stand.tap("guide_other")
    stand.tap("whom_asked")
    session = stand.terminal.session
    assert (session.state, session.capacity) == (State.CONSENT, Capacity.ASKED)
    stand.terminal.show(State.PRINCIPAL)
    stand.settle()
    stand.tap("foot_main")
    assert set(stand.terminal.acting.problems) == {"name", "number"}
    for field, text in (("name", "测试乙"), ("number", "990000195801010025")):
        stand.terminal.acting.write(field, text)
    stand.tap("foot_main")
    assert stand.terminal.session.state is State.RELATION
    stand.settle()
    stand.tap("foot_main")  # nothing is chosen yet: it says so and stays
    assert stand.terminal.session.state is State.RELATION
    stand.tap("choice_spouse")
    stand.tap("print_mandate")
    assert fx.PrintMandate() in stand.terminal.effects
    stand.terminal.handle(ev.MandatePrinted(stand.terminal.session.number))
    stand.settle()
    stand.tap("foot_main")
    assert stand.terminal.session.state is State.FORM


def test_a_guardian_has_to_tick_the_consent(stand: Any) -> None:
    """The relation alone is not enough for a small child."""
    stand.terminal.acting.needs_consent = True
    stand.terminal.show(State.RELATION, capacity=Capacity.CHILD)
    stand.settle()
    stand.tap("choice_parent")
    stand.tap("foot_main")
    assert stand.terminal.session.state is State.RELATION
    stand.tap("guardian_consent")
    stand.tap("foot_main")
    assert stand.terminal.session.state is State.FORM


def test_the_form_says_whose_it_is_and_who_acts(stand: Any) -> None:
    """The card above the form is the other person's; it is shown in full only while a finger presses."""
    stand.terminal.show(State.FORM, capacity=Capacity.ASKED)
    stand.settle()
    assert stand.item("person_name").property("text") == "测*乙"
    stand.terminal.show(State.FORM)
    stand.settle()
    assert stand.item("person_name").property("text") == "测*"


def test_what_is_missing_may_come_later_where_it_says_so(stand: Any) -> None:
    """One touch; then the list says by when, and the way on opens once the rest is here."""
    stand.terminal.show(State.MATERIALS)
    stand.settle()
    assert stand.find("later_address_proof") is None
    stand.tap("later_work_proof")
    stand.settle()
    assert stand.find("later_work_proof") is None
    assert not stand.terminal.materials.complete
    stand.terminal.materials.finish()
    stand.settle()
    stand.tap("foot_main")
    assert stand.terminal.session.state is State.SIGN
