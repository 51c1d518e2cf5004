"""`kiosk doctor` and `kiosk devices test`, against the whole rig: what a technician reads, and how the command ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import networks
import numpy as np
import pytest

from devices import namespace
from devices.rig import Rig, RigOptions
from devices.rig_actions import actions
from kiosk import cli, config, device_test, doctor
from kiosk.config import Config
from kiosk.fleet import removable
from kiosk.session.states import Device
from ui.handwriting import recogniser

TERMINAL = """
state_dir = "state"
stick = "media"
[terminal]
number = "0001"
name = {zh = "市民之窗", en = "Window"}
site = {zh = "样例", en = "Sample"}
phone = "0371-12345"
[city]
url = "https://central.example.invalid/"
ca_file = "ca.pem"
"""
PERSON = ("测试甲", "990000199001010017")


class Bench:
    """A running rig, its hands, and the configuration of a terminal before it."""

    def __init__(self, rig: Rig, folder: Path) -> None:
        self.rig = rig
        self.file = folder / "kiosk.toml"
        self._actions = actions(rig.bench)
        self.configure(rig.bench.drivers())

    def configure(self, devices: Mapping[str, Mapping[str, Any]]) -> Config:
        parts = [TERMINAL]
        for kind, device in devices.items():
            # JSON's strings, numbers and truths are TOML's too; nested tables are written inline
            parts.append(f'[devices.{kind}]\ndriver = "{device["driver"]}"\noptions = {_inline(device["options"])}\n')
        self.file.write_text("\n".join(parts), encoding="utf-8")
        return config.load(self.file)

    def hand(self, action: str, **order: Any) -> None:
        deed = self._actions[action]
        deed.run(deed.shape.model_validate(order))


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_inline(each)}" for key, each in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    if not namespace.inside():
        pytest.fail("needs a /run of its own: python -m devices.namespace -- python -m pytest …")
    folder = tmp_path_factory.mktemp("doctor")
    (folder / "media").mkdir()
    with Rig(RigOptions(state_dir=folder / "rig", seconds_per_page=0.01)) as rig:
        yield Bench(rig, folder)


def ask(bench: Bench, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    bench.hand("id_card/place", name=PERSON[0])
    code = cli.main(["doctor", "--config", str(bench.file), *arguments])
    printed = capsys.readouterr()
    bench.hand("id_card/lift")
    assert not any(word in printed.out + printed.err for word in PERSON)
    return code, printed.out, printed.err


def test_all_is_well(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """Every device and handwriting should be found usable, the camera after a still, and the command end with 0."""
    bench.configure(bench.rig.bench.drivers())
    code, text, _ = ask(bench, capsys)
    lines = text.splitlines()
    assert code == cli.OK, text
    assert [line.split()[:2] for line in lines[1:-1]] == [["ok", kind] for kind in (*Device, "handwriting", "stick")]
    assert "preview 1080x1920, still 2160x3840" in text
    assert lines[-1] == f"{len(Device) + 2} of {len(Device) + 2} can be used."


def test_what_fails_is_named(
    bench: Bench, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Gone, without paper, of an unknown make, not configured well: one line each with its code, and 1 in the end."""
    devices = dict(bench.rig.bench.drivers())
    devices["page_printer"] = {"driver": "pigeon_post", "options": {}}
    devices["smart_card"] = {"driver": "pcsc", "options": {"colour": "blue"}}
    devices["id_card"] = {"driver": "sdt", "options": {"port": str(tmp_path / "nothing")}}
    bench.configure(devices)
    bench.hand("receipt_printer/paper", state="out")
    code = cli.main(["doctor", "--config", str(bench.file), "--json"])
    bench.hand("receipt_printer/paper", state="ok")
    found = {each["device"]: each for each in json.loads(capsys.readouterr().out)["devices"]}
    assert code == cli.FAILED
    assert {kind: (each["state"], each["detail"]) for kind, each in found.items() if not each["good"]} == {
        "page_printer": ("missing", "config.no_such_driver"),
        "smart_card": ("lost", "smart_card.options"),
        "id_card": ("lost", "id_card.port"),
        "receipt_printer": ("faulted", ""),
    }
    assert found["receipt_printer"]["status"] == "NoPaper"
    caplog.clear()


