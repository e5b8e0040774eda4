"""The layers an architecture is made of, as data: shapes, parameter counts, multiply-accumulates, labels.

Each layer is a frozen struct that knows its own arithmetic and nothing of TensorFlow. A shape is `(rows, columns,
channels)` or, after flattening, `(features,)`; the batch dimension is never written.
"""

from __future__ import annotations

from math import prod
from typing import Literal, NamedTuple

import msgspec

Size = tuple[int, int]
Shape = tuple[int, ...]
Padding = Literal["valid", "same"]
ActivationName = Literal[
    "relu", "leaky_relu", "elu", "selu", "tanh", "sigmoid", "hard_sigmoid", "softplus", "softsign", "silu", "gelu"
]


class ImpossibleShapeError(ValueError):
    """A layer cannot take the shape it is given."""


class Step(NamedTuple):
    """One line of counting parameters by hand: the sum as it is written, and what it comes to."""

    text: str
    parameters: int

    def __str__(self) -> str:
        return f"{self.text} = {self.parameters:,}"


def _size(size: Size) -> str:
    return f"{size[0]}x{size[1]}"


def _spatial(layer: str, shape: Shape) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise ImpossibleShapeError(f"{layer} needs rows x columns x channels, got {shape}; put it before flattening")
    return shape[0], shape[1], shape[2]


def _flat(layer: str, shape: Shape) -> int:
    if len(shape) != 1:
        raise ImpossibleShapeError(f"{layer} needs a flat shape, got {shape}; flatten or pool globally first")
    return shape[0]


