"""What the oracle's model of accuracy sees of a candidate: numbers that say how much a network can hold and see."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from search.candidates import Candidate
from spaces.architecture import Architecture
from spaces.layers import (
    WEIGHTED,
    Activation,
    AveragePool,
    Conv,
    Dense,
    DepthwiseConv,
    GlobalPool,
    MaxPool,
    SeparableConv,
    dilated,
)
from spaces.recipe import Recipe

SPATIAL = (Conv, DepthwiseConv, SeparableConv)
MAX_WEIGHTED = 5
LOG_PARAMETERS, LOG_EPOCHS = 0, -1  # where they stand among the features
ACTIVATIONS = ("relu", "leaky_relu", "elu", "silu", "tanh", "sigmoid", "gelu")


def features(candidate: Candidate) -> np.ndarray:
    """The features of a candidate, float64, always of the same length."""
    return np.array([*_architecture(candidate.architecture), *_recipe(candidate.recipe)])


def feature_matrix(candidates: Sequence[Candidate]) -> np.ndarray:
    """The features of several candidates, [candidates, features]."""
    return np.array([features(candidate) for candidate in candidates])


def _architecture(architecture: Architecture) -> list[float]:
    shapes = architecture.shapes()
    row = [math.log(architecture.parameters), math.log1p(architecture.macs)]
    field, jump = [1.0, 1.0], [1.0, 1.0]
    smallest_map, pools, weighted, linear = 28.0 * 28.0, [0.0] * 4, [], 0
    activations = dict.fromkeys(ACTIVATIONS, 0.0)
    since_activation = 0
    per_layer: list[list[float]] = []
    for layer, before, after in zip(architecture.layers, shapes, shapes[1:], strict=False):
        if isinstance(layer, (*SPATIAL, MaxPool, AveragePool)):
            window = layer.window if isinstance(layer, MaxPool | AveragePool) else dilated(layer.kernel, layer.dilation)
            for axis in (0, 1):
                field[axis] += (window[axis] - 1) * jump[axis]
                jump[axis] *= layer.strides[axis]
        if isinstance(layer, MaxPool | AveragePool):
            overlap = (layer.window[0] - layer.strides[0]) / layer.window[0]
            pools[0 if isinstance(layer, AveragePool) else 1] += 1
            pools[2] += overlap
        if isinstance(layer, GlobalPool):
            pools[0 if layer.kind == "average" else 1] += 1
            pools[3] += 1
        if isinstance(layer, Activation):
            activations[layer.name] = activations.get(layer.name, 0.0) + 1
            since_activation = 0
        if isinstance(layer, WEIGHTED):
            linear += since_activation
            since_activation = 1
            weighted.append(layer)
            per_layer.append(_layer_row(layer, before, after))
        if len(after) == 3:
            smallest_map = min(smallest_map, float(after[0] * after[1]))
    flat = next((shape[0] for shape in shapes if len(shape) == 1), 0)
    row += [*field, *jump, math.log(smallest_map), math.log1p(flat), *pools, float(linear), float(len(weighted))]
    row += [activations[name] for name in ACTIVATIONS]
    # The head comes first and from the back, so that networks of different depth line up.
    aligned = [*reversed(per_layer)][:MAX_WEIGHTED]
    aligned += [[0.0] * 8] * (MAX_WEIGHTED - len(aligned))
    return row + [value for layer_row in aligned for value in layer_row]


def _layer_row(
    layer: Conv | DepthwiseConv | SeparableConv | Dense, before: tuple[int, ...], after: tuple[int, ...]
) -> list[float]:
    parameters = math.log1p(sum(step.parameters for step in layer.parameter_steps(before)))
    if isinstance(layer, Dense):
        return [parameters, math.log(before[-1]), math.log(after[-1]), 0.0, 0.0, 0.0, float(layer.use_bias), 1.0]
    return [
        parameters,
        math.log(before[-1]),
        math.log(after[-1]),
        float(layer.kernel[0]),
        float(layer.kernel[1]),
        math.log(after[0] * after[1]),
        float(layer.use_bias),
        math.log(layer.dilation[0] * layer.dilation[1]) - math.log(layer.strides[0] * layer.strides[1]),
    ]


def _recipe(recipe: Recipe) -> list[float]:
    return [math.log(recipe.learning_rate), math.log(recipe.epochs)]
