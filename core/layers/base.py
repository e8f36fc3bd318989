"""What a layer is: hyperparameters and pure maths. Arrays live in the network; `ctx` lends buffers."""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar, Self

import numpy as np

from vitrine.core.activations.base import Activation
from vitrine.core.activations.linear import Linear
from vitrine.core.errors import Hint
from vitrine.core.initializers.param import Param, State
from vitrine.core.kernels.context import Arrays, Context, Shape
from vitrine.core.spec import Registry, Spec

__all__ = ["Arrays", "Context", "Layer", "Shape", "activate", "activate_backward", "activation_params"]


class Layer(Spec, abstract=True):
    """One kind of node. Shapes are without the batch: vectors (F,), images (H, W, C), sequences (T, F).

    `forward` gets one array an input, each (N, *shape), and must not change them. `backward` gets dL/doutput,
    which it may overwrite, fills `grads` (same keys as `params`) and returns dL/dinput for each input.
    """

    registry: ClassVar[Registry[Layer]] = Registry("layer")
    inputs: ClassVar[tuple[int, int | None]] = (1, 1)  # fewest and most inputs; None: any number
    random: ClassVar[bool] = False  # draws random numbers in training
    differentiable: ClassVar[bool] = True
    affine: ClassVar[bool] = False  # in prediction, what it does before its activation is an affine map, W x + b, or changes nothing
    width_field: ClassVar[str] = ""  # the field that sets how many outputs it has, where there is one
    growing: ClassVar[tuple[str, ...]] = ()  # the fields that make it larger, the most telling first; default: that one
    penalizes: ClassVar[bool] = False  # adds a penalty of its own to the objective, see `penalty`
    splits: ClassVar[bool] = False  # does the work before its activation apart: `linear`, `linear_backward`
    pools_first: ClassVar[bool] = False  # can take the maxima of 2 x 2 squares before its activation: `linear_pooled` and back
    drops: ClassVar[bool] = False  # y = x m / (1 - rate), by `mask`
    gives: ClassVar[str] = ""  # "vector" or "sequence": what it turns its input into, for layers that take nothing else; see `turned_into`
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({},)  # settings that conformance tests try, beside the defaults
    example_shapes: ClassVar[tuple[Shape, ...]] = ((6,),)  # input shapes (one an input) that conformance tests use

    @classmethod
    def prove(cls) -> None:
        """As every spec; and the number of inputs makes sense."""
        super().prove()
        match cls.inputs:
            case (int(fewest), int(most)) if 0 <= fewest <= most:
                return
            case (int(fewest), None) if fewest >= 0:
                return
        raise TypeError(f"inputs must be the fewest and the most, (1, 2) or (1, None) for instance, not {cls.inputs!r}")

    @classmethod
    def is_entry(cls) -> bool:
        """Whether the data enter there: it takes no input from another layer."""
        return cls.inputs[1] == 0

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

    def unpenalized(self) -> Self:
        """The layer that computes the same, all settings of penalties as it comes with them."""
        return self.replace(**{field.name: field.default for field in self.fields() if field.registry == "regularizer"})

    def fewest_examples(self, *shapes: Shape) -> int:
        """Examples that a batch must hold in training."""
        return 1

    def multiply_adds(self, *shapes: Shape) -> int:
        """Multiplications with addition for one example's forward pass."""
        return 0

    # What a batch takes, for `vitrine.core.network.cost`; values are of four bytes.
    def forward_values(self, batch: int, *shapes: Shape) -> int:
        """Values that a forward pass keeps: the output, what its activation works with, patches. Default: the former two."""
        output = batch * prod(self.output_shape(*shapes))
        return output + activation_values(getattr(self, "activation", None), output)

    def backward_values(self, batch: int, *shapes: Shape, needs_input_grad: bool) -> int:
        """Values that a backward pass keeps beside those. Default: the inputs' gradients, if they are asked for."""
        return batch * sum(prod(shape) for shape in shapes) if needs_input_grad else 0

    def calls(self, *shapes: Shape) -> int:
        """Groups of operations one after another; recurrent layers have one a time step."""
        return 1

    def forward(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        """Output of the inputs, each (N, ...) float32. Keeps in `ctx.saved` what `backward` needs; buffers come from `ctx`."""
        raise NotImplementedError(type(self).__name__)

    def backward(self, params: Arrays, grads: Arrays, dy: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        """dL/dinput for each input, None where nobody needs it, from dy = dL/doutput, which it may overwrite. Fills `grads`."""
        raise NotImplementedError(type(self).__name__)

    def gradient_factors(self, inputs: list[np.ndarray], grads: Arrays) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """By the chain rule dE/dw = x dE/dz: what each weight multiplies and the derivative of what it goes into, for one
        example; by parameter, each factor of a shape that broadcasts to the parameter's. `inputs` are the example's,
        without the batch, `grads` its gradients. Parameters whose weights serve several places are left out."""
        return {}

    # What `vitrine.core.network.fusion` joins with neighbors; only where the class variables above say so.
    def linear(self, params: Arrays, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        """z, of which the activation makes the output."""
        raise NotImplementedError(type(self).__name__)

    def linear_backward(self, params: Arrays, grads: Arrays, dz: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        """As `backward`, from dL/dz."""
        raise NotImplementedError(type(self).__name__)

    def linear_pooled(self, params: Arrays, inputs: list[np.ndarray], size: tuple[int, int], ctx: Context) -> np.ndarray:
        """The largest z of each 2 x 2 square, (N, *size, C)."""
        raise NotImplementedError(type(self).__name__)

    def linear_pooled_backward(self, params: Arrays, grads: Arrays, dz: np.ndarray, ctx: Context) -> list[np.ndarray | None]:
        """As `backward`, from dL/d(those maxima)."""
        raise NotImplementedError(type(self).__name__)

    def halves(self, shape: Shape) -> bool:
        """Whether, of images of that shape, its output is the largest of each 2 x 2 square (an odd last row may stand alone)."""
        return False

    def mask(self, shape: Shape, ctx: Context) -> tuple[np.ndarray, float] | None:
        """m (True: kept) and the rate for an input of that shape, batch included; None where everything passes."""
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
        return self.replace(activation=Linear())


def entry() -> Layer:
    """The layer where the data enter."""
    return next(kind() for kind in Layer.registry if kind.is_entry())


def turned_into(form: str) -> Hint | None:
    """The remedy for a layer that takes only vectors, or only sequences: the first layer before it that `gives` such."""
    kind = next((kind for kind in Layer.registry if kind.gives == form), None)
    return None if kind is None else Hint("insert_before", f"Insert {kind.title}", value=kind.__name__)


def activation_values(activation: object, output: int) -> int:
    """Values that an activation keeps beside an output of so many."""
    return activation.kept_values(output) if isinstance(activation, Activation) else 0


def activation_params(activation: Activation, shape: Shape) -> dict[str, Param]:
    """The activation's learnt parameters under the names they bear among the layer's own."""
    return {f"activation_{name}": param for name, param in activation.param_shapes(shape).items()}


def own_arrays(arrays: Arrays) -> Arrays:
    """The activation's parameters among the layer's, under its own names."""
    return {name[11:]: array for name, array in arrays.items() if name.startswith("activation_")}


def activate(activation: Activation, z: np.ndarray, params: Arrays, ctx: Context) -> np.ndarray:
    """y = f(z): over z itself unless the activation needs it later. Keeps what `activate_backward` reads."""
    out = ctx.buffer("activation_y", z.shape) if activation.keeps_input else z
    y = activation.forward(z, out, own_arrays(params) if activation.learnt else {}, ctx)
    ctx.saved["activation"] = (y, z if activation.keeps_input else None)
    return y


def activate_backward(activation: Activation, dy: np.ndarray, params: Arrays, grads: Arrays, ctx: Context) -> np.ndarray:
    """dL/dz from dL/dy for the z that `activate` saw last."""
    y, z = ctx.saved["activation"]
    if activation.learnt:
        return activation.backward(dy, y, z, own_arrays(params), own_arrays(grads), ctx)
    return activation.backward(dy, y, z, {}, {}, ctx)
