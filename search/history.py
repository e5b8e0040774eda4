"""The history of a retraining: loss and accuracy of every seed after every epoch, kept as CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from datasets.dataset import Dataset, Split

if TYPE_CHECKING:
    from search.training import Trainer

# Accuracy on training images is a curve to look at, not a result: a fixed sample says as much in a fifth of the time.
SAMPLE = 10_000
COLUMNS = ("epoch", "seed", "train_loss", "train_correct", "train_images", "val_correct", "val_images")


class History:
    """Collects a retraining's curves; the test set is no part of them."""

    def __init__(self, seeds: Sequence[int], dataset: Dataset, split: Split) -> None:
        """`split` is what is trained on; where it leaves the validation images out, they are measured too."""
        import tensorflow as tf

        self._seeds = seeds
        order = np.random.default_rng(0).permutation(len(split))[:SAMPLE]  # the same images in every retraining
        self._train = tf.constant(split.images[order]), tf.constant(split.labels[order])
        kept_out = dataset.validation if split is dataset.train else None
        self._validation = (
            (tf.constant(kept_out.images), tf.constant(kept_out.labels)) if kept_out is not None else None
        )
        self._rows: list[tuple[object, ...]] = []
        self._epoch = 0

    def measure(self, losses: np.ndarray, trainer: Trainer) -> None:
        """Takes in the next epoch: its mean training losses [K], and the accuracies the networks have now."""
        self._epoch += 1
        train = trainer.evaluate(*self._train)
        validation = trainer.evaluate(*self._validation) if self._validation is not None else None
        for place, seed in enumerate(self._seeds):
            seen = (validation.correct[place], validation.total) if validation is not None else ("", "")
            self._rows.append((self._epoch, seed, f"{losses[place]:.6f}", train.correct[place], train.total, *seen))

    def write(self, path: Path) -> None:
        """Writes COLUMNS: train_loss is the mean cross-entropy in nats over the epoch's batches, the others count right
        answers after the epoch and the images asked; validation is empty where it was trained on.
        """
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *self._rows])
