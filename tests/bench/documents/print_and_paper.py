"""`make bench-documents`, print and paper: how well print is read, how large pages are, what a still costs.

Knows: the figures to reach, forms and identity cards drawn from seeds. Does not know: how anything is read or packed. The
still becomes a PDF in a process of its own, so that its memory is its own; reading has a process anyhow, and is not counted.
Beside a figure stands that of a peer in the same run (`print_peers`), and ours as a multiple of it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import print_peers
import printed
import zxingcpp

from kiosk.documents.capture import take
from kiosk.documents.fields import understand
from kiosk.documents.ocr import Ocr
from kiosk.documents.ocr_models import find
from kiosk.documents.pages import CapturedPage, TextLine
from kiosk.documents.pdf import Stamp, pages_to_pdf
from kiosk.documents.profiles import PROFILES

REACH = {
    "cer": 0.01, "read_s": 10.0, "id": 1.0, "qr": 0.95, "qr_ms": 20.0,
    "colour_kb": 700.0, "g4_kb": 80.0, "still_s": 1.0, "still_mb": 400.0,
}  # fmt: skip
TODAY = dt.date(2026, 11, 25)
STAMP = Stamp("仅用于办理居住证申领", "0001", dt.datetime(2026, 11, 25, 3, 12, tzinfo=dt.UTC), "C")
_STILL = (4000, 3000)
_AT_MOST = {"cer", "read_s", "qr_ms", "colour_kb", "g4_kb", "still_s", "still_mb"}


def main() -> int:
    """Print a table; 1 when a figure is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--still", type=Path, help="only make a PDF of this still, and say what it cost")
    parser.add_argument("--forms", type=int, default=4)
    parser.add_argument("--codes", type=int, default=100)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.still is not None:
        print(json.dumps(_made(options.still)))
        return 0
    missed = 0
    for figure in chain(_reading(options.forms), _codes(options.codes), _paper()):
        print(figure.line(), flush=True)
        missed += not figure.reached
    return 1 if missed else 0


@dataclass(frozen=True)
class Figure:
    """`key`: of `REACH`. `peer`, `its`: who did the same in this run, and what came of it."""

    key: str
    value: float
    words: str
    peer: str = ""
    its: float = 0.0

    @property
    def reached(self) -> bool:
        """Say whether it is good enough; a peer is no measure of that."""
        return self.value <= REACH[self.key] if self.key in _AT_MOST else self.value >= REACH[self.key]

    def line(self) -> str:
        """Say it in one line."""
        told = f"{'' if self.reached else 'MISSED  '}{self.words}: {self.value:.4g} (reach {REACH[self.key]:g})"
        if not self.peer:
            return told
        ratio = f"x{self.value / self.its:.2f}" if self.its else "no ratio to none"
        return f"{told}; {self.peer} {self.its:.4g}, {ratio}"


# --- print ----


def distance(truth: str, said: str) -> int:
    """Return how many characters have to be put in, taken out or changed (Levenshtein)."""
    row = list(range(len(said) + 1))
    for at, wanted in enumerate(truth, 1):
        last, row[0] = row[0], at
        for to, got in enumerate(said, 1):
            last, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, last + (wanted != got))
    return row[-1]