def _window_output(layer: str, size: Size, window: Size, strides: Size, padding: Padding) -> Size:
    """Rows and columns a sliding window leaves: floor((n - w) / s) + 1 when valid, ceil(n / s) when same."""
    if padding == "same":
        return -(-size[0] // strides[0]), -(-size[1] // strides[1])
    rows, columns = ((n - w) // s + 1 for n, w, s in zip(size, window, strides, strict=True))
    if rows < 1 or columns < 1:
        raise ImpossibleShapeError(f"{layer}: a window of {_size(window)} does not fit into {_size(size)}")
    return rows, columns


def _check_positive(layer: str, **values: int | Size) -> None:
    for name, value in values.items():
        for number in value if isinstance(value, tuple) else (value,):
            if number < 1:
                raise ValueError(f"{layer}: {name} must be at least 1, got {value}")


def _check_strides_and_dilation(layer: str, strides: Size, dilation: Size) -> None:
    if max(strides) > 1 and max(dilation) > 1:
        raise ValueError(f"{layer}: strides {strides} and dilation {dilation} cannot both exceed 1; keep one of them")


class Layer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A layer without weights that leaves the shape alone; the others say where they differ."""

    def output_shape(self, shape: Shape) -> Shape:
        """The shape that comes out for the shape that goes in. Raises ImpossibleShapeError."""
        return shape

    def parameter_steps(self, shape: Shape) -> tuple[Step, ...]:
        """How the free parameters are counted by hand; empty without weights."""
        return ()

    def macs(self, shape: Shape) -> int:
        """Multiply-accumulates per image in the weights (biases, pooling and activations are not counted)."""
        return 0

    @property
    def label(self) -> str:
        """The layer's part of the short name on the leaderboard."""
        raise TypeError(f"{type(self).__name__} has no label")


class Conv(Layer, frozen=True, tag="conv"):
    """Two-dimensional convolution (Keras' Conv2D)."""

    filters: int
    kernel: Size
    strides: Size = (1, 1)
    padding: Padding = "valid"
    dilation: Size = (1, 1)
    groups: int = 1
    use_bias: bool = True

    def __post_init__(self) -> None:
        _check_positive("conv", filters=self.filters, kernel=self.kernel, strides=self.strides, groups=self.groups)
        _check_positive("conv", dilation=self.dilation)
        _check_strides_and_dilation("conv", self.strides, self.dilation)
        if self.filters % self.groups:
            raise ValueError(f"conv: filters ({self.filters}) must be a multiple of groups ({self.groups})")

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns, channels = _spatial("conv", shape)
        if channels % self.groups:
            raise ImpossibleShapeError(f"conv: {channels} channels are no multiple of {self.groups} groups")
        window = dilated(self.kernel, self.dilation)
        return (*_window_output("conv", (rows, columns), window, self.strides, self.padding), self.filters)

    def parameter_steps(self, shape: Shape) -> tuple[Step, ...]:
        channels = shape[-1] // self.groups
        text = f"{self.kernel[0]}*{self.kernel[1]}*{channels}*{self.filters}"
        return (_with_bias(text, prod(self.kernel) * channels * self.filters, self.filters, self.use_bias),)

    def macs(self, shape: Shape) -> int:
        return prod(self.output_shape(shape)) * prod(self.kernel) * (shape[-1] // self.groups)

    @property
    def label(self) -> str:
        groups = f" groups {self.groups}" if self.groups > 1 else ""
        return f"conv {_size(self.kernel)} x{self.filters}{_window_label(self)}{groups}{_bias_label(self.use_bias)}"


class DepthwiseConv(Layer, frozen=True, tag="depthwise"):
    """One convolution per channel (Keras' DepthwiseConv2D); strides are equal in rows and columns."""

    kernel: Size
    multiplier: int = 1
    strides: Size = (1, 1)
    padding: Padding = "valid"
    dilation: Size = (1, 1)
    use_bias: bool = True

    def __post_init__(self) -> None:
        _check_positive("depthwise", kernel=self.kernel, multiplier=self.multiplier, strides=self.strides)
        _check_positive("depthwise", dilation=self.dilation)
        _check_equal_strides("depthwise", self.strides)
        _check_strides_and_dilation("depthwise", self.strides, self.dilation)

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns, channels = _spatial("depthwise", shape)
        window = dilated(self.kernel, self.dilation)
        size = _window_output("depthwise", (rows, columns), window, self.strides, self.padding)
        return (*size, channels * self.multiplier)

    def parameter_steps(self, shape: Shape) -> tuple[Step, ...]:
        text = f"{self.kernel[0]}*{self.kernel[1]}*{shape[-1]}*{self.multiplier}"
        outputs = shape[-1] * self.multiplier
        return (_with_bias(text, prod(self.kernel) * outputs, outputs, self.use_bias),)

    def macs(self, shape: Shape) -> int:
        return prod(self.output_shape(shape)) * prod(self.kernel)

    @property
    def label(self) -> str:
        multiplier = f" x{self.multiplier}" if self.multiplier > 1 else ""
        return f"depthwise {_size(self.kernel)}{multiplier}{_window_label(self)}{_bias_label(self.use_bias)}"


class SeparableConv(Layer, frozen=True, tag="separable"):
    """A depthwise convolution, then a 1x1 convolution over its channels (Keras' SeparableConv2D)."""

    filters: int
    kernel: Size
    multiplier: int = 1
    strides: Size = (1, 1)
    padding: Padding = "valid"
    dilation: Size = (1, 1)
    use_bias: bool = True

    def __post_init__(self) -> None:
        _check_positive("separable", filters=self.filters, kernel=self.kernel, multiplier=self.multiplier)
        _check_positive("separable", strides=self.strides, dilation=self.dilation)
        _check_equal_strides("separable", self.strides)
        _check_strides_and_dilation("separable", self.strides, self.dilation)

    def output_shape(self, shape: Shape) -> Shape:
        return (*self.depthwise.output_shape(shape)[:2], self.filters)

    def parameter_steps(self, shape: Shape) -> tuple[Step, ...]:
        inner = shape[-1] * self.multiplier
        depthwise = Step(f"{self.kernel[0]}*{self.kernel[1]}*{shape[-1]}*{self.multiplier}", prod(self.kernel) * inner)
        return depthwise, _with_bias(f"{inner}*{self.filters}", inner * self.filters, self.filters, self.use_bias)

    def macs(self, shape: Shape) -> int:
        inner = self.depthwise.output_shape(shape)
        return self.depthwise.macs(shape) + prod(inner) * self.filters

    @property
    def depthwise(self) -> DepthwiseConv:
        """The first of the two convolutions (it has no bias of its own)."""
        return DepthwiseConv(self.kernel, self.multiplier, self.strides, self.padding, self.dilation, use_bias=False)

    @property
    def label(self) -> str:
        multiplier = f" m{self.multiplier}" if self.multiplier > 1 else ""
        tail = f"{multiplier}{_window_label(self)}{_bias_label(self.use_bias)}"
        return f"separable {_size(self.kernel)} x{self.filters}{tail}"


class _Pool(Layer, frozen=True):
    window: Size
    strides: Size

    def __post_init__(self) -> None:
        _check_positive(self.kind, window=self.window, strides=self.strides)

    @property
    def kind(self) -> str:
        raise TypeError(f"{type(self).__name__} has no kind")

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns, channels = _spatial(self.kind, shape)
        return (*_window_output(self.kind, (rows, columns), self.window, self.strides, "valid"), channels)

    @property
    def label(self) -> str:
        return f"{self.kind} {_size(self.window)}/{_size(self.strides)}"


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
        return (_spatial("global pooling", shape)[2],)

    @property
    def label(self) -> str:
        return f"global {'avg' if self.kind == 'average' else 'max'}pool"


class Flatten(Layer, frozen=True, tag="flatten"):
    """Rows, columns and channels in one vector, channels fastest (Keras' order)."""

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(_spatial("flatten", shape)),)

    @property
    def label(self) -> str:
        return "flatten"


class Dense(Layer, frozen=True, tag="dense"):
    """Fully connected layer."""

    units: int
    use_bias: bool = True

    def __post_init__(self) -> None:
        _check_positive("dense", units=self.units)

    def output_shape(self, shape: Shape) -> Shape:
        _flat("dense", shape)
        return (self.units,)

    def parameter_steps(self, shape: Shape) -> tuple[Step, ...]:
        features = _flat("dense", shape)
        return (_with_bias(f"{features}*{self.units}", features * self.units, self.units, self.use_bias),)

    def macs(self, shape: Shape) -> int:
        return _flat("dense", shape) * self.units

    @property
    def label(self) -> str:
        return f"dense {self.units}{_bias_label(self.use_bias)}"


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


def dilated(kernel: Size, dilation: Size) -> Size:
    """Rows and columns a dilated kernel spans: (k - 1) d + 1."""
    return (kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1


def _with_bias(text: str, weights: int, biases: int, use_bias: bool) -> Step:
    return Step(f"{text} + {biases}", weights + biases) if use_bias else Step(text, weights)


def _bias_label(use_bias: bool) -> str:
    return "" if use_bias else " no-bias"


def _window_label(layer: Conv | DepthwiseConv | SeparableConv) -> str:
    strides = f"/{_size(layer.strides)}" if max(layer.strides) > 1 else ""
    dilation = f" dilated {_size(layer.dilation)}" if max(layer.dilation) > 1 else ""
    return f"{strides}{dilation}{' same' if layer.padding == 'same' else ''}"


def _check_equal_strides(layer: str, strides: Size) -> None:
    if strides[0] != strides[1]:
        raise ValueError(f"{layer}: strides must be equal in rows and columns, got {strides}")
