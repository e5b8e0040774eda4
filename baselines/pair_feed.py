"""Pairs of digits as a feed: drawn, gathered and joined inside the graph, so that no pair is ever stored."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from baselines.settings import Axis
from search.feeds import PIXEL_MAX

Tensor = Any  # TensorFlow ships no types
IMAGE_AXIS: dict[Axis, int] = {"horizontal": 2, "vertical": 1}


class PairFeed:
    """An endless, reproducible stream of pairs; both images are drawn uniformly, with replacement.

    Batch `step` depends on the seed and the step alone (a stateless generator), so a stream can be read again.
    """

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        batch_size: int,
        input_scale: float,
        seed: int,
        axis: Axis,
        summed: bool,
    ) -> None:
        """`images` uint8 [N, rows, columns, channels] and `labels` [N] of single digits.

        `summed` gives the sum as the label, int32 [batch]; otherwise both digits, int32 [batch, 2].
        """
        self._images, self._labels = tf.constant(images), tf.constant(labels.astype(np.int32))
        self._shape, self._size = (batch_size, 2), len(images)
        self._scale, self._seed = input_scale / PIXEL_MAX, seed
        self._axis, self._summed = IMAGE_AXIS[axis], summed

    def indices(self, step: Tensor) -> Tensor:
        """Which images the pairs of a step are made of: int32 [batch, 2]."""
        seed = tf.stack([tf.constant(self._seed, tf.int64), tf.cast(step, tf.int64)])
        return tf.random.stateless_uniform(self._shape, seed, maxval=self._size, dtype=tf.int32)

    def batch(self, step: Tensor) -> tuple[Tensor, Tensor]:
        """The pairs of a step: float32 images twice as wide (or high), and their labels."""
        chosen = self.indices(step)
        # Joined as bytes: a quarter of the memory traffic of joining after the conversion to float32.
        pairs = tf.concat([tf.gather(self._images, chosen[:, 0]), tf.gather(self._images, chosen[:, 1])], self._axis)
        digits = tf.gather(self._labels, chosen)
        return tf.cast(pairs, tf.float32) * self._scale, tf.reduce_sum(digits, 1) if self._summed else digits
