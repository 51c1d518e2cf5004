"""The desks of a terminal without any: they keep what they were told, and answer what a test sets."""

from __future__ import annotations

import datetime as dt
import functools
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fake_values import (
    ASKED_FOR,
    BROUGHT,
    CALLED,
    SATURDAY_NIGHT,
    WAITING,
    FieldView,
    MaterialView,
    Option,
    PreviewFrame,
    ReviewLine,
    Text,
    frame,
    paper,
    png,
    shipped,
)

from kiosk.catalogue.models import ServiceItem
from kiosk.city.sealed import supplement_service
from kiosk.documents.errands import Imported, NotImported
from kiosk.documents.kinds import FileKind
from kiosk.documents.pages import Advice, CapturedPage, Outline, PageSource, Refused
from kiosk.events import Fact
from kiosk.identity import case_code
from kiosk.identity.acting import RELATIONS, Capacity, Relation
from kiosk.journeys.assist import Batch
from kiosk.journeys.bringing import Bringing
from kiosk.journeys.my_cases import CaseLine, Wish
from kiosk.journeys.rehearsal import Script, ScriptedFault
from kiosk.journeys.stick import Looking
from kiosk.journeys.upkeep import Export, ExportState, ReportState, Trial, TrialState
from kiosk.journeys.vault import Doubled, StickFile
from kiosk.printing.receipt import Promised, promise_lines
from kiosk.session import events as ev
from kiosk.session.states import Device, Journey, State
from kiosk.speech import Sentence, SpeechState
from offline_queue import Counts, Row, RowState

if TYPE_CHECKING:
    from fake_terminal import FakeTerminal


class FakePerson:
    masked_name = "测*"
    masked_number = "990000********0017"
    masked_phone = "138****0001"
    resend_in_s = 42

    def __init__(self, terminal: FakeTerminal) -> None:
        self._terminal = terminal
        self.code_digits = 0

    def plain(self, field: str) -> str:
        return {"name": "测试甲", "number": "990000199001010017"}[field]

    def _count(self, count: int) -> None:
        self.code_digits = min(max(count, 0), 6)
        self._terminal.publish(Fact.PERSON)

    def type_code(self, digit: str) -> None:
        self._terminal.calls.append(("type_code", digit))
        self._count(self.code_digits + 1)

    def erase_code(self) -> None:
        self._count(self.code_digits - 1)

    def submit_code(self) -> None:
        self._terminal.handle(ev.CodeEntered())

    def resend_code(self) -> None:
        self._terminal.calls.append(("resend_code",))


class FakeActing:
    """Somebody for whom 甲 acts: known by a card, or typed."""

    by_card = True
    needs_consent = False

    def __init__(self, terminal: FakeTerminal) -> None:
        self._terminal = terminal
        self.typed = {"name": "", "number": ""}
        self.problems: dict[str, str] = {}
        self.relation = ""
        self.agrees = False

    @property
    def masked_name(self) -> str:
        return "测*乙" if self._terminal.session.state in {State.RELATION, State.FORM} and self._acts() else ""

    @property
    def masked_number(self) -> str:
        return "9900**********0025"

    def _acts(self) -> bool:
        return self._terminal.session.capacity is not Capacity.SELF

    def plain(self, field: str) -> str:
        return {"name": "测试乙", "number": "990000195801010025"}[field]

    @property
    def written(self) -> tuple[str, str]:
        return self.typed["name"], self.typed["number"]

    def wrong(self, key: str) -> str:
        return self.problems.get(key, "")

    def relations(self) -> tuple[Relation, ...]:
        return RELATIONS[self._terminal.session.capacity]

    @property
    def complete(self) -> bool:
        return self.relation != "" and (self.agrees or not self.needs_consent)

    def write(self, key: str, text: str) -> None:
        self._terminal.calls.append(("write", key, text))
        self.typed[key] = text
        self._terminal.publish(Fact.PERSON)

    def name_principal(self) -> None:
        self._terminal.calls.append(("name_principal",))
        self.problems = {key: "form.problem.required" for key, text in self.typed.items() if not text}
        if self.problems:
            self._terminal.publish(Fact.PERSON)
        else:
            self._terminal.handle(ev.PrincipalKnown(self._terminal.session.number))

    def choose(self, relation: str) -> None:
        self.relation = relation
        self._terminal.publish(Fact.PERSON)

    def agree(self, *, on: bool) -> None:
        self.agrees = on
        self._terminal.publish(Fact.PERSON)

    def go_on(self) -> None:
        if self.complete:
            self._terminal.handle(ev.RelationAnswered())


