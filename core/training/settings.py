"""Settings of a run that are no registry's: how the data are split, how the loop runs, how gradients are clipped."""

from __future__ import annotations

import numpy as np

from vitrine.core.kernels.matmul import dot
from vitrine.core.spec import FieldProblem, Spec, hp


class Split(Spec):
    """Shares of the data for training, validation and testing; the test share is what remains."""

    train: float = hp(default=0.7, help="Share that trains the weights", minimum=0.0, maximum=1.0, exclusive=True, step=0.05)
    validation: float = hp(default=0.15, help="Share that judges the run while you tune it", minimum=0.0, maximum=1.0, step=0.05)
    stratified: bool = hp(default=True, help="Keep the classes' proportions in every part")
    seed: int = hp(default=0, help="Seed of the split: the same seed gives the same parts", minimum=0, maximum=2**31 - 1, advanced=True)

    @property
    def test(self) -> float:
        """What training and validation leave."""
        return max(0.0, 1.0 - self.train - self.validation)

    def problems(self) -> list[FieldProblem]:
        found = super().problems()
        if not found and self.train + self.validation > 1 + 1e-9:
            found.append(FieldProblem("validation", "Validation", "and train together can't be more than 1"))
        return found


class Training(Spec):
    """How the training loop runs."""

    batch_size: int | str = hp(
        default=32, help="Examples a step; full: the whole training part (gradient descent in its batch form)",
        kind="int_or_choice", choices=("full",), minimum=1, maximum=1_000_000,
    )  # fmt: skip
    drop_last: bool = hp(
        default=False, help="Leave an incomplete last batch out of every epoch: its examples, others each time, are not learnt then",
        label="Drop last batch", advanced=True,
    )  # fmt: skip
    epochs: int = hp(default=20, help="Passes over the training part", minimum=1, maximum=1_000_000)
    seed: int = hp(default=0, help="Seed of weights, shuffling and dropout: the same seed gives the same run", minimum=0, maximum=2**31 - 1)
    metrics: str = hp(
        default="basic", help="What every epoch measures on the validation part: accuracy or RMSE alone, or all metrics, which takes longer",
        choices=("basic", "all"), advanced=True,
    )  # fmt: skip
    diagnose: bool = hp(default=True, help="Look at the run now and then, and say in words what goes wrong with it", advanced=True)

    @staticmethod
    def change(before: Training, after: Training) -> str:
        """What it means for a run that one became the other; see `Experiment.change_to`."""
        if before.seed != after.seed:
            return "fresh"
        return "adopt" if after.replace(batch_size=before.batch_size, drop_last=before.drop_last) == after else "rebuild"

    def batch_of(self, examples: int) -> int:
        """Examples a step, of a training part of so many."""
        return examples if isinstance(self.batch_size, str) else min(self.batch_size, examples)

    def steps_of(self, examples: int) -> int:
        """Steps an epoch, on a training part of so many."""
        size = max(1, self.batch_of(examples))
        return examples // size if self.drop_last else -(-examples // size)


class Clipping(Spec):
    """g <- min(max(g, -value), value); then g <- g min(1, norm / |g|), over all parameters. Pascanu and others, 2013."""

    value: float | None = hp(
        default=None, help="Every single derivative is cut to this size; empty: not at all",
        kind="float", optional=True, minimum=0.0, exclusive=True, label="By value", scale="log",
    )  # fmt: skip
    norm: float | None = hp(
        default=None, help="The whole gradient is shortened to this length, its direction kept; empty: not at all",
        kind="float", optional=True, minimum=0.0, exclusive=True, label="By norm", scale="log",
    )  # fmt: skip

    @property
    def active(self) -> bool:
        """Whether anything is clipped."""
        return self.value is not None or self.norm is not None

    def clip(self, grads: np.ndarray) -> None:
        """Clip a flat gradient in place."""
        if self.value is not None:
            np.clip(grads, -self.value, self.value, out=grads)
        if self.norm is not None:
            length = gradient_norm(grads)
            if length > self.norm:
                grads *= self.norm / length


def gradient_norm(grads: np.ndarray) -> float:
    """The length of a flat gradient, also where its square leaves the range of float32."""
    with np.errstate(over="ignore"):
        square = dot(grads, grads)
    if np.isfinite(square) and square > 0:
        return float(square**0.5)
    return float(np.linalg.norm(grads.astype(np.float64)))
