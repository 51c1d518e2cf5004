"""Draws every screen with a fake terminal, for somebody to look at: `python tests/ui/screens/shots.py FOLDER [name…]`.

Variants: `--landscape --counter --english --size N --contrast --low --elder`; all that are given are drawn together.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[3]))

from fake_desks import FakeActing, FakeMaterials, FakeMyCases
from fake_terminal import LAY_AGAIN, NO_PAPER, NO_RECORD, STRANGER, TROUBLE, FakeTerminal
from fake_values import ASKED_FOR, BROUGHT, CALLED, SATURDAY_NIGHT
from geometry import seen
from PySide6.QtCore import QMetaObject, QPointF, QRegularExpression
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest
from whole_form import WholeForm

from kiosk.catalogue.models import Need
from kiosk.events import Fact
from kiosk.identity.acting import Capacity
from kiosk.identity.assurance import Assurance
from kiosk.journeys.stick import NONE, UNREAD
from kiosk.session.states import Choice, Device, Hand, Helping, Holding, Promise, State, Trouble
from ui.app import Screen, application

WANG = [
    [(1.10, 0.24), (1.42, 0.22), (1.62, 0.23)],
    [(1.14, 0.52), (1.38, 0.50), (1.58, 0.51)],
    [(1.36, 0.24), (1.35, 0.52), (1.36, 0.80)],
    [(1.02, 0.83), (1.40, 0.80), (1.72, 0.81)],
]
"""王, as somebody writes it: x and y in heights of the pad."""


HELPED = {"clerk": True, "assisted": True, "hand": Hand.CLERK}


def scenes(terminal: FakeTerminal, screen: Screen) -> dict[str, Any]:
    catalogue = next(b for b in screen.bridges.others if type(b).__name__ == "Catalogue")
    fake, whole = terminal.form, WholeForm(terminal)

    def show(state: State, **changes: Any) -> None:
        terminal.form = fake
        terminal.show(state, **changes)

    def asked(item_id: str, page: int, touched: tuple[str, ...] = (), **answers: Any) -> None:
        whole.vault.wipe()
        whole.vault.answers |= answers
        whole.vault.touched |= set(touched)
        whole.open(terminal.catalogue.item(item_id), page)

    def person() -> None:
        asked("fertility_registration", 0, ("husband/id_no",), husband={"name": "测试甲", "id_no": "990000199001010018"})

    def table() -> None:
        rows = [{"name": "测试甲", "id_no": "990000199001010017", "percent": "60"}, {}]
        asked("realestate_transfer_used", 1, ("co_share/2.name",), co_share=rows)

    def contact() -> None:
        held = {"name": "测试乙", "mobile": "1380000000"}
        asked("residence_permit_apply", 2, ("contact/mobile",), reach="contact", contact=held, delivery="window")
        whole.vault.sources["delivery"] = "form.source.only"
        terminal.publish(Fact.FORM)

    def promise() -> None:
        answers = {"kind": "long_stay", "dest": "110000000000", "from_date": "2026-12-01"}
        asked("medical_remote_filing", 1, ("long_stay_promise",), **answers)

    def province() -> None:
        asked("medical_remote_filing", 1)

    def period() -> None:
        asked("no_criminal_record", 1, (), period={"from": "2026-10-00"})

    def shelf(kind: str, wanted: str = "") -> None:
        show(State.HOME)
        catalogue.look(kind, wanted)

    def home() -> None:
        catalogue.look("", "")
        show(State.HOME)

    def certificate(state: State, **changes: Any) -> None:
        show(state, plan=terminal.plan(terminal.catalogue.item("social_participation_cert")), **changes)

    def guide_full() -> None:
        terminal.room = False
        show(State.GUIDE)
        terminal.room = True

    def shelf_full() -> None:
        terminal.room = False
        shelf("apply")
        terminal.room = True

    def code() -> None:
        show(State.CODE)
        terminal.person._count(3)

    def problems() -> None:
        for page in fake.pages:
            for at, view in enumerate(page):
                page[at] = replace(view, problem_id="form.problem.required")
        show(State.FORM, page=1)

    def typing_on() -> None:
        problems()
        begin("field_address")

    def typing_digits() -> None:
        show(State.FORM, page=0)
        begin("field_phone")

    def begin(name: str) -> None:
        field = next(one.item for one in seen(screen.window) if one.item.objectName() == name)
        QMetaObject.invokeMethod(field, "begin")

    def place() -> None:
        settled = fake.pages[1][1]
        fake.pages[1][1] = replace(settled, value={"division": "990100000000", "detail": ""})
        show(State.FORM, page=1)
        fake.pages[1][1] = settled

    def preview(zh: str = "", en: str = "") -> None:
        terminal.certificate.without_record = en if terminal.language == "en" else zh
        show(State.PREVIEW)

    def enlarged() -> None:
        show(State.PREVIEW)
        screen_item = next(one.item for one in seen(screen.window) if one.item.objectName() == "screen_preview")
        screen_item.setProperty("large", True)

    def chosen() -> None:
        terminal.materials.pages_of("address_proof", 3)
        show(State.CAPTURE, material="address_proof")
        QTest.qWait(40)
        page = next(one.item for one in seen(screen.window) if one.item.objectName() == "page_0")
        QMetaObject.invokeMethod(page, "click")

    def acting(state: State, capacity: Capacity, **changes: Any) -> None:
        terminal.acting = FakeActing(terminal)
        show(state, capacity=capacity, **changes)

    def principal_wrong() -> None:
        acting(State.PRINCIPAL, Capacity.ASKED)
        terminal.acting.problems = {"name": "form.problem.required", "number": "form.problem.gb11643"}
        terminal.publish(Fact.PERSON)

    def principal_typing() -> None:
        acting(State.PRINCIPAL, Capacity.ASKED)
        QTest.qWait(40)
        begin("field_name")

    def relation_child() -> None:
        show(State.ATTRACT)
        acting(State.RELATION, Capacity.CHILD)
        terminal.acting.needs_consent = True
        terminal.publish(Fact.PERSON)
        QTest.qWait(40)
        button = next(one.item for one in seen(screen.window) if one.item.objectName() == "foot_main")
        QMetaObject.invokeMethod(button, "press")

    def relation_asked() -> None:
        acting(State.RELATION, Capacity.ASKED)
        terminal.acting.choose("child")

    def missing() -> None:
        show(State.CONSENT)
        QTest.qWait(40)
        for name in ("consent_handle", "foot_main"):
            item = next(one.item for one in seen(screen.window) if one.item.objectName() == name)
            QMetaObject.invokeMethod(item, "press")

    def full() -> None:
        terminal.materials.doubled = terminal.materials.refused = None
        terminal.materials.pages_of("address_proof", 4)
        papers()  # a new screen: none of its pages is looked at
        QTest.qWait(40)
        show(State.CAPTURE, material="address_proof")

    def not_good() -> None:
        papers()  # a new screen: none of its pages is looked at
        QTest.qWait(40)
        terminal.materials.pages_of("address_proof", 1)
        papers()  # a new screen: none of its pages is looked at
        QTest.qWait(40)
        show(State.CAPTURE, material="address_proof")
        terminal.materials.refuse()

    def keepable() -> None:
        terminal.materials.keepable = True
        not_good()

    def keeping() -> None:
        keepable()
        QTest.qWait(40)
        keep = next(one.item for one in seen(screen.window) if one.item.objectName() == "capture_keep")
        QMetaObject.invokeMethod(keep, "click")

    def doubled() -> None:
        terminal.materials.keepable = False
        terminal.materials.pages_of("address_proof", 3)
        show(State.CAPTURE, material="address_proof")
        terminal.materials.refused = None
        terminal.materials.double()

    def offered() -> None:
        row = fake.pages[0][0]
        fake.pages[0][0] = replace(row, value="13900000000", offer="13900000001")
        show(State.FORM, page=0)

    def typing(letters: str) -> None:
        show(State.ATTRACT)
        show(State.FORM, page=1)
        QTest.qWait(40)
        QMetaObject.invokeMethod(
            next(one.item for one in seen(screen.window) if one.item.objectName() == "field_address"), "begin"
        )
        QTest.qWait(40)
        screen.keyboard.setMode("pinyin")
        for letter in letters:
            screen.keyboard.key(letter)

    def writing(*strokes: list[tuple[float, float]]) -> None:
        typing("")
        screen.keyboard.setMode("handwriting")
        for stroke in strokes:
            screen.keyboard.write([QPointF(x, y) for x, y in stroke])

    def offline() -> None:
        show(State.OUTCOME, line_up=False)

    def bringing() -> None:
        show(State.MATERIALS)
        terminal.bringing.open("address_proof")

    def refused() -> None:
        bringing()
        terminal.materials.pages_of("address_proof", 3)
        terminal.bringing.show(replace(terminal.bringing.view, claimed=True, pages=2, said="documents.import.torn"))

    def stick() -> None:
        terminal.bringing.close()
        show(State.MATERIALS)
        terminal.stick.open("address_proof")
        terminal.stick.choose(0)

    def stick_refused() -> None:
        show(State.MATERIALS)
        terminal.stick.open("address_proof", 24)
        terminal.stick.choose(3)

    def file_doubled() -> None:
        stick_refused()
        terminal.materials.pages_of("address_proof", 1)
        terminal.materials.double("usb")

    def papers() -> None:
        terminal.materials.doubled = None
        terminal.bringing.close()
        terminal.stick.close()
        terminal.stick.wanting = NONE
        show(State.MATERIALS)

    def unread() -> None:
        papers()
        terminal.stick.wanting = UNREAD
        show(State.MATERIALS)

    def later() -> None:
        terminal.materials = FakeMaterials(terminal)
        terminal.bringing.close()
        terminal.materials.bring_later("work_proof")
        show(State.MATERIALS)

    def lacking(state: State) -> None:
        terminal.materials = FakeMaterials(terminal)
        terminal.my_cases = FakeMyCases()
        waits = terminal.my_cases.told[-1]
        missing = ("就业证明（劳动合同签字页）",) if terminal.language == "zh_CN" else ("Proof of employment",)
        told = replace(waits, state="supplement_required", bring_by=SATURDAY_NIGHT.date(), missing=missing, role="self")
        terminal.my_cases.told = (told,)
        show(state, case=told.code)

    def finished() -> None:
        terminal.bringing.close()
        terminal.materials.finish()
        show(State.MATERIALS)

    def signed() -> None:
        terminal.case.strokes = [[(0.1 + i / 60, 0.4 + 0.2 * ((i * 7) % 5) / 5, i / 60) for i in range(45)]]
        show(State.SIGN)

    def corners() -> None:
        show(State.CAPTURE)
        QTest.qWait(60)
        screen.window.grabWindow()
        waiting = [screen.window.contentItem()]
        while waiting and waiting[0].objectName() != "capture_corners":
            waiting.extend(waiting.pop(0).childItems())
        waiting[0].click()

    def idle() -> None:
        terminal.seconds_left = 21
        show(State.REVIEW, warned=True)

    def no_cases() -> None:
        terminal.my_cases.told, terminal.my_cases.as_of = (), None
        show(State.CASES, line_up=False)

    def cases(state: State, **changes: Any) -> None:
        terminal.my_cases = FakeMyCases()
        show(state, **changes)

    def collecting(state: State, *, brought: str = "", **changes: Any) -> None:
        terminal.my_cases = FakeMyCases()
        terminal.my_cases.wait_for(brought=brought)
        show(state, plan=terminal.collect_plan(), **{"case": ASKED_FOR, **changes})

    def nothing_to_collect() -> None:
        terminal.my_cases = FakeMyCases()
        terminal.my_cases.told = ()
        show(State.CASES, plan=terminal.collect_plan())

    def no_camera() -> None:
        terminal.health[Need.DOCUMENT_CAMERA] = False
        collecting(State.CASE)
        terminal.health[Need.DOCUMENT_CAMERA] = True

    def bringing_what_is_wanted(state: State, **changes: Any) -> None:
        terminal.bringing.close()
        terminal.stick.close()
        terminal.materials = FakeMaterials(terminal)
        terminal.materials.want("address_proof", "work_proof")
        collecting(State.CASE)
        plan = terminal.supplement_plan(terminal.my_cases.told[0])
        show(state, plan=plan, came_for=terminal.collect_plan(), case=ASKED_FOR, **changes)

    def help_with(stage: Helping, number: str = "", **changes: Any) -> None:
        terminal.help.set(number)
        show(State.FORM, helping=stage, call_back="KF00420000N8" if stage is Helping.FILED else "", **changes)

    def staff_pin(**changes: Any) -> None:
        terminal.staff._count(4)
        show(State.STAFF_PIN, **changes)

    def outbox() -> None:
        show(State.STAFF)
        next(b for b in screen.bridges.others if type(b).__name__ == "Staff").look("outbox")

    def exported() -> None:
        terminal.upkeep.stick = True
        outbox()
        terminal.upkeep.carry_away()
        terminal.upkeep.stick = False

    def training(**changes: Any) -> None:
        show(State.STAFF, **changes)
        next(b for b in screen.bridges.others if type(b).__name__ == "Staff").look("training")

    def tried() -> None:
        next(b for b in screen.bridges.others if type(b).__name__ == "Staff").look("")
        terminal.upkeep.try_device(Device.RECEIPT_PRINTER)
        terminal.upkeep.make_report()
        show(State.STAFF)

    def locked() -> None:
        staff_pin(trouble=Trouble("staff.pin.wrong_wait", (Choice.SKIP, Choice.LEAVE), detail="15"))

    return {
        "attract": lambda: show(State.ATTRACT),
        "home": home,
        "home_shelf": lambda: shelf("apply"),
        "home_search": lambda: shelf("search", "居住"),
        "guide": lambda: show(State.GUIDE),
        "guide_certificate": lambda: certificate(State.GUIDE),
        "guide_full": guide_full,
        "home_shelf_full": shelf_full,
        "for_whom": lambda: show(State.FOR_WHOM),
        "principal": lambda: acting(State.PRINCIPAL, Capacity.ASKED),
        "principal_typing": principal_typing,
        "principal_wrong": principal_wrong,
        "relation_child": relation_child,
        "relation": relation_asked,
        "form_acting": lambda: acting(State.FORM, Capacity.ASKED),
        "consent": lambda: show(State.CONSENT),
        "consent_missing": missing,
        "identify": lambda: show(State.IDENTIFY),
        "identify_certificate": lambda: certificate(State.IDENTIFY),
        "identify_lay_again": lambda: certificate(State.IDENTIFY, trouble=LAY_AGAIN),
        "elder_offer": lambda: show(State.CODE, elder_offered=True),
        "code": code,
        "consent_cases": lambda: show(State.CONSENT, plan=terminal.cases_plan()),
        "again": lambda: cases(State.AGAIN),
        "cases": lambda: cases(State.CASES),
        "cases_seeking": lambda: cases(State.CASES, busy=True),
        "cases_none": no_cases,
        "case": lambda: cases(State.CASE),
        "case_reprinted": lambda: cases(State.CASE, receipt_printed=True),
        "case_withdrawing": lambda: cases(State.CASE, case="KF00420000J4"),
        "case_city": lambda: cases(State.CASE, case="KF00010000K2"),
        "case_called": lambda: cases(State.CASE, case=CALLED),
        "cases_collect": lambda: collecting(State.CASES),
        "cases_collect_none": nothing_to_collect,
        "case_wanted": lambda: collecting(State.CASE),
        "case_wanted_no_camera": no_camera,
        "case_brought": lambda: collecting(State.CASE, brought="kept"),
        "case_brought_refused": lambda: collecting(State.CASE, brought="parked"),
        "case_supplement": lambda: collecting(State.CASE, brought="kept", case=BROUGHT),
        "case_result": lambda: collecting(State.CASE, case="KF00010000P4"),
        "withdraw": lambda: cases(State.WITHDRAW, line_up=False),
        "form0": lambda: show(State.FORM, page=0),
        "form1": lambda: show(State.FORM, page=1),
        "form2": lambda: show(State.FORM, page=2),
        "form_person": person,
        "form_table": table,
        "form_period": period,
        "form_contact": contact,
        "form_promise": promise,
        "form_province": province,
        "form_problem": problems,
        "form_typing": typing_on,
        "form_typing_digits": typing_digits,
        "form_place": place,
        "form_offer": offered,
        "form_pinyin": lambda: typing("longtingqubeishudianjiedao"),
        "form_hand": lambda: writing(*WANG),
        "form_hand_empty": writing,
        "materials_phone": bringing,
        "materials_phone_refused": refused,
        "materials_stick": stick,
        "materials_stick_refused": stick_refused,
        "materials_doubled": file_doubled,
        "materials": papers,
        "materials_unread": unread,
        "materials_offline": lambda: show(State.MATERIALS, line_up=False),
        "materials_wanted": lambda: bringing_what_is_wanted(State.MATERIALS),
        "review_supplement": lambda: bringing_what_is_wanted(State.REVIEW),
        "outcome_supplement": lambda: bringing_what_is_wanted(State.OUTCOME, promise=Promise.KEPT, receipt_printed=True),
        "materials_later": later,
        "case_missing": lambda: lacking(State.CASE),
        "capture": lambda: show(State.CAPTURE),
        "capture_corners": corners,
        "capture_chosen": chosen,
        "capture_refused": not_good,
        "capture_keepable": keepable,
        "capture_keeping": keeping,
        "capture_doubled": doubled,
        "capture_full": full,
        "trouble": lambda: show(State.CAPTURE, trouble=TROUBLE),
        "materials_done": finished,
        "sign": signed,
        "review": lambda: show(State.REVIEW),
        "review_offline": lambda: show(State.REVIEW, line_up=False),
        "leave": lambda: show(State.REVIEW, leaving=True),
        "idle": idle,
        "submit": lambda: show(State.SUBMIT, busy=True),
        "outcome": offline,
        "outcome_received": lambda: show(State.OUTCOME, promise=Promise.RECEIVED),
        "outcome_notice": lambda: show(State.OUTCOME, notice="submit.earlier_kept"),
        "outcome_failed": lambda: show(State.OUTCOME, receipt_printed=False),
        "outcome_no_paper": lambda: show(State.OUTCOME, receipt_printed=False, trouble=NO_PAPER),
        "case_no_paper": lambda: cases(State.CASE, receipt_printed=False, trouble=NO_PAPER),
        "choose": lambda: show(State.CHOOSE),
        "choose_no_record": lambda: show(State.CHOOSE, trouble=NO_RECORD),
        "prepare": lambda: show(State.PREPARE, busy=True),
        "preview": preview,
        "preview_without": lambda: preview("失业、工伤", "Unemployment, Work injury"),
        "preview_large": enlarged,
        "print": lambda: show(State.PRINT, busy=True),
        "taken": lambda: show(State.TAKEN, certificate_printed=True),
        "outcome_rated": lambda: show(State.OUTCOME, rated=4, rating_kept=True),
        "taken_rated": lambda: show(State.TAKEN, certificate_printed=True, rated=1, rating_kept=False),
        "guard": lambda: show(State.GUARD, holding=Holding.CARD, guard_stage=1),
        "guard_done": lambda: show(State.GUARD),
        "staff_pin": staff_pin,
        "staff_pin_wrong": locked,
        "staff": lambda: show(State.STAFF),
        "desk": lambda: show(State.DESK, clerk=True),
        "attest": lambda: show(State.ATTEST, **HELPED),
        "confirm": lambda: show(State.CONFIRM, **HELPED),
        "review_helped": lambda: show(State.REVIEW, **HELPED),
        "form_helped": lambda: show(State.FORM, page=1, **HELPED),
        "staff_offline": lambda: show(State.STAFF, line_up=False),
        "staff_stranger": lambda: show(State.ATTRACT, trouble=STRANGER),
        "attract_offline": lambda: show(State.ATTRACT, line_up=False),
        "help": lambda: help_with(Helping.OPEN),
        "help_phone": lambda: help_with(Helping.PHONE, "139000000"),
        "help_filed": lambda: help_with(Helping.FILED, assurance=Assurance.CARD),
        "help_refused": lambda: help_with(Helping.REFUSED, "13900000001"),
        "staff_tried": tried,
        "staff_outbox": outbox,
        "staff_exported": exported,
        "staff_training": training,
        "staff_training_on": lambda: training(training=True),
        "review_training": lambda: show(State.REVIEW, training=True),
        "trouble_training": lambda: show(State.CAPTURE, trouble=TROUBLE, training=True),
        "out_of_service": lambda: show(State.OUT_OF_SERVICE, fault="Q-200"),
    }


def stand_still(screen: Screen, least_ms: int) -> None:
    """Wait until the screen has come up whole, however slow the machine is."""
    QTest.qWait(least_ms)
    shown = QRegularExpression("^screen_")
    while not any(item.opacity() == 1 for item in screen.window.findChildren(QQuickItem, shown)):
        QTest.qWait(20)


BEFORE_ANYBODY = frozenset({"attract", "attract_offline", "staff_stranger"})
"""What is seen before a person has chosen anything comes in its first size alone."""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--landscape", action="store_true")
    parser.add_argument("--counter", action="store_true")
    parser.add_argument("--english", action="store_true")
    parser.add_argument("--size", type=int, default=0)
    parser.add_argument("--contrast", action="store_true")
    parser.add_argument("--low", action="store_true")
    parser.add_argument("--elder", action="store_true")
    asked = parser.parse_intermixed_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    app = application()
    orientation = "counter" if asked.counter else "landscape" if asked.landscape else "portrait"
    language = "en" if asked.english else "zh_CN"
    terminal = FakeTerminal(orientation=orientation, language=language)
    screen = Screen(terminal)  # type: ignore[arg-type]
    warnings: list[str] = []
    screen.engine.warnings.connect(lambda found: warnings.extend(w.toString() for w in found))
    screen.open(full_screen=False)
    settings = screen.bridges.settings
    settings.setTextSize(asked.size)
    settings.setHighContrast(asked.contrast)
    settings.setLowReach(asked.low)
    elder = asked.elder
    chosen = bool(asked.size or asked.contrast or asked.low or elder)
    stand_still(screen, 300)
    for name, scene in scenes(terminal, screen).items():
        if (asked.names and name not in asked.names) or (chosen and name in BEFORE_ANYBODY):
            continue
        scene()
        if elder:
            terminal.session = replace(terminal.session, elder=True)
            terminal.publish(Fact.SESSION)
        stand_still(screen, 220)  # longer than anything moves that comes to rest
        screen.window.grabWindow().save(str(asked.folder / f"{name}.png"))
    terminal.show(State.ATTRACT)  # nothing is left open that outlives its model
    QTest.qWait(40)
    for warning in warnings:
        sys.stderr.write(warning + "\n")
    screen.close()
    app.processEvents()
    return 1 if warnings else 0


if __name__ == "__main__":
    sys.exit(main())