REASONS = (
    Option("work", Text("合法稳定就业", "Lawful and steady work")),
    Option("home", Text("合法稳定住所", "Lawful and steady home")),
    Option("study", Text("连续就读", "Continuous schooling")),
)
DIVISIONS = {
    "": (("990000000000", "测试省"),),
    "990000000000": (("990100000000", "测试市"), ("990200000000", "样例市")),
    "990100000000": (("990101000000", "龙亭样例区"), ("990102000000", "鼓楼样例区")),
    "990101000000": (("990101001000", "北书店街道"), ("990101002000", "大兴街道")),
    "990101001000": (("990101001001", "第一社区"), ("990101001002", "第二社区")),
}
DIVISIONS_EN = {
    "测试省": "Sample Province",
    "测试市": "Sample City",
    "样例市": "Example City",
    "龙亭样例区": "Longting District",
    "鼓楼样例区": "Shunhe Hui District",
    "北书店街道": "Beishudian Subdistrict",
    "大兴街道": "Daxing Subdistrict",
    "第一社区": "First Community",
    "第二社区": "Second Community",
}


class FakeForm:
    page_count = 3

    def __init__(self, terminal: FakeTerminal) -> None:
        self._terminal = terminal
        self.pages: list[list[FieldView]] = [
            [
                FieldView("phone", Text("手机号码", "Mobile number"), "mobile", "", "", keyboard="digits", max_length=11),
            ],
            [
                FieldView("reg_since", Text("居住登记日期", "Registered as resident since"), "date", "", "", help=Text("满半年才能申领", "At least half a year ago"), latest="2026-05-28"),  # noqa: E501
                FieldView("address", Text("现居住地址", "Present address"), "address", {"division": "990101001001", "detail": ""}, "", keyboard="place"),  # noqa: E501
            ],
            [FieldView("reason", Text("申领事由", "Reason"), "enum", "", "", options=REASONS)],
        ]
        self.certificate: list[list[FieldView]] = [
            [
                FieldView("from", Text("起始月份", "From"), "month", "2025-11", "2025-11", latest="2026-11-28"),
                FieldView("to", Text("截止月份", "Until"), "month", "2026-10", "2026-10", earliest="2025-11-01", latest="2026-11-28"),  # noqa: E501
                FieldView(
                    "kinds", Text("险种", "Insurance"), "multi_enum", ["pension"], "",
                    options=(Option("pension", Text("养老", "Pension")), Option("injury", Text("工伤", "Work injury")), Option("unemployment", Text("失业", "Unemployment"))),  # noqa: E501
                ),
            ]
        ]  # fmt: skip

    def _now(self) -> list[list[FieldView]]:
        plan = self._terminal.session.plan
        return self.certificate if plan is not None and plan.journey is Journey.CERTIFICATE else self.pages

    def leave_field(self, key: str) -> None:
        self._terminal.calls.append(("leave_field", key))

    def fields(self, page: int) -> tuple[FieldView, ...]:
        return tuple(self._now()[min(page, len(self._now()) - 1)])

    def set(self, key: str, raw: Any) -> None:
        self._terminal.calls.append(("set", key, raw))
        for page in self._now():
            for at, view in enumerate(page):
                if view.key == key:
                    page[at] = replace(view, value=raw, display=str(raw))
        self._terminal.publish(Fact.FORM)

    def answer_page(self) -> None:
        self._terminal.calls.append(("answer_page",))
        after = self._terminal.session.page + 1
        self._terminal.handle(ev.PageAnswered(after if after < len(self._now()) else None))

    def division_children(self, code: str, *, national: bool = False) -> tuple[tuple[str, str], ...]:
        language = self._terminal.language
        return tuple((each, Text(name, DIVISIONS_EN[name]).in_language(language)) for each, name in DIVISIONS.get(code, ()))


class FakeBringing:
    def __init__(self, terminal: FakeTerminal) -> None:
        self._terminal = terminal
        self.view = Bringing()

    def show(self, view: Bringing) -> None:
        self.view = view
        self._terminal.publish(Fact.MATERIALS)

    def open(self, material: str) -> None:
        self._terminal.calls.append(("bring", material))
        self.show(Bringing(material, "https://city.example.invalid/u/AbCdEfGhIjKlMnOpQrStUv"))

    def close(self) -> None:
        self._terminal.calls.append(("bring_end",))
        self.show(Bringing())


