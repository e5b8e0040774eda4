"""What retraining keeps beside its models comes back as it was, and damage is told in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from datasets.dataset import Split
from search.artifacts import (
    MOST_IMAGES,
    PREDICTIONS,
    WEIGHTS,
    ArtifactError,
    predictions,
    read_predictions,
    read_weights,
    write_predictions,
    write_weights,
)

IMAGES = np.random.default_rng(0).integers(0, 256, (300, 4, 3, 1), np.uint8)


def split(labels: np.ndarray) -> Split:
    return Split(IMAGES[: len(labels)], labels.astype(np.int32))


@given(st.data(), st.integers(1, 300), st.integers(1, 4))
def test_the_images_kept_are_those_most_networks_misread(data: st.DataObject, images: int, networks: int) -> None:
    labels = data.draw(arrays(np.int32, images, elements=st.integers(0, 3)))
    answers = data.draw(arrays(np.int32, (networks, images), elements=st.integers(0, 3)))
    found = predictions(split(labels), answers)
    wrong = (answers != labels).sum(0)
    kept = wrong[found.misread]
    assert len(kept) == min(MOST_IMAGES, np.count_nonzero(wrong))
    assert list(kept) == sorted(wrong[wrong > 0], reverse=True)[: len(kept)]
    assert np.array_equal(found.images, IMAGES[found.misread])


def test_predictions_come_back(tmp_path: Path) -> None:
    labels = np.array([0, 1, 2])
    written = predictions(split(labels), np.array([[0, 1, 1], [0, 2, 1]]))
    write_predictions(tmp_path, written)
    read = read_predictions(tmp_path)
    assert read is not None
    for name in ("labels", "answers", "misread", "images"):
        assert np.array_equal(getattr(read, name), getattr(written, name)), name
    assert list(read.misread) == [2, 1]


def test_weights_come_back_in_order_for_each_seed(tmp_path: Path) -> None:
    weights = [[np.full((2, 3), seed + index, np.float32) for index in range(12)] for seed in (10, 20)]
    write_weights(tmp_path, [7, 8], weights)
    read = read_weights(tmp_path, [8, 7])
    assert read is not None
    assert [[array[0, 0] for array in arrays_] for arrays_ in read] == [
        [20 + index for index in range(12)],
        [10 + index for index in range(12)],
    ]


def test_what_was_not_kept_is_none(tmp_path: Path) -> None:
    assert read_predictions(tmp_path) is None
    assert read_weights(tmp_path, [1]) is None


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04torn"])
def test_a_damaged_file_is_one_line(tmp_path: Path, content: bytes) -> None:
    for name in (PREDICTIONS, WEIGHTS):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ArtifactError, match=r"^expected .*predictions\.npz, got: .+; restore or remove"):
        read_predictions(tmp_path)
    with pytest.raises(ArtifactError, match=r"^expected .*weights\.npz, got: .+; restore or remove"):
        read_weights(tmp_path, [1])


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": None},
        {"answers": np.zeros((2, 4), np.int32)},
        {"misread": np.array([5], np.int32), "images": IMAGES[:1]},
        {"images": IMAGES[:2]},
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(tmp_path: Path, changes: dict[str, np.ndarray | None]) -> None:
    fine = {
        "labels": np.array([0, 1, 2], np.int32),
        "answers": np.array([[0, 1, 1]], np.int32),
        "misread": np.array([2], np.int32),
        "images": IMAGES[:1],
    }
    kept = {name: array for name, array in {**fine, **changes}.items() if array is not None}
    np.savez(tmp_path / PREDICTIONS, allow_pickle=False, **kept)
    with pytest.raises(ArtifactError, match=r"^expected .*; restore or remove that file$"):
        read_predictions(tmp_path)
