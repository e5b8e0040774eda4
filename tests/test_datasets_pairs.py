"""Pairs of digits for the sum of two digits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.digits import load_digits
from datasets.errors import DataError
from datasets.pairs import concatenate, pair_indices, sum_distribution, sum_labels


@given(st.integers(1, 200), st.integers(1, 500), st.integers(0, 2**32 - 1))
def test_pairs_stay_within_their_split_and_their_seed_decides(count: int, source_size: int, seed: int) -> None:
    pairs = pair_indices(count, source_size, seed)
    assert pairs.shape == (count, 2)
    assert pairs.dtype == np.int32
    assert pairs.min() >= 0
    assert pairs.max() < source_size
    assert np.array_equal(pairs, pair_indices(count, source_size, seed))


def test_another_seed_gives_other_pairs() -> None:
    assert not np.array_equal(pair_indices(50, 1000, 0), pair_indices(50, 1000, 1))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60))
def test_the_distribution_of_sums_is_that_of_all_pairs(digits: list[int]) -> None:
    labels = np.array(digits, np.int32)
    every_sum = np.add.outer(labels, labels).ravel()
    assert np.allclose(sum_distribution(labels), np.bincount(every_sum, minlength=19) / len(every_sum))


def test_drawn_sums_follow_the_distribution() -> None:
    labels = load_digits().train.labels
    drawn = labels[pair_indices(100_000, len(labels), 5)]
    frequencies = np.bincount(sum_labels(drawn[:, 0], drawn[:, 1]), minlength=19) / len(drawn)
    # Five standard errors of the most frequent sum.
    assert np.abs(frequencies - sum_distribution(labels)).max() < 5 * np.sqrt(0.1 * 0.9 / len(drawn))


@pytest.mark.parametrize(("axis", "shape"), [("horizontal", (6, 28, 56, 1)), ("vertical", (6, 56, 28, 1))])
def test_both_images_are_found_in_the_pair(axis: str, shape: tuple[int, ...]) -> None:
    images = load_digits().train.images
    both = concatenate(images[:6], images[6:12], axis)  # type: ignore[arg-type]
    assert both.shape == shape
    assert both.dtype == np.uint8
    assert np.array_equal(both[:, :28, :28], images[:6])
    assert np.array_equal(both[:, -28:, -28:], images[6:12])


IMAGES = np.zeros((2, 4, 4, 1), np.uint8)


def test_pairs_that_cannot_be_made_say_why() -> None:
    with pytest.raises(DataError, match=r"^expected at least one pair .*; got 0 pairs from 5 images; ask for more$"):
        pair_indices(0, 5, 0)
    with pytest.raises(DataError, match=r"^expected a seed .*; got -3; choose another seed$"):
        pair_indices(1, 5, -3)
    with pytest.raises(DataError, match=r"^expected as many second digits .*\[2\]; got \[3\]; pair them first$"):
        sum_labels(np.zeros(2, np.int32), np.zeros(3, np.int32))
    with pytest.raises(DataError, match=r"^expected labels within 0 \.\. 9; got 3 \.\. 12; give the labels"):
        sum_distribution(np.array([3, 12], np.int32))
    with pytest.raises(DataError, match=r"^expected labels within 0 \.\. 9; got none; give the labels"):
        sum_distribution(np.array([], np.int32))
    with pytest.raises(DataError, match=r"^expected two equal lists .*; got \[2, 4, 4, 1\] and \[1, 4, 4, 1\]; pair"):
        concatenate(IMAGES, IMAGES[:1])
    with pytest.raises(DataError, match=r"^expected the axis horizontal or vertical; got 'diagonal'; choose"):
        concatenate(IMAGES, IMAGES, "diagonal")  # type: ignore[arg-type]
