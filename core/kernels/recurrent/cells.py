"""Recurrent cells over whole sequences, forward and back through time.

`vitrine.core.kernels.recurrent.unrolled` says how everything lies in memory. One product per step gives all gates, and one with
the gradients gives dW, db and dU together. sigmoid(z) = (1 + tanh(z / 2)) / 2, the half put into the weights.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from vitrine.core.kernels.matmul import product
from vitrine.core.kernels.recurrent.unrolled import Unrolled, Upstream
from vitrine.core.kernels.workspace import HALF, ONE


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