class FakeStick:
    def __init__(self, terminal: FakeTerminal) -> None:
        self._terminal = terminal
        self.view = Looking()
        self.wanting = ""
        self.files: tuple[StickFile, ...] = ()
        self.chosen: set[int] = set()

    def taken(self, number: int) -> bool:
        return number in self.chosen

    def open(self, material: str, count: int = 5) -> None:
        self._terminal.calls.append(("stick", material))
        names = ("住址证明.jpg", "合同第1页.pdf", "合同第2页.pdf", "照片.heic", "扫描件_20261127.pdf")
        answers = [_imported(mark) for mark in range(3)] + [NotImported("documents.import.heic"), None]
        self.files = tuple(
            StickFile(Path("/stick") / names[at % 5], FileKind.PDF, answers[at % 5]) for at in range(count)
        )
        self._show(Looking(material))

    def choose(self, number: int) -> None:
        self._terminal.calls.append(("choose", number))
        answer = self.files[number].answer
        if isinstance(answer, NotImported):
            self._show(replace(self.view, said=answer.reason))
        else:
            self.chosen.add(number)
            self._show(replace(self.view, pages=self.view.pages + 1, said=""))

    def close(self) -> None:
        self.files, self.chosen = (), set()
        self._show(Looking())

    def _show(self, view: Looking) -> None:
        self.view = view
        self._terminal.publish(Fact.MATERIALS)


@functools.cache
def _imported(mark: int) -> Imported:
    jpeg = png(paper(600, 848, 16, mark=mark), "JPEG")
    return Imported((CapturedPage(jpeg, 600, 848, 72, "", 0.0, "document", "import", source="usb"),), ())


class FakeMaterials:
    def __init__(self, terminal: FakeTerminal) -> None:
        self._terminal = terminal
        self._views = {
            view.key: view
            for view in (
                MaterialView("id_card", Text("居民身份证", "Resident ID card"), "have", reason_id=""),
                MaterialView("address_proof", Text("居住地住址证明", "Proof of address"), "partly", reason_id="form.material.register_not_connected", pages=1, min_pages=2, max_pages=4),  # noqa: E501
                MaterialView("work_proof", Text("就业证明", "Employment proof"), "needed", note=Text("劳动合同或单位证明", "Contract or employer's letter"), reason_id="form.material.register_not_connected", later_by=dt.date(2026, 12, 14)),  # noqa: E501
                MaterialView("photo", Text("证件照", "ID photo"), "done", pages=1, profile="photo"),
            )
        }  # fmt: skip
        self.live: PreviewFrame | None = frame()
        self.turned = 0

    def views(self) -> tuple[MaterialView, ...]:
        return tuple(self._views.values())

    @property
    def complete(self) -> bool:
        return all(view.state in {"have", "done", "later"} for view in self._views.values())

    def bring_later(self, material: str) -> None:
        self._views[material] = replace(self._views[material], state="later")
        self._terminal.publish(Fact.MATERIALS)

    def want(self, *keys: str) -> None:
        """Ask for these alone, as for a case that waits for them."""
        self._views = {key: replace(self._views[key], state="needed", pages=0, later_by=None) for key in keys}
        self._terminal.publish(Fact.MATERIALS)

    def finish(self) -> None:
        for key, view in self._views.items():
            if view.state in {"partly", "needed"}:
                self._views[key] = replace(view, state="done", pages=view.min_pages)
        self._terminal.publish(Fact.MATERIALS)

    def lay(self, material: str) -> bool:
        """Take a page of a material; say whether it has all that it needs."""
        view = self._views[material]
        done = view.pages + 1 >= view.min_pages
        self._views[material] = replace(view, pages=view.pages + 1, state="done" if done else "partly")
        self._terminal.publish(Fact.MATERIALS)
        return done

    def pages_of(self, material: str, count: int) -> None:
        self._views[material] = replace(self._views[material], pages=count)
        self._terminal.publish(Fact.MATERIALS)

    def page_count(self, material: str) -> int:
        return self._views[material].pages if material in self._views else 0

    def page_image(self, material: str, i: int) -> bytes:
        return png(paper(600, 848, 16, mark=i), "JPEG")

    def page_turned(self, material: str, i: int) -> int:
        return self.turned

    def move_page(self, material: str, i: int, by: int) -> None:
        self._terminal.calls.append(("move_page", material, i, by))

    def turn_page(self, material: str, i: int) -> None:
        self.turned = (self.turned + 90) % 360
        self._terminal.calls.append(("turn_page", material, i))
        self._terminal.publish(Fact.MATERIALS)

    def remove_page(self, material: str, i: int) -> None:
        self._terminal.calls.append(("remove_page", material, i))

    def capture(self, outline: Outline | None = None) -> None:
        self._terminal.calls.append(("capture",) if outline is None else ("capture", outline))

    def frame(self) -> PreviewFrame | None:
        return self.live

    def answer_doubled(self, *, keep: bool) -> None:
        self._terminal.calls.append(("answer_doubled", keep))
        self.doubled = None
        self._terminal.publish(Fact.MATERIALS)

    def double(self, source: PageSource = "camera") -> None:
        """The page that was just taken, or came in a file, is the first once more."""
        jpeg = self.page_image("address_proof", 0)
        page = CapturedPage(jpeg, 600, 848, 72, "", 0.4, "document", "a4", source=source)
        self.doubled = Doubled("address_proof", page, 0)
        self._terminal.publish(Fact.MATERIALS)

    def wave_off(self) -> None:
        self._terminal.calls.append(("wave_off",))
        self.refused = None
        self._terminal.publish(Fact.MATERIALS)

    def refuse(self) -> None:
        """The last picture was not good enough."""
        picture = self.page_image("address_proof", 0)
        self.refused = Refused(Advice.GLARE, ((0.3, 0.25, 0.35, 0.15),), picture)
        self._terminal.publish(Fact.MATERIALS)

    def keep_anyway(self) -> None:
        self._terminal.calls.append(("keep_anyway",))
        self.refused = None
        self._terminal.publish(Fact.MATERIALS)

    keepable = False
    open_key = ""
    refused: Refused | None = None
    doubled: Doubled | None = None


