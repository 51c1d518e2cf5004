"""The typefaces of the screen, pinned: never what happens to be installed.

Knows: where Debian's fonts-noto-cjk lies. Does not know: sizes and weights (Theme.qml).
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

FAMILY = "Noto Sans CJK SC"
CAP_HEIGHT_EM = 0.733
"""Height of a capital letter of Noto Sans CJK, in em (`sCapHeight` 733 of its OS/2 table, 1000 units per em)."""
FILES = (
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"),
)
NARROW = Path(__file__).with_name("fonts.conf")

logger = logging.getLogger(__name__)


def narrow() -> None:
    """Let fontconfig know our typefaces alone. Before there is an application.

    It has their faces in its cache, where `pin` reads all forty megabytes of them: for a window that is to stand at once.
    """
    os.environ["FONTCONFIG_FILE"] = str(NARROW)


def use(app: QGuiApplication) -> None:
    """Make our typefaces the application's."""
    font = QFont(FAMILY)
    font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    app.setFont(font)


def pin(app: QGuiApplication) -> bool:
    """Load our typefaces and make them the application's. False, and a coded line in the log, when they are not there."""
    loaded = [QFontDatabase.addApplicationFont(str(file)) for file in FILES]
    use(app)
    if -1 in loaded:
        logger.error("fonts.missing %s", FILES[loaded.index(-1)])
        return False
    return True
