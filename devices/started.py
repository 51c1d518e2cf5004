"""What is started and stopped, and can be used in a `with`.

Knows: the two moments. Does not know: what runs in between.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self


class Started(ABC):
    """Something that runs from `start` to `stop`."""

    @abstractmethod
    def start(self) -> None:
        """Begin; it can be used when this returns."""

    @abstractmethod
    def stop(self) -> None:
        """End, and leave no thread, process or port behind."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
