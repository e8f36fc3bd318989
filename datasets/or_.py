"""The logical or."""

from __future__ import annotations

from typing import ClassVar

from vitrine.datasets.gate import Gate


class Or(Gate):
    """y = x1 OR x2"""

    title: ClassVar[str] = "OR"
    rank: ClassVar[int] = 11
    summary: ClassVar[str] = "Four points; one unit is enough."
    formula: ClassVar[str] = "y = x1 OR x2"
    truth: ClassVar[tuple[int, int, int, int]] = (0, 1, 1, 1)
