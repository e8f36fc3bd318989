"""What a loss is: how far the network's output is from the targets, and which way is down."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core.data import DataInfo
from core.spec import Registry, Spec
from core.workspace import Workspace


class Loss(Spec, abstract=True):
    """Mean over the batch of a distance between outputs (N, *shape) and encoded targets.

    A loss with a `link` works from logits: the output layer's activation of that type is taken off while
    training and applied when predicting; a linear output is taken as logits too.
    """

    registry: ClassVar[Registry] = Registry("loss", "core.losses")
    link: ClassVar[str] = "Linear"  # the activation that turns outputs into predictions
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    kinks: ClassVar[bool] = False  # not differentiable everywhere

    def fits(self, info: DataInfo) -> str | None:
        """Why this loss can't be used for such data, or None."""
        if info.task in self.tasks:
            return None
        return f"{self.title} is for {' and '.join(self.tasks)}; the data is a {info.task}"

    def output_shape(self, info: DataInfo) -> tuple[int, ...]:
        """The shape that the network's output must have: one unit a class, or the target's own shape."""
        return (len(info.class_names),) if info.task == "classification" else info.target_shape

    def encode(self, y: np.ndarray, info: DataInfo) -> np.ndarray:
        """Targets in the form `value_and_grad` takes: here one-hot float32 for classes, else as they are."""
        if info.task != "classification":
            return np.asarray(y, np.float32).reshape(len(y), *info.target_shape)
        if self.output_shape(info) == (1,):
            return y.astype(np.float32).reshape(-1, 1)
        return np.eye(len(info.class_names), dtype=np.float32)[y]

    def value_and_grad(
        self, outputs: np.ndarray, targets: np.ndarray, work: Workspace, need_grad: bool = True
    ) -> tuple[float, np.ndarray | None]:
        """The mean loss and, if asked for, dL/doutputs in a buffer of `work`; `outputs` stays as it is."""
        raise NotImplementedError(type(self).__name__)

    def correct(self, outputs: np.ndarray, targets: np.ndarray) -> int:
        """How many of the batch's outputs (before the link) name the right class."""
        if outputs.shape[-1] == 1:
            return int(np.count_nonzero((outputs > self.threshold) == (targets > 0.5)))
        truth = targets if targets.ndim < outputs.ndim else targets.argmax(-1)
        return int(np.count_nonzero(outputs.argmax(-1) == truth))

    @property
    def threshold(self) -> float:
        """Where a single output changes from class 0 to class 1: 0 for logits, else one half."""
        return 0.5 if self.link == "Linear" else 0.0


class ElementwiseLoss(Loss, abstract=True):
    """A loss that compares every output with a target of its own. Two classes take one output (0 or 1), more
    classes one each (one-hot), a regression the targets' own shape."""

    def output_shape(self, info: DataInfo) -> tuple[int, ...]:
        if info.task == "classification" and len(info.class_names) == 2:
            return (1,)
        return super().output_shape(info)


class SignedLoss(Loss, abstract=True):
    """A loss for two classes that compares the sign of one score z (N, 1) with targets of -1 and +1."""

    link: ClassVar[str] = "Step"
    tasks: ClassVar[tuple[str, ...]] = ("classification",)
    kinks: ClassVar[bool] = True

    def fits(self, info: DataInfo) -> str | None:
        if info.task == "classification" and len(info.class_names) != 2:
            return f"{self.title} tells two classes apart, the data has {len(info.class_names)}: choose multi-class hinge or cross-entropy"
        return super().fits(info)

    def output_shape(self, info: DataInfo) -> tuple[int, ...]:
        return (1,)

    def encode(self, y: np.ndarray, info: DataInfo) -> np.ndarray:
        return (2 * np.asarray(y, np.float32) - 1).reshape(-1, 1)
