"""The form: pages of few fields from the item's own definition, checked as they are typed.

Knows: what to ask next, what is wrong with an answer, where a prefilled value came from. Does not know: how a rule is
judged (`kiosk.catalogue.forms`), the keyboard, or the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kiosk.catalogue import divisions, forms, spans
from kiosk.catalogue.models import FormField, Option, Source, Text
from kiosk.catalogue.rules import DivisionLevel, FieldType
from kiosk.events import Fact
from kiosk.identity import masking
from kiosk.journeys import form_parts
from kiosk.journeys.context import Context
from kiosk.journeys.form_parts import COMPOSITE, PartView
from kiosk.journeys.materials import MaterialsDesk
from kiosk.journeys.prefill import DEFAULT, Prefill
from kiosk.journeys.reading import SOURCE as READ_SOURCE
from kiosk.session import events as ev

_MAX_LENGTH = 200
ONLY = "form.source.only"


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as the screen needs it."""

    key: str
    label: Text
    help: Text | None
    type: str
    value: Any
    display: str
    options: tuple[Option, ...]
    required: bool
    readonly: bool
    source_id: str
    mask: str
    problem_id: str
    problem_args: dict[str, Any]
    keyboard: str
    max_length: int
    offer: str
    """What a page says to this question, and the person has not taken; or nothing."""
    earliest: str
    """Of a date or month, the first day that can be chosen (ISO 8601), or nothing; and `latest`, the last."""
    latest: str
    parts: tuple[PartView, ...] = ()
    """Of an answer of several parts, each part; of a table row by row."""
    rows: int = 0
    national: bool = False
    """Of a division, any in the country."""


def _national(field: FormField) -> bool:
    return any(isinstance(rule, DivisionLevel) and rule.scope == "national" for rule in field.rules)


def _table(*, national: bool) -> divisions.Divisions:
    return divisions.national() if national else divisions.current()


