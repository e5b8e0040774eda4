"""Datasets by name."""

from dataclasses import replace
from pathlib import Path

from datasets.dataset import Dataset
from datasets.digits import load_digits
from datasets.errors import DataError
from datasets.folder import load_folder
from datasets.mnist import find_local_mnist, load_mnist


def load(name: str, data_dir: Path | None = None) -> Dataset:
    """Loads a dataset.

    Args:
        name: "mnist", "digits" (bundled, needs no network), or the path of a folder or `.npz` of your own.
        data_dir: where MNIST lies; the others do not need it.

    Raises:
        DataError: no such dataset, or one that cannot be read.
    """
    if name == "mnist":
        return load_mnist(data_dir)
    if name == "digits":
        return load_digits()
    path = Path(name)
    try:
        there = path.exists()
    except OSError as failure:
        raise DataError(f"a dataset at {name}", str(failure), "check the path and its permissions") from failure
    if not there:
        raise DataError(
            "a dataset: mnist, digits, or the path of a folder with four IDX files or one .npz",
            f"{name!r}, which is neither",
            "check the name or the path",
        )
    return load_folder(path)


def available_or_digits(data_dir: Path | None = None) -> Dataset:
    """MNIST where it is found without the network, else the bundled digits, whose `source` says so.

    Raises:
        DataError: `data_dir` or `MNIST_DIR` names a place without MNIST, or what was found is damaged.
    """
    mnist = find_local_mnist(data_dir)
    if mnist is not None:
        return mnist
    digits = load_digits()
    return replace(digits, source=f"MNIST was not found on this machine, so this is {digits.source}")
