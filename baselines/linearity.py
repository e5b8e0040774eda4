"""The test that a network is linear: additivity, and one matrix and one bias that do all it does."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

# Float32 arithmetic in another order; a ReLU changes logits by about their own size.
TOLERANCE = 1e-3
BATCH = 250
RANDOM_PAIRS = 200
Logits = Callable[[np.ndarray], np.ndarray]


class Linearity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the test found; deviations are the largest of any logit, as a share of the largest logit's size.

    Attributes:
        additivity: of f(ax + by) - f(0) from a (f(x) - f(0)) + b (f(y) - f(0)), on random inputs.
        matrix: of the network from its matrix and bias, on test images.
        images: how many test images.
        numbers: how many the matrix and the bias have together.
    """

    additivity: float
    matrix: float
    images: int
    numbers: int

    @property
    def holds(self) -> bool:
        """Whether both deviations are within rounding."""
        return self.additivity <= TOLERANCE and self.matrix <= TOLERANCE


def linearity(logits: Logits, images: np.ndarray, seed: int = 0) -> Linearity:
    """Tests a network.

    Args:
        logits: float32 images [N, rows, columns, channels] to logits [N, classes].
        images: float32, on which the network is compared with its matrix.
        seed: of the random inputs and coefficients.
    """
    matrix, bias = affine_map(logits, images.shape[1:])
    wanted = _batched(logits, images)
    found = images.reshape(len(images), -1).astype(np.float64) @ matrix + bias
    return Linearity(
        additivity=additivity_deviation(logits, images.shape[1:], seed),
        matrix=_deviation(found, wanted),
        images=len(images),
        numbers=matrix.size + bias.size,
    )


def affine_map(logits: Logits, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Matrix [pixels, classes] and bias [classes] of an affine network, float64: from f(0) and f of each pixel."""
    pixels = int(np.prod(shape))
    bias = logits(np.zeros((1, *shape), np.float32))[0].astype(np.float64)
    single = np.eye(pixels, dtype=np.float32).reshape(pixels, *shape)
    return _batched(logits, single) - bias, bias


def additivity_deviation(logits: Logits, shape: tuple[int, ...], seed: int) -> float:
    """How far f(ax + by) - f(0) is from additive, for random x, y in [-1, 1) and a, b from a normal distribution."""
    draw = np.random.default_rng(seed)
    x, y = draw.uniform(-1, 1, (2, RANDOM_PAIRS, *shape)).astype(np.float32)
    a, b = draw.normal(size=(2, RANDOM_PAIRS)).astype(np.float32)
    apart = (slice(None), *(None for _ in shape))
    bias = logits(np.zeros((1, *shape), np.float32)).astype(np.float64)
    together = _batched(logits, a[apart] * x + b[apart] * y) - bias
    summed = a[:, None] * (_batched(logits, x) - bias) + b[:, None] * (_batched(logits, y) - bias)
    return _deviation(together, summed)


def _batched(logits: Logits, images: np.ndarray) -> np.ndarray:
    parts = [logits(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
    return np.concatenate(parts).astype(np.float64)


def _deviation(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.abs(found - wanted).max() / np.abs(wanted).max())
