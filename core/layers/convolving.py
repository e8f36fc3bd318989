"""What the layers that slide kernels share: their settings, in the order of the form."""

from __future__ import annotations

from typing import ClassVar

from vitrine.core.activations.base import Activation
from vitrine.core.initializers.base import Initializer
from vitrine.core.layers.base import Layer
from vitrine.core.regularizers.base import Regularizer
from vitrine.core.spec import hp


class Convolving(Layer, abstract=True):
    """y = f(x * W + b) for some way of sliding W over x. A layer that means other things by a setting declares that one anew."""

    group: ClassVar[str] = "Convolution"

    filters: int = hp(default=16, help="Number of feature maps that come out", minimum=1, maximum=10_000)
    kernel_size: int = hp(default=3, help="Height and width of the kernels", minimum=1, maximum=1000, unit="px")
    stride: int = hp(default=1, help="Pixels from one window to the next", minimum=1, maximum=1000, unit="px")
    padding: int | str = hp(
        default="valid", help="Zeros around the image. valid: none; same: as many as keep its size (at stride 1); or a number for every side",
        kind="int_or_choice", choices=("valid", "same"), minimum=0, maximum=1000,
    )  # fmt: skip
    activation: Activation = hp(default="Linear", help="Function applied to every output", registry="activation")
    initializer: Initializer = hp(default="GlorotUniform", help="First values of the kernels", registry="initializer", label="Initializer")
    use_bias: bool = hp(default=True, help="Add a learnt constant to every map", label="Bias", advanced=True)
    bias_initializer: Initializer = hp(
        default="Zeros", help="First values of the biases", registry="initializer", label="Bias initializer", advanced=True
    )
    regularizer: Regularizer = hp(
        default="NoPenalty", help="Penalty on large weights of this layer alone", registry="regularizer", advanced=True
    )
