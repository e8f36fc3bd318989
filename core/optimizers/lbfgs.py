"""The quasi-Newton method with limited memory."""

from __future__ import annotations

import warnings
from typing import ClassVar

import numpy as np

from vitrine.core.optimizers.base import Evaluate, Optimizer
from vitrine.core.spec import hp

MEMORY = 10  # pairs of steps and gradient differences that stand for the curvature
CURVED = 1e-8  # least s'y / y'y of a pair worth keeping: below it is rounding


class LBFGS(Optimizer):
    """w <- w - a H g, H the inverse curvature estimated from the last 10 steps, a by a line search. Full batch only.

    The two-loop product and the line search for strong Wolfe conditions are SciPy's; `learning_rate` is the first a that
    it tries. A step that finds nothing lower leaves w and forgets the curvature. Liu and Nocedal, 1989.
    """

    title: ClassVar[str] = "L-BFGS"
    rank: ClassVar[int] = 40
    summary: ClassVar[str] = "Learns the curvature from its own steps and searches along each line: few, costly steps for small problems."
    formula: ClassVar[str] = "w <- w - a H g, H from the last steps, a by line search"
    full_batch: ClassVar[bool] = True
    passes: ClassVar[int] = 4  # the step's own, where the search sets out, mostly one point tried, and where it ends in float32
    slots: ClassVar[tuple[str, ...]] = tuple(f"{name}{i}" for name in "sy" for i in range(MEMORY))

    learning_rate: float = hp(
        default=1.0, help="First step tried on each line, in steps of Newton's method", minimum=0.0, exclusive=True, scale="log"
    )

    def held_values(self, count: int) -> int:
        return super().held_values(count) + 2 * (2 * len(self.slots) + 16) * count  # the pairs twice, points and gradients in float64

    def minimize(self, w: np.ndarray, evaluate: Evaluate, slots: dict[str, np.ndarray], step: int, learning_rate: float) -> None:
        start = w.astype(np.float64)
        value, grad = evaluate(start)
        pairs = _pairs(slots, step)
        found = _search(evaluate, start, _direction(grad, pairs) * learning_rate, value, grad)
        if found is None and pairs:
            found = _search(evaluate, start, _direction(grad, []) * learning_rate, value, grad)
        if found is None:
            for slot in slots.values():
                slot.fill(0)
            return
        w[...] = found
        move, place = w - start, step % MEMORY
        slots[f"s{place}"][...] = move
        slots[f"y{place}"][...] = evaluate(w.astype(np.float64))[1] - grad


def _pairs(slots: dict[str, np.ndarray], step: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The remembered pairs that show an upward curvature, oldest first."""
    found = []
    for past in range(step - MEMORY, step):
        s, y = (slots[f"{name}{past % MEMORY}"].astype(np.float64) for name in "sy")
        if s @ y > CURVED * (y @ y):
            found.append((s, y))
    return found


def _direction(grad: np.ndarray, pairs: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """-H g. Without memory a step of length at most 1 against the gradient."""
    if not pairs:
        return -grad / max(1.0, float(np.linalg.norm(grad)))
    from scipy.optimize import LbfgsInvHessProduct

    s, y = (np.array(part) for part in zip(*pairs, strict=True))
    # SciPy starts from the identity: in these units that is s'y / y'y, the scale of the newest pair
    root = np.sqrt((s[-1] @ y[-1]) / (y[-1] @ y[-1]))
    direction: np.ndarray = -root * LbfgsInvHessProduct(s / root, y * root).matvec(root * grad)
    return direction


def _search(evaluate: Evaluate, start: np.ndarray, direction: np.ndarray, value: float, grad: np.ndarray) -> np.ndarray | None:
    """The point that SciPy's line search finds, or None where nothing is lower."""
    from scipy.optimize import line_search

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it found nothing is said by None
        step, *_, lower, _, _ = line_search(lambda x: evaluate(x)[0], lambda x: evaluate(x)[1], start, direction, grad, value, maxiter=20)
    if step is None or lower is None or not lower < value:
        return None
    return np.asarray(start + step * direction)
