"""What a page says: offered to the person, never put over an answer, nobody's once the page or the person is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.documents.errands import Read
from kiosk.documents.fields import Field, Kind, Reading
from kiosk.documents.pages import CapturedPage, PageCaptured, TextLine
from kiosk.journeys.reading import SOURCE
from kiosk.session import events as ev

if TYPE_CHECKING:
    from conftest import Bench

LINE = TextLine("手机号码 13900000001", (10, 10, 300, 24), 0.99)


def says(bench: Bench, value: str, sure: float = 0.99, kind: Kind = Kind.FORM) -> None:
    """Let every page say this beside the label of the applicant's phone."""
    bench.read_page = lambda *_: Read((LINE,), Reading(kind, {"phone": Field(value, sure)}))


def to_papers(bench: Bench, mobile: str = "13900000000") -> None:
    bench.to_form()
    bench.fill_permit()
    bench.vault.answers["phone"] = mobile
    bench.handle(ev.MaterialOpened("address_proof"))


def offer(bench: Bench) -> str:
    form = bench.terminal.form
    return next(view.offer for page in range(form.page_count) for view in form.fields(page) if view.key == "phone")


def test_a_sure_value_fills_an_empty_field_and_names_its_source(bench: Bench) -> None:
    """The question was left empty: the paper answers it, and the case says so."""
    says(bench, "13900000001")
    to_papers(bench, "")
    bench.lay_page()
    assert bench.vault.answers["phone"] == "13900000001"
    assert bench.vault.sources["phone"] == SOURCE
    assert offer(bench) == ""


def test_an_unsure_value_waits_for_the_person(bench: Bench) -> None:
    """Below 0.95 nothing is answered before the person says that it is right."""
    says(bench, "13900000001", 0.94)
    to_papers(bench, "")
    bench.lay_page()
    assert bench.vault.answers["phone"] == ""
    assert offer(bench) != ""
    bench.terminal.form.take_offer("phone")
    bench.turn()
    assert (bench.vault.answers["phone"], bench.vault.sources["phone"]) == ("13900000001", SOURCE)
    assert offer(bench) == ""


def test_an_answer_is_never_overwritten(bench: Bench) -> None:
    """What differs is offered; what the person then types is theirs again."""
    says(bench, "13900000001")
    to_papers(bench)
    bench.lay_page()
    assert bench.vault.answers["phone"] == "13900000000"
    assert offer(bench) != ""
    bench.terminal.form.set("phone", "13900000001")
    assert "phone" not in bench.vault.sources
    assert offer(bench) == ""


def test_what_the_form_would_refuse_is_not_offered(bench: Bench) -> None:
    """A number that is none helps nobody; nor does the page of another kind."""
    to_papers(bench)
    for value, kind in (("12", Kind.FORM), ("13900000001", Kind.HOUSEHOLD)):
        says(bench, value, kind=kind)
        bench.lay_page()
        assert bench.vault.offers == {}


def test_the_text_goes_into_the_page(bench: Bench) -> None:
    """What was read lies behind the page in the PDF; a page deleted meanwhile is nobody's."""
    says(bench, "13900000001")
    to_papers(bench)
    bench.document_work.hold()
    bench.lay_page(10)
    bench.lay_page(90)
    bench.terminal.materials.remove_page("address_proof", 0)
    bench.document_work.release()
    bench.turn()
    assert [page.lines for page in bench.vault.pages["address_proof"]] == [(LINE,)]


def test_a_page_is_turned_as_it_is_read_unless_the_person_did(bench: Bench) -> None:
    """Upside down it is shown upright, in the file too; whoever turned it has the last word."""
    bench.read_page = lambda *_: Read((LINE,), Reading(Kind.OTHER, {}), 180)
    to_papers(bench)
    bench.lay_page(10)
    materials = bench.terminal.materials
    assert materials.page_turned("address_proof", 0) == 180
    bench.document_work.hold()
    bench.lay_page(90)
    materials.turn_page("address_proof", 1)
    bench.document_work.release()
    bench.turn()
    assert materials.page_turned("address_proof", 1) == 90


def test_a_reading_that_comes_late_belongs_to_nobody(bench: Bench) -> None:
    """The next person never meets what the last one's page said."""
    says(bench, "13900000001")
    to_papers(bench)
    bench.document_work.hold()
    bench.lay_page()
    bench.leave()
    bench.wait(6)
    bench.document_work.release()
    bench.turn()
    assert bench.vault.empty


def test_a_portrait_is_not_read(bench: Bench) -> None:
    """A face says nothing."""
    asked: list[CapturedPage] = []

    def ask(page: CapturedPage, *_: object) -> Read:
        asked.append(page)
        return Read((), Reading())

    bench.read_page = ask
    to_papers(bench)
    portrait = CapturedPage(b"jpeg", 40, 60, 300, "0" * 64, 1.0, "photo", "photo")
    bench.terminal.materials.on_event(PageCaptured(portrait))
    bench.turn()
    assert (bench.terminal.materials.page_count("address_proof"), asked) == (1, [])
