"""Every kind of rule that a catalogue may hold is judged."""

from __future__ import annotations

from typing import get_args

import pytest

from kiosk.catalogue.judging import judge
from kiosk.catalogue.rules import AnyRule

UNION, _ = get_args(AnyRule)


@pytest.mark.parametrize("kind", get_args(UNION), ids=lambda kind: kind.__name__)
def test_a_rule_that_loads_is_judged(kind: type) -> None:
    """Should have its own way of judging: a catalogue with a rule that nobody judges would close the form."""
    assert judge.dispatch(kind) is not judge.dispatch(object)
