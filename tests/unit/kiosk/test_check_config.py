"""`kiosk check-config`: the drivers, their options and the files that are named too, without opening a device."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import certifi
import networks
import numpy as np
import pytest

from kiosk.cli import FAILED, OK, main
from kiosk.config import MAX_BYTES, ConfigError, load
from kiosk.config_check import check
from kiosk.fleet import removable

EXAMPLE = Path(__file__).resolve().parents[3] / "packaging" / "kiosk.example.toml"


def example(tmp_path: Path, right: str = "", wrong: str = "") -> Path:
    """The file that ships, in a folder with an authority of the city; `right` in it became `wrong`."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / "kiosk.toml"
    path.write_text(text.replace(right, wrong, 1).replace("/etc/civic-kiosk/city-ca.pem", "ca.pem"), encoding="utf-8")
    (tmp_path / "ca.pem").write_bytes(Path(certifi.where()).read_bytes())
    return path


def test_the_example_that_ships_names_drivers_and_options_that_exist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Should find nothing wrong with the file that technicians copy, and say what was not tried."""
    assert main(["check-config", "--config", str(example(tmp_path))]) == OK
    said = capsys.readouterr()
    assert "good" in said.out
    assert "the spelling alone" in said.out
    assert said.err == ""


def test_a_folder_that_hides_the_sticks_which_are_mounted_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should be said where the package mounts sticks, and not where something else has to."""
    path = example(tmp_path, '# stick = "/media/stick"', 'stick = "/media/stick"')
    for missing in ("stick.no_rule", None):
        monkeypatch.setattr(removable, "probe", lambda missing=missing: missing)
        assert main(["check-config", "--config", str(path)]) == OK
        warned = "stick: /media/stick: the package mounts sticks below /run/civic-kiosk/sticks" in capsys.readouterr().err
        assert warned is (missing is None)


def test_a_configuration_is_checked_without_the_machinery_of_documents(tmp_path: Path) -> None:
    """Should load no library of PDFs and no screen for it; a driver brings what it needs."""
    look = "import sys; from kiosk.cli import main; main(sys.argv[1:]); print({'pikepdf', 'PySide6'} & set(sys.modules))"
    command = [sys.executable, "-c", look, "check-config", "--config", str(example(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("right", "wrong", "key"),
    [
        ('driver = "ipp"', 'driver = "laser"', "devices.page_printer.driver"),
        ("uri = ", "url = ", "devices.page_printer.options.url"),
        ('terminator = "cr"', 'terminator = "zz"', "devices.code_reader.options.terminator: .*'cr'.*'lf'.*'crlf'"),
        ('host = "192.0.2.10"', 'host = "192.0.2.10"\ntimeout_s = nan', "devices.receipt_printer.options"),
        ("/etc/civic-kiosk/city-ca.pem", "nowhere.pem", r"city\.ca_file: .*nowhere.pem: No such file"),
        ("/etc/civic-kiosk/city-ca.pem", "kiosk.toml", r"city\.ca_file: .*kiosk.toml: no certificate"),
    ],
)
def test_what_is_not_there_is_named(tmp_path: Path, right: str, wrong: str, key: str) -> None:
    """A driver, an option, a file without which nothing reaches the city: should name the key, and open no device."""
    path = example(tmp_path, right, wrong)
    with pytest.raises(ConfigError, match=key):
        check(load(path))
    assert main(["check-config", "--config", str(path)]) == FAILED


def test_what_the_terminal_can_serve_without_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A voice pack that is not there and a medium that is not in: should be said, and the file be good."""
    path = example(tmp_path, "# voice_packs = [\"/usr/share/civic-kiosk/voices/zh_CN\"]", 'voice_packs = ["voices"]')
    with path.open("a", encoding="utf-8") as file:
        file.write('[custody]\ndevice_key = "passphrase"\npassphrase_file = "medium/passphrase"\n')
    assert main(["check-config", "--config", str(path)]) == OK
    warned = capsys.readouterr().err.splitlines()
    assert [re.findall(r"warning: ([\w.]+):", line) for line in warned] == [
        ["custody.passphrase_file"],
        ["speech.voice_packs"],
    ]
    assert str(tmp_path / "voices") in warned[1]


def test_a_corner_network_is_tried(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that is not there and one that is none should be warned of by code; one that runs is nothing to speak of."""
    named = "[documents]\ncorner_network = "
    path = example(tmp_path, '# [documents]\n# corner_network = "doc_corner.onnx"', f'{named}"net.onnx"')
    said = []
    for content in (None, b"no network", networks.tiny(np.full((4, 2), 0.5), 1.0)):
        if content is not None:
            (tmp_path / "net.onnx").write_bytes(content)
        assert main(["check-config", "--config", str(path)]) == OK
        said.append(re.findall(r"warning: documents\.corner_network: ([\w.]+)", capsys.readouterr().err))
    assert said == [["corner_network.missing"], ["corner_network.not_onnx"], []]


def test_an_address_of_the_city_bears_no_password(tmp_path: Path) -> None:
    """Should refuse it by its key: it would only stand in logs."""
    text = EXAMPLE.read_text(encoding="utf-8")
    path = tmp_path / "kiosk.toml"
    path.write_text(re.sub(r'(?m)^url = "https://', 'url = "https://clerk:secret@', text, count=1), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"city\.url") as refused:
        load(path)
    assert "secret" not in str(refused.value)


def test_a_file_without_an_end_and_one_without_a_writer_are_refused(tmp_path: Path) -> None:
    """Should not wait for a pipe, nor read a device or a huge file into memory."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(ConfigError, match=r"config\.unreadable"):
            load(path)
    (tmp_path / "huge.toml").write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(ConfigError, match=r"config\.unreadable"):
        load(tmp_path / "huge.toml")


def test_a_file_nested_without_end_is_no_configuration(tmp_path: Path) -> None:
    """Should say so instead of running out of stack."""
    (tmp_path / "deep.toml").write_text("a=" + "[" * 100_000, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"config\.not_toml"):
        load(tmp_path / "deep.toml")


@pytest.mark.parametrize("code", ["123456", "../../../x", "a" * 65])
def test_a_code_that_no_city_prints_is_refused_at_once(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Should say what a code looks like, before anything is asked of the city."""
    with pytest.raises(SystemExit):
        main(["enrol", "--code", code])
    assert "as the city printed it" in capsys.readouterr().err


def test_the_command_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    """Should print the version of the package and end well."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == importlib.metadata.version("civic-kiosk")
