"""Kernels: the values and the gradients are those TensorFlow computes itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from spaces.blocks import pool_window
from spaces.kernels import FEW_VALUES, add_bias, average_pool, window_matrix


def value_and_gradients(function: Callable[..., Any], *inputs: np.ndarray) -> list[np.ndarray]:
    tensors = [tf.constant(one) for one in inputs]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        value = function(*tensors)
        loss = tf.reduce_sum(tf.sin(value))
    return [value.numpy(), *(gradient.numpy() for gradient in tape.gradient(loss, tensors))]


@settings(max_examples=25)
@given(
    rows=st.integers(1, 12),
    columns=st.integers(1, 12),
    channels=st.integers(1, 5),
    cells=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    overlap=st.sampled_from((0.0, 0.25, 0.5)),
    seed=st.integers(0, 2**31),
)
def test_average_pooling_and_its_gradient(
    rows: int, columns: int, channels: int, cells: tuple[int, int], overlap: float, seed: int
) -> None:
    sides = [
        pool_window(length, min(count, length), overlap) for length, count in zip((rows, columns), cells, strict=True)
    ]
    window, strides = (sides[0][0], sides[1][0]), (sides[0][1], sides[1][1])
    images = np.random.default_rng(seed).normal(size=(3, rows, columns, channels)).astype(np.float32)
    ours = value_and_gradients(lambda x: average_pool(x, window, strides), images)
    theirs = value_and_gradients(lambda x: tf.nn.avg_pool2d(x, window, strides, "VALID"), images)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_many_pooled_values_are_pooled_alike() -> None:
    side = round((FEW_VALUES + 200) ** 0.5)
    images = np.random.default_rng(0).normal(size=(2, side + 1, side + 1, 1)).astype(np.float32)
    ours = value_and_gradients(lambda x: average_pool(x, (2, 2), (1, 1)), images)
    theirs = value_and_gradients(lambda x: tf.nn.avg_pool2d(x, (2, 2), (1, 1), "VALID"), images)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@given(
    shape=st.tuples(*[st.integers(1, 6)] * 4),
    seed=st.integers(0, 2**31),
)
def test_a_bias_and_its_gradient(shape: tuple[int, ...], seed: int) -> None:
    draw = np.random.default_rng(seed)
    images, bias = (draw.normal(size=size).astype(np.float32) for size in (shape, shape[-1:]))
    ours, theirs = (value_and_gradients(function, images, bias) for function in (add_bias, tf.nn.bias_add))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


@given(length=st.integers(1, 30), size=st.integers(1, 30), stride=st.integers(1, 30))
def test_a_window_matrix_gives_the_means(length: int, size: int, stride: int) -> None:
    size = min(size, length)
    signal = np.random.default_rng(0).normal(size=length)
    means = [signal[start : start + size].mean() for start in range(0, length - size + 1, stride)]
    np.testing.assert_allclose(window_matrix(length, size, stride) @ signal, means, atol=1e-6)
