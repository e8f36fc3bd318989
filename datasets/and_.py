"""The logical and."""

from __future__ import annotations

from typing import ClassVar

from vitrine.datasets.gate import Gate


class And(Gate):
    """y = x1 AND x2"""

    title: ClassVar[str] = "AND"
    rank: ClassVar[int] = 10
    summary: ClassVar[str] = "Four points; one unit is enough."
    formula: ClassVar[str] = "y = x1 AND x2"
    truth: ClassVar[tuple[int, int, int, int]] = (0, 0, 0, 1)
