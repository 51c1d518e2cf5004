"""Acting for somebody else: who that is, how the two belong together, and the paper that says so.

Knows: the other person's card or number, the relation, a guardian's consent, the mandate on the receipt printer. Does not
know: the reader's wire (`identify`), which steps follow (`kiosk.session.acting`), or how the mandate is scanned.
"""

from __future__ import annotations

from kiosk.catalogue import proxies
from kiosk.catalogue.answers import normalise
from kiosk.events import Fact
from kiosk.identity import acting as rules
from kiosk.identity import masking
from kiosk.identity.acting import Capacity, Relation
from kiosk.identity.numbers import ResidentKind, ResidentNumber, resident_id
from kiosk.identity.persons import DOCUMENT_TYPES, Person, PersonCard
from kiosk.journeys import receipts
from kiosk.journeys.context import Context
from kiosk.printing import mandate
from kiosk.session import events as ev
from kiosk.session.states import State

_CARDS = {
    ResidentKind.CITIZEN: PersonCard.RESIDENT,
    ResidentKind.HK_MO_TW: PersonCard.HK_MO_TW,
    ResidentKind.FOREIGN_PERMANENT: PersonCard.FOREIGN,
}
"""Whose card carries such a number."""


class ActingDesk:
    """The one who is acted for. The screen sees masked values, and what was just typed."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._wrong: dict[str, str] = {}
        """What is wrong with what was typed: key to message id."""

    # --- who may come ----

    def takes(self, kind: PersonCard) -> bool:
        """Say whether the chosen item can be done for the holder of such a card."""
        item = self._context.item()
        return item is None or kind in item.cards

    def may_come(self, person: Person) -> str:
        """Return the message of why this person may not go on by themselves, or as an agent; or nothing."""
        context = self._context
        if self._context.item() is None:
            return ""
        age, capacity = person.age_on(context.today()), context.session().capacity
        if capacity is Capacity.SELF:
            code = rules.refusal(capacity, agent_age=age, principal_age=age)
        else:
            # who the other one is comes later: only the agent's own age can be judged
            code = None if age >= rules.OF_AGE else "agent_under_age"
        return "" if code is None else f"acting.{code}"

    # --- the other person ----

    def is_agent(self, number: str) -> bool:
        """Say whether this is the number of the one who acts."""
        person = self._context.vault.person
        return person is not None and person.number == number

    def is_known(self, number: str) -> bool:
        """Say whether this is the number of the one who acts, or of the one who is known already."""
        principal = self._context.vault.principal
        return self.is_agent(number) or (principal is not None and principal.number == number)

    def know(self, principal: Person) -> str:
        """Take the other person, or return the message of why they cannot be acted for."""
        context = self._context
        vault, today = context.vault, context.today()
        if vault.person is None:
            return "acting.principal_unknown"
        code = rules.refusal(
            context.session().capacity,
            agent_age=vault.person.age_on(today),
            principal_age=principal.age_on(today),
        )
        if code is not None:
            return f"acting.{code}"
        if vault.principal is not None and vault.principal.number != principal.number:
            vault.forget_case()  # what was answered and scanned was another person's
        vault.principal = principal
        vault.principal_name = vault.principal_number = ""
        self._wrong = {}
        context.bus.publish(Fact.PERSON)
        context.handle(ev.PrincipalKnown(context.session().number))
        return ""

    def write(self, key: str, text: str) -> None:
        """Take what was typed: `name` or `number`."""
        vault = self._context.vault
        if not self._context.session().personal or key not in {"name", "number"}:
            return
        if key == "name":
            vault.principal_name = text[: proxies.LONGEST_NAME]
        else:
            vault.principal_number = text[: proxies.LONGEST_NAME]
        self._wrong.pop(key, None)
        self._context.bus.publish(Fact.PERSON)
        self._context.handle(ev.Touched())

    @property
    def written(self) -> tuple[str, str]:
        """Name and number as far as they were typed: nobody can check what they cannot see."""
        return self._context.vault.principal_name, self._context.vault.principal_number

    def wrong(self, key: str) -> str:
        """Return the message of what is wrong with `name` or `number`, or nothing."""
        return self._wrong.get(key, "")

    def name_principal(self) -> bool:
        """Take the other person by what was typed; say whether that went on."""
        context = self._context
        vault = context.vault
        if context.session().state is not State.PRINCIPAL:
            return False
        known = vault.principal
        if known is not None and not vault.principal_name and not vault.principal_number:
            return self._try(known)  # came back to look, and goes on with the same
        today = context.today()
        self._wrong = {
            key: message
            for key, field, value in (
                ("name", proxies.NAME, vault.principal_name),
                ("number", proxies.NUMBER, vault.principal_number),
            )
            if (message := proxies.problem(field, value, today))
        }
        name = str(normalise(proxies.NAME, vault.principal_name))
        found = resident_id(str(normalise(proxies.NUMBER, vault.principal_number)), today=today)
        if not self._wrong and isinstance(found, ResidentNumber):
            self._wrong = self._unfit(found)
            if not self._wrong:
                return self._try(_said(name, found))
        context.bus.publish(Fact.PERSON)
        return False

    def _unfit(self, found: ResidentNumber) -> dict[str, str]:
        if self.is_agent(found.text):
            return {"number": "acting.own_number"}
        return {} if self.takes(_CARDS[found.kind]) else {"number": "acting.not_with_number"}

    def _try(self, principal: Person) -> bool:
        context = self._context
        trouble = self.know(principal)
        if not trouble:
            return True
        number = context.session().number
        context.audit.record("acting.refused", "failure", session=number, reason=trouble.removeprefix("acting."))
        context.handle(ev.CardRefused(number, trouble))
        return False

    # --- how they belong together ----

    def relations(self) -> tuple[Relation, ...]:
        """Return what the one who acts can be to the other."""
        return rules.RELATIONS[self._context.session().capacity]

    @property
    def relation(self) -> str:
        """What was chosen, or nothing."""
        return self._context.vault.relation

    @property
    def needs_consent(self) -> bool:
        """Say whether a guardian has to agree."""
        principal = self._context.vault.principal
        return principal is not None and rules.needs_consent(principal.age_on(self._context.today()))

    @property
    def agrees(self) -> bool:
        """Say whether the guardian agreed."""
        return self._context.vault.guardian_agrees

    def choose(self, relation: str) -> None:
        """Take the relation; one that the capacity does not know is none."""
        if relation in self.relations() and self._context.vault.principal is not None:
            self._context.vault.relation = relation
            self._said_something()

    def agree(self, *, on: bool) -> None:
        """Take the guardian's consent, or take it back."""
        if self.needs_consent:
            self._context.vault.guardian_agrees = on
            self._said_something()

    def _said_something(self) -> None:
        self._context.bus.publish(Fact.PERSON)
        self._context.handle(ev.Touched())

    @property
    def complete(self) -> bool:
        """Say whether nothing is missing any more."""
        vault = self._context.vault
        return vault.principal is not None and vault.relation != "" and (vault.guardian_agrees or not self.needs_consent)

    def go_on(self) -> bool:
        """Write down who acts for whom and go on; say whether that was possible."""
        context = self._context
        principal = context.vault.principal
        if principal is None or not self.complete:
            return False
        session = context.session()
        context.audit.record(
            "acting.agreed",
            session=session.number,
            capacity=str(session.capacity),
            relation=context.vault.relation,
            known_by="card" if principal.document_seen else "number",
            guardian_consent=context.vault.guardian_agrees,
        )
        context.handle(ev.RelationAnswered())
        return True

    # --- the mandate ----

    def print_mandate(self) -> None:
        """Print the mandate to be signed; the answer is `MandatePrinted` or `MandateNotPrinted`."""
        context = self._context
        number, item = context.session().number, self._context.item()
        agent, principal = context.vault.person, context.vault.principal
        if item is None or agent is None or principal is None:
            context.handle(ev.MandateNotPrinted(number, "acting.mandate.failed"))
            return
        what = mandate.MandateFacts(
            principal=principal.name,
            principal_number=masking.on_screen(masking.Kind.ID_NUMBER, principal.number),
            agent=agent.name,
            agent_number=masking.on_screen(masking.Kind.ID_NUMBER, agent.number),
            item_name=item.name.in_language(context.language),
            department=context.catalogue.department(item.department).name.in_language(context.language),
            terminal_number=context.config.terminal.number,
            printed_on=context.today(),
        )

        def done(trouble: str, reason: str) -> None:
            if trouble:
                context.audit.record("acting.mandate_not_printed", "failure", session=number, reason=reason)
                context.handle(ev.MandateNotPrinted(number, f"acting.mandate.{trouble}"))
                return
            context.audit.record("acting.mandate_printed", session=number)
            context.handle(ev.MandatePrinted(number))

        receipts.put_on_paper(context, lambda width: mandate.layout(what, context.say, width=width), done)

    # --- what the screen sees ----

    @property
    def masked_name(self) -> str:
        """The other person's name for the screen, masked."""
        principal = self._context.vault.principal
        return "" if principal is None else masking.on_screen(masking.Kind.NAME, principal.name)

    @property
    def masked_number(self) -> str:
        """Their number for the screen, masked."""
        principal = self._context.vault.principal
        return "" if principal is None else masking.on_screen(masking.Kind.ID_NUMBER, principal.number)

    @property
    def by_card(self) -> bool:
        """Say whether their card lay here."""
        principal = self._context.vault.principal
        return principal is not None and principal.document_seen

    def plain(self, what: str) -> str:
        """Return a value of theirs in full: only while the button is held."""
        principal = self._context.vault.principal
        return "" if principal is None else {"name": principal.name, "number": principal.number}.get(what, "")


def _said(name: str, found: ResidentNumber) -> Person:
    """Return a person of whom name and number were given, and no document was seen."""
    return Person(
        name=name,
        document_type=DOCUMENT_TYPES[_CARDS[found.kind]],
        number=found.text,
        sex=found.sex,
        nation_code="",
        birth=found.birth,
        address="",
        issuer="",
        valid_from=None,
        valid_to=None,
    )
