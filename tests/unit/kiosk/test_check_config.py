"""`kiosk check-config`: the drivers and their options too, without opening a device."""

from __future__ import annotations

import importlib.metadata
import os
import re
from pathlib import Path

import pytest

from kiosk.bootstrap import check_drivers
from kiosk.cli import FAILED, OK, main
from kiosk.config import MAX_BYTES, ConfigError, load

EXAMPLE = Path(__file__).resolve().parents[3] / "packaging" / "kiosk.example.toml"


def test_the_example_that_ships_names_drivers_and_options_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    """Should find nothing wrong with the file that technicians copy."""
    assert main(["check-config", "--config", str(EXAMPLE)]) == OK
    assert "good" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("right", "wrong", "key"),
    [
        ('driver = "ipp"', 'driver = "laser"', "devices.page_printer.driver"),
        ("uri = ", "url = ", "devices.page_printer.options.url"),
        ('terminator = "cr"', 'terminator = "zz"', "devices.code_reader.options.terminator"),
        ('host = "192.0.2.10"', 'host = "192.0.2.10"\ntimeout_s = nan', "devices.receipt_printer.options"),
    ],
)
def test_a_driver_or_an_option_that_is_not_there_is_named(tmp_path: Path, right: str, wrong: str, key: str) -> None:
    """Should name the key, and open nothing."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / "kiosk.toml"
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(ConfigError, match=key):
        check_drivers(load(path))
    assert main(["check-config", "--config", str(path)]) == FAILED


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
