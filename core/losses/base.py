"""What a loss is: how far the network's output is from the targets, and which way is down."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from numbers import Real
from typing import ClassVar

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.activations.linear import Linear
from vitrine.core.activations.step import Step
from vitrine.core.data import DataInfo
from vitrine.core.errors import SpecError, shown
from vitrine.core.kernels.workspace import HALF, Workspace
from vitrine.core.spec import Registry, Spec
from vitrine.core.tasks.base import CLASSES, VALUES, Task


class Loss(Spec, abstract=True):
    """Mean over the batch of a distance between outputs (N, *shape) and encoded targets.

    A loss with a `link` that is no identity works from logits: the output layer's activation of that type is taken off
    while training and applied when predicting; a linear output is taken as logits too.
    """

    registry: ClassVar[Registry[Loss]] = Registry("loss")
    link: ClassVar[type[Activation]] = Linear  # the activation that turns outputs into predictions
    takes: ClassVar[tuple[str, ...]] = (CLASSES, VALUES)  # the forms of targets; see Task
    kinks: ClassVar[bool] = False  # not differentiable everywhere

    @classmethod
    def prove(cls) -> None:
        """Raises what a contributed loss raises where it has no value, or no gradient, for data that it says it fits."""
        super().prove()
        loss = cls()
        for info in _trials():
            misfit = loss.fits(info)
            if misfit is not None and not isinstance(misfit, str):
                raise SpecError(f"why it does not fit must be text or None, not {shown(misfit)}")
            if misfit is None:
                loss._try(info)

    def _try(self, info: DataInfo) -> None:
        shape = self.output_shape(info)
        outputs = np.linspace(0.1, 0.9, 6 * prod(shape), dtype=np.float32).reshape(6, *shape)
        y = np.arange(6) % len(info.class_names) if info.task.has_classes else np.linspace(0, 1, 6, dtype=np.float32)
        targets = self.encode(y if info.task.has_classes else y.reshape(6, 1), info)
        value, grad = self.value_and_grad(outputs, targets, Workspace())
        if not isinstance(value, Real) or not np.isfinite(float(value)):
            raise SpecError(f"its value must be a finite number, not {shown(value)}")
        if not isinstance(grad, np.ndarray) or grad.shape != outputs.shape or not np.isfinite(grad).all():
            raise SpecError(f"its gradient must be finite numbers of shape {outputs.shape}, not {shown(getattr(grad, 'shape', grad))}")

    @property
    def adds_up(self) -> bool:
        """Whether it is the sum over a batch in place of the mean: so it is then over an epoch, or any part."""
        return False

    def fits(self, info: DataInfo) -> str | None:
        """Why this loss can't be used for such data, or None."""
        if info.task.fits(self.takes):
            return None
        fitting = [kind.title for kind in Task.registry if kind.targets in self.takes]
        return f"{self.title} is for {' and '.join(fitting)}; the data is a {info.task.title}"

    def adds(self, own: Activation | None) -> Activation | None:
        """The link, where predictions go through it though the output layer's own activation is another: None if there is none.

        A linear output is taken as logits, so what the layer shows (probabilities) is not what it bears the name of.
        """
        return None if self.link.identity or type(own) is self.link else self.link()

    def takes_output(self, own: Activation) -> bool:
        """Whether it can learn from an output layer with that activation."""
        return self.link.identity or own.identity or type(own) is self.link

    def output_shape(self, info: DataInfo) -> tuple[int, ...]:
        """The shape that the network's output must have: one unit a class, or the target's own shape."""
        return info.task.output_shape(info)

    def encode(self, y: np.ndarray, info: DataInfo) -> np.ndarray:
        """Targets in the form `value_and_grad` takes: here one-hot float32 for classes, else as they are."""
        if info.task.has_classes and self.output_shape(info) == (1,):
            return y.astype(np.float32).reshape(-1, 1)
        return info.task.encode(y, info)

    def value_and_grad(
        self, outputs: np.ndarray, targets: np.ndarray, work: Workspace, need_grad: bool = True
    ) -> tuple[float, np.ndarray | None]:
        """The mean loss and, if asked for, dL/doutputs in a buffer of `work`; `outputs` stays as it is."""
        raise NotImplementedError(type(self).__name__)

    def correct(self, outputs: np.ndarray, targets: np.ndarray) -> int:
        """How many of the batch's outputs (before the link) name the right class."""
        if outputs.shape[-1] == 1:
            return int(np.count_nonzero((outputs > self.threshold) == (targets > HALF[targets.dtype.char])))
        truth = targets if targets.ndim < outputs.ndim else targets.argmax(-1)
        return int(np.count_nonzero(outputs.argmax(-1) == truth))

    @property
    def threshold(self) -> float:
        """Where a single output changes from class 0 to class 1: 0 for logits, else one half."""
        return 0.5 if self.link.identity else 0.0


@dataclass(frozen=True)
class _Trial:
    """Data of a kind, as far as a loss asks."""

    task: Task
    class_names: tuple[str, ...] = ()
    input_shape: tuple[int, ...] = (2,)
    target_shape: tuple[int, ...] = (1,)
    element: str = "table"


def _trials() -> list[_Trial]:
    """Two classes, three, and values; of every task."""
    kinds = [kind() for kind in Task.registry if kind.__module__.startswith("vitrine.")]
    return [_Trial(task, names) for task in kinds for names in ((("a", "b"), ("a", "b", "c")) if task.has_classes else ((),))]


class ElementwiseLoss(Loss, abstract=True):
    """A loss that compares every output with a target of its own. Two classes take one output (0 or 1), more
    classes one each (one-hot), a regression the targets' own shape."""

    def output_shape(self, info: DataInfo) -> tuple[int, ...]:
        if info.task.has_classes and len(info.class_names) == 2:
            return (1,)
        return super().output_shape(info)


class SignedLoss(Loss, abstract=True):
    """A loss for two classes that compares the sign of one score z (N, 1) with targets of -1 and +1."""

    link: ClassVar[type[Activation]] = Step
    takes: ClassVar[tuple[str, ...]] = (CLASSES,)
    kinks: ClassVar[bool] = True

    def fits(self, info: DataInfo) -> str | None:
        if info.task.has_classes and len(info.class_names) != 2:
            return f"{self.title} tells two classes apart, the data has {len(info.class_names)}: choose multi-class hinge or cross-entropy"
        return super().fits(info)

    def output_shape(self, info: DataInfo) -> tuple[int, ...]:
        return (1,)

    def encode(self, y: np.ndarray, info: DataInfo) -> np.ndarray:
        return (2 * np.asarray(y, np.float32) - 1).reshape(-1, 1)
