"""MNIST: where it is looked for, that it is the original, and its fixed splits.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits": 60,000 training and 10,000
test images of 28x28 grey values. The hashes are those of the four uncompressed files.
"""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from datasets.arrays import Arrays
from datasets.dataset import Dataset, Split, stratified_split
from datasets.errors import DataError
from datasets.files import IDX_NAMES, read_files
from datasets.idx import sha256_as_idx
from datasets.keras_source import DownloadError, cached_file, download

VALIDATION_SIZE = 10_000
# The split belongs to the dataset: every study, whatever its own seed, sees the same validation images.
SPLIT_SEED = 67_103
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def load_mnist(data_dir: Path | None = None) -> Dataset:
    """MNIST, split 50,000 / 10,000 / 10,000, from `data_dir`, `MNIST_DIR`, the Keras cache or Keras' download.

    Args:
        data_dir: a folder with the four IDX files or one `.npz`, or an `.npz`; None to look in the other places.

    Raises:
        DataError: the place that was named (`data_dir`, else `MNIST_DIR`) has no MNIST, what was found is not the
            original, or nothing was found and it could not be downloaded.
    """
    local = find_local_mnist(data_dir)
    if local is not None:
        return local
    try:
        arrays = download()
    except DownloadError as failure:
        raise DataError(
            "MNIST in --data-dir, in MNIST_DIR, in the Keras cache or by download",
            f"none of them ({failure})",
            f"put {', '.join(IDX_NAMES)} (each plain or .gz) into one folder and name it with --data-dir or MNIST_DIR,"
            " or use --dataset digits, which needs no network",
        ) from failure
    return _dataset(arrays, "Keras' download")


def find_local_mnist(data_dir: Path | None = None) -> Dataset | None:
    """MNIST as `load_mnist` gives it, but without the network: None where no place was named and no cache exists.

    Raises:
        DataError: as `load_mnist`; what was named, or found, and is wrong is never passed over for another source.
    """
    if data_dir is not None:
        return _dataset(read_files(data_dir), "--data-dir")
    # An empty variable is how shells and CI say "not set".
    if folder := os.environ.get("MNIST_DIR", ""):
        return _dataset(read_files(Path(folder)), "MNIST_DIR")
    cache = cached_file()
    # Not is_file(): a cache that is there and cannot be read is the reader's error to tell, not a missing one.
    return _dataset(read_files(cache), "the Keras cache") if os.path.lexists(cache) else None


def _dataset(arrays: Arrays, found_through: str) -> Dataset:
    parts = (arrays.train_images, arrays.train_labels, arrays.test_images, arrays.test_labels)
    for name, part in zip(IDX_NAMES, parts, strict=True):
        _check_original(name, part, f"{arrays.path} ({found_through})")
    train, validation = stratified_split(
        arrays.train_images[..., np.newaxis], arrays.train_labels.astype(np.int32), VALIDATION_SIZE, SPLIT_SEED
    )
    return Dataset(
        name="mnist",
        train=train,
        validation=validation,
        test=Split(arrays.test_images[..., np.newaxis], arrays.test_labels.astype(np.int32)),
        classes=10,
        # Without the path: the hashes say which data it is, and a report should not tell where somebody keeps it.
        source=f"MNIST, the original 70,000 handwritten digits (SHA-256 checked), found through {found_through}.",
    )


def _check_original(name: str, values: npt.NDArray[np.integer], place: str) -> None:
    # Labels may come as any integer type; only those that fit into a byte can be MNIST's.
    fits = values.dtype == np.uint8 or (values.min() >= 0 and values.max() <= 255)
    came = sha256_as_idx(values.astype(np.uint8, copy=False)) if fits else "labels that are no bytes"
    if came != SHA256[name]:
        raise DataError(
            f"the original MNIST {name} (SHA-256 {SHA256[name]}) in {place}",
            came,
            "replace it with the original, or read data of your own with --dataset PATH",
        )
