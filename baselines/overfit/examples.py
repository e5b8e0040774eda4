"""The images of a study: few examples to train on, training images left out of them to choose by, test images."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np

from baselines.overfit.settings import OverfitSettings
from datasets.dataset import Dataset
from datasets.split import Split, checked_seed, stratified_split, subset

# Streams of random numbers that must not meet.
VALIDATION, SELECTION, FINAL, FOLDS, TRAINING = range(1, 6)
SEEDS = 2**31 - 1


def derived_seed(*parts: int) -> int:
    """A seed that follows from all of `parts`: SeedSequence's hash keeps neighbouring numbers apart."""
    return int(np.random.SeedSequence(parts).generate_state(1)[0]) % SEEDS


class Examples:
    """All images a study uses; subsets are taken from training images that are not validation images."""

    def __init__(self, dataset: Dataset, settings: OverfitSettings) -> None:
        """Raises DataError where the training split is too small for subsets and validation images."""
        self.dataset, self.settings = dataset, settings
        seed = derived_seed(checked_seed(settings.seed), VALIDATION)
        self.pool, self.validation = stratified_split(
            dataset.train.images, dataset.train.labels, settings.validation_images, seed
        )
        self.subset = lru_cache(maxsize=None)(self._subset)

    @property
    def test(self) -> Split:
        """The test images: for the curves, which choose nothing, and for what was chosen, at the end."""
        return self.dataset.test

    @cached_property
    def probe(self) -> Split:
        """Fixed images of the full training set, on which its training accuracy is measured."""
        count = min(self.settings.curve_probe, len(self.dataset.train))
        return subset(self.dataset.train, count, derived_seed(self.settings.seed, VALIDATION, 1))

    def parts(self, number: int, fold: int) -> tuple[Split, Split]:
        """Subset `number` without one of its folds, and that fold."""
        whole = self.subset(SELECTION, number)
        seed = derived_seed(self.settings.seed, FOLDS, number)
        held_out = fold_of(whole.labels, self.settings.folds, seed) == fold
        return whole.take(np.nonzero(~held_out)[0]), whole.take(np.nonzero(held_out)[0])

    def _subset(self, stream: int, number: int) -> Split:
        """Class-balanced subset `number` of a stream (SELECTION or FINAL)."""
        return subset(self.pool, self.settings.examples, derived_seed(self.settings.seed, stream, number))


def fold_of(labels: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """The fold of each image: int [N], folds equally large and every class spread evenly, to within one image."""
    order = np.random.default_rng(seed).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    fold = np.empty(len(labels), int)
    fold[order] = np.arange(len(labels)) % folds
    return fold
