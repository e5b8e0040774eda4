"""What a study looks for: the smallest network that meets a constraint, or the most accurate one on few examples."""

from __future__ import annotations

from typing import Literal

Objective = Literal["parameters", "val_accuracy"]
FEW = 250  # examples each replica of an overfitting space is trained on (question 4)
FEW_REPLICAS, FEW_EPOCHS = 10, 30
LEFT_OUT = 2_000  # training images that choose, of those that train nothing
LEFT_OUT_SHARE = 4  # at most one in so many, where there are few


def maximises_accuracy(space: str) -> bool:
    """Whether a built-in space is one of those searched for the best accuracy on FEW examples."""
    return space in ("overfit-size", "overfit-dropout")


def left_out(images: int) -> int:
    """How many of the training images choose."""
    return min(LEFT_OUT, images // LEFT_OUT_SHARE)
