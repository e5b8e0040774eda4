"""Question 4: parameters of two layers, and constraints of a dataset."""

from collections.abc import Callable

import numpy as np

from reports.answers.answer import Answer, Check, CheckResult


def convolution_parameters(filters: int, height: int, width: int, channels: int) -> int:
    """Weights and biases of a convolutional layer."""
    return filters * (height * width * channels) + filters


def dense_parameters(inputs: int, outputs: int) -> int:
    """Weights and biases of a fully-connected layer."""
    return inputs * outputs + outputs


def constraints(images: int, categories: int) -> int:
    """Equations that arise when every output of every image is set to its target."""
    return images * categories


def check_convolution(formula: Callable[[int, int, int, int], int] = convolution_parameters) -> CheckResult:
    """Compare the formula with Keras on the layer of the question."""
    import keras

    layer = keras.layers.Conv2D(96, (5, 5))
    layer.build((None, 32, 32, 3))
    counted, computed = layer.count_params(), formula(96, 5, 5, 3)
    return CheckResult(counted == computed, f"Keras counts {counted:,}, the formula gives {computed:,}")


def check_dense(formula: Callable[[int, int], int] = dense_parameters) -> CheckResult:
    """Compare the formula with Keras on the layer of the question."""
    import keras

    size = 4 * 4 * 256
    # Zeros instead of random weights: only the count matters, and drawing 16 million numbers takes a while.
    layer = keras.layers.Dense(size, kernel_initializer="zeros")
    layer.build((None, size))
    counted, computed = layer.count_params(), formula(size, size)
    return CheckResult(counted == computed, f"Keras counts {counted:,}, the formula gives {computed:,}")


def check_constraints(formula: Callable[[int, int], int] = constraints) -> CheckResult:
    """Build the one-hot targets of a dataset of that size and count the numbers to be met."""
    images, categories = 10_000, 1_000
    labels = np.random.default_rng(67103).integers(categories, size=images)
    targets = np.eye(categories, dtype=np.bool_)[labels]
    counted, computed = targets.size, formula(images, categories)
    return CheckResult(
        counted == computed, f"the one-hot targets hold {counted:,} numbers, the formula gives {computed:,}"
    )


BODY_4_1 = r"""
The layer has *7,296* parameters. An RGB image has 3 channels, and every filter reaches through all of them:
$ "weights of one filter" &= 5 dot 5 dot 3 = 75 \
  "weights of all filters" &= 96 dot 75 = "7,200" \
  "biases, one a filter" &= 96 \
  "total" &= "7,200" + 96 = bold("7,296"). $
The size of the image does not matter, as the same filters are used at every place.
"""

BODY_4_2 = r"""
The layer has *16,781,312* parameters. Reshaped into a vector the images have $4 dot 4 dot 256 = "4,096"$ elements, and
the output has the same dimension. Every output is connected to every input:
$ "weights" &= "4,096" dot "4,096" = "16,777,216" \
  "biases, one an output" &= "4,096" \
  "total" &= "16,777,216" + "4,096" = bold("16,781,312"). $
"""

BODY_4_3 = r"""
The dataset produces *10,000,000* constraints. The network answers an image with 1,000 numbers, one for each category,
and the loss compares them with the 1,000 numbers of the target (1 for the true category, 0 for the others). If each of
these terms has to be fulfilled exactly, each is one equation in the parameters of the network:
$ "10,000 images" dot "1,000 equations an image" = bold(10^7) "equations". $
Set against the counts above: the fully-connected layer of 4.2 alone has about 16.8 million unknowns, more than there
are equations, so counting does not rule out that the equations can all be fulfilled, noise included, which is the
danger of overfitting. The convolutional layer of 4.1 shares 7,296 unknowns over all places of the image. A network of
such layers has far fewer unknowns than equations, and can fulfil them only as far as the data have a structure it fits.
(If the outputs come from a softmax, the 1,000 numbers of an image sum to 1 on both sides, and one equation an image
follows from the other 999: 9,990,000 of the 10,000,000 are independent as conditions on the outputs.)
"""


def answers() -> tuple[Answer, ...]:
    """The answers 4.1 to 4.3."""
    return (
        Answer(
            "4.1",
            "How many parameters has a convolutional layer of 96 filters, 5 by 5, on an RGB image, with biases?",
            BODY_4_1,
            (Check("96 * (5 * 5 * 3) + 96 is what Keras counts.", check_convolution),),
        ),
        Answer(
            "4.2",
            "How many parameters has a fully-connected layer from 4-by-4 images of 256 channels to the same dimension?",
            BODY_4_2,
            (Check("4096 * 4096 + 4096 is what Keras counts.", check_dense),),
        ),
        Answer(
            "4.3",
            "How many constraints do 10,000 images with 1,000 categories produce?",
            BODY_4_3,
            (Check("The targets of such a dataset hold 10,000 * 1,000 numbers.", check_constraints),),
        ),
    )
