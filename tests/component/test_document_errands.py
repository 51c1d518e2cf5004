"""Files of every bad sort, and pages to be read, through the real worker process and its limits."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import os
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import printed
import pytest
from PIL import Image

from kiosk.documents import errand_worker, errands
from kiosk.documents.errands import Errands, Imported, NotImported, NotRead, Read
from kiosk.documents.fields import Kind
from kiosk.documents.importing import MAX_FILE_BYTES, Note, Refusal
from kiosk.documents.pages import CapturedPage
from kiosk.documents.wire import packed

TODAY = dt.date(2026, 11, 25)
LIMIT_KB = 400 * 1024
read_page, take_in = Errands().read_page, Errands().take_in


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@cache
def letter() -> Image.Image:
    return Image.fromarray(printed.form(dpi=150).picture[..., ::-1])


def whole(kind: str = "JPEG") -> bytes:
    return encoded(letter(), kind)


def deep() -> bytes:
    grey = np.asarray(letter().convert("L")).astype(np.uint16) * 257
    return encoded(Image.fromarray(grey), "PNG")


def animated(kind: str) -> bytes:
    other = Image.new("RGB", (900, 1300), "red")
    return encoded(letter().resize((900, 1300)), kind, save_all=True, append_images=[other, letter().resize((900, 1300))])


def pdf_of(pages: int = 1, *, change: Callable[[pikepdf.Pdf], None] = lambda _: None, **options: object) -> bytes:
    pdf = pikepdf.new()
    for number in range(pages):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.contents_add(pdf.make_stream(f"0.2 g 100 {100 + number} 300 400 re f".encode()))
    change(pdf)
    out = io.BytesIO()
    pdf.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def with_picture(pdf: pikepdf.Pdf, side: int) -> None:
    """Put a picture of `side` x `side` white pixels on the first page; deflated it is a thousandth of its size."""
    packer = zlib.compressobj(9)
    row = b"\xff" * side
    data = b"".join([packer.compress(row * 256) for _ in range(side // 256)] + [packer.flush()])
    picture = pikepdf.Stream(pdf, data)
    picture.update(
        pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=side, Height=side // 256 * 256,
            ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8, Filter=pikepdf.Name.FlateDecode,
        )
    )  # fmt: skip
    pdf.pages[0].add_resource(pdf.make_indirect(picture), pikepdf.Name.XObject, pikepdf.Name("/Big"))
    pdf.pages[0].contents_add(pdf.make_stream(b"q 500 0 0 700 40 40 cm /Big Do Q"))


def with_endless_content(pdf: pikepdf.Pdf) -> None:
    """Give the first page a content of a gigabyte, in a megabyte."""
    packer = zlib.compressobj(9)
    spaces = b" " * (1 << 20)
    data = b"".join([packer.compress(spaces) for _ in range(1024)] + [packer.flush()])
    stream = pikepdf.Stream(pdf, data)
    stream.Filter = pikepdf.Name.FlateDecode
    pdf.pages[0].Contents = pdf.make_indirect(stream)


def with_empty_back(pdf: pikepdf.Pdf) -> None:
    pdf.add_blank_page(page_size=(595, 842))


BAD: dict[str, tuple[Callable[[], bytes], Refusal]] = {
    "empty": (lambda: b"", Refusal.EMPTY),
    "text": (lambda: b"hello " * 100, Refusal.KIND),
    "program": (lambda: b"MZ" + bytes(4000), Refusal.KIND),
    "archive": (lambda: b"PK\x03\x04" + bytes(4000), Refusal.KIND),
    "heic": (lambda: b"\x00\x00\x00\x18ftypheic" + bytes(4000), Refusal.HEIC),
    "too large": (lambda: b"\xff\xd8\xff" + bytes(MAX_FILE_BYTES), Refusal.TOO_LARGE),
    "torn JPEG": (lambda: whole()[: len(whole()) // 2], Refusal.TORN),
    "truncated PNG": (lambda: whole("PNG")[:-2000], Refusal.TORN),
    "damaged PNG": (lambda: whole("PNG")[:5000] + bytes(500) + whole("PNG")[5500:], Refusal.TORN),
    "only a head": (lambda: b"\xff\xd8\xff\xe0", Refusal.TORN),
    "black": (lambda: encoded(Image.new("RGB", (1700, 2300)), "JPEG"), Refusal.PLAIN),
    "1 x 1": (lambda: encoded(Image.new("RGB", (1, 1), "white"), "PNG"), Refusal.TOO_SMALL),
    "100 MP": (lambda: encoded(Image.new("1", (10000, 10000)), "PNG"), Refusal.TOO_MANY_PIXELS),
    "400 MP": (lambda: encoded(Image.new("1", (20000, 20000)), "PNG"), Refusal.TOO_MANY_PIXELS),
    "animated GIF": (lambda: animated("GIF"), Refusal.ANIMATED),
    "animated PNG": (lambda: animated("PNG"), Refusal.ANIMATED),
    "animated WebP": (lambda: animated("WEBP"), Refusal.ANIMATED),
    "truncated PDF": (lambda: pdf_of(3)[:-200], Refusal.TORN),
    "PDF of nothing": (lambda: b"%PDF-1.7\n" + bytes(5000), Refusal.TORN),
    "locked PDF": (lambda: pdf_of(encryption=pikepdf.Encryption(user="a", owner="b")), Refusal.LOCKED),
    "PDF of many pages": (lambda: pdf_of(11), Refusal.TOO_MANY_PAGES),
    "PDF with 100 MP": (lambda: pdf_of(change=lambda pdf: with_picture(pdf, 10240)), Refusal.TOO_MANY_PIXELS),
    "PDF of an empty page": (lambda: pdf_of(0, change=with_empty_back), Refusal.PLAIN),
    "PDF that swells": (lambda: pdf_of(change=with_endless_content), Refusal.BOMB),
}


_WEIGH = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "kiosk.documents.errand_worker", "import"], stdout=subprocess.DEVNULL, check=False)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_kb(data: bytes) -> int:
    """Run the errand as the terminal does, and return the most memory that was resident.

    A small process stands in between: what this one needs would be counted as its child's.
    """
    request = packed({"source": "phone", "room": 10, "photo": False}, data)
    weighed = subprocess.run(
        [sys.executable, "-c", _WEIGH], input=request, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
        env=errands._environment(),
    )  # fmt: skip
    return int(weighed.stdout)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_its_reason_and_costs_little(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Each sort has a sentence of its own; none needs more than 400 MB, nor brings the terminal down."""
    make, reason = BAD[name]
    data = make()
    assert take_in(data, "usb", room=10, photo=False) == NotImported(str(reason))
    if len(data) <= MAX_FILE_BYTES:
        assert peak_kb(data) < LIMIT_KB
    caplog.clear()  # an errand that its limits end is told of


