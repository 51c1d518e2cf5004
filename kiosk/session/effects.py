"""What the machine asks to be done. Data only; `kiosk.journeys` does it and answers with events."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.session.states import Assent, Hand, State, Taken


@dataclass(frozen=True, slots=True)
class WatchCard:
    """Wait for a card and read it. `anew`: one that lies there already has to be laid again, since that says something."""

    on: bool
    anew: bool = False


@dataclass(frozen=True, slots=True)
class SendCode:
    """Ask central for a one-time code to the person's registered phone."""


@dataclass(frozen=True, slots=True)
class CheckCode:
    """Have central check the digits in the vault."""


@dataclass(frozen=True, slots=True)
class PrintMandate:
    """Print the mandate for the person who asked, to be signed."""


@dataclass(frozen=True, slots=True)
class PrepareForm:
    """Prefill the form from the card and what is known."""


@dataclass(frozen=True, slots=True)
class OpenCamera:
    """Show the camera for this material."""

    material: str


@dataclass(frozen=True, slots=True)
class CloseCamera:
    """Stop the preview."""


@dataclass(frozen=True, slots=True)
class SubmitCase:
    """Seal and commit the submission to the outbox."""


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """Print the receipt of the committed submission, from the start."""


@dataclass(frozen=True, slots=True)
class FindCases:
    """Find what waits here of the card's holder, and ask the city for the rest."""


@dataclass(frozen=True, slots=True)
class ReprintReceipt:
    """Print the receipt of the open case once more."""


@dataclass(frozen=True, slots=True)
class BeginSupplement:
    """Note what the open case waits for: that, and nothing else, is brought."""


@dataclass(frozen=True, slots=True)
class WithdrawCase:
    """Seal and commit the withdrawal of the open case to the outbox."""


@dataclass(frozen=True, slots=True)
class FileCallBack:
    """Seal and commit the wish to be called back to the outbox."""


@dataclass(frozen=True, slots=True)
class FileRating:
    """Seal and commit a grade (1 to 5) of what has just been done to the outbox."""

    grade: int


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Judge the PIN in the vault against the staff card's."""


@dataclass(frozen=True, slots=True)
class BeginAssisted:
    """Note whose help this is."""


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """Note who ticked the consents, and that they were."""

    by: Hand


@dataclass(frozen=True, slots=True)
class RecordAttested:
    """Write down what the clerk said of the person and the card."""

    holds: bool


@dataclass(frozen=True, slots=True)
class WatchAssent:
    """Wait for the person's card to be lifted and laid down again."""

    on: bool


@dataclass(frozen=True, slots=True)
class RecordAssent:
    """Note that the resident confirmed, and how."""

    how: Assent


@dataclass(frozen=True, slots=True)
class Train:
    """Put practice between the terminal and the outbox, the city and the devices, or take it away again."""

    on: bool


@dataclass(frozen=True, slots=True)
class RequestCertificate:
    """Have central issue the certificate and check what comes."""


@dataclass(frozen=True, slots=True)
class PrintCertificate:
    """Send the checked certificate to the page printer."""


@dataclass(frozen=True, slots=True)
class CancelPrint:
    """Cancel the page printer's job, if any."""


@dataclass(frozen=True, slots=True)
class RecordTaken:
    """Write into the print journal that the paper was taken, with its evidence."""

    evidence: Taken


@dataclass(frozen=True, slots=True)
class CheckHolding:
    """Ask the hardware what it still holds."""


@dataclass(frozen=True, slots=True)
class AlarmStation:
    """Report a card or paper that nobody takes."""


@dataclass(frozen=True, slots=True)
class WipePerson:
    """Forget the person: vault, camera, keyboard, settings."""


@dataclass(frozen=True, slots=True)
class Quit:
    """Every citizen is served: the program may end."""


@dataclass(frozen=True, slots=True)
class Record:
    """Write an audit event: a transition."""

    before: State
    after: State
    event: str


Effect = (
    WatchCard | SendCode | CheckCode | PrintMandate | PrepareForm | OpenCamera | CloseCamera | SubmitCase | PrintReceipt
    | FindCases | ReprintReceipt | BeginSupplement | WithdrawCase | FileCallBack | FileRating | CheckPin
    | BeginAssisted | RecordConsent | RecordAttested | WatchAssent | RecordAssent | Train
    | RequestCertificate | PrintCertificate | CancelPrint | RecordTaken | CheckHolding | AlarmStation | WipePerson
    | Quit | Record
)  # fmt: skip
