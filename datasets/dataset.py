"""A dataset: three splits of one source."""

from dataclasses import dataclass

import numpy as np

from datasets.split import Split, complement_indices, stratified_split, subset, subset_indices

__all__ = [
    "Dataset",
    "Split",
    "complement_indices",
    "full_training_set",
    "stratified_split",
    "subset",
    "subset_indices",
]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three disjoint splits of one source.

    Attributes:
        name: what the user asked for ("mnist", "digits", or a path).
        train: what the weights are learned from.
        validation: what a search selects on.
        test: read only to confirm a model after selection.
        classes: the number of classes; labels are 0 .. classes - 1.
        source: one sentence that says which data this is.
    """

    name: str
    train: Split
    validation: Split
    test: Split
    classes: int
    source: str

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(H, W, 1) of every image in the dataset."""
        _, height, width, channels = self.train.images.shape
        return height, width, channels


def full_training_set(dataset: Dataset) -> Split:
    """Train and validation together, in this order: what a selected architecture is retrained on."""
    return Split(
        np.concatenate([dataset.train.images, dataset.validation.images]),
        np.concatenate([dataset.train.labels, dataset.validation.labels]),
    )
