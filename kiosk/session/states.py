"""What a session can be in: its states, and the facts that stand in it.

Knows: names and invariants. Does not know: how one state follows another (`machine`), or any personal data: names,
answers and pictures live in the vault of `kiosk.journeys`, and only flags about them stand here.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from kiosk.identity.acting import Capacity
from kiosk.identity.assurance import Assurance


class State(enum.StrEnum):
    """Screens and waits. The values name screens and stand in the audit log."""

    ATTRACT = "attract"
    HOME = "home"
    GUIDE = "guide"
    FOR_WHOM = "for_whom"
    CONSENT = "consent"
    IDENTIFY = "identify"
    ATTEST = "attest"
    """The clerk who helps says whether this is the card's holder."""
    CODE = "code"
    AGAIN = "again"
    CASES = "cases"
    CASE = "case"
    WITHDRAW = "withdraw"
    PRINCIPAL = "principal"
    """Whom somebody acts for: their card or their number."""
    RELATION = "relation"
    FORM = "form"
    MATERIALS = "materials"
    CAPTURE = "capture"
    SIGN = "sign"
    REVIEW = "review"
    CONFIRM = "confirm"
    """The resident whom a clerk helped says that it is right."""
    SUBMIT = "submit"
    OUTCOME = "outcome"
    CHOOSE = "choose"
    PREPARE = "prepare"
    PREVIEW = "preview"
    PRINT = "print"
    TAKEN = "taken"
    GUARD = "guard"
    STAFF_PIN = "staff_pin"
    STAFF = "staff"
    DESK = "desk"
    """A clerk has signed in to help residents, and the next one may come."""
    OUT_OF_SERVICE = "out_of_service"


class Journey(enum.StrEnum):
    """What the citizen came for."""

    APPLY = "apply"
    CERTIFICATE = "certificate"
    CASES = "cases"
    SUPPLEMENT = "supplement"
    """To bring what a case of theirs waits for; begun from the case."""


class Device(enum.StrEnum):
    """Kinds of device that a step can depend on; the names are those of the packages under `devices`."""

    ID_CARD = "id_card"
    SMART_CARD = "smart_card"
    DOCUMENT_CAMERA = "document_camera"
    RECEIPT_PRINTER = "receipt_printer"
    PAGE_PRINTER = "page_printer"
    CODE_READER = "code_reader"
    PAGE_SCANNER = "page_scanner"


class Promise(enum.StrEnum):
    """How far a submission got: the three honest words, on screen, on paper and in data."""

    NONE = "none"
    KEPT = "kept"
    RECEIVED = "received"
    ACCEPTED = "accepted"


class Choice(enum.StrEnum):
    """What a citizen can answer to trouble."""

    RETRY = "retry"
    SKIP = "skip"
    CHANGE = "change"
    """Go back to what was chosen, and choose otherwise."""
    LEAVE = "leave"


class Taken(enum.StrEnum):
    """The evidence that paper was taken: never more than was known."""

    SENSOR = "sensor"
    SAID = "said"
    UNKNOWN = "unknown"


class Helping(enum.StrEnum):
    """What of the help stands over the present step, which waits behind it untouched."""

    NONE = ""
    OPEN = "open"
    PHONE = "phone"
    """A number to be called back at is typed."""
    FILING = "filing"
    FILED = "filed"
    REFUSED = "refused"


class Hand(enum.StrEnum):
    """Who enters what is entered, where a clerk helps."""

    RESIDENT = "resident"
    CLERK = "clerk"


class Assent(enum.StrEnum):
    """How a resident confirmed what a clerk helped with."""

    CARD = "card"
    """Their card was lifted and laid down again."""
    TOUCH = "touch"


class Holding(enum.StrEnum):
    """What the hardware still holds of the person."""

    CARD = "card"
    CARD_UNKNOWN = "card_unknown"
    """A reader that cannot see a card which was already read: the person is asked."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that the person should know, laid over the current state with what can be done next."""

    message_id: str
    choices: tuple[Choice, ...] = (Choice.RETRY, Choice.LEAVE)
    device: Device | None = None
    """Set when the trouble ends by itself as soon as this device is back."""
    detail: str = ""
    """A figure for the message's one placeholder (tries left, minutes), never personal data."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the chosen service item asks of the session."""

    item_id: str
    journey: Journey
    assurance: Assurance
    offline_assurance: Assurance | None = None
    """What suffices while the line is down, where the item's own data says so."""
    agents: bool = False
    """Somebody may act for another person."""
    collects: bool = False
    """Of the person's cases those count that want something, or have a result ready."""


