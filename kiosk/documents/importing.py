"""Files that people bring, made into pages: judged by their content, decoded, drawn anew. Runs in an errand's process only.

Knows: which kinds are taken, how large, and every reason to say no. Does not know: where a file came from, sessions, OpenCV.

Nothing of a file goes on but its pixels: pictures are encoded anew without their notes (place, time, device); of a PDF what
acts is removed first, then each page is drawn. What these checks miss meets the limits of the process (`errand_worker`).
"""

from __future__ import annotations

import enum
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pikepdf
import pypdfium2
from PIL import Image, ImageChops, ImageFilter, ImageStat, UnidentifiedImageError

from kiosk.documents.kinds import HEAD_BYTES, FileKind, kind_of
from kiosk.documents.look_recipe import COARSE_PX, FINE_PX, INSET, LOOK_PX
from kiosk.documents.pages import CapturedPage, PageSource

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_PAGES = 50
DPI = 200
_LONG_IN, _SHORT_IN = 297 / 25.4, 210 / 25.4
_PHOTO_LONG_IN, _PHOTO_SHORT_IN = 45 / 25.4, 35 / 25.4
_PHOTO_DPI = 300
_MIN_DPI = 90
_MIN_PHOTO_DPI = 180
_LONGEST_PX = 3508
_JPEG_QUALITY = 82
_PLAIN_SPREAD = 2.0
_DEEPEST = 6
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture is put upright, by what the camera noted (Exif 2.32, tag 0x0112)."""
_POINTS_PER_INCH = 72
_SIGNED = bytes((value - 128) & 0xFF for value in range(256))
"""From levels around 128 to signed bytes."""
_ACTS = (
    "/OpenAction",
    "/AA",
    "/JavaScript",
    "/JS",
    "/Collection",
    "/Threads",
    "/URI",
    "/A",
    "/RichMediaContent",
    "/PieceInfo",
)


class Refusal(enum.StrEnum):
    """Why a file is not taken: message ids."""

    EMPTY = "documents.import.empty"
    KIND = "documents.import.kind"
    HEIC = "documents.import.heic"
    TOO_LARGE = "documents.import.too_large"
    TORN = "documents.import.torn"
    LOCKED = "documents.import.locked"
    ANIMATED = "documents.import.animated"
    TOO_MANY_PIXELS = "documents.import.too_many_pixels"
    TOO_SMALL = "documents.import.too_small"
    PLAIN = "documents.import.plain"
    TOO_MANY_PAGES = "documents.import.too_many_pages"
    BOMB = "documents.import.bomb"
    LOST = "documents.import.lost"
    """The stick was pulled out, or the line broke, before the whole file was here."""


class Note(enum.StrEnum):
    """What was changed on the way in, for the person to look at: message ids."""

    CMYK = "documents.import.note.cmyk"
    DEEP = "documents.import.note.deep"


class Refused(Exception):  # noqa: N818 - an expected answer; the errand turns it into a value
    """The file is not taken, because of `reason`."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the pages are for. `room`: how many more may come. `photo`: a portrait, not a sheet."""

    source: PageSource
    room: int
    photo: bool = False


def pages_of(data: bytes, wanted: Wanted) -> Iterator[tuple[CapturedPage, tuple[Note, ...]]]:
    """Yield the pages of a file, each with what was changed. Raises: Refused, also when all have come; then none counts."""
    if not data:
        raise Refused(Refusal.EMPTY)
    if len(data) > MAX_FILE_BYTES:
        raise Refused(Refusal.TOO_LARGE)
    kind = kind_of(data[:HEAD_BYTES])
    if kind is None:
        raise Refused(Refusal.KIND)
    if kind is FileKind.HEIC:
        raise Refused(Refusal.HEIC)
    if wanted.room < 1:
        raise Refused(Refusal.TOO_MANY_PAGES)
    sha256 = hashlib.sha256(data).hexdigest()
    if kind is FileKind.PDF:
        # The back of a sheet may be empty, a whole paper is not: what it showed could not be drawn.
        empty = True
        for drawn in _drawn(_cleaned(data, wanted), wanted):
            empty = empty and _is_plain(drawn)
            yield _page(drawn, wanted, sha256), ()
        if empty:
            raise Refused(Refusal.PLAIN)
        return
    picture, notes = _picture(data, kind, wanted)
    if _is_plain(picture):
        raise Refused(Refusal.PLAIN)
    yield _page(picture, wanted, sha256), notes


