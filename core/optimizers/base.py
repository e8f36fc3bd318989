"""What an optimizer is: a rule that turns gradients into steps, over the flat parameter vector in blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from vitrine.core.errors import SpecError
from vitrine.core.kernels import lanes
from vitrine.core.kernels.workspace import Workspace, aligned_empty
from vitrine.core.spec import Registry, Spec, hp

Evaluate = Callable[[np.ndarray], tuple[float, np.ndarray]]  # float64 parameters -> loss and float64 gradient there

BLOCK = 32_768  # floats: a block of parameters, gradient and slots stays in cache
FEW = 20  # blocks that are not worth waking a thread: 400,000 floats of Adam took 1.28 ms on two threads, 1.16 on one


class Optimizer(Spec, abstract=True):
    """`update` moves one block of parameters in place. Slots are arrays like the parameters, zero at first."""

    registry: ClassVar[Registry[Optimizer]] = Registry("optimizer")
    slots: ClassVar[tuple[str, ...]] = ()
    full_batch: ClassVar[bool] = False  # steps by `minimize`, on the whole training part at once
    passes: ClassVar[int] = 1  # forward and back in one step: more where it searches
    plain: ClassVar[bool] = False  # w <- w - lr g and nothing more: a step can be worked out by hand

    learning_rate: float = hp(default=0.01, help="Size of a step against the gradient", minimum=0.0, exclusive=True, scale="log")

    @classmethod
    def prove(cls) -> None:
        """Raises what a contributed optimizer raises where it takes a step, here down E = w'w / 2."""
        super().prove()
        optimizer, w = cls(), np.linspace(-1.0, 1.0, 6, dtype=np.float32)
        state = OptimizerState(optimizer, w.size)
        for _ in range(2):
            if cls.full_batch:
                state.minimize(w, lambda at: (0.5 * float(at @ at), np.array(at, np.float64)), optimizer.learning_rate)
            else:
                state.apply(w, w.copy(), optimizer.learning_rate)
        if not np.isfinite(w).all():
            raise SpecError("two steps of it from numbers between -1 and 1 must give finite numbers")

    def held_values(self, count: int) -> int:
        """Values (of four bytes) that it keeps for so many parameters: its slots. See `vitrine.core.network.cost`."""
        return len(self.slots) * count

    def in_place_of(self, before: Spec) -> tuple[Self, str]:
        """A learning rate that was set by hand is kept; a default gives way to this rule's own, as rules want rates of different size."""
        if not isinstance(before, Optimizer) or before.learning_rate == self.learning_rate:
            return self, ""
        old, own = before.learning_rate, self.learning_rate
        if old != type(before)().learning_rate:
            return self.replace(
                learning_rate=old
            ), f"{self.title} keeps the learning rate of {old:g} that was set; its own would be {own:g}."
        return (
            self,
            f"The learning rate went from {old:g} to {own:g}: {self.title} wants another than {before.title}. Undo takes both back.",
        )

    def scalars(self, step: int, learning_rate: float) -> dict[str, float]:
        """What is the same for every parameter at this step (the first is 1): bias corrections and so on."""
        return {}

    def update(
        self,
        w: np.ndarray,
        g: np.ndarray,
        slots: dict[str, np.ndarray],
        learning_rate: float,
        scalars: dict[str, float],
        work: Workspace,
    ) -> None:
        """Move `w` by the gradient `g` (which may be overwritten), both flat and of one length, in place."""
        raise NotImplementedError(type(self).__name__)

    def minimize(self, w: np.ndarray, evaluate: Evaluate, slots: dict[str, np.ndarray], step: int, learning_rate: float) -> None:
        """One outer iteration on the whole of `w`, in place; only for optimizers that are `full_batch`."""
        raise NotImplementedError(type(self).__name__)


class Memory(NamedTuple):
    """What a rule remembers after so many steps."""

    step: int
    slots: dict[str, np.ndarray]


class OptimizerState:
    """An optimizer at work on one flat vector: its slots, step count, and the walk over blocks, side by side where there are lanes."""

    def __init__(self, optimizer: Optimizer, size: int, dtype: Any = np.float32) -> None:
        self.optimizer = optimizer
        self.step = 0
        self._begun = 0  # the step at which it came
        self._replaced: dict[type[Optimizer], Memory] = {}  # what those remembered that were there at that very step
        self.slots = {name: aligned_empty(size, dtype) for name in optimizer.slots}
        for slot in self.slots.values():
            slot.fill(0)
        self._works = [Workspace(dtype) for _ in range(lanes.MOST)]
        self._blocks: list[tuple[slice, dict[str, np.ndarray]]] = []
        for start in range(0, size, BLOCK):
            part = slice(start, min(start + BLOCK, size))
            self._blocks.append((part, {name: slot[part] for name, slot in self.slots.items()}))

    def go_on_from(self, before: OptimizerState) -> None:
        """Take over what the same rule, perhaps under other settings, remembers of the same parameters; nothing of another rule. One
        that was replaced and comes back before the next step goes on as if it had never been away."""
        earlier = before._replaced if before.step == before._begun else {}
        self._replaced = {**earlier, type(before.optimizer): Memory(before.step, before.slots)}
        known = self._replaced.get(type(self.optimizer))
        if known is not None and list(self.slots) == list(known.slots):
            for name, slot in self.slots.items():
                slot[...] = known.slots[name]
            self.step = self._begun = known.step

    def apply(self, params: np.ndarray, grads: np.ndarray, learning_rate: float) -> None:
        """One step of the whole vector."""
        self.step += 1
        self._replaced = {}
        optimizer = self.optimizer
        scalars = optimizer.scalars(self.step, learning_rate)
        if len(self._blocks) == 1:
            optimizer.update(params, grads, self.slots, learning_rate, scalars, self._works[0])
            return
        if len(self._blocks) <= FEW:
            for part, slots in self._blocks:
                optimizer.update(params[part], grads[part], slots, learning_rate, scalars, self._works[0])
            return

        def move(block: int, thread: int) -> None:
            part, slots = self._blocks[block]
            optimizer.update(params[part], grads[part], slots, learning_rate, scalars, self._works[thread])

        lanes.run(move, len(self._blocks))

    def minimize(self, params: np.ndarray, evaluate: Evaluate, learning_rate: float) -> None:
        """One step of an optimizer that is `full_batch`. `evaluate` is asked for loss and gradient where it likes."""
        self.step += 1
        self._replaced = {}
        known: list[tuple[bytes, float, np.ndarray]] = []

        def remembered(w: np.ndarray) -> tuple[float, np.ndarray]:
            key = w.tobytes()  # a line search asks for loss and gradient of one point apart
            for other, value, grad in known:
                if other == key:
                    return value, grad
            value, grad = evaluate(w)
            known.insert(0, (key, value, grad.copy()))
            del known[3:]
            return value, known[0][2]

        moved = params.copy()  # `evaluate` may try points in `params` itself
        self.optimizer.minimize(moved, remembered, self.slots, self.step, learning_rate)
        params[...] = moved
