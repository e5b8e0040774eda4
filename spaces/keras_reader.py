"""keras.Model -> Architecture: a space of somebody else's says its architecture only by building it."""

from __future__ import annotations

from typing import Any, cast, get_args

import keras

from spaces.architecture import Architecture
from spaces.layers import (
    Activation,
    ActivationName,
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
    Size,
)
from spaces.registry import SpaceError


class UnknownModelError(SpaceError):
    """A Keras model that is no sequence of layers known here: one line."""


def architecture_of(model: keras.Model) -> Architecture:
    """The architecture of a sequential Keras model; a softmax at its end is left out, the engine works on logits.

    Raises UnknownModelError for branches and for layers or options that have no counterpart here.
    """
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    if not isinstance(model, keras.Sequential):
        for layer in layers:
            if isinstance(layer.input, list) or len(layer._inbound_nodes) > 1 or len(layer._outbound_nodes) > 1:
                raise UnknownModelError(
                    f"expected a sequence of layers, got a branch at {layer.name}; make it sequential"
                )
    read = [part for layer in layers for part in _read(layer)]
    if layers and _activation_name(layers[-1]) == "softmax":
        read = read[:-1]
    if any(isinstance(layer, _Softmax) for layer in read):
        raise UnknownModelError("expected softmax at the end alone; move it there or leave it out")
    shape = model.input_shape[1:]
    return Architecture(
        (shape[0], shape[1], shape[2]), tuple(layer for layer in read if not isinstance(layer, _Softmax))
    )


class _Softmax:
    """A softmax, until it is known whether it is the last layer."""


def _read(layer: Any) -> list[AnyLayer | _Softmax]:
    k = keras.layers
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        raise UnknownModelError(f"expected channels last, got {layer.data_format} in {layer.name}")
    match layer:
        case k.DepthwiseConv2D():
            window = _window(layer)
            return [DepthwiseConv(layer.kernel_size, layer.depth_multiplier, **window), *_activation(layer)]
        case k.SeparableConv2D():
            window = _window(layer)
            return [
                SeparableConv(layer.filters, layer.kernel_size, layer.depth_multiplier, **window),
                *_activation(layer),
            ]
        case k.Conv2D():
            return [Conv(layer.filters, layer.kernel_size, groups=layer.groups, **_window(layer)), *_activation(layer)]
        case k.MaxPooling2D() if layer.padding == "valid":
            return [MaxPool(layer.pool_size, _pair(layer.strides))]
        case k.AveragePooling2D() if layer.padding == "valid":
            return [AveragePool(layer.pool_size, _pair(layer.strides))]
        case k.GlobalAveragePooling2D() if not layer.keepdims:
            return [GlobalPool("average")]
        case k.GlobalMaxPooling2D() if not layer.keepdims:
            return [GlobalPool("max")]
        case k.Flatten():
            return [Flatten()]
        case k.Dense():
            return [Dense(layer.units, layer.use_bias), *_activation(layer)]
        case k.Dropout():
            return [Dropout(layer.rate)]
        case k.Activation():
            return _activation(layer)
    raise UnknownModelError(
        f"expected layers such as Conv2D, pooling, Flatten, Dense and Activation, got {type(layer).__name__} "
        f"({layer.name}); replace it"
    )


def _activation_name(layer: Any) -> str:
    return getattr(getattr(layer, "activation", None), "__name__", "linear")


def _activation(layer: Any) -> list[AnyLayer | _Softmax]:
    name = _activation_name(layer)
    if name == "linear":
        return []
    if name == "softmax":
        return [_Softmax()]
    if name not in get_args(ActivationName):
        raise UnknownModelError(f"expected an activation of {', '.join(get_args(ActivationName))}, got {name}")
    return [Activation(cast(ActivationName, name))]


def _window(layer: Any) -> dict[str, Any]:
    return {
        "strides": _pair(layer.strides),
        "padding": layer.padding,
        "dilation": _pair(layer.dilation_rate),
        "use_bias": layer.use_bias,
    }


def _pair(value: Any) -> Size:
    rows, columns = (value, value) if isinstance(value, int) else value
    return int(rows), int(columns)
