"""Blocks to bytes to paper: what is sent, and what a printer makes of it."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw

from devices.receipt_printer import Cut, Feed, Raster, Text
from devices.receipt_printer.commands import next_command
from devices.receipt_printer.decoder import decode, decode_qr
from devices.receipt_printer.encode import CLEAR_BUFFERS, encode_blocks, without_realtime_commands


def raster_of(picture: Image.Image) -> Raster:
    """1 = black, as the block wants it."""
    black = ImageChops.invert(picture.convert("L")).convert("1")
    return Raster(picture.width, picture.height, black.tobytes())


def test_a_receipt_goes_out_as_these_bytes() -> None:
    """It should start clean, in the American set, and end with the knife."""
    data = b"".join(encode_blocks((Text("KF1", bold=True, double=True), Raster(8, 1, b"\x81"), Feed(3), Cut())))
    assert data == (b"\x1b@\x1bR\x00\x1bE\x01\x1d!\x11KF1\n\x1dv0\x00\x01\x00\x01\x00\x81\x1bd\x03\x1dVB\x00")


def test_a_long_raster_goes_out_in_fragments() -> None:
    """It should leave places to look at the paper, and lose no row."""
    rows = bytes(random.Random(20261123).randbytes(72 * 1600)).replace(b"\x10", b"\x11")
    pieces = list(encode_blocks((Raster(576, 1600, rows), Cut())))
    assert len(pieces) == 8
    receipt = decode(b"".join(pieces))
    assert receipt.complete
    picture = receipt.image().crop((0, 0, 576, 1600))
    assert ImageChops.invert(picture).convert("1").tobytes() == rows


def test_picture_data_never_holds_a_realtime_command() -> None:
    """It should add a dot rather than make the printer answer in the middle of a picture."""
    hostile = b"\x10\x04\x01" + CLEAR_BUFFERS + b"\x10\x05\x02" + b"\x10\x10\x04\x04"
    tame = without_realtime_commands(hostile)
    assert len(tame) == len(hostile)
    assert not any(sequence in tame for sequence in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))
    assert all(was & now == was for was, now in zip(hostile, tame, strict=True)), "no dot is lost"


def test_native_text_and_qr_come_back_from_the_paper() -> None:
    """It should give the ASCII lines as text and the QR code from the picture."""
    import numpy as np
    import zxingcpp

    payload = "KF0001-00042-7|signature"
    code = Image.fromarray(np.array(zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode).to_image(scale=6)))
    canvas = Image.new("L", (576, 260), 255)
    canvas.paste(code, (180, 10))
    ImageDraw.Draw(canvas).rectangle((0, 0, 575, 2), fill=0)
    data = b"".join(encode_blocks((Text("case KF0001"), raster_of(canvas), Text("line 2"), Cut())))
    receipt = decode(data)
    assert receipt.lines == ["case KF0001", "line 2"]
    assert receipt.cuts == 1
    assert decode_qr(receipt.image()) == [payload]


def test_native_text_is_drawn_in_its_cells() -> None:
    """It should put ink inside the line's box only, twice as large when double, and heavier when bold."""

    def ink(text: Text) -> tuple[int, int, int, int] | None:
        return ImageChops.invert(decode(b"".join(encode_blocks((text,)))).image()).getbbox()

    single, double = ink(Text("HHHH")), ink(Text("HHHH", double=True))
    assert single is not None
    assert double is not None
    assert single[2] <= 4 * 12
    assert single[3] <= 24
    assert double[2] == single[2] * 2

    def blackness(text: Text) -> int:
        return decode(b"".join(encode_blocks((text,)))).image().histogram()[0]

    assert blackness(Text("HHHH", bold=True)) > blackness(Text("HHHH"))


def test_unknown_commands_are_collected() -> None:
    """It should keep what it does not know, for a test to fail on."""
    receipt = decode(b"\x1b@\x1bp\x00hello\n\x1dVB\x00")
    assert receipt.unknown[0] == b"\x1bp"
    assert not receipt.complete


def test_chinese_text_in_the_printers_own_font_is_understood() -> None:
    """It should read what another program sends in GB18030 (a test print from the printer's own tools)."""
    receipt = decode(b"\x1b@\x1c&" + "姓名：测试甲".encode("gb18030") + b"\x1c.\n\x1dV\x00")
    assert receipt.lines == ["姓名：测试甲"]
    assert receipt.image().getbbox() is not None
    assert receipt.complete


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_taken_apart_without_loss(data: bytes) -> None:
    """It should neither raise nor stand still nor skip a byte."""
    position = 0
    while position < len(data):
        command = next_command(data, position)
        if command is None:
            break
        assert command.data == data[position : position + len(command.data)]
        assert command.data
        position += len(command.data)
    decode(data)
