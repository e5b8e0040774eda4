"""Pairs of digits: the stream, the fixed pairs, and how answers are counted."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from baselines.pair_feed import PairFeed
from baselines.question_5 import TEST_PAIRS_SEED, TRAIN_PAIRS_SEED, fixed_pairs, score_pairs
from baselines.settings import Axis
from baselines.sums import recalls
from datasets.dataset import Split

COUNT = 40


def numbered() -> Split:
    """Images whose every pixel is their number, with digits that follow from it."""
    numbers = np.arange(COUNT)
    images = np.broadcast_to(numbers[:, None, None, None], (COUNT, 4, 6, 1)).astype(np.uint8)
    return Split(images, (numbers % 10).astype(np.int32))


def feed(seed: int = 1, axis: Axis = "horizontal", summed: bool = False, batch_size: int = 16) -> PairFeed:
    split = numbered()
    return PairFeed(split.images, split.labels, batch_size, 255.0, seed, axis, summed)


def batch(stream: PairFeed, step: int) -> tuple[np.ndarray, np.ndarray]:
    images, labels = tf.function(stream.batch)(tf.constant(step, tf.int64))
    return images.numpy(), labels.numpy()


@pytest.mark.parametrize(("axis", "shape"), [("horizontal", (4, 12, 1)), ("vertical", (8, 6, 1))])
def test_a_pair_is_two_images_side_by_side_with_their_labels(axis: Axis, shape: tuple[int, int, int]) -> None:
    images, labels = batch(feed(axis=axis), 3)
    assert images.shape == (16, *shape)
    assert images.dtype == np.float32
    halves = np.split(images, 2, axis=2 if axis == "horizontal" else 1)
    for half, digits in zip(halves, labels.T, strict=True):
        numbers = half[:, 0, 0, 0]
        assert (half == numbers[:, None, None, None]).all()
        assert (numbers % 10 == digits).all()


def test_the_sum_is_that_of_both_labels() -> None:
    (pairs, digits), (same_pairs, sums) = batch(feed(), 5), batch(feed(summed=True), 5)
    assert (pairs == same_pairs).all()
    assert (sums == digits.sum(1)).all()


def test_the_stream_depends_on_seed_and_step_alone() -> None:
    first = batch(feed(seed=7), 11)[0]
    assert (batch(feed(seed=7), 11)[0] == first).all()
    assert (batch(feed(seed=8), 11)[0] != first).any()
    assert (batch(feed(seed=7), 12)[0] != first).any()


def test_every_image_comes_in_both_places() -> None:
    drawn = np.concatenate([feed(batch_size=200).indices(tf.constant(step)).numpy() for step in range(5)])
    for place in (0, 1):
        assert set(drawn[:, place]) == set(range(COUNT))


def test_fixed_pairs_are_fixed_and_of_their_split() -> None:
    split = numbered()
    one, again = (fixed_pairs(split, "horizontal", TEST_PAIRS_SEED) for _ in range(2))
    assert (one.images == again.images).all()
    assert one.labels.shape == (COUNT, 2)
    assert set(np.unique(one.images)) <= set(range(COUNT))
    assert (one.images[:, 0, [0, -1], 0] % 10 == one.labels).all()
    other = fixed_pairs(split, "horizontal", TRAIN_PAIRS_SEED)
    assert (one.images != other.images).any()


digit_pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=30)


@given(digit_pairs)
def test_both_ways_of_answering_are_counted_alike(labels: list[tuple[int, int]]) -> None:
    truth = np.asarray(labels, np.int32)
    answers = np.roll(truth, 1, axis=0)
    pair, direct = score_pairs(answers, truth, 10), score_pairs(answers.sum(1), truth, 10)
    assert pair.correct["sum"] == direct.correct["sum"]
    assert (pair.confusion == direct.confusion).all()
    assert pair.confusion.sum() == len(labels)
    assert pair.correct["pair"] <= min(pair.correct["first"], pair.correct["second"], pair.correct["sum"])


def test_errors_that_cancel_make_a_sum_right_and_a_pair_wrong() -> None:
    score = score_pairs(np.asarray([[3, 5], [1, 1]]), np.asarray([[4, 4], [1, 1]], np.int32), 10)
    assert score.correct == {"sum": 2, "pair": 1, "first": 1, "second": 1}


def test_a_sum_that_no_pair_has_has_no_recall() -> None:
    each = recalls(np.asarray([[3, 1], [0, 0]]))
    assert each[0] == 0.75
    assert np.isnan(each[1])
