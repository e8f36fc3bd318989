"""The exclusive or: the smallest problem that one unit can't solve."""

from __future__ import annotations

from typing import ClassVar

from vitrine.datasets.gate import Gate


class Xor(Gate):
    """y = x1 XOR x2"""

    title: ClassVar[str] = "XOR"
    rank: ClassVar[int] = 12
    summary: ClassVar[str] = "Four points that no straight line parts: one hidden layer does."
    formula: ClassVar[str] = "y = x1 XOR x2"
    truth: ClassVar[tuple[int, int, int, int]] = (0, 1, 1, 0)