@pytest.mark.parametrize(
    ("data", "notes"),
    [
        (whole, ()),
        (lambda: whole("PNG"), ()),
        (lambda: whole("WEBP"), ()),
        (lambda: encoded(letter().convert("CMYK"), "JPEG"), (str(Note.CMYK),)),
        (deep, (str(Note.DEEP),)),
        (lambda: encoded(letter().convert("RGBA"), "PNG"), ()),
        (lambda: encoded(letter().convert("P"), "PNG"), ()),
    ],
    ids=["jpeg", "png", "webp", "cmyk", "16 bit", "rgba", "palette"],
)
def test_a_good_picture_is_encoded_anew(data: Callable[[], bytes], notes: tuple[str, ...]) -> None:
    """The page looks as the picture did; what was changed is said; the hash of the file as it came is kept."""
    taken = take_in(data(), "phone", room=1, photo=False)
    assert isinstance(taken, Imported)
    (page,) = taken.pages
    assert taken.notes == notes
    assert (page.source, page.evidence, len(page.evidence_sha256)) == ("phone", b"", 64)
    seen = Image.open(io.BytesIO(page.jpeg))
    assert seen.mode == "RGB"
    assert seen.size == (page.width_px, page.height_px)
    small = [np.asarray(each.convert("L").resize((60, 84)), float) for each in (seen, letter())]
    assert np.abs(small[0] - small[1]).mean() < 6


