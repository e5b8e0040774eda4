"""A feed for many small training sets at once: every replica draws from examples of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from datasets.split import Split
from search.feeds import PIXEL_MAX

Tensor = Any  # TensorFlow ships no types
SEEDS = 2**31 - 1


def stacked_images(images: np.ndarray) -> np.ndarray:
    """Images of each replica, [K, N, rows, columns, channels], side by side: [N, rows, columns, K * channels]."""
    replicas, count, rows, columns, channels = images.shape
    return np.ascontiguousarray(images.transpose(1, 2, 3, 0, 4)).reshape(count, rows, columns, replicas * channels)


class SubsetFeed:
    """Replica k sees every image of its own subset once an epoch, in an order drawn from its own seed.

    Batches are `[batch, rows, columns, K * channels]` with labels `[K, batch]`; an incomplete batch is left out.
    """

    def __init__(self, subsets: Sequence[Split], batch_size: int, input_scale: float, seeds: Sequence[int]) -> None:
        """`subsets`: one a replica, all equally large; the order of replica k follows from `seeds[k]` alone."""
        sizes = {len(subset) for subset in subsets}
        if len(sizes) != 1 or len(subsets) != len(seeds):
            raise ValueError(
                f"expected as many equally large subsets as seeds, got sizes {sorted(sizes)} for {len(seeds)}"
            )
        self._size = sizes.pop()
        self.batch_size = min(batch_size, self._size)
        self.steps_per_epoch = self._size // self.batch_size
        # All subsets behind one another: [K * N, rows, columns, channels].
        self._images = tf.constant(np.concatenate([subset.images for subset in subsets]))
        self._labels = tf.constant(np.concatenate([subset.labels for subset in subsets]).astype(np.int32))
        self._scale, self._seeds = input_scale / PIXEL_MAX, [seed % SEEDS for seed in seeds]
        self._order = tf.Variable(tf.zeros([len(subsets), self._size], tf.int32))

    def batch(self, step: Tensor) -> tuple[Tensor, Tensor]:
        """The next `batch_size` images of each replica's epoch."""
        position = step % self.steps_per_epoch
        if position == 0:
            self._order.assign(tf.stack([self._shuffled(k, step) for k in range(len(self._seeds))]))
        chosen = self._order[:, position * self.batch_size : (position + 1) * self.batch_size]
        images = tf.cast(tf.gather(self._images, chosen), tf.float32) * self._scale
        rows, columns, channels = self._images.shape[1:]
        joined = tf.transpose(images, [1, 2, 3, 0, 4])
        shape = [self.batch_size, rows, columns, len(self._seeds) * channels]
        return tf.reshape(joined, shape), tf.gather(self._labels, chosen)

    def _shuffled(self, replica: int, step: Tensor) -> Tensor:
        seed = tf.stack([tf.constant(self._seeds[replica], tf.int64), step // self.steps_per_epoch])
        order = tf.random.experimental.stateless_shuffle(tf.range(self._size), seed=seed)
        return order + replica * self._size
