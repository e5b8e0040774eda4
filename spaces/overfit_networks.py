"""The assignment's original network and its smaller versions, with dropout or without (question 4)."""

from __future__ import annotations

from spaces.architecture import Architecture
from spaces.layers import Activation, AnyLayer, Conv, Dense, Dropout, Flatten, MaxPool
from spaces.recipe import Recipe

KERNEL, HALVE = (5, 5), (2, 2)
FILTERS, HIDDEN = (32, 64), 1024
LEARNING_RATES = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.016]
Keep = tuple[float, float, float]
KEEP_ALL: Keep = (1.0, 1.0, 1.0)


def shrunk_original(
    input_shape: tuple[int, int, int],
    classes: int,
    filters: tuple[int, int] = FILTERS,
    hidden: int = HIDDEN,
    keep: Keep = KEEP_ALL,
) -> Architecture:
    """conv 5x5 - pool - conv 5x5 - pool - dense - dense with ReLU, dropout after every hidden layer.

    `keep` is the probability with which a value stays after convolution 1, convolution 2 and the hidden dense layer;
    1 leaves the dropout layer out. Dropping follows pooling, so it meets the values that the next layer sees: before
    it, the largest of four would usually survive. Source: Srivastava et al., "Dropout", JMLR 2014.
    """
    layers: list[AnyLayer] = []
    for count, share in zip(filters, keep, strict=False):
        layers += [Conv(count, KERNEL), Activation("relu"), MaxPool(HALVE, HALVE), *_dropout(share)]
    layers += [Flatten(), Dense(hidden), Activation("relu"), *_dropout(keep[2]), Dense(classes)]
    return Architecture(input_shape, tuple(layers))


def overfit_recipe(learning_rate: float, epochs: int, batch_size: int = 50) -> Recipe:
    """Adam whose learning rate falls to zero over the training; pixels in [0, 1], as in the assignment's tutorial."""
    return Recipe(
        epochs=epochs,
        learning_rate=learning_rate,
        schedule="cosine",
        batch_size=batch_size,
        beta_2=0.999,
        input_scale=1.0,
    )


def _dropout(keep: float) -> list[AnyLayer]:
    return [] if keep >= 1 else [Dropout(round(1 - keep, 6))]
