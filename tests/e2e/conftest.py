"""The whole system, once for all end-to-end tests that do not break it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kiosk.demo.stack import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("system") / "work") as running:
        yield running
