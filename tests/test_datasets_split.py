"""Laws of splits and subsets."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.dataset import Dataset, Split, complement_indices, full_training_set, stratified_split, subset
from datasets.digits import load_digits
from datasets.errors import DataError
from datasets.split import Images, Labels, subset_indices
from tests.conftest import assert_one_line

# Each example makes whole splits with scikit-learn.
few = settings(max_examples=40)
SEEDS = st.integers(0, 2**32 - 1)


def numbered(labels: Labels) -> Images:
    """One-row images that carry their own index, so that a test sees where each went."""
    index = np.arange(len(labels), dtype="<u4")
    return index.view(np.uint8).reshape(len(labels), 1, 4, 1)


def index_of(split: Split) -> list[int]:
    return [int(number) for number in np.ascontiguousarray(split.images).reshape(-1, 4).view("<u4")[:, 0]]


@st.composite
def splittable(draw: st.DrawFn) -> tuple[Labels, int]:
    """Labels in random order, and a validation size for which every class has an image in each part."""
    counts = draw(st.lists(st.integers(6, 30), min_size=2, max_size=6))
    labels = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    total = len(labels)
    # A class's share of either part is at least one image.
    least = -(-total // min(counts))
    return np.array(draw(st.permutations(list(labels))), np.int32), draw(st.integers(least, total - least))


@few
@given(splittable(), SEEDS)
def test_a_stratified_split_is_a_partition_that_keeps_image_and_label_together(
    case: tuple[Labels, int], seed: int
) -> None:
    labels, size = case
    train, validation = stratified_split(numbered(labels), labels, size, seed)
    assert len(validation) == size
    assert sorted(index_of(train) + index_of(validation)) == list(range(len(labels)))
    for part in (train, validation):
        assert np.array_equal(labels[index_of(part)], part.labels)


@few
@given(splittable(), SEEDS)
def test_a_stratified_split_keeps_proportions_to_within_one_image(case: tuple[Labels, int], seed: int) -> None:
    labels, size = case
    _, validation = stratified_split(numbered(labels), labels, size, seed)
    exact = np.bincount(labels) * size / len(labels)
    assert np.all(np.abs(np.bincount(validation.labels, minlength=len(exact)) - exact) < 1)


@few
@given(splittable(), SEEDS)
def test_the_same_seed_gives_the_same_split(case: tuple[Labels, int], seed: int) -> None:
    labels, size = case
    first, again = (stratified_split(numbered(labels), labels, size, seed) for _ in range(2))
    assert index_of(first[1]) == index_of(again[1])


def test_another_seed_gives_another_split() -> None:
    labels = np.repeat(np.arange(10, dtype=np.int32), 20)
    first, other = (stratified_split(numbered(labels), labels, 50, seed)[1] for seed in (0, 1))
    assert index_of(first) != index_of(other)


def test_the_split_of_the_digits_never_changes() -> None:
    digits = load_digits()
    digest = hashlib.sha256(digits.validation.labels.tobytes() + digits.test.labels.tobytes()).hexdigest()
    assert digest[:16] == "37a9d6e96fff47a3"


@given(st.integers(1, 120), SEEDS, st.booleans())
def test_a_subset_has_its_size_without_repeats_and_its_seed_decides(size: int, seed: int, balanced: bool) -> None:
    labels = np.tile(np.arange(4, dtype=np.int32), 30)
    indices = subset_indices(labels, size, seed, balanced)
    assert len(np.unique(indices)) == size
    assert np.array_equal(indices, subset_indices(labels, size, seed, balanced))
    if balanced:
        counts = np.bincount(labels[indices], minlength=4)
        assert counts.max() - counts.min() <= 1


@given(st.sets(st.integers(0, 59)), st.just(60))
def test_the_complement_is_what_is_left_out(taken: set[int], size: int) -> None:
    left = complement_indices(size, np.array(sorted(taken), np.int64))
    assert set(left.tolist()) == set(range(size)) - taken


def test_250_balanced_digits_are_25_of_each_class() -> None:
    digits = load_digits()
    few = subset(digits.train, 250, seed=3)
    assert np.bincount(few.labels).tolist() == [25] * 10


def test_the_full_training_set_is_train_then_validation() -> None:
    digits = load_digits()
    full = full_training_set(digits)
    assert len(full) == len(digits.train) + len(digits.validation)
    assert np.array_equal(full.images[: len(digits.train)], digits.train.images)
    assert np.array_equal(full.labels[len(digits.train) :], digits.validation.labels)


def test_the_input_shape_is_that_of_one_image() -> None:
    labels = np.array([0, 1], np.int32)
    part = Split(np.zeros((2, 5, 7, 1), np.uint8), labels)
    assert Dataset("x", part, part, part, 2, "zeros").input_shape == (5, 7, 1)


LABELS = np.repeat(np.arange(3, dtype=np.int32), 4)
LONELY = np.array([0] * 11 + [1], np.int32)
SCARCE = np.array([0] * 198 + [1] * 2, np.int32)


@pytest.mark.parametrize(
    ("labels", "size", "seed", "said"),
    [
        (LABELS, 0, 0, ["3 .. 9", "got 0", "choose"]),
        (LABELS, 10, 0, ["3 .. 9", "got 10", "choose"]),
        (LABELS, 4, -1, ["0 .. 4294967295", "got -1", "choose"]),
        (LONELY, 4, 0, ["every class", "got 1 of class 1 among 12", "add images"]),
        (SCARCE, 2, 0, ["every class", "got 2 of class 1 among 200", "add images"]),
    ],
)
def test_a_split_that_cannot_be_made_says_why(labels: Labels, size: int, seed: int, said: list[str]) -> None:
    with pytest.raises(DataError) as error:
        stratified_split(numbered(labels), labels, size, seed)
    assert_one_line(error.value, said)


@pytest.mark.parametrize(
    ("size", "balanced", "said"),
    [
        (0, True, ["1 .. 12", "got 0", "choose a size"]),
        (13, False, ["1 .. 12", "got 13", "choose a size"]),
        (8, True, ["4 images of class 1", "got 1", "choose a smaller subset"]),
    ],
)
def test_a_subset_that_cannot_be_made_says_why(size: int, balanced: bool, said: list[str]) -> None:
    with pytest.raises(DataError) as error:
        subset_indices(LONELY, size, 0, balanced)
    assert_one_line(error.value, said)


@pytest.mark.parametrize(
    ("images", "labels", "said"),
    [
        (np.zeros((2, 3, 3, 1)), np.zeros(2, np.int32), ["uint8 [N, H, W, 1]", "got float64 [2, 3, 3, 1]", "convert"]),
        (np.zeros((2, 3, 3), np.uint8), np.zeros(2, np.int32), ["uint8 [N, H, W, 1]", "got uint8 [2, 3, 3]"]),
        (np.zeros((2, 3, 3, 1), np.uint8), np.zeros(3, np.int32), ["int32 [2]", "got int32 [3]", "convert"]),
        (np.zeros((2, 3, 3, 1), np.uint8), np.zeros(2, np.int64), ["int32 [2]", "got int64 [2]", "convert"]),
    ],
)
def test_a_split_of_the_wrong_shape_or_type_cannot_exist(images: Images, labels: Labels, said: list[str]) -> None:
    with pytest.raises(DataError) as error:
        Split(images, labels)
    assert_one_line(error.value, said)
