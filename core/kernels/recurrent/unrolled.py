"""The buffers of a recurrent layer over a whole sequence, what goes into them and what comes out.

Everything lies time first, batch last: a step's gates are then one block of memory for each gate, so that every
elementwise operation runs over whole blocks however few the units. `xh` (T + 1, F + 1 + U, N) holds in step t the
rows x_t, a row of ones, and h_{t-1}: one matrix product per step gives all gates with input, bias and state.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from vitrine.core.kernels.workspace import Workspace

BLOCK = 32_768  # floats of gates whose derivatives are worked out at once: they stay in cache until they are used


@dataclass
class Unrolled:
    """Buffers for T steps of a layer of U units on N sequences of F features, and the views of each step, made once.

    xh (T + 1, F + 1 + U, N); z and dz (T, rows U, N), the gates' values and gradients; extra: arrays (T + 1, U, N).
    """

    steps: int
    batch: int
    features: int
    units: int
    xh: np.ndarray
    z: np.ndarray
    dz: np.ndarray
    dh: np.ndarray  # (U, N) dL/dh_t on the way back
    carry: np.ndarray  # (U, N)
    extra: dict[str, np.ndarray] = field(default_factory=dict)
    views: dict[str, list[np.ndarray]] = field(default_factory=dict)
    _blocks: dict[tuple[str, int, int], list[np.ndarray]] = field(default_factory=dict)

    @property
    def hidden(self) -> np.ndarray:
        """h_1 … h_T as (T, U, N)."""
        return self.xh[1:, self.features + 1 :]

    def block(self, index: int, count: int = 1) -> slice:
        """Where `count` gates lie among the rows of all, from gate `index` on."""
        return slice(index * self.units, (index + count) * self.units)

    def blocks(self, name: str, index: int, count: int = 1) -> list[np.ndarray]:
        """The rows of `block` in "z" or "dz", step by step: views, made once."""
        found = self._blocks.get((name, index, count))
        if found is None:
            whole = self.z if name == "z" else self.dz
            found = self._blocks[name, index, count] = list(whole[:, self.block(index, count)])
        return found

    def spans(self) -> list[slice]:
        """The steps in blocks that fit the cache, last first."""
        size = max(1, BLOCK // max(1, self.z[0].size))
        return [slice(max(0, end - size), end) for end in range(self.steps, 0, -size)]


def unroll(work: Workspace, steps: int, batch: int, features: int, units: int, rows: int, extra: tuple[str, ...] = ()) -> Unrolled:
    """Buffers of `work` for these sizes; the start (h_0 and the extras' first step) is zero."""
    wide, narrow = (steps, rows * units, batch), (units, batch)
    xh = work.buffer("xh", (steps + 1, features + 1 + units, batch))
    z, dz = work.buffer("z", wide), work.buffer("dz", wide)
    u = Unrolled(steps, batch, features, units, xh, z, dz, work.buffer("dh", narrow), work.buffer("carry", narrow))
    u.extra = {name: work.buffer(name, (steps + 1, units, batch)) for name in extra}
    u.views["xh"] = list(xh[:-1])
    u.views["h"] = list(xh[:, features + 1 :])
    u.views["z"] = list(u.z)
    u.views["dz"] = list(u.dz)
    for name, array in u.extra.items():
        u.views[name] = list(array)
    return u


def start(u: Unrolled, x: np.ndarray, reverse: bool) -> None:
    """Put the inputs (N, T, F), the ones and the zero state in place."""
    across = x.transpose(1, 2, 0)
    np.copyto(u.xh[:-1, : u.features], across[::-1] if reverse else across)
    u.xh[:-1, u.features] = 1
    u.views["h"][0].fill(0)
    if "c" in u.views:
        u.views["c"][0].fill(0)


def outputs(u: Unrolled, out: np.ndarray, reverse: bool) -> np.ndarray:
    """h_T into `out` (N, U), or all of h into `out` (N, T, U), where out[:, t] belongs to x[:, t]."""
    if out.ndim == 2:
        np.copyto(out, u.views["h"][-1].T)
    else:
        h = u.hidden.transpose(2, 0, 1)
        np.copyto(out, h[:, ::-1] if reverse else h)
    return out


class Upstream:
    """dL/dh_t as the layer above gives it: dy (N, U) for the last step only, or (N, T, U) for all."""

    def __init__(self, u: Unrolled, dy: np.ndarray, reverse: bool) -> None:
        self.every: list[np.ndarray] | None = None
        if dy.ndim == 2:
            np.copyto(u.dh, dy.T)
        else:
            u.dh.fill(0)
            across = dy.transpose(1, 2, 0)
            self.every = list(across[::-1] if reverse else across)

    def add(self, dh: np.ndarray, t: int) -> None:
        """Add to `dh` what comes from above at step `t`."""
        if self.every is not None:
            dh += self.every[t]
