"""The bus of facts: in order, never nested, and silent for who has gone."""

from __future__ import annotations

from kiosk.dispatch import QueueDispatcher
from kiosk.events import Bus, Fact


def test_a_fact_waits_for_the_dispatcher() -> None:
    """Publishing returns before anybody hears of it."""
    home = QueueDispatcher()
    bus, heard = Bus(home), list[str]()
    bus.subscribe(Fact.FORM, lambda: heard.append("form"))
    bus.publish(Fact.FORM)
    assert heard == []
    assert home.run_pending() == 1
    assert heard == ["form"]


def test_only_those_who_asked_hear_it_in_their_order() -> None:
    """Listeners of another fact hear nothing; those of one fact hear it in the order they came."""
    home = QueueDispatcher()
    bus, heard = Bus(home), list[str]()
    bus.subscribe(Fact.FORM, lambda: heard.append("a"))
    bus.subscribe(Fact.FORM, lambda: heard.append("b"))
    bus.subscribe(Fact.LINE, lambda: heard.append("line"))
    bus.publish(Fact.FORM)
    home.run_pending()
    assert heard == ["a", "b"]


def test_a_fact_published_by_a_listener_follows() -> None:
    """Facts are never nested: every listener has heard the first before the second begins."""
    home = QueueDispatcher()
    bus, heard = Bus(home), list[str]()

    def first() -> None:
        bus.publish(Fact.CASE)
        heard.append("first")

    bus.subscribe(Fact.FORM, first)
    bus.subscribe(Fact.FORM, lambda: heard.append("second"))
    bus.subscribe(Fact.CASE, lambda: heard.append("case"))
    bus.publish(Fact.FORM)
    home.run_pending()
    assert heard == ["first", "second", "case"]


def test_who_has_gone_hears_nothing_more() -> None:
    """A screen that was taken down is not called, even for a fact that waited already; undoing twice is harmless."""
    home = QueueDispatcher()
    bus, heard = Bus(home), list[str]()
    undo = bus.subscribe(Fact.FORM, lambda: heard.append("gone"))
    bus.publish(Fact.FORM)
    undo()
    undo()
    home.run_pending()
    assert heard == []


def test_a_listener_can_send_another_away() -> None:
    """Whoever is undone by an earlier listener of the same fact is not called for it."""
    home = QueueDispatcher()
    bus, heard = Bus(home), list[str]()
    later = list[object]()

    def first() -> None:
        undo()
        later.append("ran")

    bus.subscribe(Fact.FORM, first)
    undo = bus.subscribe(Fact.FORM, lambda: heard.append("second"))
    bus.publish(Fact.FORM)
    home.run_pending()
    assert (later, heard) == (["ran"], [])


def test_one_listener_may_listen_twice() -> None:
    """Two subscriptions are two; undoing one leaves the other."""
    home = QueueDispatcher()
    bus, heard = Bus(home), list[int]()

    def listen() -> None:
        heard.append(1)

    undo = bus.subscribe(Fact.FORM, listen)
    bus.subscribe(Fact.FORM, listen)
    undo()
    bus.publish(Fact.FORM)
    home.run_pending()
    assert heard == [1]
