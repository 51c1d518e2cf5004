"""The bridges without a window: what they say, and when they keep silent."""

from __future__ import annotations

import time
from typing import Any

import pytest
import zxingcpp
from fake_terminal import FakeTerminal
from PySide6.QtGui import QGuiApplication, QImage

from kiosk.events import Fact
from kiosk.session.states import Device, State
from ui.bridge.build import build
from ui.bridge.case import Case
from ui.bridge.cases import Cases
from ui.bridge.catalogue import Catalogue
from ui.bridge.devices import Devices
from ui.bridge.form import Form
from ui.bridge.given import given
from ui.bridge.materials import Materials
from ui.bridge.pictures import Pictures
from ui.bridge.settings import Settings


@pytest.fixture
def terminal(qapp: QGuiApplication) -> FakeTerminal:
    made = FakeTerminal()
    build(made)  # type: ignore[arg-type]
    return made


def count(signal: Any) -> list[None]:
    heard: list[None] = []
    signal.connect(lambda: heard.append(None))
    return heard


def test_a_list_under_a_finger_is_not_made_anew(terminal: FakeTerminal) -> None:
    """Should tell of the services only when they differ, however often devices report."""
    catalogue = given(Catalogue)
    terminal.show(State.HOME)
    catalogue.look("apply", "")
    heard = count(catalogue.foundChanged)
    for _ in range(3):
        terminal.publish(Fact.DEVICES)
    assert heard == []
    terminal.health = dict.fromkeys(terminal.health, False)
    terminal.publish(Fact.DEVICES)
    assert len(heard) == 1
    assert all(row["reason"] for row in catalogue.found)


def test_what_can_be_done_stands_first(terminal: FakeTerminal) -> None:
    """Should put what can be done before what cannot, and what cannot be done for now before what never can be."""
    catalogue = given(Catalogue)
    terminal.show(State.HOME)
    catalogue.look("apply", "")
    grey = [row["reason"] != "" for row in catalogue.found]
    assert grey == sorted(grey)
    assert grey[0] is False
    terminal.room = False
    terminal.publish(Fact.OUTBOX)
    assert catalogue.found[0]["reason"] == "form.unavailable.store"


def test_search_by_initials(terminal: FakeTerminal) -> None:
    """Should find a service by its pinyin initials."""
    catalogue = given(Catalogue)
    terminal.show(State.HOME)
    catalogue.look("search", "jzz")
    assert catalogue.found[0]["id"] == "residence_permit_apply"


def test_the_guide_says_what_not_to_bring_only_if_the_city_has_it(terminal: FakeTerminal) -> None:
    """Should ask for the papers of registers that are not connected."""
    terminal.show(State.GUIDE)
    guide = given(Catalogue).guide
    assert guide["spared"] == []
    assert [one["name"] for one in guide["bring"] if "name" in one] == ["居民身份证", "居住地住址证明", "证件照"]


def test_the_guide_asks_for_one_proof_by_the_reason(terminal: FakeTerminal) -> None:
    """Should not ask for the proof of work and that of study together."""
    terminal.show(State.GUIDE)
    (by_reason,) = (one for one in given(Catalogue).guide["bring"] if "choices" in one)
    assert by_reason["question"] == "申领事由"
    assert [(one["when"], [paper["name"] for paper in one["bring"]]) for one in by_reason["choices"]] == [
        (["合法稳定就业"], ["就业证明"]),
        (["连续就读"], ["就读证明"]),
    ]
    assert by_reason["rest"] == ["合法稳定住所"]


def test_the_desks_speak_the_new_language_before_anybody_asks_them(terminal: FakeTerminal) -> None:
    """Should show the review in the language that was switched to, and not in the one before."""
    terminal.show(State.REVIEW)
    case = given(Case)
    heard: list[str] = []
    case.reviewChanged.connect(lambda: heard.append(case.review[0]["label"]))
    given(Settings).setLanguage("en")
    assert heard == ["Name"]


