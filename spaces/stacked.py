"""K replicas of an architecture as one network.

A tiny network leaves a core idle, so K independent copies are computed side by side: the first convolution has K times
the filters (all copies see the same images), later ones are grouped, a depthwise one simply has more channels, and a
dense layer is one batched product. Replica k owns the k-th block of channels, `[batch, rows, columns, K * channels]`,
and after flattening the k-th row of `[K, batch, features]`. No value ever crosses from one replica to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from spaces.architecture import Architecture
from spaces.kernels import add_bias, average_pool
from spaces.layers import (
    Activation,
    AnyLayer,
    AveragePool,
    Conv,
    Dense,
    DepthwiseConv,
    Dropout,
    Flatten,
    GlobalPool,
    MaxPool,
    Padding,
    SeparableConv,
    Shape,
    Size,
)

Tensor = Any  # TensorFlow ships no types
SCALE = 2**31 - 1


class ReplicaWeight:
    """One weight of all K replicas: joined along the channel axis of a convolution, or stacked on a new first axis."""

    def __init__(self, shape: Shape, replicas: int, joined_axis: int | None) -> None:
        """`shape` is that of a single replica's weight; `joined_axis` None stacks on a new first axis."""
        self.shape, self.replicas, self.joined_axis = shape, replicas, joined_axis
        self.variable = tf.Variable(tf.zeros(self._join([np.zeros(shape, np.float32)] * replicas).shape))

    def get(self, replica: int) -> np.ndarray:
        """The weight of one replica, as Keras holds it."""
        value = self.variable.numpy()
        if self.joined_axis is None:
            return value[replica]
        return np.split(value, self.replicas, axis=self.joined_axis)[replica]

    def set_all(self, values: Sequence[np.ndarray]) -> None:
        """Sets the weights of all replicas at once."""
        self.variable.assign(self._join(values))

    def rows(self, joined: Tensor) -> Tensor:
        """A tensor like the variable as `[K, size]`: row k holds what belongs to replica k."""
        axis = self.joined_axis
        if axis is not None:
            apart = tf.reshape(joined, [*self.shape[:axis], self.replicas, *self.shape[axis:]])
            joined = tf.transpose(apart, [axis, *range(axis), *range(axis + 1, len(self.shape) + 1)])
        return tf.reshape(joined, [self.replicas, -1])

    def from_rows(self, rows: Tensor) -> Tensor:
        """The reverse of `rows`."""
        axis, apart = self.joined_axis, tf.reshape(rows, [self.replicas, *self.shape])
        if axis is None:
            return apart
        order = [*range(1, axis + 1), 0, *range(axis + 1, len(self.shape) + 1)]
        return tf.reshape(tf.transpose(apart, order), self.variable.shape)

    def _join(self, values: Sequence[np.ndarray]) -> np.ndarray:
        if self.joined_axis is None:
            return np.stack(values)
        return np.concatenate(values, axis=self.joined_axis)


class StackedNetwork:
    """K replicas of an architecture, computed together.

    `replica_inputs` says that each replica gets images of its own (`[batch, rows, columns, K * channels]`) instead of
    all sharing `[batch, rows, columns, channels]`.
    """

    def __init__(self, architecture: Architecture, replicas: int, replica_inputs: bool = False) -> None:
        """Builds the network with all weights zero; `initialise` or `set_weights` fill them."""
        self.architecture, self.replicas, self.replica_inputs = architecture, replicas, replica_inputs
        self._per_layer = [
            _weights(layer, shape, replicas)
            for layer, shape in zip(architecture.layers, architecture.shapes(), strict=False)
        ]

    @property
    def weights(self) -> list[ReplicaWeight]:
        """All weights, in the order of Keras' `get_weights()`."""
        return [weight for weights in self._per_layer for weight in weights]

    @property
    def variables(self) -> list[Any]:
        """The TensorFlow variables behind the weights, in the same order."""
        return [weight.variable for weight in self.weights]

    def initialise(self, seeds: Sequence[int], initializer: str) -> None:
        """Draws replica k's weights from `seeds[k]` alone, with its own fan-in and fan-out; biases are zero."""
        kind = type(keras.initializers.get(initializer))
        draws = [np.random.default_rng(seed) for seed in seeds]
        for weight in self.weights:
            if len(weight.shape) == 1:
                continue  # a bias: zero, as Keras' default
            weight.set_all([np.asarray(kind(seed=int(draw.integers(SCALE)))(weight.shape)) for draw in draws])

    def get_weights(self, replica: int) -> list[np.ndarray]:
        """One replica's weights, as `keras.Model.set_weights` takes them."""
        return [weight.get(replica) for weight in self.weights]

    def set_weights(self, replicas: Sequence[Sequence[np.ndarray]]) -> None:
        """Sets all replicas from K lists as `keras.Model.get_weights` gives them."""
        for index, weight in enumerate(self.weights):
            weight.set_all([values[index] for values in replicas])

    @tf.autograph.experimental.do_not_convert  # nothing in here depends on a tensor's value
    def __call__(self, images: Tensor, dropout_seed: Tensor | None = None) -> Tensor:
        """Images (float32) to logits `[K, batch, classes]`; dropout is active where a seed (int32 [2]) is given."""
        x, stacked = images, self.replica_inputs
        for position, (layer, weights) in enumerate(zip(self.architecture.layers, self._per_layer, strict=True)):
            if isinstance(layer, Dropout):
                if dropout_seed is not None and layer.rate > 0:
                    x, stacked = x if stacked else self._replicate(x), True  # each replica drops values of its own
                    seed = dropout_seed + tf.constant([0, position * 7919])
                    x = tf.nn.experimental.stateless_dropout(x, layer.rate, seed=seed)
            elif weights:
                x = self._weighted(layer, x, stacked, [weight.variable for weight in weights])
                stacked = True
            else:
                x = _weightless(layer, x, self.replicas if stacked else 0)
        return x if stacked else self._replicate(x)

    def _replicate(self, x: Tensor) -> Tensor:
        """Shared values, once for every replica: as channels while there are rows and columns, else on a first axis."""
        return tf.tile(x[None], [self.replicas, 1, 1]) if x.shape.rank == 2 else tf.tile(x, [1, 1, 1, self.replicas])

    def _weighted(self, layer: AnyLayer, x: Tensor, stacked: bool, weights: list[Any]) -> Tensor:
        match layer:
            case Conv():
                if not stacked and layer.groups > 1:
                    x = self._replicate(x)  # groups of channels must not mix with replicas
                x = _convolve(x, weights[0], layer.strides, layer.padding, layer.dilation)
            case DepthwiseConv():
                x = _depthwise(x if stacked else self._replicate(x), layer, weights[0])
            case SeparableConv():
                x = _depthwise(x if stacked else self._replicate(x), layer.depthwise, weights[0])
                x = _convolve(x, weights[1], (1, 1), "valid", (1, 1))
            case Dense():
                x = tf.matmul(x, weights[0]) if stacked else tf.einsum("bi,kio->kbo", x, weights[0])
                return x + weights[1][:, None, :] if layer.use_bias else x
            case _:
                raise TypeError(f"no stacked form of {type(layer).__name__}: add it to spaces/stacked.py")
        return add_bias(x, weights[-1]) if layer.use_bias else x


