"""Recurrent cells over whole sequences, forward and back through time.

Everything lies time first, batch last: a step's gates are then one block of memory for each gate, so that every
elementwise operation runs over whole blocks however few the units. `xh` (T + 1, F + 1 + U, N) holds in step t the
rows x_t, a row of ones, and h_{t-1}: one matrix product per step gives all gates with input, bias and state, and one
with the gradients gives dW, db and dU together. sigmoid(z) = (1 + tanh(z / 2)) / 2, the half put into the weights.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from vitrine.core.kernels.matmul import product
from vitrine.core.kernels.workspace import HALF, ONE, Workspace

LONG_SUM = 256  # terms of a sum that make a product fast
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


class Inner(Protocol):
    """The activation at work inside a cell, on a step's values (U, N).

    sloped: its slope follows from its value alone, so that `slope` works it out for many steps at once; for others `back`
    is asked at each step. by_tanh: (a, b, c) where f(z) = b tanh(a z) + c, which is then one pass with the gates' own.
    place: where in the cell, as some use the activation twice a step.
    """

    sloped: bool
    by_tanh: tuple[float, float, float] | None

    def apply(self, place: int, t: int, z: np.ndarray, out: np.ndarray) -> None:
        """f(z) into `out`, which may be z."""

    def slope(self, y: np.ndarray, out: np.ndarray) -> None:
        """df/dz from y = f(z), into `out`."""

    def back(self, place: int, t: int, dy: np.ndarray) -> None:
        """dL/dz over dL/dy, for what `apply` saw there."""


def _slope(f: Inner, y: np.ndarray, out: np.ndarray) -> None:
    """df/dz from y into `out`; ones where `Inner.back` multiplies it in later."""
    if f.sloped:
        f.slope(y, out)
    else:
        out.fill(1)


def _sigmoid_slope(y: np.ndarray, out: np.ndarray) -> None:
    np.subtract(ONE[y.dtype.char], y, out)
    out *= y


def _finish_sigmoid(half_tanh: np.ndarray) -> None:
    half = HALF[half_tanh.dtype.char]
    half_tanh *= half
    half_tanh += half


def _finish(tanh: np.ndarray, by_tanh: tuple[float, float, float]) -> None:
    """b tanh + c, in place."""
    _, height, shift = by_tanh
    if height != 1:
        tanh *= height
    if shift:
        tanh += shift


# weights
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


# the simple cell
def rnn_forward(u: Unrolled, weights: np.ndarray, f: Inner) -> None:
    """h_t = f(W' x_t + U' h_{t-1} + b)."""
    xh, h = u.views["xh"], u.views["h"]
    for t in range(u.steps):
        product(weights, xh[t], h[t + 1])
        f.apply(0, t, h[t + 1], h[t + 1])


def rnn_backward(u: Unrolled, recurrent: np.ndarray, f: Inner, upstream: Upstream) -> None:
    """Fill `u.dz` with dL/d(pre-activation)."""
    dz, dh = u.views["dz"], u.dh
    _slope(f, u.hidden, u.dz)
    for t in range(u.steps - 1, -1, -1):
        upstream.add(dh, t)
        dz[t] *= dh
        if not f.sloped:
            f.back(0, t, dz[t])
        product(recurrent, dz[t], dh)


# the LSTM: rows o, i, f, g of `z`, so that the sigmoids lie together and what multiplies dc does too
def lstm_forward(u: Unrolled, weights: np.ndarray, f: Inner) -> None:
    """c_t = f c_{t-1} + i g, h_t = o act(c_t); `weights` of o, i, f are halved, those of g scaled where `by_tanh` says so."""
    xh, h, zs, cs, tcs = u.views["xh"], u.views["h"], u.views["z"], u.views["c"], u.views["tc"]
    all_gates, carry, by_tanh = u.blocks("z", 0, 3), u.carry, f.by_tanh
    o, i, forget, gs = (u.blocks("z", k) for k in range(4))
    plain = by_tanh is not None and by_tanh[1:] == (1, 0)
    for t in range(u.steps):
        z, c, gates, g = zs[t], cs[t + 1], all_gates[t], gs[t]
        product(weights, xh[t], z)
        if by_tanh:
            np.tanh(z, z)
            if not plain:
                _finish(g, by_tanh)
        else:
            np.tanh(gates, gates)
            f.apply(0, t, g, g)
        _finish_sigmoid(gates)
        np.multiply(i[t], g, carry)
        np.multiply(forget[t], cs[t], c)
        c += carry
        f.apply(1, t, c, tcs[t])
        np.multiply(o[t], tcs[t], h[t + 1])


def _lstm_slopes(u: Unrolled, span: slice, inner: Inner) -> None:
    """dz becomes what multiplies dh (row o) and dc (i, f, g); `dc` what of dh goes to dc."""
    z, dz, tc, through = u.z[span], u.dz[span], u.extra["tc"][span], u.extra["through"][span]
    o, i, f, g = (u.block(k) for k in range(4))
    _sigmoid_slope(z[:, u.block(0, 3)], dz[:, u.block(0, 3)])
    _slope(inner, z[:, g], dz[:, g])
    dz[:, o] *= tc
    dz[:, i] *= z[:, g]
    dz[:, f] *= u.extra["c"][span]
    dz[:, g] *= z[:, i]
    _slope(inner, tc, through)
    through *= z[:, o]


def lstm_backward(u: Unrolled, recurrent: np.ndarray, f: Inner, upstream: Upstream) -> None:
    """Fill `u.dz`; recurrent (U, 4U) with the gates in the rows' order."""
    n, dh, dc, forget, through = u.units, u.dh, u.carry, u.blocks("z", 2), u.views["through"]
    first, others = u.blocks("dz", 0), u.blocks("dz", 1, 3)
    part = through[-1]  # beyond the last step, so free
    dc.fill(0)
    for span in u.spans():
        _lstm_slopes(u, span, f)
        for t in range(span.stop - 1, span.start - 1, -1):
            dz = u.views["dz"][t]
            upstream.add(dh, t)
            np.multiply(first[t], dh, first[t])
            np.multiply(dh, through[t], part)
            if not f.sloped:
                f.back(1, t, part)
            dc += part
            rest = others[t].reshape(3, n, u.batch)
            rest *= dc
            if not f.sloped:
                f.back(0, t, rest[2])
            dc *= forget[t]
            product(recurrent, dz, dh)