def test_a_self_test_that_fails(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """A camera that is there and gives a picture too small to read should not be called good."""
    devices = dict(bench.rig.bench.drivers())
    options = {**devices["document_camera"]["options"], "least_width_px": 9000}
    found = doctor.examine(
        Device.DOCUMENT_CAMERA, bench.configure({"document_camera": {"driver": "opencv", "options": options}})
    )
    assert (found.good, found.detail.split(":")[0]) == (False, "document_camera.resolution")
    caplog.clear()


def test_handwriting_without_its_model(bench: Bench, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A terminal on which no character can be written by hand should not be called good, and the code be told."""
    part = doctor.Part("handwriting", "zinnia", lambda: recogniser.probe(tmp_path / "none.model"))
    assert doctor.run(bench.configure({}), as_json=False, parts=(part,)) == doctor.FAILED
    line = capsys.readouterr().out.splitlines()[1].split()
    assert (line[:4], line[-1]) == (["FAIL", "handwriting", "zinnia", "missing"], "handwriting.model_missing")


def test_what_mounts_a_stick_is_a_part(
    bench: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should name what is missing of the package's, or the folder that the configuration puts in its place."""
    monkeypatch.setitem(removable.NEEDED, "stick.no_rule", "nowhere")
    bench.configure({})
    told = []
    for configured in ('stick = "gone"', ""):
        text = bench.file.read_text(encoding="utf-8").replace('stick = "media"', configured)
        bench.file.with_name("other.toml").write_text(text, encoding="utf-8")
        assert cli.main(["doctor", "--config", str(bench.file.with_name("other.toml"))]) == cli.FAILED
        told.append(next(line.split() for line in capsys.readouterr().out.splitlines() if " stick " in line))
    assert (told[0][:4], told[0][-1]) == (["FAIL", "stick", "gone", "missing"], "stick.no_folder")
    assert (told[1][:3], told[1][-1]) == (["FAIL", "stick", "udev"], "stick.no_rule")


def test_a_corner_network_is_a_part(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """Where one is configured it should be tried, and be named with its code when it is none."""
    bench.configure({})
    network = bench.file.with_name("doc_corner.onnx")
    with bench.file.open("a", encoding="utf-8") as file:
        file.write(f'[documents]\ncorner_network = "{network.name}"\n')
    said = []
    for content in (None, networks.tiny(np.full((4, 2), 0.5), 1.0)):
        if content is not None:
            network.write_bytes(content)
        cli.main(["doctor", "--config", str(bench.file)])
        said.append(next(line.split() for line in capsys.readouterr().out.splitlines() if "corner_network" in line))
    network.unlink()
    assert (said[0][:4], said[0][-1]) == (["FAIL", "corner_network", "doc_corner.onnx", "missing"], "corner_network.missing")
    assert said[1][:4] == ["ok", "corner_network", "doc_corner.onnx", "ready"]


class Hand:
    """A technician who does at once what is asked, and nods."""

    def __init__(self, moves: Mapping[str, Callable[[], None]], *, nods: bool = True) -> None:
        self._moves = moves
        self._nods = nods
        self.told: list[str] = []

    def tell(self, text: str) -> None:
        self.told.append(text)
        if text in self._moves:
            self._moves[text]()

    def confirm(self, question: str) -> bool:
        self.tell(question)
        return self._nods


def moves_of(bench: Bench) -> dict[str, Callable[[], None]]:
    return {
        "Lay a card on the reader.": lambda: bench.hand("id_card/place", name=PERSON[0]),
        "Take the card away.": lambda: bench.hand("id_card/lift"),
        "Put a staff card into the slot.": lambda: bench.hand("staff_card/insert"),
        "Pull the card out.": lambda: bench.hand("staff_card/remove"),
        "Show a code to the reader.": lambda: bench.hand("code_reader/show", text="Q-0001", symbology="qr"),
        "Open the cover.": lambda: bench.hand("receipt_printer/cover", open=True),
        "Close the cover.": lambda: bench.hand("receipt_printer/cover", open=False),
        "Pull the paper tray out.": lambda: bench.hand("page_printer/paper", state="out"),
        "Push it in again.": lambda: bench.hand("page_printer/paper", state="ok"),
        "Does a sheet lie on the glass?": lambda: bench.rig.bench.page_scanner.lay("sheet"),
        "Cover the lens with a hand.": lambda: bench.hand("camera/fault", dark=True),
    }


@pytest.mark.parametrize("kind", Device)
def test_a_technician_tries_each_device(bench: Bench, kind: Device, caplog: pytest.LogCaptureFixture) -> None:
    """Every step should be asked for, noticed and passed, and nobody's data be shown."""
    hand = Hand(moves_of(bench))
    code = device_test.run(bench.configure(bench.rig.bench.drivers()), kind, hand)
    bench.hand("camera/fault", dark=False)
    assert (code, hand.told[-1]) == (cli.OK, f"{kind}: passed"), hand.told
    assert not any(word in " ".join(hand.told) for word in PERSON)
    caplog.clear()  # the covers and trays that were pulled are losses for the supervisor


def test_what_the_eye_does_not_see_fails(bench: Bench) -> None:
    """A slip that did not come out fails the test, whatever the printer believes."""
    hand = Hand(moves_of(bench), nods=False)
    configured = bench.configure(bench.rig.bench.drivers())
    assert device_test.run(configured, Device.RECEIPT_PRINTER, hand) == cli.FAILED
    assert hand.told[-1].startswith("receipt_printer: FAILED, not so: Did a slip come out")


def test_kinds_that_are_not_there(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """A kind that does not exist is misuse; one that is not configured is a failure with its code."""
    bench.configure({})
    assert cli.main(["devices", "--config", str(bench.file), "test", "toaster"]) == cli.MISUSED
    assert cli.main(["devices", "--config", str(bench.file), "test", "id_card"]) == cli.FAILED
    assert "config.no_such_device: id_card" in capsys.readouterr().err
