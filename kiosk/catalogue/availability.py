"""Whether an item can be done here and now, told before the first question.

Knows: an item's needs against the state of devices, line and store, and the levels of assurance that can be reached.
Does not know: how any of that is found; what people are told (message ids in `kiosk/words`).
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from kiosk.catalogue.models import Need, ServiceItem
from kiosk.identity.assurance import Assurance


@dataclass(frozen=True, slots=True)
class Available:
    """The item can be done, at this level of assurance; `weaker` marks a case for confirmation in person."""

    assurance: Assurance
    weaker: bool = False


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The item cannot be done now: why, and what a person can do instead (message ids)."""

    reason_id: str
    next_step_id: str


def availability(
    item: ServiceItem,
    health: Mapping[Need, bool],
    line_up: bool,
    reachable_assurance: AbstractSet[Assurance],
    *,
    room: bool = True,
) -> Available | Unavailable:
    """Say whether `item` can be done now; a device that `health` does not name counts as broken.

    `reachable_assurance` are the levels that this terminal can reach with the line up. Without the line no code can be
    sent, so only an item's offline level remains, unless a clerk stands there. `room`: the store would take another
    submission.
    """
    if not item.available:
        return Unavailable(item.unavailable_reason or "", item.unavailable_next_step or "")
    if not room and not item.prints:
        return Unavailable("form.unavailable.store", "form.next.other_terminal")
    for need in item.needs:
        if need is not Need.LINE and not health.get(need, False):
            return Unavailable(f"form.unavailable.{need.value}", "form.next.other_terminal")
    if not line_up and Need.LINE in item.needs:
        return Unavailable("form.unavailable.line", "form.next.later")
    clerk = Assurance.CARD_CLERK in reachable_assurance
    code_without_line = item.assurance is Assurance.CARD_CODE and not line_up and not clerk
    if item.assurance in reachable_assurance | {Assurance.NONE} and not code_without_line:
        return Available(item.assurance)
    weaker = item.offline_assurance
    if not line_up and weaker is not None and weaker in reachable_assurance:
        return Available(weaker, weaker=True)
    return Unavailable("form.unavailable.assurance", "form.next.window")
