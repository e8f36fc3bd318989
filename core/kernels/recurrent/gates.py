"""The weights of a recurrent layer's gates, stacked for one product a step, and the gradients of all steps for them.

Stacked they are [W'; b'; U'] (gates U, F + 1 + U), to match the rows x_t, 1 and h_{t-1} of `vitrine.core.kernels.recurrent.unrolled`.
"""

from __future__ import annotations

import numpy as np

from vitrine.core.kernels.matmul import product
from vitrine.core.kernels.recurrent.unrolled import BLOCK
from vitrine.core.kernels.workspace import Workspace

LONG_SUM = 256  # terms of a sum that make a product fast


def stack(work: Workspace, w: np.ndarray, u: np.ndarray, b: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    """[W'; b'; U'] as (gates U, F + 1 + U), with the gates of w (F, kU), u (U, kU), b (kU) in `order`."""
    units, features = len(u), len(w)
    stacked = work.buffer("stacked", (len(order) * units, features + 1 + units))
    for i, gate in enumerate(order):
        to, of = slice(i * units, (i + 1) * units), slice(gate * units, (gate + 1) * units)
        stacked[to, :features] = w[:, of].T
        stacked[to, features] = b[of]
        stacked[to, features + 1 :] = u[:, of].T
    return stacked


def reordered(work: Workspace, name: str, w: np.ndarray, units: int, order: tuple[int, ...]) -> np.ndarray:
    """The columns of w in gates of `order`."""
    out = work.buffer(name, (len(w), len(order) * units))
    for i, gate in enumerate(order):
        out[:, i * units : (i + 1) * units] = w[:, gate * units : (gate + 1) * units]
    return out


def unstack(stacked: np.ndarray, dw: np.ndarray, du: np.ndarray, db: np.ndarray, order: tuple[int, ...]) -> None:
    """The opposite of `stack`, for gradients."""
    units, features = len(du), len(dw)
    for i, gate in enumerate(order):
        of, to = slice(i * units, (i + 1) * units), slice(gate * units, (gate + 1) * units)
        dw[:, to] = stacked[of, :features].T
        db[to] = stacked[of, features]
        du[:, to] = stacked[of, features + 1 :].T


def outer_over_time(work: Workspace, name: str, dz: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    """sum_t dz_t inputs_t' for dz (T, R, N) and inputs (T, K, N): (R, K)."""
    steps, rows, batch = dz.shape
    columns = inputs.shape[1]
    total = work.buffer(name, (rows, columns))
    if steps * rows * columns <= BLOCK:
        parts = work.buffer(name + "_parts", (steps, rows, columns))
        np.matmul(dz, inputs.transpose(0, 2, 1), out=parts)
        return np.add.reduce(parts, axis=0, out=total)
    # several steps make one product with a long sum: fewer passes over the total
    together = max(1, LONG_SUM // batch)
    part = work.buffer(name + "_part", (rows, columns))
    for first in range(0, steps, together):
        count = min(together, steps - first)
        left, right = work.buffer(name + "_left", (rows, count, batch)), work.buffer(name + "_right", (columns, count, batch))
        np.copyto(left, dz[first : first + count].transpose(1, 0, 2))
        np.copyto(right, inputs[first : first + count].transpose(1, 0, 2))
        product(left.reshape(rows, -1), right.reshape(columns, -1).T, part if first else total)
        if first:
            total += part
    return total


def input_grad(work: Workspace, w: np.ndarray, dz: np.ndarray, reverse: bool, dx: np.ndarray) -> None:
    """dL/dx into `dx` (N, T, F) for w (F, R) and dz (T, R, N)."""
    steps, _, batch = dz.shape
    across = np.matmul(w, dz, out=work.buffer("dx_across", (steps, len(w), batch)))
    np.copyto(dx, (across[::-1] if reverse else across).transpose(2, 0, 1))
