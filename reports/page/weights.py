"""Learned weights as pictures to draw: the kernels of convolutions one by one, dense layers as a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.artifacts import ArtifactError
from spaces.architecture import Architecture
from spaces.layers import WEIGHTED, Conv, Dense, DepthwiseConv, SeparableConv

MOST_MAPS = 64  # of one layer
MOST_WEIGHTS = 10_000  # in a matrix


@dataclass(frozen=True, eq=False)
class Map:
    """A picture of weights, float [rows, columns], and what it is."""

    title: str
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class LayerMaps:
    """The pictures of a layer's weights; `scale` is the largest weight of the layer, `left_out` how many maps more."""

    label: str
    maps: tuple[Map, ...]
    scale: float
    left_out: int


def layer_maps(architecture: Architecture, weights: Sequence[np.ndarray]) -> list[LayerMaps]:
    """The weights of one network, in the order of Keras' `get_weights()`, layer by layer.

    Biases are not drawn. Raises ArtifactError where the weights are not those of this architecture.
    """
    left = list(weights)
    found: list[LayerMaps] = []
    for layer in architecture.layers:
        if not isinstance(layer, WEIGHTED):
            continue
        kernels = 2 if isinstance(layer, SeparableConv) else 1
        needed = kernels + layer.use_bias
        if len(left) < needed:
            raise ArtifactError(f"expected weights of {architecture.name}, got too few; retrain the trial again")
        own, left = left[:needed], left[needed:]
        found.append(_layer(layer, own[:kernels]))
    return found


def _layer(layer: Conv | DepthwiseConv | SeparableConv | Dense, kernels: Sequence[np.ndarray]) -> LayerMaps:
    dimensions = 2 if isinstance(layer, Dense) else 4
    if any(kernel.ndim != dimensions or not kernel.size for kernel in kernels):
        raise ArtifactError(f"expected the weights of {layer.label}, got other shapes; retrain the trial again")
    maps = _matrix(kernels[0]) if isinstance(layer, Dense) else _kernels(kernels[0])
    if isinstance(layer, SeparableConv):
        maps.append(Map("pointwise: outputs (rows) from inputs (columns)", kernels[1][0, 0].T))
    finite = [float(np.nanmax(np.abs(one.values))) for one in maps if np.isfinite(one.values).any()]
    return LayerMaps(layer.label, tuple(maps[:MOST_MAPS]), max(finite, default=0.0), max(0, len(maps) - MOST_MAPS))


def _kernels(kernel: np.ndarray) -> list[Map]:
    """The maps of a kernel [rows, columns, inputs, filters]."""
    _, _, inputs, filters = kernel.shape
    return [
        Map(f"filter {one + 1}" + (f", in {channel + 1}" if inputs > 1 else ""), kernel[:, :, channel, one])
        for one in range(filters)
        for channel in range(inputs)
    ]


def _matrix(kernel: np.ndarray) -> list[Map]:
    """A dense layer [features, units] as one map, a row a unit; nothing where it is too large to see anything."""
    return [Map("units (rows) from features (columns)", kernel.T)] if kernel.size <= MOST_WEIGHTS else []
