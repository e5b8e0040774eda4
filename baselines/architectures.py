"""The networks of questions 1, 2 and 5, as data; the linear one is made from the original."""

from __future__ import annotations

from spaces.architecture import Architecture
from spaces.layers import Activation, AnyLayer, Conv, Dense, Flatten, ImpossibleShapeError, MaxPool

RELU = Activation("relu")
HALVE = MaxPool((2, 2), (2, 2))
KERNEL = (5, 5)


def original(input_shape: tuple[int, int, int], classes: int) -> Architecture:
    """The network of question 1.1; 1,111,946 parameters for 28x28x1 images of ten classes.

    The last layer gives logits, without ReLU: a softmax in the loss needs negative values too.

    Args:
        input_shape: `(rows, columns, channels)` of an image.
        classes: the number of logits.

    Raises:
        ImpossibleShapeError: images too small for two convolutions and two poolings.
    """
    return _two_convolutions(input_shape, filters=(32, 64), hidden=1024, outputs=classes)


def sum_network(input_shape: tuple[int, int, int], outputs: int) -> Architecture:
    """The network of question 5 for two images in one: that of question 1 with half the filters.

    Both strategies use it and differ in `outputs` alone: a logit for each sum, or for each class of either digit, so
    that a difference between them comes from what they are asked and not from what they are made of.

    Raises:
        ImpossibleShapeError: images too small for two convolutions and two poolings.
    """
    return _two_convolutions(input_shape, filters=(16, 32), hidden=256, outputs=outputs)


def softmax_regression(input_shape: tuple[int, int, int], classes: int) -> Architecture:
    """The linear classifier without hidden layers: one matrix and one bias."""
    return Architecture(input_shape, (Flatten(), Dense(classes)))


def linearised(architecture: Architecture) -> Architecture:
    """The same network without its non-linear components (question 2.1): as many parameters, an affine function.

    Activations are left out. Max pooling becomes a uniform stride: of every window the first value is kept instead of
    the largest. The convolution before it takes that stride, which is exact, since a convolution with stride s computes
    every s-th value of the same convolution, and saves computing the values that would be thrown away.

    Raises:
        ImpossibleShapeError: a max pooling that leaves out a last row or column which the stride would keep.
        ValueError: a max pooling without a valid convolution right before it.
    """
    layers: list[AnyLayer] = []
    for layer, output_shape in zip(architecture.layers, architecture.shapes()[1:], strict=True):
        if isinstance(layer, MaxPool):
            layers[-1:] = [_strided(layers[-1] if layers else None, layer)]
            came = Architecture(architecture.input_shape, tuple(layers)).output_shape
            if came != output_shape:
                raise ImpossibleShapeError(
                    f"expected {layer.label} to leave as much as its stride would, got {output_shape} and {came}; "
                    "choose an image size that the pooling divides"
                )
        elif not isinstance(layer, Activation):
            layers.append(layer)
    return Architecture(architecture.input_shape, tuple(layers))


def _strided(before: AnyLayer | None, pool: MaxPool) -> Conv:
    if not isinstance(before, Conv) or before.padding != "valid":
        came = "nothing" if before is None else before.label
        raise ValueError(f"expected a valid convolution before {pool.label}, got {came}; put one there")
    return Conv(
        filters=before.filters,
        kernel=before.kernel,
        strides=(before.strides[0] * pool.strides[0], before.strides[1] * pool.strides[1]),
        dilation=before.dilation,
        groups=before.groups,
        use_bias=before.use_bias,
    )


def _two_convolutions(
    input_shape: tuple[int, int, int], filters: tuple[int, int], hidden: int, outputs: int
) -> Architecture:
    convolutions: list[AnyLayer] = []
    for count in filters:
        convolutions += [Conv(count, KERNEL), RELU, HALVE]
    return Architecture(input_shape, (*convolutions, Flatten(), Dense(hidden), RELU, Dense(outputs)))
