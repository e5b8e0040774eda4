"""Pairs of digits, for the sum of two digits (question 5).

A pair is two indices into one split, so that pairs of different splits never share an image. Pairs are drawn with
replacement: `sum_distribution` is then exactly what their sums follow.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from datasets.errors import DataError
from datasets.split import Images, Labels, checked_seed


def pair_indices(count: int, source_size: int, seed: int) -> npt.NDArray[np.int32]:
    """Draws pairs of images, each image of a pair uniformly and independently.

    Args:
        count: how many pairs.
        source_size: how many images the split has that the pairs are drawn from.
        seed: the same seed gives the same pairs.

    Returns:
        int32 [count, 2], values 0 .. source_size - 1.

    Raises:
        DataError: no pairs, no images, or a seed out of range.
    """
    if count < 1 or source_size < 1:
        raise DataError(
            "at least one pair from at least one image", f"{count} pairs from {source_size} images", "ask for more"
        )
    generator = np.random.default_rng(checked_seed(seed))
    return generator.integers(0, source_size, (count, 2), dtype=np.int32)


def sum_labels(labels_a: Labels, labels_b: Labels) -> Labels:
    """The sums of two lists of digits: int32 [N] and [N] to int32 [N], values 0 .. 18.

    Raises:
        DataError: the lists differ in length.
    """
    if labels_a.shape != labels_b.shape:
        raise DataError(
            f"as many second digits as first, {list(labels_a.shape)}", f"{list(labels_b.shape)}", "pair them first"
        )
    return labels_a + labels_b


def sum_distribution(labels: Labels, classes: int = 10) -> npt.NDArray[np.float64]:
    """How probable each sum of two images is, when both are drawn independently from images with these labels.

    What a network gains by only learning which sums are frequent; nine is the most frequent of two uniform digits.

    Args:
        labels: int32 [N], single digits 0 .. classes - 1.
        classes: how many digits there are.

    Returns:
        float64 [2 * classes - 1] (19 for digits: the sums 0 .. 18), summing to 1.

    Raises:
        DataError: no labels, or one out of range.
    """
    if len(labels) == 0 or labels.min() < 0 or labels.max() >= classes:
        came = f"{labels.min()} .. {labels.max()}" if len(labels) > 0 else "none"
        raise DataError(f"labels within 0 .. {classes - 1}", came, "give the labels of single digits")
    single = np.bincount(labels, minlength=classes) / len(labels)
    return np.convolve(single, single)


def concatenate(images_a: Images, images_b: Images, axis: Literal["horizontal", "vertical"] = "horizontal") -> Images:
    """Puts two images side by side, or the second below the first.

    Args:
        images_a: uint8 [N, H, W, 1], left or top.
        images_b: uint8 [N, H, W, 1], right or bottom.
        axis: "horizontal" or "vertical".

    Returns:
        uint8 [N, H, 2W, 1] (28x56 for MNIST) or [N, 2H, W, 1] (56x28).

    Raises:
        DataError: images of different number or size, or another axis.
    """
    if images_a.ndim != 4 or images_a.shape != images_b.shape:
        raise DataError(
            "two equal lists of images [N, H, W, 1]",
            f"{list(images_a.shape)} and {list(images_b.shape)}",
            "pair them first",
        )
    axes = {"horizontal": 2, "vertical": 1}
    if axis not in axes:
        raise DataError("the axis horizontal or vertical", repr(axis), "choose one of them")
    return np.concatenate([images_a, images_b], axis=axes[axis])