def _is_plain(picture: Image.Image) -> bool:
    """Say whether there is nothing to be seen."""
    return max(high - low for low, high in _extremes(picture)) < 16 and max(ImageStat.Stat(picture).stddev) < _PLAIN_SPREAD


# --- pictures ----


def _picture(data: bytes, kind: FileKind, wanted: Wanted) -> tuple[Image.Image, tuple[Note, ...]]:
    """Return the picture as upright RGB at the size worth keeping, and what was changed."""
    try:
        with Image.open(io.BytesIO(data), formats=[str(kind)]) as image:
            if getattr(image, "is_animated", False) and image.format != "MPO":  # a telephone's JPEG may hold two pictures
                raise Refused(Refusal.ANIMATED)
            if image.width * image.height > MAX_PIXELS:
                raise Refused(Refusal.TOO_MANY_PIXELS)
            _large_enough(image.size, wanted)
            notes = _notes(image, data, kind)
            turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
            scale = min(1.0, _LONGEST_PX / max(image.size))
            image.draft("RGB", (round(image.width * scale), round(image.height * scale)))
            image.load()
            small = _shrunk(_on_white(image), wanted)
            upright = small if turn is None else small.transpose(turn)
    except UnidentifiedImageError as error:
        raise Refused(Refusal.TORN) from error
    except Image.DecompressionBombError as error:
        raise Refused(Refusal.TOO_MANY_PIXELS) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # what the decoders say of broken data
        raise Refused(Refusal.TORN) from error
    return upright, notes


def _notes(image: Image.Image, data: bytes, kind: FileKind) -> tuple[Note, ...]:
    if image.mode in {"CMYK", "YCCK"}:
        return (Note.CMYK,)
    deep = image.mode.startswith("I") or image.mode == "F" or (kind is FileKind.PNG and data[24:25] == b"\x10")
    return (Note.DEEP,) if deep else ()


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        # Pillow cuts 16 bits off at 255 instead of scaling them: the upper bytes are the picture in 8.
        upper = image.tobytes()[0 if image.mode.endswith("B") else 1 :: 2]
        return Image.frombytes("L", image.size, upper).convert("RGB")
    if image.mode == "I":
        return image.point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if image.has_transparency_data:
        flat = Image.new("RGB", image.size, "white")
        seen = image.convert("RGBA")
        flat.paste(seen, mask=seen.getchannel("A"))
        return flat
    return image if image.mode == "RGB" else image.convert("RGB")


def _large_enough(size: tuple[int, int], wanted: Wanted) -> None:
    short, long = sorted(size)
    if wanted.photo:
        least = (_PHOTO_SHORT_IN * _MIN_PHOTO_DPI, _PHOTO_LONG_IN * _MIN_PHOTO_DPI)
    else:
        least = (_SHORT_IN * _MIN_DPI * 0.5, _LONG_IN * _MIN_DPI * 0.5)  # a card or half a sheet may have been photographed
    if short < least[0] or long < least[1]:
        raise Refused(Refusal.TOO_SMALL)


def _shrunk(image: Image.Image, wanted: Wanted) -> Image.Image:
    dpi = _PHOTO_DPI if wanted.photo else DPI
    long_in, short_in = (_PHOTO_LONG_IN, _PHOTO_SHORT_IN) if wanted.photo else (_LONG_IN, _SHORT_IN)
    short, long = sorted(image.size)
    scale = max(long / (long_in * dpi), short / (short_in * dpi))
    if scale > 1:
        image = image.resize(
            (round(image.width / scale), round(image.height / scale)), Image.Resampling.LANCZOS, reducing_gap=2.0
        )
    return image


def _extremes(image: Image.Image) -> Sequence[tuple[float, float]]:
    found = image.getextrema()
    return [(float(low), float(high)) for low, high in found]  # type: ignore[misc]


# --- PDF ----


def _cleaned(data: bytes, wanted: Wanted) -> bytes:
    """Return the PDF without anything that acts, calls, plays or carries files. Raises: Refused."""
    try:
        # Repairing a cut file would lose pages without a word.
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
            if len(pdf.pages) == 0:
                raise Refused(Refusal.EMPTY)
            if len(pdf.pages) > min(MAX_PAGES, wanted.room):
                raise Refused(Refusal.TOO_MANY_PAGES)
            _strip(pdf)
            for page in pdf.pages:
                if _pixels(page.get("/Resources"), 0) > MAX_PIXELS:
                    raise Refused(Refusal.TOO_MANY_PIXELS)
            out = io.BytesIO()
            pdf.remove_unreferenced_resources()
            pdf.save(out)
            return out.getvalue()
    except pikepdf.PasswordError as error:
        raise Refused(Refusal.LOCKED) from error
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refused(Refusal.TORN) from error


