"""Datasets of the user's own: any size of image, any number of classes."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from datasets.dataset import Dataset, Split, stratified_split
from datasets.errors import DataError
from datasets.files import check_counts, read_files
from datasets.split import Labels

# As with MNIST: a sixth of the training images, the same ones in every study.
VALIDATION_SHARE = 6
SPLIT_SEED = 67_103


def load_folder(path: Path) -> Dataset:
    """A folder with four MNIST-style IDX files or one `.npz`, or an `.npz`; a sixth of training becomes validation.

    Args:
        path: the folder or file. Classes are counted from 0 without gaps in the training labels.

    Raises:
        DataError: files missing or damaged (see `read_files`), counts or image sizes that do not agree, labels out of
            range, fewer than two classes, or too few images of a class to have it in train and in validation.
    """
    arrays = read_files(path)
    check_counts(arrays)
    train_labels = _training_labels(arrays.train_labels, arrays.path)
    classes = int(train_labels.max()) + 1
    test_labels = arrays.test_labels
    if test_labels.min() < 0 or test_labels.max() >= classes:
        raise DataError(
            f"test labels within 0 .. {classes - 1} in {arrays.path}, as in training",
            f"{test_labels.min()} .. {test_labels.max()}",
            "give every class training images or leave it out",
        )
    train, validation = stratified_split(
        arrays.train_images[..., np.newaxis], train_labels, len(train_labels) // VALIDATION_SHARE, SPLIT_SEED
    )
    test = Split(arrays.test_images[..., np.newaxis], test_labels.astype(np.int32))
    height, width, _ = test.images.shape[1:]
    return Dataset(
        name=str(path),
        train=train,
        validation=validation,
        test=test,
        classes=classes,
        source=f"Images of your own from {path}: {len(train_labels) + len(test):,} of {height}x{width},"
        f" {classes} classes.",
    )


def _training_labels(labels: npt.NDArray[np.integer], path: str) -> Labels:
    found = np.unique(labels)
    if len(found) < 2:
        raise DataError(f"at least 2 classes in {path}", f"only {found[0]}", "give images of another class too")
    # Compared before the conversion to int32, which would wrap a label that is too large.
    if found[0] != 0 or found[-1] != len(found) - 1:
        raise DataError(
            f"training labels 0 .. {len(found) - 1} without gaps in {path}, for {len(found)} classes",
            f"{found[0]} .. {found[-1]}",
            "number the classes from 0",
        )
    return labels.astype(np.int32)
