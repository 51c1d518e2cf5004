"""Help: the number that a person types to be called back at, and the wish that the outbox keeps like a submission.

Knows: which numbers can be called, that the wish names the person where a card was read, so that the answer finds them.
Does not know: who calls, or what stands on the screen.
"""

from __future__ import annotations

import functools
import re
import uuid

from kiosk.city.sealed import CALL_BACK, CallBack
from kiosk.events import Fact
from kiosk.identity import numbers
from kiosk.journeys.context import Context
from kiosk.journeys.identify import key_of
from kiosk.session import events as ev
from offline_queue import Conflict, CustodyError, Put, QueueError, Row

LONGEST = 12
"""Digits of a landline with its area code; a mobile number has eleven."""
_LANDLINE = re.compile(r"0\d{9,11}|[2-9]\d{6,7}")
_SHORTEST = {"1": ("help.number.mobile_short", 11), "0": ("help.number.area_short", 10)}
_SHORTEST_LOCAL = ("help.number.landline_short", 7)
"""What to say while there are fewer digits than that, by the first one."""


class HelpDesk:
    """The call-back of the present session."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def number(self) -> str:
        """What was typed so far."""
        return self._context.vault.call_back

    @property
    def complete(self) -> bool:
        """Say whether this is a number that can be called: a mobile, or a landline with or without its area code."""
        number = self.number
        return isinstance(numbers.mobile(number), numbers.Number) or _LANDLINE.fullmatch(number) is not None

    @property
    def problem(self) -> tuple[str, int]:
        """Return why the number cannot be called yet, as message id, and how many digits it lacks at least (0: none).

        The message is empty for a number that can be called, and before the first digit.
        """
        number = self.number
        if not number or self.complete:
            return "", 0
        short, least = _SHORTEST.get(number[0], _SHORTEST_LOCAL)
        if len(number) < least:
            return short, least - len(number)
        return ("help.number.mobile_wrong" if number[0] == "1" else "help.number.landline_long"), 0

    @property
    def called(self) -> str:
        """The number that will be called, of the wish that was kept last."""
        return self._context.vault.called

    def type_digit(self, digit: str) -> None:
        """Take one digit; what is no digit and what is too much is not taken."""
        if len(digit) == 1 and digit in "0123456789" and len(self.number) < LONGEST:
            self._set(self.number + digit)

    def erase_digit(self) -> None:
        """Take the last digit back."""
        self._set(self.number[:-1])

    def _set(self, number: str) -> None:
        self._context.vault.call_back = number
        self._context.vault.call_back_id = ""  # another number is another wish
        self._context.bus.publish(Fact.HELP)
        self._context.handle(ev.Touched())

    def enter(self) -> None:
        """The number is complete."""
        if self.complete:
            self._context.handle(ev.NumberEntered())

    def file(self) -> None:
        """Seal and commit the wish. The answer is `CallBackKept` or `CallBackNotKept`; a second attempt makes no other."""
        context = self._context
        vault, session = context.vault, context.session()
        number, holder = session.number, vault.person
        vault.call_back_id = vault.call_back_id or uuid.uuid4().hex
        submission_id, tag = uuid.UUID(vault.call_back_id), vault.found.tag or None
        make = functools.partial(
            CallBack,
            submission_id=submission_id.hex,
            kiosk=context.enrolment.kiosk,
            step=session.state.value,
            item=session.plan.item_id if session.plan else "",
            phone=vault.call_back,
            applicant=key_of(holder) if holder else None,
            assurance=session.assurance.value,
            assurance_token=vault.token,
            submitted_at=context.clock.now(),
            clock_quality=context.clock.quality().value,
            language=context.language,
        )

        def work() -> Put | Row:
            try:
                return context.outbox.put(
                    lambda own: make(code=own).to_bytes(), (), service=CALL_BACK, submission_id=submission_id,
                    person_tag=tag,
                )  # fmt: skip
            except Conflict:
                # An attempt that the store could not answer for was kept after all, a minute earlier.
                row = context.outbox.row_of(submission_id)
                if row is None:
                    raise
                return row

        def kept(put: Put | Row) -> None:
            context.audit.record("help.call_back_stored", session=number, code=put.code, step=session.state.value)
            if context.session().number == number:
                vault.called, vault.call_back, vault.call_back_id = vault.call_back, "", ""
            context.bus.publish(Fact.OUTBOX)
            context.handle(ev.CallBackKept(number, put.code))

        def failed(error: Exception) -> None:
            context.handle(ev.CallBackNotKept(number))
            if not isinstance(error, QueueError) or isinstance(error, CustodyError):
                raise error
            context.audit.record("help.call_back_refused", "failure", session=number, reason=error.code)

        context.store_work.run(work, kept, failed)
