"""Chinese as dots: lines break where a reader expects it, and nothing is lost or runs off the paper."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from devices.receipt_printer import Raster
from kiosk.printing import raster

FACE = raster.font(24)
CLOSING = "，。、；：？！）》」』】"
TEXT = st.text(
    st.one_of(st.sampled_from("居住证申领 ，。（）《》abc1 \n.-"), st.characters(exclude_categories=["Cs", "Cc"])),
    max_size=60,
)


def pixels(block: Raster) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    rows = np.frombuffer(block.bits, np.uint8).reshape(block.height_dots, block.row_bytes)
    return np.unpackbits(rows, axis=1)


@given(TEXT, st.integers(min_value=60, max_value=576))
@settings(max_examples=60, deadline=None)
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    """Whatever is said: every visible character is there, in order, and no line is wider than its space."""
    lines = raster.wrap(text, FACE, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(FACE.getlength(line) <= width or len(line) == 1 for line in lines)


def test_chinese_breaks_between_any_two_characters() -> None:
    """24 dots a character: ten to a line of 240."""
    lines = raster.wrap("居住证申领办好后到窗口领取" * 2, FACE, 240)
    assert lines == ["居住证申领办好后到窗", "口领取居住证申领办好", "后到窗口领取"]


@pytest.mark.parametrize("mark", CLOSING)
def test_no_line_begins_with_a_closing_mark(mark: str) -> None:
    """Rule of Chinese setting: a comma, a full stop or a closing bracket stays with the character before it."""
    lines = raster.wrap(f"居住证申领办好后到窗{mark}口领取", FACE, 240)
    assert len(lines) == 2
    assert not any(line.startswith(mark) for line in lines)


def test_latin_words_stay_whole() -> None:
    """English breaks at spaces, also beside Chinese."""
    sentence = "Identity: ID card read; the department checks again"
    assert " ".join(raster.wrap(sentence, FACE, 200)) == sentence
    assert raster.wrap("用 residence permit 办理", FACE, 120) == ["用", "residence", "permit 办", "理"]


def test_a_word_longer_than_the_paper_is_broken() -> None:
    """A hostile name without a space still comes out whole, over several lines."""
    lines = raster.wrap("W" * 200, FACE, 200)
    assert "".join(lines) == "W" * 200
    assert all(FACE.getlength(line) <= 200 for line in lines)


def test_dots_are_black_where_the_picture_is() -> None:
    """1 is black, the most significant bit is the leftmost dot, rows end on whole bytes."""
    image = Image.new("L", (10, 2), 255)
    image.putpixel((0, 0), 0)
    image.putpixel((9, 1), 0)
    block = raster.to_raster(image)
    assert (block.width_dots, block.height_dots, block.bits) == (16, 2, b"\x80\x00\x00\x40")


@pytest.mark.parametrize("align", ["left", "centre", "right"])
def test_alignment_moves_the_ink(align: str) -> None:
    """The ink of a short line lies where it was asked for."""
    columns = np.flatnonzero(pixels(raster.paragraph("证", width=240, align=align)).any(axis=0))
    middle = (columns[0] + columns[-1]) / 2
    assert {"left": middle < 30, "centre": 100 < middle < 140, "right": middle > 210}[align]


@pytest.mark.parametrize("text", ["", " ", "\n", "\n\n证", "\u200b", "\U0001f600", "\ue000", "a\tb\x00c"])
def test_odd_texts_are_drawn_all_the_same(text: str) -> None:
    """Nothing that can stand in a text stops a receipt."""
    block = raster.paragraph(text, width=384)
    assert block.width_dots == 384
    assert block.height_dots > 0


@pytest.mark.parametrize("width", [384, 576])
@pytest.mark.parametrize("text", ["收件回执", "Hand-in receipt", "An English title far too long for the narrow paper"])
def test_a_heading_stays_on_the_paper(text: str, width: int) -> None:
    """White on black; the bar has a black edge on both sides, so nothing of the title is cut off."""
    black = pixels(raster.heading(text, width=width))
    assert not black.all()
    assert black[:, :4].all()
    assert black[:, -4:].all()


@pytest.mark.parametrize("width", [384, 576])
@pytest.mark.parametrize("size", [40, 300, 600])
def test_a_qr_code_is_readable_beside_its_words(width: int, size: int) -> None:
    """The symbol decodes from the dots, the words stand beside it, and nothing is wider than the paper."""
    payload = "KFR1." + "x" * size
    block = raster.qr_with_text(payload, "凭此码可到任一窗口核验。", width=width)
    assert block.width_dots == width
    image = Image.fromarray(((1 - pixels(block)) * 255).astype(np.uint8))
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [payload]