@dataclass(frozen=True, slots=True)
class Session:
    """Everything that decides what may happen next. Frozen: a step makes a new one."""

    state: State = State.ATTRACT
    number: int = 0
    """Counts sessions; results of an earlier session carry its number and are dropped."""
    plan: Plan | None = None
    came_for: Plan | None = None
    """What the person came for before they turned to something that they found on the way; *back* leads to it."""
    capacity: Capacity = Capacity.SELF
    """For whom the person acts; who the other one is stands in the vault."""
    assurance: Assurance = Assurance.NONE
    personal: bool = False
    """Personal data has been shown: the short idle time applies and the end wipes."""
    elder: bool = False
    """Slower time; offered, never forced."""
    elder_offered: bool = False
    trouble: Trouble | None = None
    leaving: bool = False
    """The question *leave?* stands on the screen."""
    warned: bool = False
    """The idle count-down runs."""
    busy: bool = False
    """An effect is under way and its answer will move the session."""
    page: int = 0
    """Form page, from 0."""
    editing: bool = False
    """Came from the review for one correction and goes back there."""
    material: str = ""
    helping: Helping = Helping.NONE
    call_back: str = ""
    """The code of the call-back that was asked for; like a case's it is not personal."""
    again: bool = False
    """The same card handed in the same service here, and it still waits."""
    case: str = ""
    """The code of the case that is looked at; not personal, it stands on a receipt."""
    promise: Promise = Promise.NONE
    notice: str = ""
    """Message id of what the person must know of the submission that was kept."""
    rated: int = 0
    """The grade that was given, 1 to 5; 0 for none: nobody has to."""
    rating_kept: bool | None = None
    """None while unknown or not given."""
    receipt_printed: bool | None = None
    """None while unknown or printing."""
    certificate_printed: bool = False
    holding: Holding | None = None
    guard_stage: int = 0
    """0, 1, 2 at 0, 5 and 10 s; 3 when the station is alarmed at 60 s."""
    clerk: bool = False
    """A clerk is signed in for helping: the next person is theirs too."""
    assisted: bool = False
    """A clerk helps, or helped, this person; it stays true when the clerk's card is pulled."""
    hand: Hand = Hand.RESIDENT
    training: bool = False
    """Somebody practises: nothing of it is real, and every screen and paper says so."""
    assented: bool = False
    """The resident confirmed what stands in the review."""
    lost: frozenset[Device] = field(default_factory=frozenset)
    line_up: bool = True
    stopping: bool = False
    fault: str = ""
    """Why the terminal is out of service: a code of `kiosk.faults`."""

    @property
    def agrees_by_card(self) -> bool:
        """Laying the card is the consent: of one's own certificate, and never by a clerk's hand."""
        return not self.assisted and self.plan is not None and self.plan.journey is Journey.CERTIFICATE


CALLABLE: frozenset[State] = frozenset(State) - {
    State.ATTRACT, State.SUBMIT, State.GUARD, State.STAFF_PIN, State.STAFF, State.DESK, State.OUT_OF_SERVICE
}  # fmt: skip
"""States in which a call back can be asked for: somebody is there, and the store is not just now at work or broken."""

NEEDS: dict[State, frozenset[Device]] = {
    State.IDENTIFY: frozenset({Device.ID_CARD}),
    State.CAPTURE: frozenset({Device.DOCUMENT_CAMERA}),
    State.PRINT: frozenset({Device.PAGE_PRINTER}),
}
"""Which states cannot go on without which device."""

READING: frozenset[State] = frozenset({State.IDENTIFY, State.PRINCIPAL})
"""States that wait for a card. The second can go on without the reader: a number can be given instead."""

BEFORE_CARD: frozenset[State] = frozenset({State.HOME, State.GUIDE, State.FOR_WHOM, State.CONSENT})
"""States of a visit in which no card was read: ending them leaves nothing to take."""

ENDING: frozenset[State] = frozenset(
    {State.SUBMIT, State.OUTCOME, State.PREPARE, State.PRINT, State.TAKEN, State.GUARD}
)
"""States whose work a stop lets finish."""

STAFFED: frozenset[State] = frozenset({State.STAFF_PIN, State.STAFF})
"""States that a staff card in the reader holds open."""

PASSED_OVER: frozenset[State] = frozenset(
    {
        State.GUIDE, State.FOR_WHOM, State.CONSENT, State.PRINCIPAL, State.RELATION,
        State.FORM, State.MATERIALS, State.CAPTURE, State.REVIEW,
    }
)
"""States in which clerk and resident can pass the screen to one another."""

IDLE: frozenset[State] = frozenset({State.ATTRACT, State.HOME, State.OUT_OF_SERVICE})
"""States in which no person's work is under way."""