def test_a_row_stays_the_same_row_while_it_is_typed_into(terminal: FakeTerminal) -> None:
    """Should change one row and reset nothing."""
    terminal.show(State.FORM, page=0)
    model: Any = given(Form).fields
    resets, changes = count(model.modelReset), []
    model.dataChanged.connect(lambda first, last, _roles: changes.append((first.row(), last.row())))
    terminal.form.set("phone", "138")
    assert resets == []
    assert changes == [(0, 0)]


def test_materials_are_silent_until_they_change(terminal: FakeTerminal) -> None:
    """Should tell of the list once for one change."""
    terminal.show(State.MATERIALS)
    heard = count(given(Materials).listChanged)
    terminal.publish(Fact.MATERIALS)
    assert heard == []
    terminal.materials.finish()
    assert len(heard) == 1
    assert given(Materials).complete


def test_the_code_is_grouped_as_on_paper(terminal: FakeTerminal) -> None:
    """Should group the case code and keep every character."""
    terminal.show(State.OUTCOME)
    assert given(Case).code == "KF 0042 0003G 7"


def test_nothing_personal_is_asked_for_without_a_person(terminal: FakeTerminal) -> None:
    """Should not touch the desks while nobody is known."""
    terminal.materials = None  # type: ignore[assignment]
    terminal.show(State.HOME)
    assert given(Materials).views == []
    assert given(Case).strokes == []


def test_cases_are_said_in_the_persons_language_and_forgotten_with_the_person(terminal: FakeTerminal) -> None:
    """Should name service, number and time; tell only what differs; keep none of it after the screens of the cases."""
    cases = given(Cases)
    heard = count(cases.linesChanged)
    terminal.show(State.CASES)
    terminal.publish(Fact.CASES)
    assert len(heard) == 1
    first, _, called, unknown = cases.lines
    assert (first["number"], first["reached"]) == ("KF 0042 0003G 7", 0)
    assert "21:12" in first["handedIn"]
    assert first["name"]
    assert (called["callBack"], called["number"], called["answer"] != "") == (True, "KF 0042 0000N 8", True)
    assert (unknown["name"], unknown["handedIn"], unknown["reached"]) == ("", "", 2)
    given(Settings).setLanguage("en")
    assert cases.lines[0]["name"] != first["name"]
    terminal.show(State.CASE)
    assert cases.open == cases.lines[0]
    terminal.show(State.GUARD)
    assert (cases.lines, cases.open) == ([], {})


def test_every_device_has_a_row(terminal: FakeTerminal) -> None:
    """Should say the state, the status by its message name, and the code of a failure."""
    rows = {row["kind"]: row for row in given(Devices).rows}
    assert rows["smart_card"]["state"] == "absent"
    assert (rows["receipt_printer"]["state"], rows["receipt_printer"]["status"]) == ("degraded", "paper_low")
    assert rows["document_camera"]["detail"] == "document_camera.no_stream"
    assert rows["document_camera"]["since"] in {"03:10", "03:11"}  # 75 s before 03:12
    assert rows["smart_card"]["since"] == ""


def test_a_state_of_another_day_says_its_day(terminal: FakeTerminal) -> None:
    """Should not let yesterday's loss pass for one of this morning."""
    terminal.reports[Device.ID_CARD].since_s = time.monotonic() - 24 * 3600
    rows = {row["kind"]: row for row in given(Devices).rows}
    assert rows["id_card"]["since"].startswith("11-27 03:1")


def test_the_fault_code_can_be_read_by_a_telephone(terminal: FakeTerminal) -> None:
    """Should draw a QR code that says the fault."""
    image = given(Pictures).find("qr/Q-200;0042").convertToFormat(QImage.Format.Format_Grayscale8)
    found = zxingcpp.read_barcodes(_array(image))
    assert [code.text for code in found] == ["Q-200;0042"]


def test_a_page_is_found_by_its_name(terminal: FakeTerminal) -> None:
    """Should find a captured page, and nothing beyond the last one."""
    terminal.show(State.CAPTURE)
    assert not given(Pictures).find("page/address_proof/0").isNull()
    assert given(Pictures).find("page/address_proof/1").isNull()


def _array(image: QImage) -> Any:
    import numpy as np

    rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    white = np.full((image.height() + 40, image.width() + 40), 255, dtype=np.uint8)
    white[20:-20, 20:-20] = rows[:, : image.width()]
    return white
