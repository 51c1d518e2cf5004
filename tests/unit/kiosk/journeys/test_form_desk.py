"""The form: problems only where somebody has been, and nothing that can be entered breaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kiosk.catalogue.models import Source
from kiosk.session import events as ev
from kiosk.session.states import State

if TYPE_CHECKING:
    from conftest import Bench

HOSTILE: tuple[Any, ...] = (
    None,
    True,
    -1,
    1.5,
    "",
    " ",
    "\x00\x1b[2J",
    "\ud800",
    "𝟙𝟚𝟛",
    "x" * 100_000,
    "'; DROP TABLE cases; --",
    "<img src=x onerror=alert(1)>",
    "{name}",
    "2026-02-30",
    "9999-99-99",
    [],
    ["home", ["work"]],
    [{}],
    {},
    {"division": ["x"], "detail": {}},
    {"division": "000000000000", "detail": "\u202e"},
    object(),
)


def problems(bench: Bench) -> dict[str, str]:
    pages = range(bench.terminal.form.page_count)
    return {view.key: view.problem_id for page in pages for view in bench.terminal.form.fields(page) if view.problem_id}


def test_the_card_answers_what_it_can(bench: Bench) -> None:
    """Name and number stand above the form with their source, masked; they are not asked and cannot be changed."""
    bench.to_form()
    form = bench.terminal.form
    assert [(view.key, view.display, view.readonly) for view in form.known()] == [
        ("name", "测*甲", True),
        ("id_no", "9900**********0017", True),
    ]
    assert {view.source_id for view in form.known()} == {"form.source.id_card"}
    form.set("name", "测试乙")
    bench.turn()
    assert bench.vault.answers["name"] == "测试甲"
    asked = {view.key for number in range(form.page_count) for view in form.fields(number)}
    assert asked == {"reg_since", "reason", "address", "reach", "phone", "delivery"}


def test_nobody_is_told_off_for_a_field_not_reached(bench: Bench) -> None:
    """An empty form shows no problem; leaving a field shows that field's, going on shows the page's."""
    bench.to_form()
    form = bench.terminal.form
    assert problems(bench) == {}
    form.leave_field("reg_since")
    assert set(problems(bench)) == {"reg_since"}
    assert not form.answer_page()
    assert set(problems(bench)) == {"reg_since", "reason"}
    assert (bench.state(), bench.session.page) == (State.FORM, 0)


def test_typing_does_not_scold_and_mending_clears(bench: Bench) -> None:
    """What is wrong is said after leaving the field; as soon as it is right the words go."""
    bench.to_form()
    form = bench.terminal.form
    form.set("reg_since", "2026-11")
    assert problems(bench) == {}
    form.leave_field("reg_since")
    assert "reg_since" in problems(bench)
    form.set("reg_since", "2024-01-05")
    assert problems(bench) == {}


def test_a_date_of_which_a_part_was_not_chosen_is_not_handed_in(bench: Bench) -> None:
    """Going on names the part that is missing, and stays on the page."""
    bench.to_form()
    form = bench.terminal.form
    form.set("reason", "home")
    for begun, missing in (("2024-00-00", "month"), ("2024-05-00", "day"), ("0000-05-02", "year")):
        form.set("reg_since", begun)
        assert not form.answer_page()
        assert problems(bench) == {"reg_since": f"form.problem.date_part.{missing}"}
    form.set("reg_since", "2024-05-02")
    assert form.answer_page()
    assert bench.session.page == 1


def test_registered_for_less_than_six_months_is_said(bench: Bench) -> None:
    """The rule of the item, judged by the civil date of the terminal."""
    bench.to_form()
    form = bench.terminal.form
    form.set("reg_since", "2026-10-01")
    form.leave_field("reg_since")
    found = next(view for view in form.fields(0) if view.key == "reg_since")
    assert found.problem_id.startswith("form.problem.")
    text = bench.terminal.words.text("en", found.problem_id, **found.problem_args)
    assert "⟦" not in text
    assert "{" not in text


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_values_are_answers_or_problems(bench: Bench, value: Any) -> None:
    """Whatever a keyboard, a paste or a bug brings: it is shown, judged, and never handed in while it is wrong."""
    bench.to_form()
    form = bench.terminal.form
    for key in ("reg_since", "reason", "address", "phone", "delivery", "no_such_field", "name"):
        form.set(key, value)
        form.leave_field(key)
    for number in range(-1, form.page_count + 1):
        for view in form.fields(number):
            assert isinstance(view.display, str)
            assert len(view.display) <= 2 * 100_000
    assert not form.valid
    assert not form.answer_page()
    assert bench.state() is State.FORM
    assert not bench.terminal.case.ready


def test_a_bad_value_put_in_at_the_last_moment_is_not_handed_in(bench: Bench) -> None:
    """The whole form is judged once more before anything is stored."""
    bench.to_review()
    bench.vault.answers["phone"] = "12345"
    bench.handle(ev.Confirmed())
    assert (bench.state(), bench.trouble) == (State.REVIEW, "submit.invalid")
    assert bench.outbox.counts().waiting == 0


def test_values_are_shown_as_words_and_masked(bench: Bench) -> None:
    """Options by their label, divisions by their name, telephone masked; in the language of the session."""
    bench.to_form()
    bench.fill_permit()
    form = bench.terminal.form
    shown = {view.key: view.display for number in range(form.page_count) for view in form.fields(number)}
    assert shown["reason"] == "合法稳定住所"
    assert shown["phone"] == "138****0001"
    assert shown["address"].endswith("示范路1号")
    bench.terminal.language = "en"
    shown = {view.key: view.display for number in range(form.page_count) for view in form.fields(number)}
    assert shown["reason"] == "I have a home here"


def test_a_prefilled_answer_without_an_alternative_says_so(bench: Bench) -> None:
    """Nobody is told that they can change what cannot be changed."""
    bench.to_form()
    (delivery,) = (view for number in range(3) for view in bench.terminal.form.fields(number) if view.key == "delivery")
    assert len(delivery.options) == 1
    assert (delivery.value, delivery.source_id) == ("window", "form.source.only")


def test_pages_are_found_by_field(bench: Bench) -> None:
    """The review leads back to the page where something was entered."""
    bench.to_form()
    form = bench.terminal.form
    assert [form.page_of(key) for key in ("reg_since", "address", "phone", "nothing")] == [0, 1, 2, 0]


def test_a_correction_from_the_review_goes_back_there(bench: Bench) -> None:
    """One page is shown again, and what was handed in before is kept."""
    bench.to_review()
    line = next(line for line in bench.terminal.case.review() if line.target and line.target.page == 2)
    assert line.target is not None
    bench.handle(line.target)
    assert (bench.state(), bench.session.page) == (State.FORM, 2)
    bench.terminal.form.set("phone", "13800000002")
    assert bench.terminal.form.answer_page()
    bench.turn()
    assert bench.state() is State.REVIEW
    assert bench.vault.answers["phone"] == "13800000002"


def test_the_divisions_lead_from_city_to_town(bench: Bench) -> None:
    """Each step offers what lies below, in the session's language; an unknown code offers nothing."""
    bench.to_form()
    form = bench.terminal.form
    counties = form.division_children("")
    assert counties
    assert form.division_children(counties[0][0])
    assert form.division_children("no such place") == ()


def test_without_a_session_there_is_no_form(bench: Bench) -> None:
    """The desk can be read at any time: bindings of a screen that is going down must not fail."""
    form, case, materials = bench.terminal.form, bench.terminal.case, bench.terminal.materials
    form.set("reason", "home")
    form.prepare()
    assert (form.known(), form.fields(0), form.page_count, form.valid) == ((), (), 0, True)
    assert not form.answer_page()
    assert (case.code, case.receipt_png, case.review(), case.strokes) == ("", None, (), ())
    assert (materials.views(), materials.page_count("x"), materials.frame()) == ((), 0, None)
    assert bench.vault.empty


def test_a_person_is_never_shown_in_full(bench: Bench) -> None:
    """Fields that hold a whole person show a masked name and a masked number, for every item of the catalogue."""
    form = bench.terminal.form
    for item in bench.terminal.catalogue.items:
        for field in item.fields:
            if str(field.type) == "person" and field.source is Source.ID_CARD:
                shown = form.display(field, {"name": "测试甲", "id_no": "990000199001010017"})
                assert shown == "测*甲 9900**********0017"
