"""Pages as scanimage writes them: binary PGM and PPM.

Knows: the header, eight bits a channel. Does not know: where the bytes come from. Source: netpbm, pgm(5) and ppm(5).
"""

from __future__ import annotations

import re

from devices.errors import DeviceError
from devices.page_scanner.api import Page

_HEADER = re.compile(rb"P([56])(?:\s+|\s*#[^\n]*\n\s*)+(\d{1,6})\s+(\d{1,6})\s+(\d{1,5})\s")
_LONGEST_HEADER_BYTES = 1024
_CHANNELS = {b"5": 1, b"6": 3}


def parse(data: bytes, dpi: int) -> Page:
    """Read one page.

    Raises: DeviceError `page_scanner.pnm_malformed` for anything else, a page that ends early among it.
    """
    found = _HEADER.match(data[:_LONGEST_HEADER_BYTES])
    if found is None:
        raise DeviceError("page_scanner.pnm_malformed", "header")
    channels = _CHANNELS[found[1]]
    width, height, highest = (int(number) for number in found.groups()[1:])
    if width == 0 or height == 0 or highest != 255:
        raise DeviceError("page_scanner.pnm_malformed", f"{width}x{height}, {highest}")
    pixels = data[found.end() :]
    if len(pixels) != width * height * channels:
        raise DeviceError("page_scanner.pnm_malformed", f"{len(pixels)} bytes for {width}x{height}x{channels}")
    return Page(width, height, channels, dpi, pixels)
