"""Others who do the same with a page, to be measured in the same run: the usual package or recipe for each task.

Knows: RapidOCR's own pipeline on ONNX Runtime (the same models as ours), OpenCV's reader of QR codes, Pillow's PDF, the
variance of the Laplacian. Does not know: the terminal's own ways. RapidOCR's needs come with the bench's lock; without them
it is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from kiosk.documents.pages import TextLine

Picture = np.ndarray


def rapidocr() -> Callable[[Picture], list[TextLine]] | None:
    """Return RapidOCR as it comes, on one thread; None where it is not installed whole."""
    try:
        import onnxruntime  # noqa: F401 - RapidOCR would ask for it only at its first page
        from rapidocr import RapidOCR
    except ImportError:
        return None
    threads = {f"EngineConfig.onnxruntime.{which}_op_num_threads": 1 for which in ("intra", "inter")}
    engine = RapidOCR(params={**threads, "Global.log_level": "error"})

    def read(picture: Picture) -> list[TextLine]:
        said = engine(picture)
        lines = []
        for text, corners, sure in zip(said.txts or (), said.boxes, said.scores, strict=True):
            (left, top), (right, bottom) = np.min(corners, 0), np.max(corners, 0)
            lines.append(TextLine(text, (float(left), float(top), float(right - left), float(bottom - top)), float(sure)))
        return lines

    return read


def opencv_code(picture: Picture) -> str:
    """Return what OpenCV's own reader makes of the QR code in a picture, "" for nothing."""
    said, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    return str(said)


def pillow_pdf(still: Path, to: Path) -> int:
    """Put a still on a page as Pillow does, unjudged and not straightened, A4 at 200 dpi; return the PDF's size in bytes."""
    with Image.open(still) as picture:
        picture.convert("RGB").resize((1654, 2339), Image.Resampling.LANCZOS).save(to, "PDF", resolution=200.0, quality=82)
    return to.stat().st_size


def laplacian(grey: Picture) -> float:
    """Return the usual measure of sharpness."""
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())
