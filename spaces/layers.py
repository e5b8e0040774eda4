"""The layers an architecture is made of, as data: shapes, parameter counts, multiply-accumulates, labels."""

from __future__ import annotations

from math import prod
from typing import Literal

from spaces.convolutions import Conv, DepthwiseConv, SeparableConv, dilated
from spaces.layer import (
    ImpossibleShapeError,
    Layer,
    Padding,
    Shape,
    Size,
    Step,
    bias_label,
    check_positive,
    flat,
    size_text,
    spatial,
    window_output,
    with_bias,
)

__all__ = [
    "WEIGHTED",
    "Activation",
    "ActivationName",
    "AnyLayer",
    "AveragePool",
    "Conv",
    "Dense",
    "DepthwiseConv",
    "Dropout",
    "Flatten",
    "GlobalPool",
    "ImpossibleShapeError",
    "MaxPool",
    "Padding",
    "SeparableConv",
    "Shape",
    "Size",
    "Step",
    "dilated",
]

ActivationName = Literal[
    "relu", "leaky_relu", "elu", "selu", "tanh", "sigmoid", "hard_sigmoid", "softplus", "softsign", "silu", "gelu"
]


class _Pool(Layer, frozen=True):
    window: Size
    strides: Size

    def __post_init__(self) -> None:
        check_positive(self.kind, window=self.window, strides=self.strides)

    @property
    def kind(self) -> str:
        raise TypeError(f"{type(self).__name__} has no kind")

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns, channels = spatial(self.kind, shape)
        return (*window_output(self.kind, (rows, columns), self.window, self.strides, "valid"), channels)

    @property
    def label(self) -> str:
        return f"{self.kind} {size_text(self.window)}/{size_text(self.strides)}"


class MaxPool(_Pool, frozen=True, tag="maxpool"):
    """The largest value of each window; windows overlap where a stride is smaller than the window."""

    @property
    def kind(self) -> str:
        return "maxpool"


class AveragePool(_Pool, frozen=True, tag="avgpool"):
    """The mean of each window; windows overlap where a stride is smaller than the window."""

    @property
    def kind(self) -> str:
        return "avgpool"


class GlobalPool(Layer, frozen=True, tag="globalpool"):
    """One value a channel: the mean or the largest over all rows and columns; the result is flat."""

    kind: Literal["average", "max"] = "average"

    def output_shape(self, shape: Shape) -> Shape:
        return (spatial("global pooling", shape)[2],)

    @property
    def label(self) -> str:
        return f"global {'avg' if self.kind == 'average' else 'max'}pool"


class Flatten(Layer, frozen=True, tag="flatten"):
    """Rows, columns and channels in one vector, channels fastest (Keras' order)."""

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(spatial("flatten", shape)),)

    @property
    def label(self) -> str:
        return "flatten"


class Dense(Layer, frozen=True, tag="dense"):
    """Fully connected layer."""

    units: int
    use_bias: bool = True

    def __post_init__(self) -> None:
        check_positive("dense", units=self.units)

    def output_shape(self, shape: Shape) -> Shape:
        flat("dense", shape)
        return (self.units,)

    def parameter_steps(self, shape: Shape) -> tuple[Step, ...]:
        features = flat("dense", shape)
        return (with_bias(f"{features}*{self.units}", features * self.units, self.units, self.use_bias),)

    def macs(self, shape: Shape) -> int:
        return flat("dense", shape) * self.units

    @property
    def label(self) -> str:
        return f"dense {self.units}{bias_label(self.use_bias)}"


class Dropout(Layer, frozen=True, tag="dropout"):
    """Sets a share of the values to zero while training and scales the others up by 1 / (1 - rate)."""

    rate: float

    def __post_init__(self) -> None:
        if not 0 <= self.rate < 1:
            raise ValueError(f"dropout: rate must be in [0, 1), got {self.rate}")

    @property
    def label(self) -> str:
        return f"dropout {self.rate:g}"


class Activation(Layer, frozen=True, tag="activation"):
    """An elementwise non-linearity, by its Keras name."""

    name: ActivationName

    @property
    def label(self) -> str:
        return self.name


AnyLayer = (
    Conv | DepthwiseConv | SeparableConv | MaxPool | AveragePool | GlobalPool | Flatten | Dense | Dropout | Activation
)
WEIGHTED = (Conv, DepthwiseConv, SeparableConv, Dense)
