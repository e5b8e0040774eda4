"""The engine: it learns, replicas are independent and reproducible, schedules and feeds keep their promises."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from datasets.dataset import Dataset
from datasets.registry import load
from search.feeds import EpochFeed
from search.training import Trainer
from spaces.architecture import Architecture
from spaces.keras_builder import build_keras
from spaces.layers import Activation, AveragePool, Conv, Dense, Dropout, Flatten
from spaces.recipe import SHORTEST, USUAL_BATCH, Recipe, cycle_ends, learning_rates, search_lengths

NETWORK = Architecture(
    (28, 28, 1), (Conv(4, (5, 5)), Activation("elu"), AveragePool((8, 8), (8, 8)), Flatten(), Dense(10))
)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load("digits")


def trainer(digits: Dataset, recipe: Recipe, seeds: list[int], network: Architecture = NETWORK) -> Trainer:
    feed = EpochFeed(digits.train.images, digits.train.labels, recipe.batch_size, recipe.input_scale, seed=1)
    return Trainer(network, recipe, feed, seeds, recipe.epochs * feed.steps_per_epoch)


def test_a_small_network_learns_real_handwriting(digits: Dataset) -> None:
    training = trainer(digits, Recipe(epochs=40, batch_size=32), [1, 2])
    first = training.train(10)
    last = training.train(training.total_steps - 10)
    scored = training.evaluate(tf.constant(digits.validation.images), tf.constant(digits.validation.labels))
    assert (last < first).all()
    assert min(scored.accuracies) > 0.8
    assert scored.total == len(digits.validation)


def test_scores_are_those_of_the_keras_model_with_the_same_weights(digits: Dataset) -> None:
    training = trainer(digits, Recipe(epochs=2, batch_size=64), [1, 2])
    training.train(training.total_steps)
    images, labels = digits.validation.images, digits.validation.labels
    scored = training.evaluate(tf.constant(images), tf.constant(labels))
    model = build_keras(NETWORK)
    for replica in range(2):
        model.set_weights(training.network.get_weights(replica))
        classes = model(images.astype(np.float32) * (3 / 255)).numpy().argmax(-1)
        np.testing.assert_array_equal(training.predict(tf.constant(images))[replica], classes)
        assert scored.correct[replica] == int((classes == labels).sum())


def test_a_replica_trains_as_if_it_were_alone(digits: Dataset) -> None:
    recipe = Recipe(epochs=1, batch_size=64)
    together, alone = trainer(digits, recipe, [1, 2, 3]), trainer(digits, recipe, [2])
    for training in (together, alone):
        training.train(12)
    for one, other in zip(together.network.get_weights(1), alone.network.get_weights(0), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


def test_the_same_seeds_give_the_same_training(digits: Dataset) -> None:
    network = Architecture((28, 28, 1), (*NETWORK.layers[:-1], Dropout(0.3), Dense(10)))
    runs = [trainer(digits, Recipe(epochs=1, batch_size=64), [4, 5], network) for _ in range(2)]
    losses = [run.train(10) for run in runs]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)


def test_a_replica_that_diverges_takes_no_other_with_it(digits: Dataset) -> None:
    training = trainer(digits, Recipe(epochs=1, batch_size=64), [1, 2])
    weights = [training.network.get_weights(replica) for replica in range(2)]
    weights[0][0] = np.full_like(weights[0][0], np.nan)
    training.network.set_weights(weights)
    losses = training.train(5)
    assert np.isnan(losses[0])
    assert np.isfinite(losses[1])


def test_two_heads_count_an_image_as_correct_when_both_labels_are(digits: Dataset) -> None:
    network = Architecture((28, 28, 1), (*NETWORK.layers[:-1], Dense(20)))
    labels = np.stack([digits.train.labels, 9 - digits.train.labels], axis=1)
    feed = EpochFeed(digits.train.images, labels, 32, 3.0, seed=1)
    training = Trainer(network, Recipe(epochs=30, batch_size=32), feed, [1], 30 * feed.steps_per_epoch, heads=2)
    training.train(training.total_steps)
    scored = training.evaluate(tf.constant(digits.train.images), tf.constant(labels))
    predicted = training.predict(tf.constant(digits.train.images))[0]
    assert predicted.shape == labels.shape
    assert scored.correct[0] == int((predicted == labels).all(axis=1).sum())
    assert scored.accuracies[0] > 0.7


def test_training_past_the_schedule_is_refused(digits: Dataset) -> None:
    training = trainer(digits, Recipe(epochs=1, batch_size=64), [1])
    with pytest.raises(ValueError, match="at most"):
        training.train(training.total_steps + 1)


def test_an_epoch_gives_every_image_once() -> None:
    images = np.arange(50, dtype=np.uint8).reshape(50, 1, 1, 1)
    feed = EpochFeed(images, np.arange(50), 10, 255.0, seed=3)
    block = tf.function(feed.batch)
    seen = [block(tf.constant(step, tf.int64))[1].numpy() for step in range(10)]
    first, second = np.concatenate(seen[:5]), np.concatenate(seen[5:])
    assert sorted(first) == sorted(second) == list(range(50))
    assert not np.array_equal(first, second)


@given(
    epochs=st.integers(1, 200),
    cycles=st.integers(1, 5),
    per_epoch=st.integers(1, 20),
    schedule=st.sampled_from(("cosine", "one-cycle", "constant")),
)
def test_a_schedule_has_a_rate_for_each_step_and_never_exceeds_its_peak(
    epochs: int, cycles: int, per_epoch: int, schedule: str
) -> None:
    recipe = Recipe(epochs=epochs, cycles=cycles, schedule=schedule, learning_rate=0.1)  # type: ignore[arg-type]
    rates = learning_rates(recipe, epochs * per_epoch)
    ends = cycle_ends(recipe)
    assert rates.shape == (epochs * per_epoch,)
    assert rates.dtype == np.float32
    assert (rates > 0).all() and (rates <= np.float32(0.1) * 1.0001).all()
    assert ends[-1] == epochs and ends == sorted(set(ends))


def test_each_cycle_ends_low_and_is_about_twice_as_long_as_the_one_before() -> None:
    recipe = Recipe(epochs=21, cycles=3, learning_rate=0.1)
    assert cycle_ends(recipe) == [3, 9, 21]
    rates = learning_rates(recipe, 2100)
    assert max(rates[end - 1] for end in (300, 900, 2100)) < 1e-4
    assert min(rates[start:end].max() for start, end in ((0, 300), (300, 900), (900, 2100))) > 0.099


@given(epochs=st.integers(1, 2000), images=st.integers(100, 60_000))
def test_a_search_trains_twice_as_long_again_and_again_up_to_the_longest(epochs: int, images: int) -> None:
    lengths = [length.epochs for length in search_lengths(epochs, images)]
    assert lengths[-1] == epochs
    assert all(abs(longer - 2 * length) <= 1 for length, longer in pairwise(lengths))
    if len(lengths) > 1:
        assert lengths[0] * images / USUAL_BATCH >= SHORTEST