class FormDesk:
    """The form of the present session's item."""

    def __init__(self, context: Context, materials: MaterialsDesk) -> None:
        self._context = context
        self._materials = materials
        self._prefill = Prefill(context)

    # --- pages ----

    def _pages(self) -> tuple[forms.Page, ...]:
        item = self._context.item()
        return () if item is None else forms.pages(item, self._context.vault.answers)

    @property
    def page_count(self) -> int:
        """How many pages there are, given the answers so far."""
        return len(self._pages())

    def page_of(self, key: str) -> int:
        """Return the page that holds a field; 0 if none does."""
        for number, page in enumerate(self._pages()):
            if any(field.key == key for field in page.fields):
                return number
        return 0

    def known(self) -> tuple[FieldView, ...]:
        """Return what the card already answered: shown above the first page, never asked."""
        item = self._context.item()
        if item is None:
            return ()
        fields = forms.visible_fields(item, self._context.vault.answers)
        return tuple(self._view(field, []) for field in fields if field.source is Source.ID_CARD)

    def fields(self, page: int) -> tuple[FieldView, ...]:
        """Return the fields of one page; none for a page that is not there."""
        pages = self._pages()
        if not 0 <= page < len(pages):
            return ()
        return tuple(self._view(field, self._shown_problems(field)) for field in pages[page].fields)

    def _shown_problems(self, field: FormField) -> list[forms.Problem]:
        """Return the problems of what has been reached: of the whole field, or of the parts that were left."""
        touched, prefix = self._context.vault.touched, f"{field.key}/"
        found = self._problems().get(field.key, [])
        if field.key in touched:
            return found
        begun = any(path.startswith(prefix) for path in touched)
        return [problem for problem in found if (prefix + problem.part in touched if problem.part else begun)]

    def _problems(self) -> dict[str, list[forms.Problem]]:
        item = self._context.item()
        if item is None:
            return {}
        found: dict[str, list[forms.Problem]] = {}
        for problem in forms.problems(item, self._context.vault.answers, self._context.today()):
            found.setdefault(problem.field, []).append(problem)
        return found

    @property
    def valid(self) -> bool:
        """Say whether the whole form could be handed in."""
        return not self._problems()

    def _view(self, field: FormField, problems: list[forms.Problem]) -> FieldView:
        context = self._context
        own = [each for each in problems if field.type not in COMPOSITE or not each.part]
        problem = own[0] if own else None
        value = context.vault.answers.get(field.key)
        allowed = spans.span(field, context.vault.answers, context.today())
        return FieldView(
            key=field.key,
            label=field.label,
            help=field.help,
            type=str(field.type),
            value=value,
            display=self.display(field, value),
            options=field.options,
            required=field.required,
            readonly=field.source is Source.ID_CARD,
            source_id=context.vault.sources.get(field.key, ""),
            mask="" if field.mask is None else str(field.mask),
            problem_id="" if problem is None else problem.message_id,
            problem_args={} if problem is None else problem.args_in(context.language),
            keyboard=form_parts.keyboard(field.type, field.mask),
            max_length=_MAX_LENGTH,
            offer=self._offer(field),
            earliest="" if allowed.earliest is None else allowed.earliest.isoformat(),
            latest="" if allowed.latest is None else allowed.latest.isoformat(),
            parts=form_parts.parts(field, value, problems) if field.type in COMPOSITE else (),
            rows=form_parts.rows(field, value),
            national=_national(field),
        )

    def _offer(self, field: FormField) -> str:
        offer = self._context.vault.offers.get(field.key)
        if offer is None or offer.value == self._context.vault.answers.get(field.key):
            return ""
        return str(offer.value)  # unmasked, as what is typed: nobody can confirm what they cannot see

    def display(self, field: FormField, value: Any) -> str:
        """Write an answer for a reader: option labels, division names, masked where the field says so."""
        if value in (None, "", [], {}):
            return ""
        language = self._context.language
        match field.type:
            case FieldType.ENUM | FieldType.MULTI_ENUM:
                chosen = value if isinstance(value, list | tuple) else [value]
                labels = [o.label.in_language(language) for o in field.options if o.value in chosen]
                return ("、" if language.startswith("zh") else ", ").join(labels)
            case FieldType.ADDRESS if isinstance(value, dict):
                place = divisions.current().full_name(str(value.get("division", "")), language)
                return f"{place} {value.get('detail', '')}".strip()
            case FieldType.DIVISION:
                return _table(national=_national(field)).full_name(str(value), language)
            case FieldType.BOOL:
                return self._context.say("screens.form.yes" if value is True else "screens.form.no")
            case FieldType.COMMITMENT:
                return self._context.say("screens.form.promised") if value is True else ""
            case kind if kind in COMPOSITE and isinstance(value, dict | list):
                shaped = isinstance(value, list if field.type is FieldType.TABLE else dict)
                return form_parts.display(field, value, language) if shaped else ""
        text = str(value)
        return masking.on_screen(field.mask, text) if field.mask is not None else text

    # --- answering ----

    def prepare(self) -> None:
        """Prefill from the card, from the item's own defaults and from what the city knows, each with its source."""
        item, vault = self._context.item(), self._context.vault
        if item is None or vault.applicant is None:
            return
        vault.turn_to(None)  # what was laid for a case that waits is not handed in for a new one
        for key, value in forms.defaults(item, self._context.today()).items():
            if key not in vault.answers:
                vault.answers[key] = value
                vault.sources[key] = ONLY if len(item.field(key).options) == 1 else DEFAULT
        seen = vault.applicant.document_seen
        for key, value in forms.prefill(item, vault.applicant).items():
            vault.answers[key] = value
            vault.sources[key] = "form.source.id_card" if seen else "form.source.agent"
        self._prefill.ask(item)
        self._context.bus.publish(Fact.FORM)

    def set(self, key: str, raw: Any) -> None:
        """Take what was entered, as it stands; what is wrong with it is said beside the field."""
        vault, field = self._context.vault, self._asked(key)
        if field is None or field.source is not Source.INPUT:
            return
        vault.answers[key] = forms.normalise(field, raw)
        vault.sources.pop(key, None)
        session = self._context.session()
        if session.assisted:
            vault.entered_by[key] = str(session.hand)
        self._context.bus.publish(Fact.FORM)
        self._context.handle(ev.Touched())

    def set_part(self, key: str, path: str, raw: Any) -> None:
        """Take what was entered in one part of an answer (`name`, or row and column as `2.amount`)."""
        if (field := self._asked(key)) is not None:
            self.set(key, form_parts.with_part(field, self._context.vault.answers.get(key), path, raw))

    def add_row(self, key: str) -> None:
        """Begin another row of a table."""
        if (field := self._asked(key)) is not None and field.type is FieldType.TABLE:
            self.set(key, form_parts.with_row(field, self._context.vault.answers.get(key)))

    def remove_row(self, key: str, row: int) -> None:
        """Take one row of a table away; nobody is told off for the rows that move up."""
        vault = self._context.vault
        if (field := self._asked(key)) is not None and field.type is FieldType.TABLE:
            vault.touched = {path for path in vault.touched if path != key and not path.startswith(f"{key}/")}
            self.set(key, form_parts.without_row(vault.answers.get(key), row))

    def _asked(self, key: str) -> FormField | None:
        item = self._context.item()
        return None if item is None else next((field for field in item.fields if field.key == key), None)

    def take_offer(self, key: str) -> None:
        """The person says that what the page says is right."""
        offer = self._context.vault.offers.pop(key, None)
        if offer is None:
            return
        self.set(key, offer.value)
        self._context.vault.sources[key] = READ_SOURCE

    def leave_field(self, key: str, path: str = "") -> None:
        """The person went on to something else: from now on the field's problem is shown, or that of its part."""
        self._context.vault.touched.add(f"{key}/{path}" if path else key)
        self._context.bus.publish(Fact.FORM)

    def answer_page(self) -> bool:
        """Check the current page and go on, or show what is wrong. Says whether it went on."""
        pages = self._pages()
        number = self._context.session().page
        if not 0 <= number < len(pages):
            return False
        keys = {field.key for field in pages[number].fields}
        self._context.vault.touched |= keys
        if keys & self._problems().keys():
            self._context.bus.publish(Fact.FORM)
            return False
        last = number + 1 >= len(pages)
        self._context.handle(ev.PageAnswered(None if last else number + 1, materials_complete=self._materials.complete))
        return True

    def division_children(self, code: str, *, national: bool = False) -> tuple[tuple[str, str], ...]:
        """Return (code, name) of the divisions below `code`; of the city itself, or of the country, for an empty code."""
        table = _table(national=national)
        below = table.children(code if national else code or table.city().code)
        return tuple((each.code, each.name.in_language(self._context.language)) for each in below)