def _told(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


@dataclass
class _Read:
    """What one reader made of the forms and cards."""

    wrong: int = 0
    right: int = 0
    took: list[float] = field(default_factory=list)

    def form(self, read: Callable[[np.ndarray], list[TextLine]], page: printed.Printed, truth: str) -> None:
        """Read a form: count its wrong characters, its number, its time."""
        begun = time.process_time()
        lines = read(page.picture)
        self.took.append(time.process_time() - begun)
        self.wrong += distance(truth, _told("".join(line.text for line in lines)))
        self.number(lines, printed.FORM_LABELS, page.says["id_no"])

    def number(self, lines: list[TextLine], labels: Mapping[str, str], truth: str) -> None:
        """Count a number that is right and whose check digit holds."""
        number = understand(lines, TODAY, labels).fields.get("id_no")
        self.right += number is not None and number.checked is True and number.value == truth


def _reading(forms: int) -> Iterator[Figure]:
    readers = {"ours": Ocr(find()).read}
    theirs = print_peers.rapidocr()
    if theirs is None:
        print("RapidOCR's own pipeline is not installed (packaging/requirements-bench.lock): reading has no peer")
    else:
        readers["RapidOCR on ONNX Runtime"] = theirs
    for name, spoilt in (("rendered", False), ("re-photographed", True)):
        read = {who: _Read() for who in readers}
        characters = 0
        for seed in range(forms):
            form, card = printed.form(seed % 2), printed.id_front(seed % 2)
            if spoilt:
                form, card = (printed.photographed(page, seed, share=0.75) for page in (form, card))
            truth = _told("".join(form.lines))
            characters += len(truth)
            for who, reader in readers.items():
                read[who].form(reader, form, truth)
                read[who].number(reader(card.picture), {}, card.says["id_no"])
        yield from _read_figures(read, name, characters, 2 * forms)


def _read_figures(read: Mapping[str, _Read], name: str, characters: int, numbers: int) -> Iterator[Figure]:
    ours, *others = read.values()
    peer = list(read)[-1] if others else ""
    its = others[0] if others else _Read(took=[0.0])
    about = f"CER, form {name}, {characters} characters"
    yield Figure("cer", ours.wrong / characters, about, peer, its.wrong / characters)
    cost, theirs = (statistics.median(each.took) for each in (ours, its))
    yield Figure("read_s", cost, f"form {name}, CPU s a page", peer, theirs)
    about = f"ID number, form and card {name}, share right after the check digit, n={numbers}"
    yield Figure("id", ours.right / numbers, about, peer, its.right / numbers)


# --- codes ----


def _codes(count: int) -> Iterator[Figure]:
    found, theirs = 0, 0
    took: tuple[list[float], list[float]] = ([], [])
    for seed in range(count):
        frame, text = _scene(seed)
        begun = time.process_time()
        half = cv2.resize(frame, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        said = zxingcpp.read_barcodes(half, formats=zxingcpp.BarcodeFormat.QRCode)
        done = time.process_time()
        theirs += print_peers.opencv_code(half) == text
        took[0].append((done - begun) * 1000)
        took[1].append((time.process_time() - done) * 1000)
        found += any(each.text == text for each in said)
    yield Figure("qr", found / count, f"QR in 1080p at half size, share read, n={count}", "OpenCV", theirs / count)
    ours, its = (statistics.median(each) for each in took)
    yield Figure("qr_ms", ours, f"QR, median CPU ms (p95 {np.percentile(took[0], 95):.1f})", "OpenCV", its)


def _scene(seed: int) -> tuple[np.ndarray, str]:
    """A code among other things: turned, slanted, 150 to 420 px wide, blurred, noisy, unevenly lit."""
    rng = np.random.default_rng(seed)
    text = f"https://city.example.invalid/v/{rng.integers(1 << 60):015x}"
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    code = np.array(made.to_image(scale=8), np.uint8)
    side = float(rng.uniform(150, 420))
    angle, centre = rng.uniform(0, 2 * np.pi), rng.uniform([320, 320], [1600, 760])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    quad = (corners @ turn + centre + rng.uniform(-0.05, 0.05, (4, 2)) * side).astype(np.float32)
    whole = np.array([[0, 0], [code.shape[1], 0], [code.shape[1], code.shape[0]], [0, code.shape[0]]], np.float32)
    coarse = rng.uniform(20, 230, (27, 48)).astype(np.float32)
    frame = cv2.resize(coarse, (1920, 1080), interpolation=cv2.INTER_NEAREST if seed % 2 else cv2.INTER_CUBIC)
    there = cv2.getPerspectiveTransform(whole, quad)
    laid = cv2.warpPerspective(code.astype(np.float32), there, (1920, 1080), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.ones(code.shape, np.float32), there, (1920, 1080))
    frame = frame * (1 - mask) + laid * mask
    frame = cv2.GaussianBlur(frame, (0, 0), float(rng.uniform(0.4, 1.2)))
    frame *= np.linspace(1.0, float(rng.uniform(0.5, 1.0)), 1920, dtype=np.float32)[None, :]
    return np.clip(frame + rng.normal(0, 12, frame.shape), 0, 255).astype(np.uint8), text


# --- paper ----


def _laid() -> np.ndarray:
    """A form on a dark mat as a camera of 12 megapixels sees it."""
    form = printed.form(dpi=300).picture
    height, width = form.shape[:2]
    whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    quad = np.array([[270, 230], [2730, 260], [2745, 3735], [255, 3760]], np.float32)
    there = cv2.getPerspectiveTransform(whole, quad)
    size = (_STILL[1], _STILL[0])
    mask = cv2.warpPerspective(np.ones((height, width), np.float32), there, size)[..., None]
    rng = np.random.default_rng(0)
    mat = np.full((*_STILL, 3), (62, 58, 52), np.float32)
    scene = mat * (1 - mask) + cv2.warpPerspective(form, there, size, flags=cv2.INTER_AREA) * mask
    scene = cv2.GaussianBlur(scene, (0, 0), 0.8) + rng.normal(0, 2.5, scene.shape).astype(np.float32)
    return np.clip(scene, 0, 255).astype(np.uint8)


def _made(still: Path) -> dict[str, float]:
    """Make the PDF three times and return the middle one, CPU s; the most memory ever resident, MB; the pages' sizes, KB."""
    took: list[float] = []
    sizes: dict[str, float] = {}
    for profile in ("document", "document", "document", "form"):
        begun = time.process_time()
        picture = cv2.imdecode(np.frombuffer(still.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
        page = take(picture, PROFILES[profile], None)
        if not isinstance(page, CapturedPage):
            sys.exit(f"the still was not taken: {page}")
        pdf = pages_to_pdf([page], STAMP)
        still.with_suffix(".pdf").write_bytes(pdf)
        if profile == "document":
            took.append(time.process_time() - begun)
        sizes["colour_kb" if profile == "document" else "g4_kb"] = len(pdf) / 1024
    return {"still_s": statistics.median(took), "still_mb": _most_resident(), **sizes}


def _most_resident() -> float:
    """Return the most memory that was ever resident, MB. `ru_maxrss` would be that of the process that started this one."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024


def _paper() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        still = Path(folder) / "still.jpg"
        cv2.imwrite(str(still), _laid(), [cv2.IMWRITE_JPEG_QUALITY, 92])
        asked = [sys.executable, __file__, "--still", str(still)]
        cost = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
        took = []
        for _ in range(3):
            begun = time.process_time()
            size_kb = print_peers.pillow_pdf(still, Path(folder) / "peer.pdf") / 1024
            took.append(time.process_time() - begun)
    peer = "Pillow, not straightened"
    about = "12 MP still to PDF on disk, CPU s, decoding counted"
    yield Figure("still_s", cost["still_s"], about, peer, statistics.median(took))
    yield Figure("still_mb", cost["still_mb"], "the same, most memory resident, MB")
    yield Figure("colour_kb", cost["colour_kb"], "A4 text page, PDF in colour at 200 dpi, KB", peer, size_kb)
    yield Figure("g4_kb", cost["g4_kb"], "A4 text page, PDF in Group 4 at 300 dpi, KB", "ours in colour", cost["colour_kb"])


if __name__ == "__main__":
    sys.exit(main())
