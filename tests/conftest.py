"""What every test shares: hypothesis that says the same every time, and its long profile, which looks for what is new:
`pytest --hypothesis-profile long`.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A run that fails has to fail again: the same examples, and no clock that a busy machine could miss.
settings.register_profile(
    "same", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")
settings.register_profile(
    "long", max_examples=100_000, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
