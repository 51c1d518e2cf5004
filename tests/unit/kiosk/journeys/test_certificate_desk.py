"""The certificate: checked before paper moves, printed once, and never for the next person."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING

import pytest
import typst
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from devices.errors import DeviceError
from devices.page_printer import Disconnected, JobProgress, JobState, NoPaper
from kiosk.catalogue import forms
from kiosk.city.client import PlatformRejected, PlatformUnreachable, Unreachable
from kiosk.city.messages import PrefillAnswer
from kiosk.session import events as ev
from kiosk.session.states import Choice, Device, Holding, State, Taken
from offline_queue import envelope as env

if TYPE_CHECKING:
    from conftest import Bench

FONTS = "/usr/share/fonts/opentype/noto"
CERTIFICATE = "social_participation_cert"
JIA = ("测试甲", "990000199001010017")
DONE = JobProgress(JobState.COMPLETED, 1)


@functools.cache
def pdf_for(name: str, number: str) -> bytes:
    source = f'#set page(width: 90mm, height: 60mm)\n#set text(font: "Noto Sans CJK SC")\n证明 {name} {number}'
    pdf = typst.compile(source.encode(), font_paths=[FONTS], ignore_system_fonts=True)  # type: ignore[misc]
    return bytes(pdf)


@pytest.fixture
def bench(bench: Bench) -> Bench:
    bench.city.pdf = pdf_for("测试甲", "990000199001010017")
    return bench


def to_print(bench: Bench) -> None:
    bench.to_preview()
    bench.handle(ev.Confirmed())
    assert bench.state() is State.PRINT


# --- issued and checked ----


def test_the_right_certificate_is_shown(bench: Bench) -> None:
    """Asked for with the answers and the token, checked, drawn; nothing is printed before the person says so."""
    bench.to_preview()
    (request,) = bench.city.requests
    assert (request.item, request.person.name, request.assurance_token) == (CERTIFICATE, "测试甲", "token")
    asked = {key: value for key, value in request.params.items() if key not in {"name", "id_no"}}
    assert asked == {"kind": ["employee_pension"], "from_month": "2025-12", "to_month": "2026-11", "purpose": "other"}
    desk = bench.terminal.certificate
    assert desk.preview_png is not None
    assert (desk.pages, desk.pages_printed, bench.pages.submitted) == (1, 0, [])


def test_what_is_not_on_record_is_said_before_anything_is_printed(bench: Bench) -> None:
    """By the option's name in the language of the session, as the city signed it; and nothing where nothing is missing."""
    desk = bench.terminal.certificate
    assert desk.without_record == ""
    missing = ("unemployment", "work_injury")
    bench.city.script["issue_certificate"].append(bench.city.certificate(*JIA, without=missing))
    bench.to_preview()
    assert desk.without_record == "失业、工伤"
    bench.terminal.language = "en"
    assert desk.without_record == "Unemployment, Work injury"


# --- what the city knows ----

ON_RECORD = {"kind": ["resident_pension"], "from_month": "2017-02", "to_month": "2018-01"}


def shown(bench: Bench) -> dict[str, tuple[object, str]]:
    return {view.key: (view.value, view.source_id) for view in bench.terminal.form.fields(0)}


def test_the_form_begins_with_what_the_city_has_on_record(bench: Bench) -> None:
    """Its answers go before the item's own, name their source, and can be changed like any."""
    bench.city.script["prefill"].append(PrefillAnswer(answers=ON_RECORD))
    bench.to_form(CERTIFICATE)
    (asked,) = bench.city.prefills
    assert (asked.item, asked.person.name, asked.assurance_token) == (CERTIFICATE, JIA[0], "token")
    assert shown(bench) == {key: (value, "form.source.city") for key, value in ON_RECORD.items()}
    bench.terminal.form.set("from_month", "2016-02")
    assert shown(bench)["from_month"] == ("2016-02", "")
    bench.choose()
    assert bench.state() is State.PREVIEW
    assert bench.city.requests[0].params["kind"] == ["resident_pension"]


