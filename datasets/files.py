"""Finds MNIST-style files where the user says they are: four IDX files in a folder, or one `.npz`."""

from pathlib import Path

import numpy as np

from datasets.arrays import Arrays
from datasets.errors import DataError
from datasets.idx import read_idx
from datasets.npz import read_npz

# Training images and labels, test images and labels, as MNIST's authors named them.
IDX_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def read_files(path: Path) -> Arrays:
    """Reads a folder with the four IDX files (gzip-compressed or plain) or with one `.npz`, or an `.npz` itself.

    Where a folder has both, the IDX files are read; `mnist.npz` comes before any other `.npz`.

    Raises:
        DataError: nothing there, some of the four files missing, several `.npz` files, or a file that `read_idx` or
            `read_npz` refuses.
    """
    try:
        if path.is_file():
            return read_npz(path)
        if not path.is_dir():
            raise DataError(f"a folder or an .npz file at {path}", "nothing there", _remedy())
        found = [_idx_file(path, name) for name in IDX_NAMES]
        archives = sorted(path.glob("*.npz"))
    except OSError as failure:
        raise DataError(f"a readable folder {path}", str(failure), "check its permissions") from failure
    images, labels, test_images, test_labels = found
    if images is not None and labels is not None and test_images is not None and test_labels is not None:
        return Arrays(
            read_idx(images, 3), read_idx(labels, 1), read_idx(test_images, 3), read_idx(test_labels, 1), str(path)
        )
    if any(file is not None for file in found):
        missing = [name for name, file in zip(IDX_NAMES, found, strict=True) if file is None]
        raise DataError(f"four IDX files in {path}", f"a folder without {', '.join(missing)}", "add what is missing")
    if path / "mnist.npz" in archives:
        return read_npz(path / "mnist.npz")
    if len(archives) != 1:
        came = f"{len(archives)} .npz files" if archives else "a folder without either"
        raise DataError(f"four IDX files or one .npz file in {path}", came, _remedy())
    return read_npz(archives[0])


def check_counts(arrays: Arrays) -> None:
    """Checks that there is one label for each image, and one image size.

    Raises:
        DataError: the counts or the sizes differ.
    """
    for part, images, labels in (
        ("training", arrays.train_images, arrays.train_labels),
        ("test", arrays.test_images, arrays.test_labels),
    ):
        if len(images) != len(labels):
            raise DataError(
                f"one label for each of the {len(images)} {part} images in {arrays.path}",
                f"{len(labels)} labels",
                "give images and labels that belong together",
            )
    if arrays.train_images.shape[1:] != arrays.test_images.shape[1:]:
        raise DataError(
            f"training and test images of one size in {arrays.path}",
            f"{_size(arrays.train_images)} and {_size(arrays.test_images)}",
            "bring them to one size",
        )


def _idx_file(folder: Path, name: str) -> Path | None:
    # Some mirrors and unpackers put a dot where the original has the last hyphen but one.
    for stem in (name, name.replace("-idx", ".idx")):
        for ending in ("", ".gz"):
            file = folder / f"{stem}{ending}"
            if file.is_file():
                return file
    return None


def _remedy() -> str:
    return f"put {', '.join(IDX_NAMES)} (each plain or .gz) or one .npz there"


def _size(images: np.ndarray) -> str:
    return "x".join(map(str, images.shape[1:]))