def test_a_large_picture_is_made_smaller_in_little_memory() -> None:
    """48 MP from a telephone becomes an A4 page of 200 dpi within the limits."""
    rng = np.random.default_rng(20261125)
    tile = rng.integers(120, 255, (600, 800, 3), np.uint8)
    data = encoded(Image.fromarray(np.tile(tile, (10, 10, 1))), "JPEG", quality=60)
    assert len(data) < MAX_FILE_BYTES
    taken = take_in(data, "phone", room=1, photo=False)
    assert isinstance(taken, Imported)
    assert max(taken.pages[0].width_px, taken.pages[0].height_px) <= 2339
    assert peak_kb(data) < LIMIT_KB


def test_what_a_telephone_notes_goes_no_further() -> None:
    """Place and device are dropped; the way the picture was held is followed."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Secret Phone"
    taken = take_in(encoded(letter(), "JPEG", exif=exif), "phone", room=1, photo=False)
    assert isinstance(taken, Imported)
    page = taken.pages[0]
    assert page.width_px > page.height_px
    assert b"Secret" not in page.jpeg
    assert not Image.open(io.BytesIO(page.jpeg)).getexif()


def test_a_pdf_becomes_pictures_of_its_pages() -> None:
    """Three pages in order, at the size they have, with nothing in them that acts."""
    def arm(pdf: pikepdf.Pdf) -> None:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.Root.OpenAction = pdf.make_indirect(action)
        pdf.attachments["evil.exe"] = b"MZ"
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
        pdf.pages[0].Annots = pikepdf.Array([link])

    taken = take_in(pdf_of(3, change=arm), "usb", room=10, photo=False)
    assert isinstance(taken, Imported)
    assert [(page.width_px, page.height_px, page.dpi) for page in taken.pages] == [(1653, 2339, 200)] * 3
    assert len({page.sha256 for page in taken.pages}) == 3
    dark = np.asarray(Image.open(io.BytesIO(taken.pages[0].jpeg)).convert("L")) < 100
    assert dark.mean() == pytest.approx(300 * 400 / (595 * 842), abs=0.01)


def test_the_empty_back_of_a_sheet_is_a_page() -> None:
    """A duplex scan has them; only a file of nothing else is refused."""
    taken = take_in(pdf_of(1, change=with_empty_back), "usb", room=10, photo=False)
    assert isinstance(taken, Imported)
    assert len(taken.pages) == 2


def test_a_file_is_taken_whole_or_not_at_all() -> None:
    """Two pages do not fit where one is wanted."""
    assert take_in(pdf_of(2), "usb", room=1, photo=False) == NotImported(str(Refusal.TOO_MANY_PAGES))
    assert take_in(whole(), "usb", room=0, photo=False) == NotImported(str(Refusal.TOO_MANY_PAGES))


def test_a_portrait_keeps_the_format_of_one() -> None:
    """A photo is 35 mm by 45 mm at 300 dpi at most."""
    taken = take_in(encoded(letter().resize((1050, 1350)), "JPEG"), "phone", room=1, photo=True)
    assert isinstance(taken, Imported)
    page = taken.pages[0]
    assert (page.profile, page.width_px, page.height_px, page.dpi) == ("photo", 413, 531, 300)


# --- reading ----


def page_of(document: printed.Printed) -> CapturedPage:
    picture = document.picture
    jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
    return CapturedPage(jpeg, picture.shape[1], picture.shape[0], document.dpi, "0" * 64, 0.4, "document", "a4")


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (printed.id_front(), Kind.ID_FRONT),
        (printed.id_front(1), Kind.ID_FRONT),
        (printed.id_back(), Kind.ID_BACK),
        (printed.household(), Kind.HOUSEHOLD),
        (printed.passport(), Kind.TRAVEL),
        (printed.travel_card(), Kind.TRAVEL),
    ],
    ids=["front", "front 2", "back", "household", "passport", "travel card"],
)
def test_what_a_camera_saw_is_read_field_by_field(document: printed.Printed, kind: Kind) -> None:
    """Every field of a re-photographed document, and the check digits say that they hold."""
    read = read_page(page_of(printed.photographed(document, 20261125, share=0.8)), TODAY, {})
    assert isinstance(read, Read)
    fields = {key: field.value for key, field in read.reading.fields.items()}
    assert (read.reading.kind, {key: fields.get(key) for key in document.says}) == (kind, dict(document.says))
    for key in {"id_no", "number"} & document.says.keys():
        assert read.reading.fields[key].checked


@pytest.mark.parametrize(("document", "laid", "wanted"), [(printed.form(), 2, 180), (printed.id_front(), 1, 270)])
def test_a_page_that_lies_the_wrong_way_up_is_turned(document: printed.Printed, laid: int, wanted: int) -> None:
    """Upside down or on its side it is read all the same; its lines stay where they are on the picture as it was taken."""
    upright = page_of(document)
    picture = np.rot90(document.picture, -laid)
    page = page_of(dataclasses.replace(document, picture=picture.copy()))
    labels = printed.FORM_LABELS if laid == 2 else {}
    read, straight = read_page(page, TODAY, labels), read_page(upright, TODAY, labels)
    assert isinstance(read, Read)
    assert isinstance(straight, Read)
    assert (read.turned, straight.turned) == (wanted, 0)
    assert {key: field.value for key, field in read.reading.fields.items()} == dict(document.says)
    first, same = read.lines[0], straight.lines[0]
    assert first.text == same.text
    middle_x, middle_y = same.box[0] + same.box[2] / 2, same.box[1] + same.box[3] / 2
    there = (page.width_px - middle_x, page.height_px - middle_y) if laid == 2 else (page.width_px - middle_y, middle_x)
    assert (first.box[0] + first.box[2] / 2, first.box[1] + first.box[3] / 2) == pytest.approx(there, abs=8)


def test_a_form_is_read_by_its_own_labels() -> None:
    """What stands beside each label of the item's form; every line lies where it is printed."""
    document = printed.photographed(printed.form(), 20261125)
    read = read_page(page_of(document), TODAY, printed.FORM_LABELS)
    assert isinstance(read, Read)
    assert read.reading.kind is Kind.FORM
    assert {key: field.value for key, field in read.reading.fields.items()} == dict(document.says)
    assert [line.box[1] for line in read.lines] == sorted(line.box[1] for line in read.lines)