@pytest.mark.parametrize(
    "answer",
    [
        PlatformUnreachable(Unreachable.TIMEOUT),
        PlatformRejected("person_unknown"),
        PrefillAnswer(),
        PrefillAnswer(answers={"kind": ["no_such_kind"], "from_month": "2017-02", "to_month": "2018-01"}),
        PrefillAnswer(answers={"kind": ["resident_pension"], "from_month": "2018-02", "to_month": "2018-01"}),
        PrefillAnswer(answers={"name": "测试乙", "no_such_field": "x"}),
    ],
    ids=lambda answer: getattr(answer, "code", None) or str(answer)[:40],
)
def test_without_a_usable_word_of_the_city_the_defaults_stand(bench: Bench, answer: object) -> None:
    """No line, a refusal, nothing on record, or answers that the form itself would not take."""
    bench.city.script["prefill"].append(answer)
    bench.to_form(CERTIFICATE)
    assert shown(bench)["kind"] == (["employee_pension"], "form.source.default")
    assert bench.vault.answers["name"] == JIA[0]
    bench.choose()
    assert bench.state() is State.PREVIEW


def test_what_is_known_leads_straight_to_the_preview(bench: Bench) -> None:
    """Nothing is asked where every answer is known; *back* from the preview changes them, and the city's come first."""
    bench.city.script["prefill"].append(PrefillAnswer(answers=ON_RECORD))
    bench.to_prepare()
    assert bench.city.requests == []
    bench.city_work.release()
    bench.turn()
    assert bench.state() is State.PREVIEW
    assert [request.params["from_month"] for request in bench.city.requests] == ["2017-02"]
    bench.handle(ev.BackPressed())
    assert (bench.state(), bench.session.page) == (State.CHOOSE, 0)
    bench.terminal.form.set("from_month", "2017-03")
    bench.choose()
    assert bench.state() is State.PREVIEW
    assert [request.params["from_month"] for request in bench.city.requests] == ["2017-02", "2017-03"]


