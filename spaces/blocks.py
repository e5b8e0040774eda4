"""Block functions the spaces are composed of: hyperparameters in, layers out, always possible for the shape given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from spaces.layers import (
    Activation,
    AnyLayer,
    AveragePool,
    Conv,
    DepthwiseConv,
    MaxPool,
    SeparableConv,
    Shape,
    Size,
)

HyperParameters = Any  # kt.HyperParameters; Keras Tuner ships no types

ACTIVATIONS = ("relu", "leaky_relu", "elu", "silu", "tanh")
OVERLAPS = (0.0, 0.25, 0.5)


def convolution(
    hp: HyperParameters,
    prefix: str,
    shape: Shape,
    max_filters: int,
    kinds: Sequence[str] = ("conv",),
    max_kernel: int = 9,
    filters: int | None = None,
) -> AnyLayer:
    """A convolution of one of `kinds` over `shape`; `filters` fixes their number instead of choosing it.

    A kernel that would not fit is cut down; dilation is chosen only where the stride is 1.
    """
    kind = hp.Choice(f"{prefix}_kind", list(kinds)) if len(kinds) > 1 else kinds[0]
    kernel = (hp.Int(f"{prefix}_rows", 1, max_kernel), hp.Int(f"{prefix}_columns", 1, max_kernel))
    strides = (hp.Int(f"{prefix}_stride_rows", 1, 2), hp.Int(f"{prefix}_stride_columns", 1, 2))
    dilation = (hp.Int(f"{prefix}_dilation_rows", 1, 3), hp.Int(f"{prefix}_dilation_columns", 1, 3))
    padding = hp.Choice(f"{prefix}_padding", ["valid", "same"])
    use_bias = hp.Boolean(f"{prefix}_bias", default=True)
    if kind != "conv":
        strides = (strides[0], strides[0])
    dilation = dilation if max(strides) == 1 else (1, 1)
    dilation, kernel = _fitting(kernel, dilation, (shape[0], shape[1]))
    if kind == "depthwise":
        multiplier = hp.Int(f"{prefix}_multiplier", 1, 3)
        return DepthwiseConv(kernel, multiplier, strides, padding, dilation, use_bias)
    count = hp.Int(f"{prefix}_filters", 1, max_filters) if filters is None else filters
    if kind == "separable":
        return SeparableConv(count, kernel, 1, strides, padding, dilation, use_bias)
    conv = Conv(count, kernel, strides, padding, dilation, use_bias=use_bias)
    return conv if conv.is_computed_rightly(shape) else msgspec.structs.replace(conv, strides=(strides[0], 1))


def _fitting(kernel: Size, dilation: Size, size: Size) -> tuple[Size, Size]:
    """Dilation, then kernel, cut down until the kernel's span fits the size."""
    sides = []
    for taps, spread, length in zip(kernel, dilation, size, strict=True):
        spread = min(spread, max(1, (length - 1) // max(1, taps - 1)))
        sides.append((spread if taps > 1 else 1, min(taps, length)))
    return (sides[0][0], sides[1][0]), (sides[0][1], sides[1][1])


def activation(hp: HyperParameters, prefix: str, linear: bool = False) -> list[AnyLayer]:
    """One activation, or none where `linear` allows the layer before to stay linear."""
    name = hp.Choice(f"{prefix}_activation", [*ACTIVATIONS, *(["linear"] if linear else [])])
    return [] if name == "linear" else [Activation(name)]


def pooling(hp: HyperParameters, prefix: str, shape: Shape, max_grid: int, optional: bool = False) -> list[AnyLayer]:
    """Average or max pooling, chosen by the grid it leaves, so that the size of what follows is a direct choice."""
    kind = hp.Choice(f"{prefix}_kind", ["average", "max", *(["none"] if optional else [])])
    if kind == "none":
        return []
    with hp.conditional_scope(f"{prefix}_kind", ["average", "max"]):
        rows = hp.Int(f"{prefix}_grid_rows", 1, max_grid)
        columns = hp.Int(f"{prefix}_grid_columns", 1, max_grid)
        overlap = hp.Choice(f"{prefix}_overlap", list(OVERLAPS))
    return [grid_pool(kind, (shape[0], shape[1]), (rows, columns), overlap)]


def grid_pool(kind: str, size: Size, grid: Size, overlap: float) -> AnyLayer:
    """The pooling of `kind` ("average" or "max") that leaves `grid` (rows x columns, at most `size`) of `size`."""
    (window_rows, stride_rows), (window_columns, stride_columns) = (
        pool_window(length, min(cells, length), overlap) for length, cells in zip(size, grid, strict=True)
    )
    window, strides = (window_rows, window_columns), (stride_rows, stride_columns)
    return AveragePool(window, strides) if kind == "average" else MaxPool(window, strides)


def pool_window(length: int, cells: int, overlap: float) -> tuple[int, int]:
    """Window and stride that leave exactly `cells` of `length`, neighbouring windows sharing `overlap` of a stride.

    The stride is the largest with which `cells` windows of that overlap fit; what is left over widens the window just
    enough that no further one fits.
    """
    stride = max(1, int(length // (cells + overlap)))
    window = min(max(stride, round(stride * (1 + overlap))), length - (cells - 1) * stride)
    return max(window, length - cells * stride + 1), stride