def test_a_terminal_without_models_reads_nothing_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The package that carries the models is optional; nothing else depends on it."""
    environment = errands._environment()
    (tmp_path / "rapidocr").mkdir()
    (tmp_path / "rapidocr" / "__init__.py").touch()
    path = os.pathsep.join([str(tmp_path), environment["PYTHONPATH"]])
    monkeypatch.setattr(errands, "_environment", lambda: environment | {"PYTHONPATH": path})
    assert read_page(page_of(printed.id_back()), TODAY, {}) == NotRead("reading.no_models")


def test_a_page_without_a_picture_is_not_read() -> None:
    """Bytes that no decoder takes are a value, too."""
    broken = CapturedPage(b"no picture", 9, 9, 300, "0" * 64, 0.4, "document", "a4")
    assert read_page(broken, TODAY, {}) == NotRead("reading.no_picture")


def test_an_errand_past_its_deadline_is_killed(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for a worker that never answers."""
    monkeypatch.setattr(errands, "IMPORT_S", 0.01)
    assert take_in(whole(), "phone", room=1, photo=False) == NotImported(errands.BOMB)
    caplog.clear()


def test_shutting_down_waits_for_no_page() -> None:
    """A page under way is given up, and none is begun any more."""
    errands_of_one = Errands()
    ender = threading.Timer(0.2, errands_of_one.stop)
    ender.start()
    page = page_of(printed.form())
    assert errands_of_one.read_page(page, TODAY, {}) == NotRead("reading.ended")
    ender.join()
    assert errands_of_one.read_page(page, TODAY, {}) == NotRead("reading.ended")


def test_the_limits_are_what_is_promised() -> None:
    """An import has 400 MB of address space, not one byte more."""
    assert errand_worker.LIMITS["import"] == 400 * 1024 * 1024