def test_what_is_not_known_is_asked(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer without a default stays with the person: the first page comes, and nothing is requested."""
    monkeypatch.setattr(forms, "defaults", lambda item, _today: {"kind": ["employee_pension"]} if item.prints else {})
    bench.to_form(CERTIFICATE)
    assert (bench.state(), bench.session.page, bench.session.trouble) == (State.CHOOSE, 0, None)
    assert bench.city.requests == []
    assert [view.problem_id for view in bench.terminal.form.fields(0)] == ["", "", ""]


def test_a_late_word_of_the_city_changes_nothing_under_the_finger(bench: Bench) -> None:
    """Waited for in vain: who chooses meanwhile, or goes on, keeps what they see."""
    for leave in (False, True):
        bench.city.script["prefill"].append(PrefillAnswer(answers=ON_RECORD))
        bench.to_prepare()
        bench.wait(46)
        assert (bench.state(), bench.trouble) == (State.CHOOSE, "session.city_silent")
        bench.retry()
        if leave:
            assert bench.terminal.form.answer_page()
        else:
            bench.terminal.form.set("kind", ["unemployment"])
        bench.city_work.release()
        bench.turn()
        assert bench.vault.answers["kind"] == (["employee_pension"] if leave else ["unemployment"])
        bench.leave()
        bench.lift_card()
        bench.wait(6)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("assurance_too_low", "certificate.assurance_too_low"),
        ("token_expired", "certificate.token_expired"),
        ("no_record", "certificate.no_record"),
        ("clock_skew", "code.clock"),
        ("request_differs", "certificate.refused"),
        ("something_new", "certificate.refused"),
    ],
)
def test_a_refusal_is_said_plainly(bench: Bench, code: str, message: str) -> None:
    """Each refusal of the city has its own words, and choosing anew asks under a new id."""
    bench.city.fail("issue_certificate", PlatformRejected(code))
    bench.to_form(CERTIFICATE)
    bench.choose_until_trouble()
    assert (bench.state(), bench.trouble) == (State.CHOOSE, message)
    assert bench.audited("certificate.refused")[0]["reason"] == code
    bench.retry()
    bench.choose()
    assert bench.state() is State.PREVIEW
    assert bench.city.requests[0].request_id != bench.city.requests[1].request_id


def test_no_record_leads_back_to_where_its_causes_were_chosen(bench: Bench) -> None:
    """The kind of insurance and the months stand on one page, and that is the page that comes; the months are kept."""
    bench.city.fail("issue_certificate", PlatformRejected("no_record"))
    bench.to_form(CERTIFICATE)
    bench.choose_until_trouble()
    trouble = bench.session.trouble
    assert trouble is not None
    assert trouble.choices == (Choice.CHANGE, Choice.LEAVE)
    bench.handle(ev.TroubleAnswered(Choice.CHANGE))
    assert (bench.state(), bench.session.trouble) == (State.CHOOSE, None)
    shown = {view.key: view.value for view in bench.terminal.form.fields(bench.session.page)}
    assert shown == {"kind": ["employee_pension"], "from_month": "2025-12", "to_month": "2026-11"}
    bench.choose()
    assert bench.state() is State.PREVIEW


@pytest.mark.parametrize("reason", list(Unreachable))
def test_a_lost_answer_is_asked_for_again_under_the_same_id(bench: Bench, reason: Unreachable) -> None:
    """No answer, an error 500, garbage: the city may have issued it, so the same request goes out again."""
    bench.city.fail("issue_certificate", PlatformUnreachable(reason))
    bench.to_form(CERTIFICATE)
    bench.choose_until_trouble()
    assert (bench.state(), bench.trouble) == (State.CHOOSE, "certificate.line")
    assert bench.line.suspicions == 1
    bench.retry()
    bench.choose()
    assert bench.state() is State.PREVIEW
    assert bench.city.requests[0] == bench.city.requests[1]


def test_other_months_are_another_request(bench: Bench) -> None:
    """Changed after a lost answer, or after the preview: a new id, or the city would refuse what differs."""
    bench.city.fail("issue_certificate", PlatformUnreachable(Unreachable.CUT))
    bench.to_form(CERTIFICATE)
    bench.choose_until_trouble()
    bench.retry()
    bench.terminal.form.set("from_month", "2026-01")
    bench.choose()
    assert bench.state() is State.PREVIEW
    bench.handle(ev.BackPressed())
    bench.terminal.form.set("from_month", "2026-02")
    bench.choose()
    assert bench.state() is State.PREVIEW
    assert [request.params["from_month"] for request in bench.city.requests] == ["2025-12", "2026-01", "2026-02"]
    assert len({request.request_id for request in bench.city.requests}) == 3


def test_another_persons_certificate_never_reaches_the_printer(bench: Bench) -> None:
    """The city answers with somebody else's: destroyed, said plainly, nothing to preview, nothing to print."""
    bench.city.pdf = pdf_for("测试乙", "990000195801010025")
    bench.city.script["issue_certificate"].append(bench.city.certificate("测试乙", "990000195801010025"))
    bench.to_form(CERTIFICATE)
    bench.choose_until_trouble()
    assert (bench.state(), bench.trouble) == (State.CHOOSE, "certificate.mismatch")
    assert bench.vault.certificate is None
    assert bench.terminal.certificate.preview_png is None
    bench.terminal.certificate.print()
    bench.turn()
    assert bench.pages.submitted == []
    assert bench.audited("certificate.refused")[0]["reason"] == "certificate.subject"


def test_a_statement_that_lies_never_reaches_the_printer(bench: Bench) -> None:
    """The statement names the person, the page somebody else; or a stranger signed it."""
    bench.city.pdf = pdf_for("测试乙", "990000195801010025")
    bench.to_form(CERTIFICATE)
    bench.choose_until_trouble()
    assert bench.trouble == "certificate.mismatch"
    bench.city.pdf = pdf_for("测试甲", "990000199001010017")
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    forged = bench.city.certificate("测试甲", "990000199001010017", key=stranger)
    bench.city.script["issue_certificate"].append(forged)
    bench.retry()
    bench.choose_until_trouble()
    assert bench.trouble == "certificate.mismatch"
    assert bench.pages.submitted == []
    assert [entry["reason"] for entry in bench.audited("certificate.refused")] == [
        "certificate.page_text",
        "certificate.statement_signature",
    ]


def test_an_answer_after_the_wait_was_given_up_is_not_shown(bench: Bench) -> None:
    """Asked, waited, given up, other months chosen: the old answer does not become the preview of the new choice."""
    bench.to_form(CERTIFICATE)
    bench.city_work.hold()
    bench.choose()
    bench.wait(46)
    assert (bench.state(), bench.trouble) == (State.CHOOSE, "session.city_silent")
    bench.retry()
    bench.terminal.form.set("from_month", "2026-01")
    bench.choose()
    assert bench.state() is State.PREPARE
    bench.city_work.release()
    bench.turn()
    assert bench.state() is State.PREVIEW
    assert bench.vault.certificate is not None
    assert bench.vault.certificate.certificate_id == "C3"


def test_an_answer_for_somebody_who_left_is_dropped(bench: Bench) -> None:
    """A certificate that comes too late is in nobody's vault."""
    bench.to_prepare()
    bench.leave()
    assert bench.state() is State.GUARD
    bench.city_work.release()
    bench.turn()
    assert bench.vault.empty
    assert bench.audited("certificate.issued") == []


def test_a_bug_while_checking_does_not_leave_a_person_waiting(bench: Bench) -> None:
    """Said as a refusal, raised as a bug."""
    bench.city.fail("issue_certificate", ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        bench.past_code(CERTIFICATE)
    bench.turn()
    assert (bench.state(), bench.trouble) == (State.CHOOSE, "certificate.refused")


# --- printed ----


def test_printed_is_the_printers_word(bench: Bench) -> None:
    """The job goes out with a title that names nobody; only when the printer says so is it printed, and then taken."""
    to_print(bench)
    assert bench.pages.submitted == [bench.city.pdf]
    assert "990000199001010017" not in bench.pages.titles[0]
    bench.wait(20)
    assert bench.state() is State.PRINT
    bench.pages.progress = DONE
    bench.wait(1)
    assert bench.state() is State.TAKEN
    assert bench.terminal.certificate.pages_printed == 1
    bench.handle(ev.Confirmed())
    assert bench.audited("print.taken")[0]["evidence"] == Taken.SAID
    events = [entry["event"] for entry in bench.audited() if entry["event"].startswith("print.")]
    assert events == ["print.requested", "print.sent", "print.printed", "print.taken"]
    assert bench.audited("print.requested")[0]["assurance"] == "card+code"


def test_the_printer_is_asked_a_few_times_a_second_and_never_twice_at_once(bench: Bench) -> None:
    """A slow printer is not buried under questions."""
    to_print(bench)
    supervisor = bench.devices[Device.PAGE_PRINTER]
    supervisor.hold()
    bench.wait(5)
    assert len(supervisor._kept) == 1
    supervisor.release()
    bench.turn()


@pytest.mark.parametrize(
    ("reasons", "message"),
    [
        (("media-empty-error",), "print.no_paper"),
        (("media-needed",), "print.no_paper"),
        (("moving-to-paused", "media-jam-error"), "print.jam"),
        (("cover-open",), "print.jam"),
        (("door-open-report",), "print.jam"),
    ],
)
def test_paper_out_in_the_middle_waits_and_goes_on(bench: Bench, reasons: tuple[str, ...], message: str) -> None:
    """The printer keeps the job: said once, gone by itself when paper is there, and never sent a second time."""
    to_print(bench)
    bench.pages.progress = JobProgress(JobState.STOPPED, 0, reasons)
    bench.pages.current = NoPaper()
    bench.wait(3)
    bench.poll()
    assert (bench.state(), bench.trouble) == (State.PRINT, message)
    assert bench.session.trouble is not None
    assert bench.session.trouble.choices == (Choice.LEAVE,)
    bench.retry()
    bench.turn()
    assert len(bench.pages.submitted) == 1
    bench.wait(600)
    bench.pages.progress = JobProgress(JobState.PROCESSING, 0)
    bench.pages.current = None
    bench.poll()
    bench.wait(1)
    assert bench.trouble == ""
    bench.pages.progress = DONE
    bench.wait(1)
    assert bench.state() is State.TAKEN
    assert len(bench.pages.submitted) == 1


@pytest.mark.parametrize("state", [JobState.CANCELED, JobState.ABORTED])
def test_a_job_that_ended_badly_may_be_sent_again(bench: Bench, state: JobState) -> None:
    """The printer has given it up: *try again* prints it anew, once."""
    to_print(bench)
    bench.pages.progress = JobProgress(state, 0)
    bench.wait(1)
    assert bench.trouble == "print.failed"
    bench.wait(3)
    assert len(bench.audited("print.failed")) == 1
    bench.pages.progress = DONE
    bench.retry()
    bench.wait(1)
    assert len(bench.pages.submitted) == 2
    assert bench.state() is State.TAKEN


def test_sheets_that_were_spent_are_written_down(bench: Bench) -> None:
    """Numbered paper: a page that came out of a job that failed counts, and so does one of a job that was called off."""
    to_print(bench)
    bench.pages.progress = JobProgress(JobState.ABORTED, 1)
    bench.wait(1)
    assert bench.audited("print.failed")[0]["pages"] == 1
    bench.pages.progress = JobProgress(JobState.PROCESSING, 2)
    bench.retry()
    bench.wait(1)
    bench.leave()
    assert [(line["reason"], line["pages"]) for line in bench.audited("print.failed")] == [("aborted", 1), ("cancelled", 2)]


def test_a_job_that_is_called_off_and_says_nothing_more_counts_as_seen(bench: Bench) -> None:
    """The printer goes dark after the cancel: what it had counted before stands."""
    to_print(bench)
    bench.pages.progress = JobProgress(JobState.PROCESSING, 1)
    bench.wait(1)
    bench.pages.progress = DeviceError("page_printer.no_answer")
    bench.leave()
    assert [(line["reason"], line["pages"]) for line in bench.audited("print.failed")] == [("cancelled", 1)]


def test_a_refused_job_is_said(bench: Bench) -> None:
    """The printer does not take it: plain words, and trying again is possible."""
    bench.pages.refuse = DeviceError("page_printer.busy")
    to_print(bench)
    assert bench.trouble == "print.failed"
    bench.pages.refuse, bench.pages.progress = None, DONE
    bench.retry()
    bench.wait(1)
    assert bench.state() is State.TAKEN


def test_a_printer_that_forgot_the_job_is_believed(bench: Bench) -> None:
    """Switched off in the middle: the job is gone, nobody waits for it."""
    to_print(bench)
    bench.pages.progress = DeviceError("page_printer.job_unknown")
    bench.wait(1)
    assert bench.trouble == "print.unsure"


def test_a_silent_printer_gets_some_patience(bench: Bench) -> None:
    """A few lost answers are nothing; a quarter of a minute is too long."""
    to_print(bench)
    bench.pages.progress = DeviceError("page_printer.no_answer")
    bench.wait(10)
    assert bench.trouble == ""
    bench.pages.progress = JobProgress(JobState.PROCESSING, 0)
    bench.wait(1)
    bench.pages.progress = DeviceError("page_printer.no_answer")
    bench.wait(10)
    assert bench.trouble == ""
    bench.wait(10)
    assert bench.trouble == "print.failed"


def test_a_printer_unplugged_while_printing_is_not_sent_the_job_again(bench: Bench) -> None:
    """The job itself says how it ends: the printer coming back does not print twice."""
    to_print(bench)
    bench.pages.current = Disconnected()
    bench.pages.progress = DeviceError("page_printer.unreachable")
    bench.poll()
    bench.wait(3)
    bench.pages.current = None
    bench.poll()
    bench.pages.progress = DONE
    bench.wait(1)
    assert bench.state() is State.TAKEN
    assert len(bench.pages.submitted) == 1


def test_leaving_cancels_the_job(bench: Bench) -> None:
    """No page may come out for the next person."""
    to_print(bench)
    bench.leave()
    assert bench.state() is State.GUARD
    assert bench.pages.cancelled == [1]
    assert bench.vault.empty
    assert bench.audited("print.failed")[0]["reason"] == "cancelled"
    bench.wait(10)
    assert bench.pages.cancelled == [1]


def test_leaving_before_the_printer_answered_cancels_it_too(bench: Bench) -> None:
    """The job number comes after the person has gone: it is cancelled as soon as it is known."""
    bench.to_preview()
    supervisor = bench.devices[Device.PAGE_PRINTER]
    supervisor.hold()
    bench.handle(ev.Confirmed())
    bench.leave()
    assert bench.state() is State.GUARD
    supervisor.release()
    bench.turn()
    bench.wait(1)
    assert bench.pages.submitted == [bench.city.pdf]
    assert bench.pages.cancelled == [1]
    assert bench.vault.empty


def test_leaving_from_an_empty_tray_cancels_it(bench: Bench) -> None:
    """Paper that is filled in later must not bring the page out for somebody else."""
    to_print(bench)
    bench.pages.progress = JobProgress(JobState.STOPPED, 0, ("media-empty",))
    bench.wait(1)
    bench.handle(ev.TroubleAnswered(Choice.LEAVE), ev.LeaveAnswered(leave=True))
    assert bench.state() is State.GUARD
    assert bench.pages.cancelled == [1]


def test_leaving_with_the_paper_in_the_tray_is_recorded(bench: Bench) -> None:
    """Nobody said that the page was taken: written down as unknown, and the station is told."""
    to_print(bench)
    bench.pages.progress = DONE
    bench.wait(1)
    bench.handle(ev.CancelPressed())
    assert bench.audited("print.taken")[0]["evidence"] == Taken.UNKNOWN
    assert bench.audited("guard.alarmed")[0]["holding"] == "paper"
    assert bench.session.holding is Holding.CARD


def test_the_second_certificate_is_not_the_first(bench: Bench) -> None:
    """A session after another one prints its own bytes under its own title."""
    for _ in range(2):
        bench.pages.progress = JobProgress(JobState.PROCESSING, 0)
        to_print(bench)
        bench.pages.progress = DONE
        bench.wait(1)
        bench.handle(ev.Confirmed())
        bench.lift_card()
        bench.wait(6)
        assert bench.state() is State.ATTRACT
    assert len(set(bench.pages.titles)) == 2
    assert len(bench.city.requests) == 2


def test_a_grade_of_a_certificate_is_bound_to_its_id(bench: Bench) -> None:
    """It can be given once the paper is out, and the outbox keeps it under the certificate's own id."""
    to_print(bench)
    bench.pages.progress = DONE
    bench.wait(1)
    assert bench.state() is State.TAKEN
    bench.handle(ev.Rated(5))
    assert bench.session.rating_kept is True
    waiting = bench.outbox.next_waiting()
    assert waiting is not None
    parsed = env.parse(waiting.blob)
    form = json.loads(env.open_form(parsed, bytes(range(32))))
    assert bench.vault.certificate is not None
    assert (parsed.header.service, form["about"]) == ("rating", "certificate")
    assert (form["rates"], form["grade"]) == (bench.vault.certificate.certificate_id, 5)
