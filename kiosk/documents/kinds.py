"""What a file is by its first bytes, whatever its name says.

Knows: the marks that each kind begins with. Does not know: what comes after them, or which kinds are wanted.
"""

from __future__ import annotations

import enum

HEAD_BYTES = 1024


class FileKind(enum.StrEnum):
    """What a file is by its first bytes."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    GIF = "GIF"
    PDF = "PDF"
    HEIC = "HEIC"


def kind_of(head: bytes) -> FileKind | None:
    """Return what a file is by its first kilobyte."""
    if head.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FileKind.WEBP
    if head.startswith((b"GIF87a", b"GIF89a")):
        return FileKind.GIF
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"}:
        return FileKind.HEIC
    if b"%PDF-" in head[:HEAD_BYTES]:
        return FileKind.PDF
    return None