class FakeCase:
    def __init__(self, terminal: FakeTerminal) -> None:
        self._terminal = terminal
        self.strokes: list[list[tuple[float, float, float]]] = []
        self.code = "KF00420003G7"
        self.receipt_png: bytes | None = png(paper(576, 1100, 22))

    @property
    def has_signature(self) -> bool:
        return bool(self.strokes)

    def set_signature(self, strokes: list[list[tuple[float, float, float]]], width: float, height: float) -> None:
        self.strokes = strokes
        self._terminal.calls.append(("set_signature", len(strokes)))
        self._terminal.publish(Fact.CASE)

    def review(self) -> tuple[ReviewLine, ...]:
        def said(zh: str, en: str) -> str:
            return Text(zh, en).in_language(self._terminal.language)

        def line(section: str, zh: str, en: str, value: str, target: ev.FieldReopened | None = None) -> ReviewLine:
            helped = self._terminal.session.assisted and target is not None
            by = "" if not helped else "clerk" if section == "form" else "resident"
            return ReviewLine(f"review.{section}", said(zh, en), value, target, by)

        plan = self._terminal.session.plan
        if plan is not None and plan.journey is Journey.SUPPLEMENT:
            papers = ev.FieldReopened(State.MATERIALS, material="address_proof")
            return (
                line("supplement", "刷证人", "Card holder", "测*"),
                line("supplement", "补到这一件", "For this case", case_code.group(ASKED_FOR)),
                line("materials", "居住地住址证明", "Proof of address", said("已扫描 2 页", "scanned, pages: 2"), papers),
                line("materials", "就业证明", "Employment proof", said("已扫描 1 页", "scanned, pages: 1"), papers),
            )

        def form(page: int) -> ev.FieldReopened:
            return ev.FieldReopened(State.FORM, page=page)

        place = "测试省测试市龙亭样例区北书店街道第一社区样例路18号院3号楼2单元501室"
        return (
            line("person", "姓名", "Name", "测*"),
            line("person", "公民身份号码", "ID number", "990000********0017"),
            line("form", "手机号码", "Mobile number", "138****0001", form(0)),
            line("form", "居住登记日期", "Registered as resident since", "2025-11-01", form(1)),
            line("form", "现居住地址", "Present address", place, form(1)),
            line("form", "申领事由", "Reason", said("合法稳定就业", "Lawful and steady work"), form(2)),
            line("materials", "居民身份证", "Resident ID card", said("已有，不用带", "already here")),
            line("materials", "居住地住址证明", "Proof of address", said("2 页", "2 pages"), ev.FieldReopened(State.MATERIALS, material="address_proof")),  # noqa: E501
            line("materials", "就业证明", "Employment proof", said("1 页", "1 page"), ev.FieldReopened(State.MATERIALS, material="work_proof")),  # noqa: E501
            line("materials", "证件照", "ID photo", said("1 页", "1 page"), ev.FieldReopened(State.MATERIALS, material="photo")),  # noqa: E501
            line("materials", "本人签名", "Signature", said("已签好", "signed"), ev.FieldReopened(State.SIGN)),
        )  # fmt: skip

    def promise_lines(self) -> tuple[tuple[str, str], ...]:
        plan = self._terminal.session.plan
        promised = Promised(
            supplement=plan is not None and plan.journey is Journey.SUPPLEMENT,
            handed_in=SATURDAY_NIGHT,
            office_opens=SATURDAY_NIGHT + dt.timedelta(days=2, hours=5, minutes=18),
            answer_by=dt.date(2026, 12, 4),
            result_days=7,
            result_unit="working_day",
            provisional=False,
        )
        say = functools.partial(self._terminal.words.text, self._terminal.language)
        return promise_lines(promised, say, on_screen=True)


