"""What a regularizer is: a penalty on large weights that is added to the loss."""

from __future__ import annotations

from numbers import Real
from typing import ClassVar

import numpy as np

from vitrine.core.errors import SpecError, shown
from vitrine.core.kernels.matmul import wide_dot
from vitrine.core.kernels.workspace import Workspace
from vitrine.core.spec import Registry, Spec


class Regularizer(Spec, abstract=True):
    """R(w), for the weights of a layer or of the whole network; biases and gains are left alone.

    The loss that is shown does not hold the penalty: it stays comparable with the validation loss.
    """

    registry: ClassVar[Registry[Regularizer]] = Registry("regularizer")
    active: ClassVar[bool] = True  # False: costs nothing, changes nothing

    @classmethod
    def prove(cls) -> None:
        """Raises what a contributed regularizer raises where weights have no penalty, or that no gradient."""
        super().prove()
        w, g, work = np.linspace(-1.0, 1.0, 6, dtype=np.float32), np.zeros(6, np.float32), Workspace()
        found = cls().penalty(w, work)
        if not isinstance(found, Real) or not np.isfinite(float(found)):
            raise SpecError(f"its penalty must be a finite number, not {shown(found)}")
        cls().add_gradient(w, g, work)
        if not np.isfinite(g).all():
            raise SpecError("its gradient must be finite numbers")

    def penalty(self, w: np.ndarray, work: Workspace) -> float:
        """R(w), for a flat array of weights."""
        raise NotImplementedError(type(self).__name__)

    def add_gradient(self, w: np.ndarray, g: np.ndarray, work: Workspace) -> None:
        """g <- g + dR/dw, both flat, in place; without a derivative (L1 at zero) the weight is left where it is."""
        raise NotImplementedError(type(self).__name__)


def l1_gradient(w: np.ndarray, g: np.ndarray, strength: float, work: Workspace) -> None:
    """g <- g + strength sign(w)."""
    part = work.buffer("penalty", w.shape, w.dtype)
    np.sign(w, out=part)
    part *= strength
    g += part


def l2_gradient(w: np.ndarray, g: np.ndarray, strength: float, work: Workspace) -> None:
    """g <- g + strength w."""
    part = work.buffer("penalty", w.shape, w.dtype)
    np.multiply(w, strength, out=part)
    g += part


def l1_penalty(w: np.ndarray, work: Workspace) -> float:
    """sum |w|."""
    part = work.buffer("penalty", w.shape, w.dtype)
    return float(np.abs(w, out=part).sum(dtype=np.float64))


def l2_penalty(w: np.ndarray) -> float:
    """1/2 sum w^2."""
    return 0.5 * wide_dot(w, w)
