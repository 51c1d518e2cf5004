"""What can happen to a session: past-tense facts. They carry no personal data."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.identity.acting import Capacity
from kiosk.identity.assurance import Assurance
from kiosk.session.states import Choice, Device, Hand, Holding, Plan, State, Taken
from kiosk.session.timeouts import Timer


@dataclass(frozen=True, slots=True)
class Started:
    """Somebody touched the attract screen."""


@dataclass(frozen=True, slots=True)
class ItemChosen:
    """A service item was chosen on the home screen."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class ForAnotherAsked:
    """It is to be done for somebody else."""


@dataclass(frozen=True, slots=True)
class ForWhomChosen:
    """For whom it is to be done."""

    capacity: Capacity


@dataclass(frozen=True, slots=True)
class PrincipalKnown:
    """Whom the person acts for is in the vault, by their card or by their number."""

    session: int


@dataclass(frozen=True, slots=True)
class RelationAnswered:
    """How the two belong together is in the vault, with a guardian's consent where one is needed."""


@dataclass(frozen=True, slots=True)
class MandateAsked:
    """The mandate is wanted on paper, to be signed."""


@dataclass(frozen=True, slots=True)
class MandatePrinted:
    """The printer confirmed the whole mandate."""

    session: int


@dataclass(frozen=True, slots=True)
class MandateNotPrinted:
    """The mandate did not come out whole."""

    session: int
    message_id: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The main action of the current screen was pressed (begin, agree, hand in, print, done)."""


@dataclass(frozen=True, slots=True)
class BackPressed:
    """*Back* was pressed."""


@dataclass(frozen=True, slots=True)
class CancelPressed:
    """*End* was pressed."""


@dataclass(frozen=True, slots=True)
class LeaveAnswered:
    """The question *leave?* was answered."""

    leave: bool


@dataclass(frozen=True, slots=True)
class TroubleAnswered:
    """A choice of the trouble notice was pressed."""

    choice: Choice


@dataclass(frozen=True, slots=True)
class Touched:
    """Any sign of life: a touch, a key, a page moved under the camera."""


@dataclass(frozen=True, slots=True)
class ElderAnswered:
    """Elder mode was accepted or declined, or switched by hand."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class HelpAsked:
    """*Help* was pressed."""


@dataclass(frozen=True, slots=True)
class HelpClosed:
    """Back from the help to the step, or from the number to the help."""


@dataclass(frozen=True, slots=True)
class CallBackAsked:
    """Somebody is to call the person back."""


@dataclass(frozen=True, slots=True)
class NumberEntered:
    """The number to call is complete; it is in the vault."""


@dataclass(frozen=True, slots=True)
class CallBackKept:
    """The wish to be called is on stable storage."""

    session: int
    code: str


@dataclass(frozen=True, slots=True)
class CallBackNotKept:
    """The wish could not be kept; nothing was promised."""

    session: int


@dataclass(frozen=True, slots=True)
class CardRead:
    """A valid card was read and the person is in the vault."""

    session: int
    elder: bool = False
    again: bool = False
    """The same card handed in the same service here, and the city has not received it yet."""


@dataclass(frozen=True, slots=True)
class CardRefused:
    """A card lies there but cannot be used; the message id says why and what to do."""

    session: int
    message_id: str


@dataclass(frozen=True, slots=True)
class CodeSent:
    """The message gateway took the one-time code."""

    session: int


@dataclass(frozen=True, slots=True)
class CodeNotSent:
    """No code could be sent. `line` is true when only the line is missing."""

    session: int
    message_id: str
    line: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CodeEntered:
    """Six digits were typed; they are in the vault."""


