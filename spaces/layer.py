"""What every layer is: a frozen struct that does its own arithmetic, and the arithmetic several of them share.

Each layer is a frozen struct that knows its own arithmetic and nothing of TensorFlow. A shape is `(rows, columns,
channels)` or, after flattening, `(features,)`; the batch dimension is never written.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

Size = tuple[int, int]
Shape = tuple[int, ...]
Padding = Literal["valid", "same"]


class ImpossibleShapeError(ValueError):
    """A layer cannot take the shape it is given."""


class Step(NamedTuple):
    """One line of counting parameters by hand: the sum as it is written, and what it comes to."""

    text: str
    parameters: int

    def __str__(self) -> str:
        return f"{self.text} = {self.parameters:,}"


def size_text(size: Size) -> str:
    """Rows x columns, as labels have it."""
    return f"{size[0]}x{size[1]}"


def spatial(layer: str, shape: Shape) -> tuple[int, int, int]:
    """The three numbers of a shape with rows and columns. Raises ImpossibleShapeError for a flat one."""
    if len(shape) != 3:
        raise ImpossibleShapeError(f"{layer} needs rows x columns x channels, got {shape}; put it before flattening")
    return shape[0], shape[1], shape[2]


def flat(layer: str, shape: Shape) -> int:
    """The one number of a flat shape. Raises ImpossibleShapeError for one with rows and columns."""
    if len(shape) != 1:
        raise ImpossibleShapeError(f"{layer} needs a flat shape, got {shape}; flatten or pool globally first")
    return shape[0]


def window_output(layer: str, size: Size, window: Size, strides: Size, padding: Padding) -> Size:
    """Rows and columns a sliding window leaves: floor((n - w) / s) + 1 when valid, ceil(n / s) when same."""
    if padding == "same":
        return -(-size[0] // strides[0]), -(-size[1] // strides[1])
    rows, columns = ((n - w) // s + 1 for n, w, s in zip(size, window, strides, strict=True))
    if rows < 1 or columns < 1:
        raise ImpossibleShapeError(f"{layer}: a window of {size_text(window)} does not fit into {size_text(size)}")
    return rows, columns


def check_positive(layer: str, **values: int | Size) -> None:
    """Raises ValueError for a number below 1."""
    for name, value in values.items():
        for number in value if isinstance(value, tuple) else (value,):
            if number < 1:
                raise ValueError(f"{layer}: {name} must be at least 1, got {value}")


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


def with_bias(text: str, weights: int, biases: int, use_bias: bool) -> Step:
    """The step of so many weights, and of one bias a filter or unit where there are any."""
    return Step(f"{text} + {biases}", weights + biases) if use_bias else Step(text, weights)


def bias_label(use_bias: bool) -> str:
    """What a label adds where there is no bias."""
    return "" if use_bias else " no-bias"
