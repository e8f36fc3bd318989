"""Numbers beside an axis are short."""

from __future__ import annotations

import pytest

from vitrine.gui.widgets.charts.axes import tick_text

TEXTS = {1e24: "1e24", 2.5e24: "2.5e24", 1e9: "1e9", -5e10: "-5e10", 1.2e6: "1.2M", 3e4: "30k", 0.25: "0.25", 2e-5: "2e-5", 0.0: "0"}


@pytest.mark.parametrize("value", TEXTS)
def test_ticks(value: float) -> None:
    """A loss that flies away read 2.5e+18M, and was cut off at the edge."""
    assert tick_text(value) == TEXTS[value]