@dataclass(frozen=True, slots=True)
class CodeAccepted:
    """Central confirmed the code."""

    session: int
    assurance: Assurance


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """Wrong, late or used code, or no answer."""

    session: int
    message_id: str
    final: bool = False
    """True when this code is dead and a new one must be asked for."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PageAnswered:
    """A form page is complete and valid; `next_page` is None after the last."""

    next_page: int | None
    materials_complete: bool = False
    """Every material that the answers ask for is already here (a correction can ask for another one)."""


@dataclass(frozen=True, slots=True)
class FieldReopened:
    """A line of the review was pressed."""

    state: State
    page: int = 0
    material: str = ""


@dataclass(frozen=True, slots=True)
class MaterialOpened:
    """A material was chosen to be laid under the camera."""

    material: str


@dataclass(frozen=True, slots=True)
class MaterialCaptured:
    """The open material has all the pages it can take."""

    session: int


@dataclass(frozen=True, slots=True)
class Stored:
    """The outbox has the submission on stable storage."""

    session: int
    notice: str = ""
    """Message id of what the person must know of it, if anything."""


@dataclass(frozen=True, slots=True)
class NotStored:
    """The outbox refused; nothing was promised and nothing is lost from the session."""

    session: int
    message_id: str


@dataclass(frozen=True, slots=True)
class ReceiptPrinted:
    """The receipt printer confirmed the whole receipt."""

    session: int


@dataclass(frozen=True, slots=True)
class ReceiptNotPrinted:
    """The receipt did not come out whole."""

    session: int
    message_id: str


@dataclass(frozen=True, slots=True)
class Rated:
    """One of the five grades was touched: 5 very content, 1 not at all."""

    grade: int


@dataclass(frozen=True, slots=True)
class RatingKept:
    """The grade is on stable storage."""

    session: int


@dataclass(frozen=True, slots=True)
class RatingNotKept:
    """The grade could not be kept; nothing else depends on it."""

    session: int


@dataclass(frozen=True, slots=True)
class CityReceived:
    """The platform's signed receipt for this session's submission is stored."""

    session: int


@dataclass(frozen=True, slots=True)
class CasesFound:
    """What waits here of this person is known; what the city says may still come."""

    session: int


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """A case of the list was pressed."""

    code: str


@dataclass(frozen=True, slots=True)
class ReprintAsked:
    """The receipt of the open case is wanted again."""


@dataclass(frozen=True, slots=True)
class WithdrawAsked:
    """The open case is to be withdrawn; the person is asked once more."""


@dataclass(frozen=True, slots=True)
class SupplementAsked:
    """What the open case waits for is to be brought now."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class ResultAsked:
    """The result of the open case is to be printed here."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The withdrawal is on stable storage, behind the case itself."""

    session: int


@dataclass(frozen=True, slots=True)
class NotWithdrawn:
    """The withdrawal could not be kept; the case is as it was."""

    session: int
    message_id: str


@dataclass(frozen=True, slots=True)
class CertificateReady:
    """A certificate was issued, its signature and subject were checked, and its preview is drawn."""

    session: int


@dataclass(frozen=True, slots=True)
class CertificateRefused:
    """No certificate: refused by the city, unreachable, or not this person's.

    `page`: of the form, where what brought this answer was chosen; None where the same may be asked again.
    """

    session: int
    message_id: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class PagesPrinted:
    """The page printer confirmed the job."""

    session: int


@dataclass(frozen=True, slots=True)
class PagesNotPrinted:
    """The job stopped or ended without paper."""

    session: int
    message_id: str
    waiting: bool = False
    """True while the printer keeps the job and only needs paper."""
    unsure: bool = False
    """True when a page may have come out all the same: it is not sent again by itself."""


@dataclass(frozen=True, slots=True)
class PrinterRefilled:
    """The printer that was waiting for paper goes on by itself."""

    session: int


@dataclass(frozen=True, slots=True)
class PaperTaken:
    """The person has the paper, as far as `evidence` goes."""

    evidence: Taken


