"""Who the citizen is: the card on the reader, and the one-time code to the registered phone.

Knows: when to read a card and what a usable card is. Does not know: the reader's wire, or which level an item asks for.
"""

from __future__ import annotations

import datetime as dt

from devices.errors import DeviceError
from devices.id_card import CardKind, CardPresent, IdCard, IdCardReader, NoCard, PresenceUnknown, ReadFailed
from devices.supervisor import DeviceReport
from kiosk.city.client import PlatformRejected, PlatformUnreachable
from kiosk.city.messages import CodeAnswer, VerifyAnswer
from kiosk.city.wire import PersonKey
from kiosk.clock import ClockQuality
from kiosk.events import Fact
from kiosk.identity import masking
from kiosk.identity.acting import Capacity
from kiosk.identity.assurance import Assurance
from kiosk.identity.numbers import ForeignNumber, ResidentKind, ResidentNumber, Sex, foreign_card_2017, resident_id
from kiosk.identity.persons import DOCUMENT_TYPES, Person, PersonCard
from kiosk.journeys import my_cases
from kiosk.journeys.acting import ActingDesk
from kiosk.journeys.context import Context
from kiosk.journeys.vault import Found
from kiosk.session import events as ev
from kiosk.session.states import Device, State

ELDER_AGE = 60
CODE_DIGITS = 6
_FINAL_REFUSALS = frozenset({"code_late", "code_used", "code_exhausted", "challenge_unknown"})
_NOT_TAKEN = {
    PersonCard.RESIDENT: "identify.not_with_resident",
    PersonCard.HK_MO_TW: "identify.not_with_hk_mo_tw",
    PersonCard.FOREIGN_2017: "identify.not_with_foreign_2017",
    PersonCard.FOREIGN: "identify.not_with_foreign",
}
"""What is said of a card that the chosen item cannot be done with."""
_NUMBERS_OF = {CardKind.HK_MO_TW: ResidentKind.HK_MO_TW, CardKind.FOREIGN: ResidentKind.FOREIGN_PERMANENT}


def number_holds(card: IdCard, today: dt.date) -> bool:
    """Say whether the number on a card can be right, is one of its kind of card, and names the card's birthday."""
    if card.kind is CardKind.FOREIGN_2017:
        foreign = foreign_card_2017(card.number, today=today)
        return isinstance(foreign, ForeignNumber) and foreign.birth == f"{card.birth:%y%m%d}"
    found = resident_id(card.number, today=today)
    if not isinstance(found, ResidentNumber) or found.birth != card.birth:
        return False
    return found.kind is _NUMBERS_OF.get(card.kind, found.kind)


def person_of(card: IdCard) -> Person:
    """Turn what the card says into a person."""
    return Person(
        name=card.name or card.latin_name,
        document_type=DOCUMENT_TYPES[PersonCard(card.kind)],
        number=card.number,
        sex=Sex(card.sex),
        nation_code=card.nation_code,
        birth=card.birth,
        address=card.address,
        issuer=card.issuer,
        valid_from=card.valid_from,
        valid_to=card.valid_to,
        latin_name=card.latin_name,
        country=card.country,
    )


def key_of(person: Person) -> PersonKey:
    """Return the person as the city's registers are asked for them."""
    return PersonKey(name=person.name, document_type=person.document_type, number=person.number)