# the GRU: rows n, z, r and q = U_n' h + b_n; inputs feed the first three, the state the last three
def gru_forward(u: Unrolled, weights: np.ndarray, candidate: np.ndarray, f: Inner) -> None:
    """n = act(W_n' x + b + r q), h_t = (1 - z) n + z h_{t-1}; `weights` of z, r (halved) and q, `candidate` (U, F + 1)."""
    xh, h = u.views["xh"], u.views["h"]
    k, part = u.units, u.carry
    ns, updates, resets, states, both, after_n = (u.blocks("z", *place) for place in ((0,), (1,), (2,), (3,), (1, 2), (1, 3)))
    np.matmul(candidate, u.xh[:-1, : u.features + 1], out=u.z[:, :k])
    for t in range(u.steps):
        n, gates, after = ns[t], both[t], h[t + 1]
        product(weights, xh[t], after_n[t])
        np.tanh(gates, gates)
        _finish_sigmoid(gates)
        np.multiply(resets[t], states[t], part)
        n += part
        f.apply(0, t, n, n)
        np.subtract(h[t], n, after)
        after *= updates[t]
        after += n


def _gru_slopes(u: Unrolled, span: slice, f: Inner) -> None:
    """dz becomes what multiplies dh (rows n, z) and dn (r, q)."""
    z, dz = u.z[span], u.dz[span]
    n, update, r, q = (u.block(k) for k in range(4))
    part = u.extra["part"][span]
    _sigmoid_slope(z[:, u.block(1, 2)], dz[:, u.block(1, 2)])
    np.subtract(u.xh[span, u.features + 1 :], z[:, n], out=part)
    dz[:, update] *= part
    dz[:, r] *= z[:, q]
    _slope(f, z[:, n], dz[:, n])
    np.subtract(ONE[z.dtype.char], z[:, update], part)
    dz[:, n] *= part
    np.copyto(dz[:, q], z[:, r])


def gru_backward(u: Unrolled, recurrent: np.ndarray, f: Inner, upstream: Upstream) -> None:
    """Fill `u.dz`; recurrent (U, 3U) for the rows z, r, q."""
    k, dh, zs, part = u.units, u.dh, u.views["z"], u.carry
    for span in u.spans():
        _gru_slopes(u, span, f)
        for t in range(span.stop - 1, span.start - 1, -1):
            dz = u.views["dz"][t]
            upstream.add(dh, t)
            first = dz[: 2 * k].reshape(2, k, u.batch)
            first *= dh
            if not f.sloped:
                f.back(0, t, first[0])
            last = dz[2 * k :].reshape(2, k, u.batch)
            last *= dz[:k]
            np.multiply(dh, zs[t][k : 2 * k], part)
            product(recurrent, dz[k:], dh)
            dh += part