@dataclass(frozen=True, slots=True)
class HoldingChecked:
    """The hardware said what it still holds."""

    session: int
    holding: Holding | None


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A timer ran out. A late one names a state that is no longer there and is ignored."""

    session: int
    state: State
    timer: Timer


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """A device cannot be used."""

    device: Device


@dataclass(frozen=True, slots=True)
class DeviceBack:
    """A device can be used again."""

    device: Device


@dataclass(frozen=True, slots=True)
class LineChanged:
    """The line to the city came up or went down."""

    up: bool


@dataclass(frozen=True, slots=True)
class StaffCardShown:
    """A staff card proved itself; its PIN is still to come."""


@dataclass(frozen=True, slots=True)
class StaffCardRefused:
    """A card in the staff reader was read and opens nothing here; the message says why and whom to call."""

    message_id: str
    detail: str = ""
    """The number that the card says of itself, or the code of what failed."""


@dataclass(frozen=True, slots=True)
class PinEntered:
    """The staff card's PIN was typed; it is in the vault."""


@dataclass(frozen=True, slots=True)
class PinAccepted:
    """It is the card's."""

    session: int


@dataclass(frozen=True, slots=True)
class PinRefused:
    """It is not, or nothing is tried now; the message says which."""

    session: int
    message_id: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StaffCardRemoved:
    """The staff card is gone."""


@dataclass(frozen=True, slots=True)
class AssistingBegun:
    """The clerk who is signed in will help residents, one after the other."""


@dataclass(frozen=True, slots=True)
class StaffPagesAsked:
    """From between two residents back to the staff pages."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """From now on the other one enters: the resident, or the clerk again."""

    to: Hand


@dataclass(frozen=True, slots=True)
class Attested:
    """The clerk compared the person with the card: it is its holder, or that is not sure."""

    holds: bool


@dataclass(frozen=True, slots=True)
class CardShownAgain:
    """The same card was lifted and laid down again, for a yes."""

    session: int


@dataclass(frozen=True, slots=True)
class TrainingBegun:
    """From now on everything is practice."""


@dataclass(frozen=True, slots=True)
class TrainingEnded:
    """Practice is over."""


@dataclass(frozen=True, slots=True)
class PracticeBegun:
    """Whoever practises begins a visit as a resident would."""


@dataclass(frozen=True, slots=True)
class StopRequested:
    """The terminal is being stopped."""


@dataclass(frozen=True, slots=True)
class FaultRaised:
    """Something that no citizen can mend; a code of `kiosk.faults`."""

    code: str


@dataclass(frozen=True, slots=True)
class FaultCleared:
    """The terminal can serve again."""


Event = (
    Started | ItemChosen | ForAnotherAsked | ForWhomChosen | PrincipalKnown | RelationAnswered | MandateAsked
    | MandatePrinted | MandateNotPrinted
    | Confirmed | BackPressed | CancelPressed | LeaveAnswered | TroubleAnswered | Touched
    | ElderAnswered | HelpAsked | HelpClosed | CallBackAsked | NumberEntered | CallBackKept | CallBackNotKept
    | CardRead | CardRefused | CodeSent | CodeNotSent | CodeEntered | CodeAccepted | CodeRefused
    | PageAnswered | FieldReopened | MaterialOpened | MaterialCaptured | Stored | NotStored | ReceiptPrinted
    | ReceiptNotPrinted | CityReceived | CasesFound | CaseOpened | ReprintAsked | WithdrawAsked | Withdrawn | NotWithdrawn
    | SupplementAsked | ResultAsked
    | Rated | RatingKept | RatingNotKept
    | CertificateReady | CertificateRefused | PagesPrinted | PagesNotPrinted
    | PrinterRefilled | PaperTaken | HoldingChecked | TimedOut | DeviceLost | DeviceBack | LineChanged | StaffCardShown
    | StaffCardRefused | StaffCardRemoved | PinEntered | PinAccepted | PinRefused
    | AssistingBegun | StaffPagesAsked | HandedOver | Attested | CardShownAgain
    | TrainingBegun | TrainingEnded | PracticeBegun
    | StopRequested | FaultRaised | FaultCleared
)  # fmt: skip
