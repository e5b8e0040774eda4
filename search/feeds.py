"""Feeds: where a training step gets its batch from, inside the graph, from data that stays in memory.

A feed gives batch `step` as `(images, labels)`: float32 images scaled to `[0, input_scale]`, `[batch, rows, columns,
channels]` shared by all replicas (or `K * channels` where each replica has images of its own), and int32 labels
`[batch]` (`[K, batch]` with images of their own; one more axis, `[..., heads]`, where several questions are answered).
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import tensorflow as tf

Tensor = Any  # TensorFlow ships no types
Images = np.ndarray | Tensor
PIXEL_MAX = 255.0


class Feed(Protocol):
    """Batches of a training run."""

    def batch(self, step: Tensor) -> tuple[Tensor, Tensor]:
        """The batch of a step (int64 scalar), called inside the graph with steps in order."""


class EpochFeed:
    """Every image once an epoch, in an order drawn anew each epoch from the seed; an incomplete batch is left out."""

    def __init__(self, images: Images, labels: Images, batch_size: int, input_scale: float, seed: int) -> None:
        """`images` uint8 [N, rows, columns, channels], `labels` [N] or [N, heads]; a batch is at most all N images.

        Tensors are used as they are, so that many feeds can share them.
        """
        self.batch_size = min(batch_size, len(images))
        self.steps_per_epoch = len(images) // self.batch_size
        self._images, self._labels = tf.convert_to_tensor(images), tf.cast(tf.convert_to_tensor(labels), tf.int32)
        self._scale, self._seed, self._size = input_scale / PIXEL_MAX, seed, len(images)
        self._order = tf.Variable(tf.range(self._size))

    def batch(self, step: Tensor) -> tuple[Tensor, Tensor]:
        """The next `batch_size` images of the epoch's order."""
        position = step % self.steps_per_epoch
        if position == 0:
            seed = tf.stack([tf.constant(self._seed, tf.int64), step // self.steps_per_epoch])
            self._order.assign(tf.random.experimental.stateless_shuffle(tf.range(self._size), seed=seed))
        chosen = self._order[position * self.batch_size : (position + 1) * self.batch_size]
        images = tf.cast(tf.gather(self._images, chosen), tf.float32) * self._scale
        return images, tf.gather(self._labels, chosen)