class FakeMyCases:
    """What one person handed in: a case that waits, one on its way back, an answered call, one that only the city knows."""

    def __init__(self) -> None:
        at = SATURDAY_NIGHT - dt.timedelta(hours=6)
        permit = "residence_permit_apply"
        self.asking = False
        self.as_of: dt.datetime | None = SATURDAY_NIGHT
        self.again_at: dt.datetime | None = at
        self.told: tuple[CaseLine, ...] = (
            CaseLine(WAITING, permit, at, "kept", here=True, withdrawable=True),
            CaseLine("KF00420000J4", permit, at, "withdrawing", here=True, withdrawable=False),
            CaseLine(CALLED, "", at, "call_answered", here=False, withdrawable=False, call_back=True, answer="请带户口簿原件到窗口，已为您留号。"),  # noqa: E501
            CaseLine("KF00010000K2", "no_longer_offered", None, "accepted", here=False, withdrawable=True, role="agent", other="测**"),  # noqa: E501
        )
        self._catalogue = shipped()

    def wait_for(self, *, brought: str = "") -> None:
        """Have the city ask for two papers of the case that it alone knows; what was brought for it may lie here."""
        item, at = self._catalogue.item("residence_permit_apply"), SATURDAY_NIGHT - dt.timedelta(days=9)
        note = "第 2 页反光，看不清签字"
        due = dt.date(2026, 12, 12)
        wishes = (
            Wish("address_proof", item.material("address_proof").name, "", "unreadable", note, due, here=True),
            Wish("employment_proof", item.material("employment_proof").name, "", "later", "", due, here=True),
        )
        waits = CaseLine(
            ASKED_FOR, item.id, at, "supplement_required", here=False, withdrawable=True, bring_by=due, wanted=wishes,
            brought=brought,  # type: ignore[arg-type]
        )  # fmt: skip
        own = CaseLine(BROUGHT, item.id, SATURDAY_NIGHT, "supplement_kept", here=True, withdrawable=False, supplement=True)
        done = CaseLine("KF00010000P4", item.id, at, "closed", here=False, withdrawable=False)
        self.told = (*((own,) if brought else ()), waits, done)

    def printed_result(self, line: CaseLine) -> ServiceItem | None:
        return None

    def lines(self) -> tuple[CaseLine, ...]:
        return self.told

    def item(self, item_id: str) -> ServiceItem | None:
        return self._catalogue.item(item_id) if item_id == "residence_permit_apply" else None


