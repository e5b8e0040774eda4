"""A synthetic accuracy surface over the shallow space, to try oracles on without training anything.

It has the traits that trainings of such networks show: error falls with the size of the head and saturates, average
pooling beats max pooling, a middling kernel is best, stride costs accuracy, the learning rate has a best value, every
architecture has a whim of its own, and replicas scatter around their mean.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np

from search.candidates import Candidate
from spaces.architecture import Architecture
from spaces.layers import Activation, AveragePool, Conv, MaxPool, dilated
from spaces.recipe import Recipe

TOTAL = 10_000
REPLICA_SPREAD = 0.06  # of the log-error
WHIM = 0.06  # of the log-error, fixed for each architecture
USUAL_CAPACITY = 2.28  # that of 3 filters over a grid of 3x2, which errs on about 5%
ACTIVATION_COST = {"elu": 0.0, "relu": 0.03, "silu": 0.06, "leaky_relu": 0.05, "tanh": 0.08}


def log_error(candidate: Candidate) -> float:
    """The true log-error of a shallow candidate, without the replicas' noise."""
    z = _architecture(candidate.architecture) + _recipe(candidate.recipe)
    digest = hashlib.sha256(candidate.name.encode()).digest()
    whim = np.random.default_rng(int.from_bytes(digest[:8], "little")).normal(0, WHIM)
    return min(z + whim, math.log(0.88))


def replicas(candidate: Candidate, count: int, rng: np.random.Generator) -> tuple[int, ...]:
    """Correct answers out of TOTAL of `count` replicas."""
    errors = np.exp(log_error(candidate) + rng.normal(0, REPLICA_SPREAD, count))
    return tuple(round(TOTAL * (1 - min(error, 0.95))) for error in errors)


def _architecture(architecture: Architecture) -> float:
    conv = next(layer for layer in architecture.layers if isinstance(layer, Conv))
    pool = next((layer for layer in architecture.layers if isinstance(layer, AveragePool | MaxPool)), None)
    activation = next((layer for layer in architecture.layers if isinstance(layer, Activation)), None)
    rows, columns, _ = architecture.shapes()[-3] if len(architecture.shapes()) > 3 else architecture.shapes()[1]
    span = dilated(conv.kernel, conv.dilation)
    taps = conv.kernel[0] * conv.kernel[1]
    capacity = 0.75 * math.log(rows * columns) + 0.85 * math.log(conv.filters)
    z = math.log(0.05) + USUAL_CAPACITY - capacity
    z += 0.30 * abs(math.log(taps / 18)) + 0.12 * abs(math.log(span[0] * span[1] / 28))
    z += 0.15 * abs(math.log(rows / columns / 1.4))
    z += 0.12 * (sum(conv.strides) - 2)
    z += 0.25 if isinstance(pool, MaxPool) else 0.0
    z += ACTIVATION_COST[activation.name] if activation is not None else 0.6
    z += 0.0 if conv.use_bias else 0.04
    return max(z, math.log(0.012))


def _recipe(recipe: Recipe) -> float:
    return 0.12 * math.log(recipe.learning_rate / 0.06) ** 2 + (0.02 if recipe.schedule == "cosine" else 0.0)
