"""Every failure that can leave a package has a code, a recovery and words for people."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections import Counter

import pytest

from devices.errors import DeviceError
from kiosk.city.client import PlatformRejected, PlatformUnreachable, Unreachable
from kiosk.faults import BUG, FAULTS, Fault, Recovery, by_code, fault_of
from kiosk.words import Audience, Words
from offline_queue import Conflict, QueueError, StoreFull

PACKAGES = ("kiosk", "devices", "offline_queue")
STAY_INSIDE = {
    "devices.code_reader.picture.PictureError": "the driver turns it into Faulted, or a DeviceError",
    "devices.id_card.layout.LayoutError": "the driver turns it into ReadFailed",
    "devices.id_card.reader.LinkLostError": "the reader turns it into Disconnected",
    "devices.smart_card.bac.SecureMessagingError": "the driver turns it into Unreadable",
    "devices.smart_card.iso7816.StatusWordError": "the driver turns it into Unreadable, or into what the word means",
    "devices.smart_card.lds.LdsError": "the driver turns it into Unreadable",
    "devices.smart_card.mrz.MrzError": "a ValueError for whoever makes a key; out of a chip it becomes Unreadable",
    "devices.smart_card.staff_card.RecordError": "the driver turns it into NotAStaffCard",
    "devices.smart_card.tlv.TlvError": "a ValueError that every parser above turns into its own",
    "kiosk.documents.wire.WireError": "the vision worker's owner turns it into VisionLost",
    "kiosk.documents.stick.Unreadable": "the stick's desk turns it into a value",
    "kiosk.documents.judgement.WeightsError": "of a file that ships: only who makes the weights meets it",
    "kiosk.documents.score.ScoreError": "of a command for people at a desk, which says it and ends",
    "devices.page_printer.daemons.DaemonFailed": "the rig's, never in a terminal",
    "devices.rig_daemons.DaemonFailed": "the rig's, never in a terminal",
    "devices.rig_control.NotNow": "the rig's, never in a terminal",
    "kiosk.documents.importing.Refused": "the errand's worker turns it into a value",
    "kiosk.documents.network_file.NetworkRefused": "the vision worker says its code: pages are found without the network",
    "kiosk.documents.ocr_models.ModelsMissing": "the errand's worker answers with its code: nothing is read then",
    "kiosk.speech.pack.VoicePackError": "the terminal speaks without the pack then",
    "kiosk.speech.player.PlayerError": "the speaker turns it into its state",
    "kiosk.speech.voices.VoiceError": "the speaker turns it into its state",
    "kiosk.demo.folder.FolderError": "the demo's, around the terminal",
    "kiosk.demo.main.PartEndedError": "the demo's, around the terminal",
    "kiosk.demo.stack.StackError": "the demo's, around the terminal",
}
WORDS = Words.load()


def public_exceptions() -> dict[str, type[Exception]]:
    """Find every exception class without an underscore that a module of ours defines."""
    found: dict[str, type[Exception]] = {}
    for root in PACKAGES:
        package = importlib.import_module(root)
        for info in pkgutil.walk_packages(package.__path__, f"{root}."):
            if info.name.endswith("__main__"):
                continue
            module = importlib.import_module(info.name)
            for name, value in vars(module).items():
                if inspect.isclass(value) and issubclass(value, Exception) and value.__module__ == info.name:
                    found[f"{info.name}.{name}"] = value
    return {name: kind for name, kind in found.items() if not name.rpartition(".")[2].startswith("_")}


EXCEPTIONS = public_exceptions()
EVERY = [*FAULTS.values(), BUG]


@pytest.mark.parametrize("name", sorted(EXCEPTIONS.keys() - STAY_INSIDE.keys()))
def test_every_public_exception_is_mapped(name: str) -> None:
    """An exception that is added to a package must be given a fault here, or a reason why it never leaves."""
    assert any(kind in FAULTS for kind in EXCEPTIONS[name].__mro__), name


def test_the_walk_found_what_there_is() -> None:
    """The walk itself works: it found the exceptions that leave on purpose."""
    known = {f"{kind.__module__}.{kind.__name__}" for kind in FAULTS}
    assert known <= EXCEPTIONS.keys()
    assert len(known) == len(FAULTS)
    assert STAY_INSIDE.keys() <= EXCEPTIONS.keys()


@pytest.mark.parametrize("fault", EVERY, ids=lambda fault: fault.code)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_fault_has_words_for_the_public(fault: Fault, language: str) -> None:
    """Whoever stands before the terminal reads what is the matter, in both languages."""
    assert fault.message_id in WORDS.ids(language)
    assert WORDS.audience(fault.message_id) is Audience.PUBLIC


def test_codes_are_stable_and_different() -> None:
    """A technician reads the code on the screen: one letter, three digits, each once."""
    codes = Counter(fault.code for fault in EVERY)
    assert set(codes.values()) == {1}
    assert all(re.fullmatch(r"[A-Z]-[0-9]{3}", code) for code in codes)
    assert [by_code(fault.code) for fault in EVERY] == EVERY


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DeviceError("id_card.checksum"), "D-100"),
        (QueueError("queue.io"), "Q-200"),
        (StoreFull("queue.full"), "Q-210"),
        (Conflict("queue.conflict"), "Q-200"),
        (PlatformUnreachable(Unreachable.CUT), "P-300"),
        (PlatformRejected("no_record"), "P-310"),
        (ZeroDivisionError(), "B-900"),
        (KeyboardInterrupt(), "B-900"),
    ],
)
def test_the_nearest_kind_counts(error: BaseException, code: str) -> None:
    """A special kind has its own fault, another one that of its family, and what nobody listed is our bug."""
    assert fault_of(error).code == code


def test_what_time_mends_does_not_close_the_terminal() -> None:
    """A line that is down or a device that is away is retried; a store that failed closes."""
    assert fault_of(PlatformUnreachable(Unreachable.CONNECT)).recovery is Recovery.RETRY
    assert fault_of(DeviceError("id_card.lost")).recovery is Recovery.RETRY
    assert fault_of(QueueError("queue.corrupt")).recovery is Recovery.OUT_OF_SERVICE
    assert by_code("X-000") == BUG
