"""A page, or a picture that was refused, between two processes: values as JSON, pictures one behind the other as a blob.

Knows: which fields are pictures. Does not know: sockets, who sends.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from kiosk.documents.pages import Advice, CapturedPage, Refused, TextLine

_PICTURES = ("jpeg", "evidence", "bitonal", "look")
_LENGTHS = "lengths"


def packed_page(page: CapturedPage) -> tuple[dict[str, Any], bytes]:
    """Return what describes the page, fit for JSON, and its pictures."""
    pictures = [getattr(page, name) for name in _PICTURES]
    said = {each.name: getattr(page, each.name) for each in fields(page) if each.name not in {*_PICTURES, "lines"}}
    lines = [[line.text, line.box, line.sure] for line in page.lines]
    return {**said, "lines": lines, _LENGTHS: [len(picture) for picture in pictures]}, b"".join(pictures)


def unpacked_page(said: dict[str, Any], blob: bytes) -> CapturedPage:
    """Return the page again. Raises: ValueError when the lengths do not fit the blob."""
    values = dict(said)
    lengths = values.pop(_LENGTHS)
    if sum(lengths) != len(blob) or len(lengths) != len(_PICTURES):
        raise ValueError("page_wire.lengths")
    at = 0
    for name, length in zip(_PICTURES, lengths, strict=True):
        values[name] = blob[at : at + length]
        at += length
    lines = tuple(TextLine(text, (box[0], box[1], box[2], box[3]), sure) for text, box, sure in values.pop("lines"))
    return CapturedPage(**values, lines=lines)


def packed_refusal(refused: Refused) -> tuple[dict[str, Any], bytes]:
    """Return what describes a refused picture, fit for JSON, and its pictures; a page's own picture goes once."""
    said: dict[str, Any] = {"advice": refused.advice, "places": refused.places, "page": None}
    if refused.page is None:
        return said, refused.picture
    said["page"], blob = packed_page(refused.page)
    return said, blob


def unpacked_refusal(said: dict[str, Any], blob: bytes) -> Refused:
    """Return the refused picture again. Raises: ValueError when the lengths do not fit the blob."""
    places = tuple((left, top, width, height) for left, top, width, height in said["places"])
    page = None if said["page"] is None else unpacked_page(said["page"], blob)
    return Refused(Advice(said["advice"]), places, blob if page is None else page.jpeg, page)
