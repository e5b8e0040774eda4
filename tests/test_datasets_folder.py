"""Datasets of the user's own, as files in a folder."""

import gzip
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from datasets.errors import DataError
from datasets.files import IDX_NAMES
from datasets.idx import idx_header
from datasets.registry import load
from tests.conftest import assert_one_line

Array = npt.NDArray[Any]
KEYS = ("x_train", "y_train", "x_test", "y_test")


def own_data(**changed: Array) -> dict[str, Array]:
    """120 training and 30 test images of 5x7 in 3 classes; every image is filled with its label."""
    train, test = (np.tile(np.arange(3, dtype=np.uint8), count) for count in (40, 10))
    data: dict[str, Array] = {"y_train": train, "y_test": test}
    for part in ("train", "test"):
        data[f"x_{part}"] = np.broadcast_to(data[f"y_{part}"][:, None, None], (len(data[f"y_{part}"]), 5, 7)).copy()
    return data | changed


def write_idx(folder: Path, data: dict[str, Array], dotted: bool = False, compressed: bool = False) -> None:
    for name, key in zip(IDX_NAMES, KEYS, strict=True):
        content = idx_header(data[key].shape) + data[key].tobytes()
        file = folder / ((name.replace("-idx", ".idx") if dotted else name) + (".gz" if compressed else ""))
        file.write_bytes(gzip.compress(content) if compressed else content)


@pytest.mark.parametrize("dotted", [False, True])
@pytest.mark.parametrize("compressed", [False, True])
def test_four_idx_files_become_a_dataset(tmp_path: Path, dotted: bool, compressed: bool) -> None:
    write_idx(tmp_path, own_data(), dotted, compressed)
    dataset = load(str(tmp_path))
    assert [len(part) for part in (dataset.train, dataset.validation, dataset.test)] == [100, 20, 30]
    assert dataset.classes == 3
    assert dataset.input_shape == (5, 7, 1)
    assert dataset.source == f"Images of your own from {tmp_path}: 150 of 5x7, 3 classes."
    for part in (dataset.train, dataset.validation, dataset.test):
        assert np.array_equal(part.images[:, 0, 0, 0], part.labels)
    assert np.abs(np.bincount(dataset.validation.labels) - 20 / 3).max() < 1


@pytest.mark.parametrize("as_folder", [False, True])
def test_an_npz_gives_the_same_dataset_as_idx_files(tmp_path: Path, as_folder: bool) -> None:
    folder = tmp_path / "idx"
    folder.mkdir()
    write_idx(folder, own_data())
    np.savez(tmp_path / "own.npz", allow_pickle=False, **own_data(y_train=own_data()["y_train"].astype(np.int64)))
    from_idx, from_npz = load(str(folder)), load(str(tmp_path if as_folder else tmp_path / "own.npz"))
    assert np.array_equal(from_idx.train.images, from_npz.train.images)
    assert np.array_equal(from_idx.validation.labels, from_npz.validation.labels)
    assert from_npz.train.labels.dtype == np.int32


ONE = np.zeros(120, np.uint8)
GAP = np.tile(np.array([0, 1, 3], np.uint8), 40)
HUGE = np.tile(np.array([0, 1, 2**63 + 2], np.uint64), 40)
RARE = np.array([0] * 59 + [1] * 59 + [2] * 2, np.uint8)
DATA_FAULTS: dict[str, tuple[dict[str, Array], list[str]]] = {
    "labels missing": ({"y_train": ONE[:119]}, ["one label for each of the 120 training", "got 119 labels", "give"]),
    "test labels missing": ({"y_test": ONE[:7]}, ["one label for each of the 30 test", "got 7 labels", "give"]),
    "sizes": ({"x_test": np.zeros((30, 5, 8), np.uint8)}, ["of one size", "got 5x7 and 5x8", "bring them"]),
    "one class": ({"y_train": ONE}, ["at least 2 classes", "got only 0", "give images of another"]),
    "gap": ({"y_train": GAP}, ["0 .. 2 without gaps", "got 0 .. 3", "number the classes from 0"]),
    "negative": ({"y_train": GAP.astype(np.int8) - 1}, ["0 .. 2 without gaps", "got -1 .. 2", "number the classes"]),
    "huge": ({"y_train": HUGE}, ["0 .. 2 without gaps", "got 0 .. 9223372036854775810", "number the classes"]),
    "test label": ({"y_test": np.full(30, 3, np.uint8)}, ["within 0 .. 2", "got 3 .. 3", "give every class"]),
    "negative test": ({"y_test": np.full(30, -1, np.int8)}, ["within 0 .. 2", "got -1 .. -1", "give every class"]),
    "too few": ({"y_train": RARE}, ["enough images of every class", "got 2 of class 2 among 120", "add images"]),
}


@pytest.mark.parametrize("fault", DATA_FAULTS)
def test_data_that_does_not_fit_together_says_why(fault: str, tmp_path: Path) -> None:
    changed, said = DATA_FAULTS[fault]
    np.savez(tmp_path / "own.npz", allow_pickle=False, **own_data(**changed))
    assert_refused(tmp_path, said)


def test_an_empty_folder_says_what_to_put_there(tmp_path: Path) -> None:
    assert_refused(tmp_path, [str(tmp_path), "got a folder without either", *IDX_NAMES])


def test_a_missing_idx_file_is_named(tmp_path: Path) -> None:
    write_idx(tmp_path, own_data())
    (tmp_path / IDX_NAMES[3]).unlink()
    assert_refused(tmp_path, ["four IDX files", f"got a folder without {IDX_NAMES[3]}", "add what is missing"])


def test_several_npz_files_are_not_guessed_from(tmp_path: Path) -> None:
    for name in "ab":
        np.savez(tmp_path / f"{name}.npz", allow_pickle=False, **own_data())
    assert_refused(tmp_path, ["one .npz file", "got 2 .npz files", "put"])


def test_an_error_survives_the_way_between_processes() -> None:
    error = DataError("a", "b\nc", "d")
    assert str(pickle.loads(pickle.dumps(error))) == str(error) == "expected a; got b c; d"


def assert_refused(path: Path, said: list[str]) -> None:
    with pytest.raises(DataError) as error:
        load(str(path))
    assert_one_line(error.value, said)
