"""What a page says, offered to the person: read in the background, never put over an answer.

Knows: which questions print could answer, and what was read of the pages of this session. Does not know: how print is read
(`kiosk.documents.errands`), cameras, or screens. A page that cannot be read is a page like any other: nobody is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from kiosk.catalogue import forms
from kiosk.catalogue.models import FormField, ServiceItem, Source
from kiosk.catalogue.rules import FieldType
from kiosk.documents.errands import NotRead, Read, with_lines
from kiosk.documents.fields import Kind
from kiosk.documents.pages import CapturedPage
from kiosk.events import Fact
from kiosk.journeys.context import Context
from kiosk.journeys.vault import Offer

SOURCE = "form.source.paper"
_READABLE = frozenset(
    {
        FieldType.TEXT, FieldType.INT, FieldType.DECIMAL, FieldType.MONEY, FieldType.DATE, FieldType.MOBILE, FieldType.ID_NO,
        FieldType.USCC, FieldType.PLATE, FieldType.BANK_CARD, FieldType.CASE_NO,
    }
)  # fmt: skip
"""Types of field whose answer can stand on paper as one value."""

ReadPage = Callable[[CapturedPage, Any, Mapping[str, str]], Read | NotRead]


class ReadingDesk:
    """Reads every page that is taken. Sure values fill empty fields; the others, and what differs, are offered."""

    def __init__(self, context: Context, read_page: ReadPage) -> None:
        self._context = context
        self._read_page = read_page

    def page_taken(self, material: str, page: CapturedPage) -> None:
        """Have a page read; its text and its values come when they are there."""
        item = self._context.item()
        if item is None or page.profile == "photo":
            return
        context = self._context
        labels, today, visit = _labels(item), context.today(), context.session().number

        def done(read: Read | NotRead) -> None:
            if isinstance(read, Read) and context.session().number == visit:
                self._take(material, page, read)

        def failed(error: Exception) -> None:
            raise error  # a bug of ours: the dispatcher's thread reports it as it does any other

        context.document_work.run(lambda: self._read_page(page, today, labels), done, failed)

    def _take(self, material: str, page: CapturedPage, read: Read) -> None:
        pages = self._context.vault.pages.get(material, [])
        at = next((at for at, each in enumerate(pages) if each.sha256 == page.sha256), None)
        if at is None:
            return  # deleted meanwhile: what stood on it is nobody's answer
        pages[at] = with_lines(pages[at], read)
        if read.turned and pages[at].turned == 0:  # what the person turned stays as they put it
            pages[at] = replace(pages[at], turned=read.turned)
            self._context.bus.publish(Fact.MATERIALS)
        item = self._context.item()
        if item is None or read.reading.kind is not Kind.FORM:
            return
        for field in _asked(item):
            found = read.reading.fields.get(field.key)
            if found is not None:
                self._offer(item, field, forms.normalise(field, found.value), ask=found.ask)
        self._context.bus.publish(Fact.FORM)

    def _offer(self, item: ServiceItem, field: FormField, value: Any, *, ask: bool) -> None:
        vault = self._context.vault
        trial = {**vault.answers, field.key: value}
        if any(problem.field == field.key for problem in forms.problems(item, trial, self._context.today())):
            return
        answered = vault.answers.get(field.key)
        if answered == value:
            return
        if answered in (None, "") and not ask:
            vault.answers[field.key] = value
            vault.sources[field.key] = SOURCE
        else:
            vault.offers[field.key] = Offer(value)


def _asked(item: ServiceItem) -> tuple[FormField, ...]:
    return tuple(field for field in item.fields if field.source is Source.INPUT and field.type in _READABLE)


def _labels(item: ServiceItem) -> dict[str, str]:
    """Return what may be printed beside a value, in either language, and the key of the field that it answers."""
    return {label: field.key for field in _asked(item) for label in (field.label.zh, field.label.en)}