def _weights(layer: AnyLayer, shape: Shape, replicas: int) -> list[ReplicaWeight]:
    """The weights of a layer for the shape that goes in, in Keras' order; empty without weights."""
    outputs = layer.output_shape(shape)[-1]
    weights: list[ReplicaWeight] = []
    match layer:
        case Conv():
            if not layer.is_computed_rightly(shape):
                raise ValueError(f"expected a convolution TensorFlow computes rightly, got {layer.label} to one column")
            weights.append(ReplicaWeight((*layer.kernel, shape[-1] // layer.groups, layer.filters), replicas, 3))
        case DepthwiseConv():
            weights.append(ReplicaWeight((*layer.kernel, shape[-1], layer.multiplier), replicas, 2))
        case SeparableConv():
            inner = shape[-1] * layer.multiplier
            weights.append(ReplicaWeight((*layer.kernel, shape[-1], layer.multiplier), replicas, 2))
            weights.append(ReplicaWeight((1, 1, inner, layer.filters), replicas, 3))
        case Dense():
            weights.append(ReplicaWeight((shape[-1], layer.units), replicas, None))
        case _:
            return []
    if layer.use_bias:
        weights.append(ReplicaWeight((outputs,), replicas, None if isinstance(layer, Dense) else 0))
    return weights


def _weightless(layer: AnyLayer, x: Tensor, replicas: int) -> Tensor:
    """A layer without weights; `replicas` is 0 while all replicas still share their values."""
    match layer:
        case MaxPool():
            return tf.nn.max_pool2d(x, layer.window, layer.strides, "VALID")
        case AveragePool():
            return average_pool(x, layer.window, layer.strides)
        case GlobalPool():
            x = tf.reduce_mean(x, [1, 2]) if layer.kind == "average" else tf.reduce_max(x, [1, 2])
            return _by_replica(x[:, None, None, :], replicas)
        case Flatten():
            return _by_replica(x, replicas)
        case Activation():
            return keras.activations.get(layer.name)(x)
    raise TypeError(f"no stacked form of {type(layer).__name__}: add it to spaces/stacked.py")


def _by_replica(x: Tensor, replicas: int) -> Tensor:
    """`[batch, rows, columns, K * channels]` to `[K, batch, features]`; shared values to `[batch, features]`."""
    rows, columns, channels = x.shape[1:]
    if not replicas:
        return tf.reshape(x, [-1, rows * columns * channels])
    x = tf.reshape(x, [-1, rows * columns, replicas, channels // replicas])
    return tf.reshape(tf.transpose(x, [2, 0, 1, 3]), [replicas, -1, rows * columns * channels // replicas])


def _convolve(x: Tensor, kernel: Tensor, strides: Size, padding: Padding, dilation: Size) -> Tensor:
    return tf.nn.conv2d(x, kernel, strides, padding.upper(), dilations=dilation)


def _depthwise(x: Tensor, layer: DepthwiseConv, kernel: Tensor) -> Tensor:
    strides = [1, *layer.strides, 1]
    return tf.nn.depthwise_conv2d(x, kernel, strides, layer.padding.upper(), dilations=layer.dilation)
