"""The blocks of a receipt refuse what no printer could print."""

from __future__ import annotations

import pytest

from devices.errors import DeviceError
from devices.receipt_printer import Feed, Raster, Text
from devices.receipt_printer.api import ERROR_CODES


@pytest.mark.parametrize("text", ["姓名", "￥12", "line\n", "tab\t", "\x1b@", "caf\u00e9", "\x7f"])
def test_text_is_printable_ascii_only(text: str) -> None:
    """It should refuse everything else, with a code, and not repeat the text in the error."""
    with pytest.raises(DeviceError) as error:
        Text(text)
    assert error.value.code == "receipt_printer.text_not_ascii"
    assert text not in str(error.value)


@pytest.mark.parametrize(("width", "height", "length"), [(576, 2, 143), (576, 2, 145), (0, 1, 0), (8, 0, 0), (9, 1, 1)])
def test_a_raster_has_as_many_bytes_as_its_size_says(width: int, height: int, length: int) -> None:
    """It should refuse a picture whose rows would shift."""
    with pytest.raises(DeviceError) as error:
        Raster(width, height, bytes(length))
    assert error.value.code == "receipt_printer.raster_shape"


@pytest.mark.parametrize("lines", [0, 256, -1])
def test_a_feed_fits_one_byte(lines: int) -> None:
    """It should refuse what ESC d cannot say."""
    with pytest.raises(DeviceError) as error:
        Feed(lines)
    assert error.value.code == "receipt_printer.feed_range"
    assert error.value.code in ERROR_CODES


def test_a_narrow_raster_is_padded_to_bytes() -> None:
    """It should count two bytes for nine dots."""
    assert Raster(9, 3, bytes(6)).row_bytes == 2