def _strip(pdf: pikepdf.Pdf) -> None:
    """Remove scripts, actions, embedded files, forms that compute, media and links; drawn form fields stay to be drawn."""
    for key in _ACTS:
        if key in pdf.Root:
            del pdf.Root[key]
    names = pdf.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary):
        for key in ("/JavaScript", "/EmbeddedFiles", "/Renditions"):
            if key in names:
                del names[key]
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        for key in ("/XFA", "/CO"):
            if key in form:
                del form[key]
    for page in pdf.pages:
        for key in ("/AA", "/Metadata", "/PieceInfo"):
            if key in page.obj:
                del page.obj[key]
        kept = [
            note
            for note in page.get("/Annots", ())
            if isinstance(note, pikepdf.Dictionary) and note.get("/Subtype") == "/Widget"
        ]
        for note in kept:
            for key in ("/A", "/AA"):
                if key in note:
                    del note[key]
        page.obj["/Annots"] = pikepdf.Array(kept)


def _pixels(resources: object, depth: int) -> int:
    """Return the pixels of the largest picture below a page's resources: PDFium silently leaves out what it cannot hold."""
    if depth > _DEEPEST or not isinstance(resources, pikepdf.Dictionary):
        return 0
    largest = 0
    things = resources.get("/XObject")
    for thing in things.values() if isinstance(things, pikepdf.Dictionary) else ():
        if thing.get("/Subtype") == "/Image":
            largest = max(largest, int(thing.get("/Width", 0)) * int(thing.get("/Height", 0)))
        else:
            largest = max(largest, _pixels(thing.get("/Resources"), depth + 1))
    return largest


def _drawn(data: bytes, wanted: Wanted) -> Iterator[Image.Image]:
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Refused(Refusal.TORN) from error
    try:
        pdf.init_forms()
        for page in pdf:
            width, height = page.get_size()
            dpi = min(_PHOTO_DPI if wanted.photo else DPI, _LONGEST_PX * _POINTS_PER_INCH / max(width, height, 1.0))
            size = (round(width / _POINTS_PER_INCH * dpi), round(height / _POINTS_PER_INCH * dpi))
            if min(size) < 1:
                raise Refused(Refusal.TOO_SMALL)
            _large_enough(size, wanted)
            image: Image.Image = page.render(scale=dpi / _POINTS_PER_INCH, rev_byteorder=True).to_pil().convert("RGB")
            page.close()
            yield image
    except pypdfium2.PdfiumError as error:
        raise Refused(Refusal.TORN) from error
    finally:
        pdf.close()


# --- the page ----


def _page(image: Image.Image, wanted: Wanted, sha256: str) -> CapturedPage:
    short, long = sorted(image.size)
    long_in, short_in = (_PHOTO_LONG_IN, _PHOTO_SHORT_IN) if wanted.photo else (_LONG_IN, _SHORT_IN)
    dpi = max(1, round(max(long / long_in, short / short_in)))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_JPEG_QUALITY, dpi=(dpi, dpi))
    jpeg = out.getvalue()
    return CapturedPage(
        jpeg=jpeg,
        width_px=image.width,
        height_px=image.height,
        dpi=dpi,
        sha256=hashlib.sha256(jpeg).hexdigest(),
        sharpness=0.0,
        profile="photo" if wanted.photo else "document",
        paper="import",
        evidence_sha256=sha256,
        source=wanted.source,
        look=_look(image),
    )


def _look(image: Image.Image) -> bytes:
    """Return the look of a page that fills its picture, packed (`looks`), close to what `straighten.look_of_page` makes.

    Of a photograph that shows more than the page it is the photograph's look, and like none of the page's own.
    """
    upright = image if image.height >= image.width else image.transpose(Image.Transpose.ROTATE_90)
    width, height = upright.size
    inner = (width * INSET, height * INSET, width * (1 - INSET), height * (1 - INSET))
    grey = upright.convert("L").resize(LOOK_PX, Image.Resampling.BOX, box=inner)
    fine, coarse = (grey.filter(ImageFilter.GaussianBlur(radius)) for radius in (FINE_PX, COARSE_PX))
    return ImageChops.subtract(fine, coarse, offset=128).tobytes().translate(_SIGNED)
