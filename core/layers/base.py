"""What a layer is: hyperparameters and pure maths. Arrays live in the network; `ctx` lends buffers."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from core.activations.base import Activation
from core.params import Param, State
from core.spec import Registry, Spec
from core.workspace import Workspace

Shape = tuple[int, ...]
Arrays = dict[str, np.ndarray]


class Context(Workspace):
    """What one layer of one network works with between forward and backward.

    training: whether noise is added and statistics move. rng: the generator for such noise.
    state: the layer's non-trainable arrays. saved: whatever forward keeps for backward.
    needs_input_grad: False for layers directly on the data, which may then return None from backward.
    """

    def __init__(self, dtype: Any = np.float32, state: Arrays | None = None) -> None:
        super().__init__(dtype)
        self.training = False
        self.rng: np.random.Generator | None = None
        self.state: Arrays = state or {}
        self.saved: dict[str, Any] = {}
        self.needs_input_grad = True


class Layer(Spec, abstract=True):
    """One kind of node. Shapes are without the batch: vectors (F,), images (H, W, C), sequences (T, F).

    `forward` gets one array an input, each (N, *shape), and must not change them. `backward` gets dL/doutput,
    which it may overwrite, fills `grads` (same keys as `params`) and returns dL/dinput for each input.
    """

    registry: ClassVar[Registry] = Registry("layer", "core.layers")
    inputs: ClassVar[tuple[int, int | None]] = (1, 1)  # fewest and most inputs; None: any number
    random: ClassVar[bool] = False  # draws random numbers in training
    differentiable: ClassVar[bool] = True
    penalizes: ClassVar[bool] = False  # adds a penalty of its own to the objective, see `penalty`
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({},)  # settings that conformance tests try, beside the defaults
    example_shapes: ClassVar[tuple[Shape, ...]] = ((6,),)  # input shapes (one an input) that conformance tests use

    def example_inputs(self, shapes: tuple[Shape, ...], batch: int, rng: np.random.Generator) -> list[np.ndarray]:
        """Inputs that the layer makes sense of, float64 (batch, *shape) each; normal noise unless it needs others."""
        return [rng.standard_normal((batch, *shape)) for shape in shapes]

    def output_shape(self, *shapes: Shape) -> Shape:
        """The output's shape for these input shapes. Raises ShapeError, with a hint where there is a remedy."""
        raise NotImplementedError(type(self).__name__)

    def param_shapes(self, *shapes: Shape) -> dict[str, Param]:
        """The parameters for these input shapes, by name ("W", "b")."""
        return {}

    def state_shapes(self, *shapes: Shape) -> dict[str, State]:
        """The non-trainable arrays that are stored with the network."""
        return {}

    def multiply_adds(self, *shapes: Shape) -> int:
        """Multiplications with addition for one example's forward pass."""
        return 0

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        raise NotImplementedError(type(self).__name__)

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        raise NotImplementedError(type(self).__name__)

    def penalty(self, ctx: Context) -> float:
        """What the layer adds to the objective for the last batch in training; `backward` holds its gradient already."""
        return 0.0

    @property
    def output_activation(self) -> Activation | None:
        """The activation that produces the layer's output, if it has one that may be taken off; see `linearized`."""
        return getattr(self, "activation", None)

    def linearized(self) -> Layer:
        """The same layer without its output activation: losses that work from logits ask for it."""
        return self.replace(activation="Linear")


def activation_params(activation: Activation, shape: Shape) -> dict[str, Param]:
    """The activation's learnt parameters under the names they bear among the layer's own."""
    return {f"activation_{name}": param for name, param in activation.param_shapes(shape).items()}


def _own(arrays: Arrays) -> Arrays:
    return {name[11:]: array for name, array in arrays.items() if name.startswith("activation_")}


def activate(activation: Activation, z: np.ndarray, params: Arrays, ctx: Context) -> np.ndarray:
    """y = f(z): over z itself unless the activation needs it later. Keeps what `activate_backward` reads."""
    out = ctx.buffer("activation_y", z.shape) if activation.keeps_input else z
    y = activation.forward(z, out, _own(params) if activation.learnt else {}, ctx)
    ctx.saved["activation"] = (y, z if activation.keeps_input else None)
    return y


def activate_backward(activation: Activation, dy: np.ndarray, params: Arrays, grads: Arrays, ctx: Context) -> np.ndarray:
    """dL/dz from dL/dy for the z that `activate` saw last."""
    y, z = ctx.saved["activation"]
    if activation.learnt:
        return activation.backward(dy, y, z, _own(params), _own(grads), ctx)
    return activation.backward(dy, y, z, {}, {}, ctx)
