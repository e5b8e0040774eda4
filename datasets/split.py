"""Labelled images, and random, seeded, reproducible parts of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from datasets.errors import DataError

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """Images with their labels.

    Attributes:
        images: uint8 [N, H, W, 1], grey values 0 (background) to 255; scaled later, inside the network's graph.
        labels: int32 [N], classes counted from 0.

    Raises:
        DataError: another dtype or shape, or not one label for each image.
    """

    images: Images
    labels: Labels

    def __post_init__(self) -> None:
        if self.images.dtype != np.uint8 or self.images.ndim != 4 or self.images.shape[3] != 1:
            raise DataError(
                "images as uint8 [N, H, W, 1]",
                f"{self.images.dtype} {list(self.images.shape)}",
                "convert the images first",
            )
        if self.labels.dtype != np.int32 or self.labels.shape != self.images.shape[:1]:
            raise DataError(
                f"labels as int32 [{len(self.images)}], one for each image",
                f"{self.labels.dtype} {list(self.labels.shape)}",
                "convert the labels first",
            )

    def __len__(self) -> int:
        """The number of images."""
        return len(self.images)

    def take(self, indices: npt.NDArray[np.integer]) -> "Split":
        """The images and labels at `indices`, in that order."""
        return Split(self.images[indices], self.labels[indices])


def checked_seed(seed: int) -> int:
    """`seed` itself, where it is one that NumPy's and scikit-learn's generators both take.

    Raises:
        DataError: it is not within 0 .. 2**32 - 1.
    """
    if not 0 <= seed < 2**32:
        raise DataError("a seed within 0 .. 4294967295", str(seed), "choose another seed")
    return seed


def stratified_split(images: Images, labels: Labels, validation_size: int, seed: int) -> tuple[Split, Split]:
    """Splits at random into train and validation, every class in its proportion to within one image.

    Args:
        images: uint8 [N, H, W, 1].
        labels: int32 [N].
        validation_size: the number of images in validation; train keeps the other N - validation_size.
        seed: the same seed gives the same split.

    Returns:
        (train, validation), disjoint, each in the order of the source.

    Raises:
        DataError: a class would be missing from train or from validation, or the seed is out of range.
    """
    from sklearn.model_selection import train_test_split

    whole = Split(images, labels)
    classes, counts = np.unique(labels, return_counts=True)
    largest = len(labels) - len(classes)
    if not 0 < len(classes) <= validation_size <= largest:
        raise DataError(
            f"a validation size within {len(classes)} .. {largest} for {len(labels)} images of {len(classes)} classes",
            str(validation_size),
            "choose a size within, or give more images",
        )
    scarce = counts.argmin()
    if counts[scarce] < 2:
        raise _too_few(int(classes[scarce]), int(counts[scarce]), len(labels))
    train, validation = train_test_split(
        np.arange(len(labels)), test_size=validation_size, stratify=labels, random_state=checked_seed(seed)
    )
    for part in (train, validation):
        missing = np.setdiff1d(classes, labels[part])
        if len(missing) > 0:
            raise _too_few(int(missing[0]), int(counts[classes == missing[0]][0]), len(labels))
    return whole.take(np.sort(train)), whole.take(np.sort(validation))


def _too_few(label: int, count: int, total: int) -> DataError:
    return DataError(
        "enough images of every class for both train and validation",
        f"{count} of class {label} among {total}",
        "add images of this class or leave it out",
    )


def subset(split: Split, size: int, seed: int, balanced: bool = True) -> Split:
    """A random subset of a split, in the order of the split; see `subset_indices`."""
    return split.take(subset_indices(split.labels, size, seed, balanced))


def subset_indices(labels: Labels, size: int, seed: int, balanced: bool = True) -> Indices:
    """Which images a subset takes, without repeats.

    Args:
        labels: int32 [N].
        size: how many to take, 1 .. N.
        seed: the same seed gives the same subset.
        balanced: every class equally often, to within one image (chance decides which classes get the one more);
            otherwise every image is equally likely whatever its class.

    Returns:
        int64 [size], ascending.

    Raises:
        DataError: more images asked for than there are, of all or (balanced) of one class.
    """
    if not 0 < size <= len(labels):
        raise DataError(f"a subset of 1 .. {len(labels)} images", str(size), "choose a size within")
    generator = np.random.default_rng(checked_seed(seed))
    if not balanced:
        return np.sort(generator.choice(len(labels), size, replace=False))
    classes = generator.permutation(np.unique(labels))
    each, extra = divmod(size, len(classes))
    parts: list[Indices] = []
    for place, label in enumerate(classes):
        (members,) = np.nonzero(labels == label)
        wanted = each + (place < extra)
        if wanted > len(members):
            raise DataError(
                f"{wanted} images of class {label} for a balanced subset of {size}",
                f"{len(members)}",
                "choose a smaller subset, or one that is not balanced",
            )
        parts.append(generator.choice(members, wanted, replace=False))
    return np.sort(np.concatenate(parts))


def complement_indices(size: int, indices: npt.NDArray[np.integer]) -> Indices:
    """The indices within 0 .. size - 1 that `indices` leaves out: int64, ascending."""
    return np.setdiff1d(np.arange(size), indices)
