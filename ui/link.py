"""A screen's end of the socket to whoever runs one screen after another.

Knows: that a word is a line, and that a closed socket means there is nobody left to serve. Does not know: the words.
"""

from __future__ import annotations

import socket

from PySide6.QtGui import QGuiApplication


def say(link: socket.socket, word: str) -> None:
    """Say a word of `kiosk.succession`; where nobody hears it any more, end."""
    try:
        link.sendall(f"{word}\n".encode())
    except OSError:
        QGuiApplication.quit()