class PersonDesk:
    """Reads the card when one is laid down, and handles the code. The screen sees masked values only."""

    def __init__(self, context: Context, acting: ActingDesk) -> None:
        self._context = context
        self._acting = acting
        self._watching = False
        self._reading = False
        self._refused = False
        self._kept_quiet = False
        """A card was refused and must be lifted before it is read again."""
        self._sending = False
        self._laid: int | None = None
        """The last session in which a card was read."""

    # --- the card ----

    def watch(self, *, on: bool, anew: bool = False) -> None:
        """Begin or stop waiting for a card. One that lies there already is read at once, or `anew` has to be laid again."""
        self._watching = on
        self._refused = False
        if on and anew and self._lies_unasked():
            self._refuse(self._context.session().number, "identify.lay_again", "not_laid_anew")
        if on:
            self._look()

    def _lies_unasked(self) -> bool:
        """Say whether a card lies there that nobody has laid for this session."""
        reader = self._context.devices.get(Device.ID_CARD)
        lies = reader is not None and isinstance(reader.report.status, CardPresent)
        return lies and self._laid != self._context.session().number

    def _look(self) -> None:
        reader = self._context.devices.get(Device.ID_CARD)
        if reader is not None:
            self.on_report(reader.report)
            reader.poll_now()

    def on_report(self, report: DeviceReport) -> None:
        """Take a new status of the reader."""
        # A reader that keeps quiet about a card that it has read speaks of the next one only.
        laid_anew = self._kept_quiet and isinstance(report.status, CardPresent)
        self._kept_quiet = isinstance(report.status, PresenceUnknown)
        self._refused = self._refused and not laid_anew
        match report.status:
            case NoCard():
                self._refused = False
            case CardPresent() | PresenceUnknown() if self._watching and not self._reading and not self._refused:
                self._read()
            case _:
                pass

    def _read(self, *, failed: str = "") -> None:
        """Read what lies there; `failed`: why the read just before this one came to nothing."""
        self._reading = True
        number = self._laid = self._context.session().number

        def read(reader: IdCardReader) -> IdCard | NoCard | ReadFailed:
            return reader.read()

        self._context.devices[Device.ID_CARD].submit(read, lambda result: self._on_read(number, result, failed))

    def _on_read(self, number: int, result: IdCard | NoCard | ReadFailed | DeviceError, failed: str) -> None:
        self._reading = False
        if not self._watching:
            return
        if number != self._context.session().number:
            self._look()  # read for somebody who has left: what lies there now is the next person's
            return
        match result:
            case IdCard():
                self._accept(number, result)
            case NoCard() if failed:
                self._refuse(number, "identify.unreadable", failed)  # some readers keep quiet after a read that failed
            case NoCard():
                pass  # lifted meanwhile: the next card is read when it comes
            case ReadFailed(code="id_card.kind_unsupported" as code):
                self._refuse(number, "identify.kind_unsupported", code)
            case ReadFailed(code=code) if not failed:
                self._read(failed=code)  # one disturbance on the wire or in the field is nobody's trouble
            case ReadFailed(code=code):
                self._refuse(number, "identify.unreadable", code)
            case DeviceError(code=code):
                self._refuse(number, "identify.reader_failed", code)

    def _accept(self, number: int, card: IdCard) -> None:
        context = self._context
        if context.clock.quality() is ClockQuality.IMPLAUSIBLE:
            self._refuse(number, "identify.clock", "clock")  # no date on the card can be judged by this clock
            return
        today, session = context.today(), context.session()
        kind = PersonCard(card.kind)
        if session.state is State.PRINCIPAL and self._acting.is_known(card.number):
            self._refused = True  # it lies there since the step before, or from the way back: the screen asks for another
            return
        # whose case it is decides which cards will do
        of_applicant = session.state is State.PRINCIPAL or session.capacity is Capacity.SELF
        if of_applicant and not self._acting.takes(kind):
            self._refuse(number, _NOT_TAKEN[kind], "card_not_taken")
            return
        if not number_holds(card, today):
            self._refuse(number, "identify.bad_number", "number")
            return
        person = person_of(card)
        if not person.document_valid_on(today):
            self._refuse(number, "identify.expired", "expired")
            return
        if session.state is State.PRINCIPAL:
            self._refused = True  # read once: it is read again when it was lifted
            if trouble := self._acting.know(person):
                self._refuse(number, trouble, trouble.removeprefix("acting."))
            return
        if trouble := self._acting.may_come(person):
            self._refuse(number, trouble, trouble.removeprefix("acting."))
            return
        context.vault.person = person
        context.vault.card_kind = str(card.kind)
        context.audit.record("identity.card_read", session=number, card_kind=str(card.kind))
        context.bus.publish(Fact.PERSON)
        self._look_up(number, person, elder=person.age_on(today) >= ELDER_AGE)

    def _look_up(self, number: int, person: Person, *, elder: bool) -> None:
        """Find what waits here of this person, then let them in; a store that cannot say it stops nobody."""
        context = self._context
        self._reading = True  # the card is not read again meanwhile

        def found(result: Found) -> None:
            self._reading = False
            if context.vault.person is person:
                context.vault.found = result
                again = my_cases.waits_already(result, context.session())
                context.handle(ev.CardRead(number, elder=elder, again=again))

        def failed(error: Exception) -> None:
            self._reading = False
            context.handle(ev.CardRead(number, elder=elder))
            raise error

        context.store_work.run(lambda: my_cases.look(context, person), found, failed)

    def _refuse(self, number: int, message_id: str, reason: str) -> None:
        self._refused = True
        self._context.audit.record("identity.card_refused", "failure", session=number, reason=reason)
        self._context.handle(ev.CardRefused(number, message_id))

    # --- the code ----

    def send_code(self) -> None:
        """Ask the city for a one-time code."""
        context = self._context
        person, number = context.vault.person, context.session().number
        if person is None:
            return
        context.vault.digits = ""
        self._sending = True

        def sent(challenge: CodeAnswer) -> None:
            self._sending = False
            if context.vault.person is not person:
                return
            context.vault.challenge = challenge.challenge
            context.vault.phone_masked = challenge.phone_masked
            context.vault.resend_at = context.clock.monotonic() + challenge.resend_after_s
            context.audit.record("identity.code_sent", session=number)
            context.bus.publish(Fact.PERSON)
            context.handle(ev.CodeSent(number))

        def failed(error: Exception) -> None:
            self._sending = False
            match error:
                case PlatformUnreachable():
                    context.suspect_line()
                    context.handle(ev.CodeNotSent(number, "code.line", line=True))
                case PlatformRejected(code=code, retry_after_s=wait):
                    detail = "" if wait is None else str(wait)
                    context.handle(ev.CodeNotSent(number, _code_message(code), detail=detail))
                case _:
                    context.handle(ev.CodeNotSent(number, "code.refused"))
                    raise error

        key = key_of(person)
        context.city_work.run(lambda: context.city.request_code(key), sent, failed)

    def check_code(self) -> None:
        """Have the city check what was typed."""
        context = self._context
        vault, number = context.vault, context.session().number
        person, challenge, digits = vault.person, vault.challenge, vault.digits
        vault.digits = ""

        def confirmed(answer: VerifyAnswer) -> None:
            if person is None or vault.person is not person:
                return
            vault.token = answer.assurance_token
            context.audit.record("identity.code_accepted", session=number, assurance=answer.level)
            context.handle(ev.CodeAccepted(number, Assurance(answer.level)))

        def failed(error: Exception) -> None:
            match error:
                case PlatformUnreachable():
                    context.suspect_line()
                    context.handle(ev.CodeRefused(number, "code.line"))
                case PlatformRejected(code=code, tries_left=left):
                    context.audit.record("identity.code_refused", "failure", session=number, reason=code)
                    tries = "" if left is None else str(left)
                    final = code in _FINAL_REFUSALS
                    context.handle(ev.CodeRefused(number, _code_message(code), final=final, detail=tries))
                case _:
                    context.handle(ev.CodeRefused(number, "code.refused"))
                    raise error
            context.bus.publish(Fact.PERSON)

        context.city_work.run(lambda: context.city.verify_code(challenge, digits), confirmed, failed)
        context.bus.publish(Fact.PERSON)

    # --- what the screen sees ----

    @property
    def masked_name(self) -> str:
        """The name for the screen, masked."""
        person = self._context.vault.person
        return "" if person is None else masking.on_screen(masking.Kind.NAME, person.name)

    @property
    def masked_number(self) -> str:
        """The document number for the screen, masked."""
        person = self._context.vault.person
        return "" if person is None else masking.on_screen(masking.Kind.ID_NUMBER, person.number)

    @property
    def masked_phone(self) -> str:
        """The registered phone as the city masked it."""
        return self._context.vault.phone_masked

    def plain(self, what: str) -> str:
        """Return a value in full: only while the person holds the button."""
        person = self._context.vault.person
        if person is None:
            return ""
        return {"name": person.name, "number": person.number}.get(what, "")

    @property
    def code_digits(self) -> int:
        """How many digits of the code are typed."""
        return len(self._context.vault.digits)

    @property
    def resend_in_s(self) -> int:
        """Seconds until another code may be asked for."""
        return max(0, round(self._context.vault.resend_at - self._context.clock.monotonic()))

    def type_code(self, digit: str) -> None:
        """Take one digit; anything else is not a digit and is ignored."""
        vault = self._context.vault
        if len(digit) == 1 and digit in "0123456789" and len(vault.digits) < CODE_DIGITS:
            vault.digits += digit
            self._context.bus.publish(Fact.PERSON)

    def erase_code(self) -> None:
        """Take the last digit back."""
        self._context.vault.digits = self._context.vault.digits[:-1]
        self._context.bus.publish(Fact.PERSON)

    def submit_code(self) -> None:
        """Have the code checked once all its digits are there."""
        if len(self._context.vault.digits) == CODE_DIGITS:
            self._context.handle(ev.CodeEntered())

    def resend_code(self) -> None:
        """Ask for another code, once that is allowed."""
        if self.resend_in_s == 0 and not self._sending:
            self.send_code()


def _code_message(code: str) -> str:
    known = {
        "code_wrong": "code.wrong",
        "code_late": "code.late",
        "code_used": "code.used",
        "code_exhausted": "code.exhausted",
        "challenge_unknown": "code.late",
        "person_unknown": "code.person_unknown",
        "no_phone": "code.person_unknown",
        "code_too_soon": "code.too_soon",
        "code_too_many": "code.too_many",
        "code_not_sent": "code.not_sent",
        "clock_skew": "code.clock",
    }
    return known.get(code, "code.refused")
