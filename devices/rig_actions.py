"""What hands can do to the bench, as the control port names it.

Knows: the shape of each order's JSON. Does not know: HTTP, emulators.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from devices.id_card.api import IdCard
from devices.id_card.samples import SAMPLE_CARDS, sample_photo
from devices.rig_bench import Bench
from devices.rig_control import Action, NotNow

_FIRST_SAMPLE = next(iter(SAMPLE_CARDS.values()))


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(_Order):
    """An order that needs no words."""


class PersonOnCard(_Order):
    """A resident card; what is left out comes from the sample of that name, or from the first sample."""

    name: str = Field(min_length=1, max_length=15)
    sex: str | None = Field(None, pattern=r"^[0129]$")
    nation_code: str | None = Field(None, pattern=r"^\d{2}$")
    birth: dt.date | None = None
    address: str | None = Field(None, min_length=1, max_length=35)
    number: str | None = Field(None, pattern=r"^\d{17}[\dX]$")
    issuer: str | None = Field(None, min_length=1, max_length=15)
    valid_from: dt.date | None = None
    valid_to: dt.date | Literal["long_term"] | None = None


class PlaceCard(_Order):
    """{"name": …} lays a sample card, {"person": {…}} any other; {} the first sample."""

    name: str | None = None
    person: PersonOnCard | None = None

    def card(self) -> IdCard:
        """Return the card to lay. Raises: NotNow for a name that no sample has."""
        if self.person is None:
            if self.name is None:
                return _FIRST_SAMPLE
            if self.name not in SAMPLE_CARDS:
                raise NotNow(f"no such sample; there are {', '.join(SAMPLE_CARDS)}")
            return SAMPLE_CARDS[self.name]
        changes: dict[str, Any] = self.person.model_dump(exclude_none=True)
        if changes.get("valid_to") == "long_term":
            changes["valid_to"] = None
        card = replace(SAMPLE_CARDS.get(self.person.name, _FIRST_SAMPLE), **changes)
        return replace(card, photo_wlt=sample_photo(card.number))


class SpoilCard(_Order):
    """{"fault": …, "count": how many answers}."""

    fault: Literal["noise", "bad_checksum", "short", "no_answer", "not_authorised", "torn"]
    count: int = Field(1, ge=0, le=100_000)


class InsertStaffCard(_Order):
    """{"staff_id": …}; {"strange": true} puts in a card of somebody else's making; {} the first sample."""

    staff_id: Literal["S0001", "S0002"] = "S0001"
    strange: bool = False


class ShowCode(_Order):
    """{"text": …, "symbology": "qr" | "pdf417" | "code128"}."""

    text: str = Field(min_length=1, max_length=2900)
    symbology: Literal["qr", "pdf417", "code128"] = "qr"


class SpoilCode(_Order):
    """{"fault": half a code, one in no encoding, or one without an end}."""

    fault: Literal["half", "encoding", "endless"]


class LayPage(_Order):
    """{"page": name of a sheet, see the state}."""

    page: str = Field(min_length=1, max_length=64)


class CameraFault(_Order):
    """{"stall": true, "dark": false, …}: one key for each switch to move."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    stall: bool | None = None
    drop: bool | None = None
    freeze: bool | None = None
    dark: bool | None = None
    blurred: bool | None = None
    glare: bool | None = None
    cut_off: bool | None = None


class Paper(_Order):
    """{"state": "ok" | "low" | "out"}; `after_pages`, `after_bytes`: out only in the middle of the next job."""

    state: Literal["ok", "low", "out"]


class ReceiptPaperOrder(Paper):
    """Paper of the receipt printer."""

    after_bytes: int = Field(0, ge=0, le=10_000_000)


class PagePaperOrder(Paper):
    """Paper of the page printer."""

    after_pages: int = Field(0, ge=0, le=1000)


class LoadSheets(_Order):
    """{"sheets": how many}; 0 takes out what lies in the feeder."""

    sheets: int = Field(3, ge=0, le=50)


class Cover(_Order):
    """{"open": true}."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    open: bool


class Jam(_Order):
    """{"jammed": true}."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    jammed: bool


def actions(bench: Bench) -> dict[str, Action]:
    """Return every action by "<device>/<action>"."""

    def nothing(deed: Any) -> Action:
        return Action(Nothing, lambda _: deed())

    def receipt_paper(order: ReceiptPaperOrder) -> None:
        if order.state == "out" and order.after_bytes:
            bench.run_receipt_out_after(order.after_bytes)
        else:
            bench.set_receipt_paper(order.state)

    def camera_fault(order: CameraFault) -> None:
        for name, on in order.model_dump(exclude_none=True).items():
            bench.set_camera_fault(name, on)

    return {
        "id_card/place": Action(PlaceCard, lambda order: bench.place_card(order.card())),
        "id_card/lift": nothing(bench.id_card.lift),
        "id_card/fault": Action(SpoilCard, lambda order: bench.spoil_id_card(order.fault, order.count)),
        "id_card/unplug": nothing(bench.id_card.unplug),
        "id_card/replug": nothing(bench.id_card.replug),
        "staff_card/insert": Action(
            InsertStaffCard, lambda order: bench.insert_staff_card(None if order.strange else order.staff_id)
        ),
        "staff_card/remove": nothing(bench.remove_staff_card),
        "camera/lay": Action(LayPage, lambda order: bench.lay(order.page)),
        "camera/clear": nothing(bench.camera.clear),
        "camera/fault": Action(CameraFault, camera_fault),
        "receipt_printer/paper": Action(ReceiptPaperOrder, receipt_paper),
        "receipt_printer/cover": Action(Cover, lambda order: bench.set_receipt_cover(order.open)),
        "receipt_printer/unplug": nothing(lambda: bench.plug_receipt_printer(False)),
        "receipt_printer/replug": nothing(lambda: bench.plug_receipt_printer(True)),
        "page_printer/paper": Action(PagePaperOrder, lambda order: bench.set_page_paper(order.state, order.after_pages)),
        "page_printer/cover": Action(Cover, lambda order: bench.set_page_cover(order.open)),
        "page_printer/jam": Action(Jam, lambda order: bench.set_page_jam(order.jammed)),
        "page_printer/unplug": nothing(lambda: bench.plug_page_printer(False)),
        "page_printer/replug": nothing(lambda: bench.plug_page_printer(True)),
        "code_reader/show": Action(ShowCode, lambda order: bench.show_code(order.text, order.symbology)),
        "code_reader/show_receipt": nothing(bench.show_receipt),
        "code_reader/fault": Action(SpoilCode, lambda order: bench.spoil_code(order.fault)),
        "code_reader/unplug": nothing(bench.code_reader.unplug),
        "code_reader/replug": nothing(bench.code_reader.replug),
        "page_scanner/load": Action(LoadSheets, lambda order: bench.load_scanner(order.sheets)),
        "page_scanner/cover": Action(Cover, lambda order: bench.set_scanner_cover(order.open)),
        "page_scanner/jam": Action(Jam, lambda order: bench.set_scanner_jam(order.jammed)),
        "page_scanner/unplug": nothing(lambda: bench.plug_page_scanner(False)),
        "page_scanner/replug": nothing(lambda: bench.plug_page_scanner(True)),
        "network/cut": nothing(bench.network.cut),
        "network/restore": nothing(bench.network.restore),
    }
