"""Architecture -> keras.Model, made of plain Keras layers only."""

from __future__ import annotations

from typing import Any

import keras

from spaces.architecture import Architecture
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
    SeparableConv,
)


def build_keras(architecture: Architecture, initializer: str = "glorot_uniform") -> keras.Model:
    """The Keras model of an architecture: images `[batch, rows, columns, channels]` to logits `[batch, classes]`."""
    layers = [keras_layer(layer, initializer) for layer in architecture.layers]
    return keras.Sequential([keras.Input(architecture.input_shape), *layers])


def keras_layer(layer: AnyLayer, initializer: str = "glorot_uniform") -> Any:
    """The Keras layer of one of our layers. Raises TypeError for one that has no counterpart here."""
    match layer:
        case Conv():
            return keras.layers.Conv2D(
                layer.filters,
                layer.kernel,
                groups=layer.groups,
                kernel_initializer=initializer,
                **_window_arguments(layer),
            )
        case DepthwiseConv():
            return keras.layers.DepthwiseConv2D(
                layer.kernel,
                depth_multiplier=layer.multiplier,
                depthwise_initializer=initializer,
                **_window_arguments(layer),
            )
        case SeparableConv():
            return keras.layers.SeparableConv2D(
                layer.filters,
                layer.kernel,
                depth_multiplier=layer.multiplier,
                depthwise_initializer=initializer,
                pointwise_initializer=initializer,
                **_window_arguments(layer),
            )
        case MaxPool():
            return keras.layers.MaxPooling2D(layer.window, layer.strides)
        case AveragePool():
            return keras.layers.AveragePooling2D(layer.window, layer.strides)
        case GlobalPool(kind="average"):
            return keras.layers.GlobalAveragePooling2D()
        case GlobalPool():
            return keras.layers.GlobalMaxPooling2D()
        case Flatten():
            return keras.layers.Flatten()
        case Dense():
            return keras.layers.Dense(layer.units, use_bias=layer.use_bias, kernel_initializer=initializer)
        case Dropout():
            return keras.layers.Dropout(layer.rate)
        case Activation():
            return keras.layers.Activation(layer.name)
    raise TypeError(f"no Keras layer for {type(layer).__name__}: add it to spaces/keras_builder.py")


def _window_arguments(layer: Conv | DepthwiseConv | SeparableConv) -> dict[str, Any]:
    return {
        "strides": layer.strides,
        "padding": layer.padding,
        "dilation_rate": layer.dilation,
        "use_bias": layer.use_bias,
    }
