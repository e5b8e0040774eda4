"""Computations whose gradients TensorFlow takes longer over on a CPU than they need: the same values, found faster."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from spaces.layers import Size

Tensor = Any  # TensorFlow ships no types
FEW_VALUES = 600  # pooled values of an image up to which products with matrices beat TensorFlow's own gradient


@tf.custom_gradient
def add_bias(x: Tensor, bias: Tensor) -> Any:
    """Adds a bias [channels] to `x` [batch, rows, columns, channels].

    Its gradient is summed over the batch first, in long rows, and over rows and columns after that.
    """

    def gradient(upstream: Tensor) -> tuple[Tensor, Tensor]:
        batch = tf.shape(upstream)[0]
        long_rows = tf.reshape(upstream, [batch, -1])
        per_place = tf.matmul(tf.ones([1, batch], upstream.dtype), long_rows)
        return upstream, tf.reduce_sum(tf.reshape(per_place, [-1, upstream.shape[-1]]), 0)

    return tf.nn.bias_add(x, bias), gradient


def average_pool(x: Tensor, window: Size, strides: Size) -> Tensor:
    """Average pooling without padding over `x` [batch, rows, columns, channels].

    Every value is handed its share of the gradient by a matrix for the columns and one for the rows, where the pooled
    values are few.
    """
    spread_rows, spread_columns = (
        window_matrix(length, size, stride) for length, size, stride in zip(x.shape[1:3], window, strides, strict=True)
    )
    (cells_down, rows), (cells_across, columns), channels = spread_rows.shape, spread_columns.shape, x.shape[3]
    if cells_down * cells_across * channels > FEW_VALUES:
        return tf.nn.avg_pool2d(x, window, strides, "VALID")

    @tf.custom_gradient
    def pooled(x: Tensor) -> Any:
        def gradient(upstream: Tensor) -> Tensor:
            across = tf.reshape(upstream, [-1, cells_across, channels])
            across = tf.matmul(tf.constant(spread_columns), across, transpose_a=True)
            across = tf.reshape(across, [-1, cells_down, columns * channels])
            down = tf.matmul(tf.constant(spread_rows), across, transpose_a=True)
            return tf.reshape(down, [-1, rows, columns, channels])

        return tf.nn.avg_pool2d(x, window, strides, "VALID"), gradient

    return pooled(x)


def window_matrix(length: int, size: int, stride: int) -> np.ndarray:
    """Row i holds 1 / size where window i lies: times a signal of `length` it is the signal's means, float32."""
    cells = (length - size) // stride + 1
    matrix = np.zeros((cells, length), np.float32)
    for cell in range(cells):
        matrix[cell, cell * stride : cell * stride + size] = 1 / size
    return matrix
