"""What the city knows already: a certificate's form begins with the answers that find something.

Knows: which prefilled answers may still be replaced (nobody has changed one, nobody has gone on), and that the item's own
defaults stay where the city does not answer in time. Does not know: registers, or how an answer is judged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.catalogue import forms
from kiosk.catalogue.models import ServiceItem, Source
from kiosk.city.client import PlatformRejected, PlatformUnreachable
from kiosk.city.messages import PrefillAnswer, PrefillRequest
from kiosk.events import Fact
from kiosk.journeys.context import Context
from kiosk.journeys.identify import key_of
from kiosk.session.states import State

DEFAULT = "form.source.default"
CITY = "form.source.city"


class Prefill:
    """Asks the city, and takes what it says where the item's own default still stands."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._asked: int | None = None
        """The session whose answers are under way."""
        self._waiting: list[Callable[[], None]] = []

    def then(self, go_on: Callable[[], None]) -> None:
        """Call `go_on` once the city has answered or has failed to; at once if nothing was asked."""
        if self._asked == self._context.session().number:
            self._waiting.append(go_on)
        else:
            go_on()

    def _answered(self, number: int) -> None:
        if self._asked == number:
            self._asked, waiting, self._waiting = None, self._waiting, []
            for go_on in waiting:
                go_on()

    def ask(self, item: ServiceItem) -> None:
        """Ask for the answers of a certificate's form; nothing is asked for what the city does not print."""
        context = self._context
        person, token, number = context.vault.person, context.vault.token, context.session().number
        if person is None or not token or not item.prints:
            return
        request = PrefillRequest(item=item.id, person=key_of(person), assurance_token=token)

        def ready(answer: PrefillAnswer) -> None:
            if context.vault.person is person and context.session().number == number:
                self._take(item, answer.answers)
            self._answered(number)

        def failed(error: Exception) -> None:
            match error:
                case PlatformUnreachable():
                    context.suspect_line()
                case PlatformRejected():
                    pass  # the defaults stand; what keeps the certificate back is said when it is asked for
                case _:
                    self._answered(number)
                    raise error
            self._answered(number)

        self._asked, self._waiting = number, []
        context.city_work.run(lambda: context.city.prefill(request), ready, failed)

    def _take(self, item: ServiceItem, answers: dict[str, Any]) -> None:
        vault, session = self._context.vault, self._context.session()
        asked = {field.key: field for field in item.fields if field.source is Source.INPUT}
        tidy = {key: forms.normalise(asked[key], value) for key, value in answers.items() if key in asked}
        before_choosing = session.state is State.PREPARE and not vault.touched
        if not before_choosing and (session.state is not State.CHOOSE or session.page != 0):
            return
        if any(key in vault.answers and vault.sources.get(key) != DEFAULT for key in tidy):
            return  # the person was quicker
        wrong = {problem.field for problem in forms.problems(item, {**vault.answers, **tidy}, self._context.today())}
        if wrong & tidy.keys():
            return
        vault.answers.update(tidy)
        vault.sources.update(dict.fromkeys(tidy, CITY))
        self._context.bus.publish(Fact.FORM)
