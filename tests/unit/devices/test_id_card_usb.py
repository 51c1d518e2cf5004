"""The SDT driver on USB endpoints: spoilt answers, wrong pipes, a reader that somebody else holds."""

from __future__ import annotations

import pytest

from devices.errors import DeviceError
from devices.id_card import CardPresent, Disconnected, Faulted, NoCard, ReadFailed
from devices.id_card.sam_module import Fault
from devices.id_card.samples import SAMPLE_CARDS
from devices.id_card.sdt_usb import create
from devices.id_card.usb_emulator import UsbSdtEmulator

CARD = SAMPLE_CARDS["测试甲"]


@pytest.fixture(params=[True, False], ids=["split", "one_pipe"])
def emulator(request: pytest.FixtureRequest) -> UsbSdtEmulator:
    return UsbSdtEmulator(split=request.param)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.BAD_CHECKSUM, "id_card.checksum"),
        (Fault.SHORT, "id_card.no_answer"),
        (Fault.NO_ANSWER, "id_card.no_answer"),
        (Fault.NOT_AUTHORISED, "id_card.sam_not_authorised"),
    ],
)
def test_spoilt_transfer_is_a_code_and_the_next_one_works(emulator: UsbSdtEmulator, fault: Fault, code: str) -> None:
    """What half an answer left on the endpoints is read away before the next command."""
    reader = create(emulator.options, backend=emulator)
    emulator.place(CARD)
    emulator.break_answers(fault)
    assert reader.status() == Faulted(code)
    assert reader.status() == CardPresent()
    emulator.break_answers(fault)
    assert reader.read() == ReadFailed(code)
    assert reader.read() == CARD
    reader.close()


def test_noise_before_an_answer_is_skipped(emulator: UsbSdtEmulator) -> None:
    """Bytes before the preamble cost nothing, on either pair of endpoints."""
    reader = create(emulator.options, backend=emulator)
    emulator.place(CARD)
    emulator.break_answers(Fault.NOISE, 3)
    assert reader.read() == CARD
    reader.close()


def test_replugged_reader_works_when_built_anew(emulator: UsbSdtEmulator) -> None:
    """Out, the driver says so and cannot be built; in again, it can."""
    reader = create(emulator.options, backend=emulator)
    emulator.unplug()
    assert reader.status() == Disconnected()
    reader.close()
    with pytest.raises(DeviceError) as missing:
        create(emulator.options, backend=emulator)
    assert missing.value.code == "id_card.port"
    emulator.replug()
    again = create(emulator.options, backend=emulator)
    assert again.status() == NoCard()
    again.close()


def test_kernel_driver_is_asked_to_let_go(emulator: UsbSdtEmulator) -> None:
    """A kernel that took the interface at boot gives it back."""
    emulator.kernel_driver = True
    reader = create(emulator.options, backend=emulator)
    assert reader.status() == NoCard()
    reader.close()


def test_reader_that_somebody_else_holds(emulator: UsbSdtEmulator) -> None:
    """A reader in use is refused with the code of its port."""
    emulator.busy = True
    with pytest.raises(DeviceError) as taken:
        create(emulator.options, backend=emulator)
    assert taken.value.code == "id_card.port"


def test_another_model_on_the_same_number() -> None:
    """Endpoints that the configuration names and the reader does not have are told by number."""
    emulator = UsbSdtEmulator(split=False)
    with pytest.raises(DeviceError) as wrong:
        create({}, backend=emulator)
    assert (wrong.value.code, wrong.value.detail) == ("id_card.endpoints", "06,85")


def test_module_that_listens_on_the_other_pipe() -> None:
    """A whole frame on the head's endpoint of a model with two pairs: no answer, and no crash."""
    emulator = UsbSdtEmulator(split=True)
    reader = create({"out_head": 6, "out_body": 2}, backend=emulator)
    assert reader.status() == Faulted("id_card.no_answer")
    reader.close()


@pytest.mark.parametrize("options", [{"vendor_id": 70000}, {"in_head": 1}, {"port": "x"}, {"photo_decoder": 5}])
def test_bad_usb_options(options: dict[str, object]) -> None:
    """Options that mean nothing are refused before the bus is looked at."""
    with pytest.raises(DeviceError) as refused:
        create(options)
    assert refused.value.code == "id_card.options"