class FakeHelp:
    number = ""
    called = "13900000001"

    def __init__(self, terminal: FakeTerminal) -> None:
        self._terminal = terminal

    @property
    def complete(self) -> bool:
        return len(self.number) == 11

    @property
    def problem(self) -> tuple[str, int]:
        missing = 11 - len(self.number)
        return ("help.number.mobile_short", missing) if self.number and missing else ("", 0)

    def set(self, number: str) -> None:
        self.number = number
        self._terminal.publish(Fact.HELP)

    def type_digit(self, digit: str) -> None:
        self.set(self.number + digit)

    def erase_digit(self) -> None:
        self.set(self.number[:-1])

    def enter(self) -> None:
        self._terminal.handle(ev.NumberEntered())


class FakeStaff:
    name = "测试站务员"
    staff_id = "S0001"

    def __init__(self, terminal: FakeTerminal) -> None:
        self._terminal = terminal
        self.pin_digits = 0

    @property
    def pin_complete(self) -> bool:
        return self.pin_digits >= 6

    def _count(self, count: int) -> None:
        self.pin_digits = max(0, count)
        self._terminal.publish(Fact.STAFF)

    def type_digit(self, digit: str) -> None:
        self._terminal.calls.append(("pin", digit))
        self._count(self.pin_digits + 1)

    def erase_digit(self) -> None:
        self._count(self.pin_digits - 1)

    def enter_pin(self) -> None:
        self._terminal.handle(ev.PinEntered())


class FakeAssist:
    """Three of today: one that waits here, two that the city has."""

    batch = Batch(frozenset({WAITING, "KF00420000J4", "KF00010000K2"}), received=2, waiting=1)


class FakeTraining:
    """The paper is to run out."""

    def __init__(self) -> None:
        self.script = Script()
        self.script.set(ScriptedFault.PAPER_OUT, on=True)


class FakeUpkeep:
    """An outbox with one row that waits and one that was set aside; every device but the camera can be tried."""

    failed = ""

    def __init__(self, terminal: FakeTerminal) -> None:
        self._terminal = terminal
        self.trials: dict[Device, Trial] = {}
        at = SATURDAY_NIGHT - dt.timedelta(hours=6)
        made = (at, None, 3, 80_000, "00" * 32)
        self.rows: tuple[Row, ...] = (
            Row(16, "a", WAITING, "residence_permit_apply", RowState.PARKED, 2, *made, "envelope_malformed:code", None),
            Row(23, "b", CALLED, "call_back", RowState.WAITING, 0, *made, "", None),
            Row(24, "c", BROUGHT, supplement_service("residence_permit_apply"), RowState.WAITING, 0, *made, "", None),
        )
        self.counts = Counts(2, 412, 1)

    def item(self, service: str) -> ServiceItem | None:
        return self._terminal.my_cases.item(service)

    def look(self) -> None:
        self._terminal.calls.append(("look",))

    def retry(self, seq: int) -> None:
        self._terminal.calls.append(("retry", seq))

    def park(self, seq: int, reason: str) -> None:
        self._terminal.calls.append(("park", seq, reason))

    stick, export = False, Export()

    def carry_away(self) -> None:
        self.export = Export(ExportState.DONE, 2, "civic-outbox-0042")
        self._terminal.publish(Fact.STAFF)

    report = ReportState.NONE

    def make_report(self) -> None:
        self.report = ReportState.PRINTED
        self._terminal.publish(Fact.STAFF)

    def can_try(self, kind: Device) -> bool:
        return kind is not Device.DOCUMENT_CAMERA

    def try_device(self, kind: Device) -> None:
        self.trials[kind] = Trial(TrialState.FAILED, "receipt_printer.offline")
        self._terminal.publish(Fact.STAFF)


class FakeCertificate:
    pages = 2
    pages_printed = 1
    without_record = ""

    def __init__(self) -> None:
        self.preview_png: bytes | None = png(paper(1240, 1754, 26))


@dataclass
class FakeReport:
    kind: str
    state: str
    status: object | None
    since_s: float = field(default_factory=lambda: time.monotonic() - 300)
    code: str | None = None


class Ready: ...


class PaperLow: ...


class NoCard: ...


class FakeSpeaker:
    """Keeps the words that would be heard."""

    def __init__(self, state: SpeechState = SpeechState.READY) -> None:
        self.state = state
        self.said: list[tuple[str, ...]] = []
        self.cuts = 0

    def say(self, sentences: tuple[Sentence, ...], language: str) -> None:
        self.said.append(tuple("".join(sentence) for sentence in sentences))

    def cut(self) -> None:
        self.cuts += 1

    def tick(self) -> None: ...

    def stop(self, timeout_s: float) -> None: ...
