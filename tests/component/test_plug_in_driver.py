"""A driver that is a package of its own: installed beside the terminal, named in the configuration, and used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

EXAMPLE = Path(__file__).parents[1] / "resources" / "example_driver"
ROOT = Path(__file__).parents[2]
TERMINAL = """
state_dir = "state"
stick = "scans"
[terminal]
number = "0001"
name = {zh = "市民之窗", en = "Window"}
site = {zh = "样例", en = "Sample"}
phone = "0371-12345"
[city]
url = "https://central.example.invalid/"
ca_file = "ca.pem"
[devices.page_scanner]
driver = "folder"
options = {folder = "scans"}
"""
SCAN = """
import threading
from devices.page_scanner import ScanSettings
from kiosk.drivers import driver_factory
pages = []
scanner = driver_factory("page_scanner", "folder")({"folder": "scans"})
print(scanner.scan(ScanSettings(dpi=100, colour=False), pages.append, threading.Event()))
print([(page.width_px, page.height_px, page.channels) for page in pages])
print(scanner.scan(ScanSettings(), pages.append, threading.Event()))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, installed as anybody would install it, beside the terminal's packages and not among them."""
    place = tmp_path_factory.mktemp("plug-in")
    source = shutil.copytree(EXAMPLE, place / "source")
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(place / "lib"), str(source)], check=True, capture_output=True, timeout=120)
    return place / "lib"


def run(folder: Path, packages: Path | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = [str(ROOT)] if packages is None else [str(packages), str(ROOT)]
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kiosk.toml").write_text(TERMINAL, encoding="utf-8")
    (tmp_path / "scans").mkdir()
    for number in (1, 2):
        Image.new("RGB", (40 * number, 60), "white").save(tmp_path / "scans" / f"{number}.png")
    return tmp_path


def test_the_doctor_finds_it(installed: Path, folder: Path) -> None:
    """The terminal supervises a stranger's driver as it does its own, self test and all."""
    told = run(folder, installed, "-m", "kiosk", "doctor", "--config", "kiosk.toml", "--json")
    assert told.returncode == 0, told.stderr
    (found,) = json.loads(told.stdout)["devices"]
    assert (found["driver"], found["state"], found["detail"]) == ("folder", "ready", "2 pages wait")


def test_it_scans(installed: Path, folder: Path) -> None:
    """Its pages arrive by the kind's contract, and an empty folder is an empty feeder."""
    told = run(folder, installed, "-c", SCAN)
    assert told.stdout.splitlines() == [
        "Scanned(pages=2)",
        "[(40, 60, 1), (80, 60, 1)]",
        "NotScanned(status=FeederEmpty(), pages=0)",
    ], told.stderr


def test_without_its_package_it_is_named_as_missing(folder: Path) -> None:
    """A driver that the configuration names and nobody installed is a clear word and a failure."""
    told = run(folder, None, "-m", "kiosk", "doctor", "--config", "kiosk.toml", "--json")
    (found,) = json.loads(told.stdout)["devices"]
    assert (told.returncode, found["detail"]) == (1, "config.no_such_driver")
