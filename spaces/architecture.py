"""Architecture: the layers as data, and everything that follows from them without TensorFlow."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import msgspec

from spaces.layers import WEIGHTED, Activation, AnyLayer, Flatten, Shape, Step


class LayerCount(NamedTuple):
    """One row of counting parameters: the layer, what goes in, what comes out, and the steps."""

    label: str
    input_shape: Shape
    output_shape: Shape
    steps: tuple[Step, ...]
    macs: int

    @property
    def parameters(self) -> int:
        """Free parameters of the layer."""
        return sum(step.parameters for step in self.steps)


class Architecture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sequential network: the shape of an image and the layers in order, logits at the end.

    Raises ImpossibleShapeError (a ValueError) where a layer cannot take what comes before it.
    """

    input_shape: tuple[int, int, int]
    layers: tuple[AnyLayer, ...]

    def __post_init__(self) -> None:
        self.shapes()

    def shapes(self) -> tuple[Shape, ...]:
        """The input shape followed by the shape after each layer."""
        shapes: list[Shape] = [self.input_shape]
        for layer in self.layers:
            shapes.append(layer.output_shape(shapes[-1]))
        return tuple(shapes)

    @property
    def output_shape(self) -> Shape:
        """The shape after the last layer."""
        return self.shapes()[-1]

    def counts(self) -> tuple[LayerCount, ...]:
        """The count of every layer, with its steps."""
        return tuple(
            LayerCount(layer.label, before, after, layer.parameter_steps(before), layer.macs(before))
            for layer, (before, after) in zip(self.layers, pairwise(self.shapes()), strict=True)
        )

    @property
    def parameters(self) -> int:
        """Free parameters, from the closed form."""
        return sum(row.parameters for row in self.counts())

    @property
    def macs(self) -> int:
        """Multiply-accumulates per image."""
        return sum(row.macs for row in self.counts())

    @property
    def name(self) -> str:
        """The short name: `conv 5x4 x3 relu - avgpool 8x12/8x12 - dense 10`.

        Flattening goes without saying; a layer with weights that no activation follows is called linear, but for the
        last one, which gives the logits.
        """
        parts: list[str] = []
        linear: int | None = None  # the part of the last layer with weights, while no activation has followed it
        for layer in self.layers:
            if isinstance(layer, Flatten):
                continue
            if isinstance(layer, Activation) and parts:
                parts[-1] += f" {layer.label}"
                linear = None
                continue
            if isinstance(layer, WEIGHTED):
                if linear is not None:
                    parts[linear] += " linear"
                linear = len(parts)
            parts.append(layer.label)
        return " - ".join(parts)
