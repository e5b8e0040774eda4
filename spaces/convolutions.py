"""The convolutions: ordinary, depthwise, separable."""

from __future__ import annotations

from math import prod

from spaces.layer import (
    ImpossibleShapeError,
    Layer,
    Padding,
    Shape,
    Size,
    Step,
    bias_label,
    check_positive,
    size_text,
    spatial,
    window_output,
    with_bias,
)


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
        check_positive("conv", filters=self.filters, kernel=self.kernel, strides=self.strides, groups=self.groups)
        check_positive("conv", dilation=self.dilation)
        _check_strides_and_dilation("conv", self.strides, self.dilation)
        if self.filters % self.groups:
            raise ValueError(f"conv: filters ({self.filters}) must be a multiple of groups ({self.groups})")

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns, channels = spatial("conv", shape)
        if channels % self.groups:
            raise ImpossibleShapeError(f"conv: {channels} channels are no multiple of {self.groups} groups")
        window = dilated(self.kernel, self.dilation)
        return (*window_output("conv", (rows, columns), window, self.strides, self.padding), self.filters)

    def parameter_steps(self, shape: Shape) -> tuple[Step, ...]:
        channels = shape[-1] // self.groups
        text = f"{self.kernel[0]}*{self.kernel[1]}*{channels}*{self.filters}"
        return (with_bias(text, prod(self.kernel) * channels * self.filters, self.filters, self.use_bias),)

    def macs(self, shape: Shape) -> int:
        return prod(self.output_shape(shape)) * prod(self.kernel) * (shape[-1] // self.groups)

    def is_computed_rightly(self, shape: Shape) -> bool:
        """False where TensorFlow (2.21, on CPUs) reads memory that nothing was written to.

        Its convolution does so for a longer stride along the columns than along the rows when one column is left.
        """
        return self.strides[1] <= self.strides[0] or self.output_shape(shape)[1] > 1

    @property
    def label(self) -> str:
        groups = f" groups {self.groups}" if self.groups > 1 else ""
        return f"conv {size_text(self.kernel)} x{self.filters}{_window_label(self)}{groups}{bias_label(self.use_bias)}"


class DepthwiseConv(Layer, frozen=True, tag="depthwise"):
    """One convolution per channel (Keras' DepthwiseConv2D); strides are equal in rows and columns."""

    kernel: Size
    multiplier: int = 1
    strides: Size = (1, 1)
    padding: Padding = "valid"
    dilation: Size = (1, 1)
    use_bias: bool = True

    def __post_init__(self) -> None:
        check_positive("depthwise", kernel=self.kernel, multiplier=self.multiplier, strides=self.strides)
        check_positive("depthwise", dilation=self.dilation)
        _check_equal_strides("depthwise", self.strides)
        _check_strides_and_dilation("depthwise", self.strides, self.dilation)

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns, channels = spatial("depthwise", shape)
        window = dilated(self.kernel, self.dilation)
        size = window_output("depthwise", (rows, columns), window, self.strides, self.padding)
        return (*size, channels * self.multiplier)

    def parameter_steps(self, shape: Shape) -> tuple[Step, ...]:
        text = f"{self.kernel[0]}*{self.kernel[1]}*{shape[-1]}*{self.multiplier}"
        outputs = shape[-1] * self.multiplier
        return (with_bias(text, prod(self.kernel) * outputs, outputs, self.use_bias),)

    def macs(self, shape: Shape) -> int:
        return prod(self.output_shape(shape)) * prod(self.kernel)

    @property
    def label(self) -> str:
        multiplier = f" x{self.multiplier}" if self.multiplier > 1 else ""
        return f"depthwise {size_text(self.kernel)}{multiplier}{_window_label(self)}{bias_label(self.use_bias)}"


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
        check_positive("separable", filters=self.filters, kernel=self.kernel, multiplier=self.multiplier)
        check_positive("separable", strides=self.strides, dilation=self.dilation)
        _check_equal_strides("separable", self.strides)
        _check_strides_and_dilation("separable", self.strides, self.dilation)

    def output_shape(self, shape: Shape) -> Shape:
        return (*self.depthwise.output_shape(shape)[:2], self.filters)

    def parameter_steps(self, shape: Shape) -> tuple[Step, ...]:
        inner = shape[-1] * self.multiplier
        depthwise = Step(f"{self.kernel[0]}*{self.kernel[1]}*{shape[-1]}*{self.multiplier}", prod(self.kernel) * inner)
        return depthwise, with_bias(f"{inner}*{self.filters}", inner * self.filters, self.filters, self.use_bias)

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
        tail = f"{multiplier}{_window_label(self)}{bias_label(self.use_bias)}"
        return f"separable {size_text(self.kernel)} x{self.filters}{tail}"


def dilated(kernel: Size, dilation: Size) -> Size:
    """Rows and columns a dilated kernel spans: (k - 1) d + 1."""
    return (kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1


def _window_label(layer: Conv | DepthwiseConv | SeparableConv) -> str:
    strides = f"/{size_text(layer.strides)}" if max(layer.strides) > 1 else ""
    dilation = f" dilated {size_text(layer.dilation)}" if max(layer.dilation) > 1 else ""
    return f"{strides}{dilation}{' same' if layer.padding == 'same' else ''}"


def _check_equal_strides(layer: str, strides: Size) -> None:
    if strides[0] != strides[1]:
        raise ValueError(f"{layer}: strides must be equal in rows and columns, got {strides}")


def _check_strides_and_dilation(layer: str, strides: Size, dilation: Size) -> None:
    if max(strides) > 1 and max(dilation) > 1:
        raise ValueError(f"{layer}: strides {strides} and dilation {dilation} cannot both exceed 1; keep one of them")
