"""Optimisers: replicas stay apart, SOAP begins as Adam and learns faster."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from datasets.dataset import Dataset
from datasets.registry import load
from search.feeds import EpochFeed
from search.optimizers import (
    BASIS_EVERY,
    COVARIANCE_MEMORY,
    FIRST_BASIS,
    MOST_PARAMETERS,
    Adam,
    Optimizer,
    Soap,
    optimizer_for,
)
from search.training import Trainer
from spaces.architecture import Architecture
from spaces.layers import Activation, AveragePool, Conv, Dense, Flatten
from spaces.recipe import OptimizerName, Recipe
from spaces.stacked import ReplicaWeight

NETWORK = Architecture(
    (28, 28, 1), (Conv(2, (5, 3)), Activation("elu"), AveragePool((8, 12), (8, 12)), Flatten(), Dense(10))
)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load("digits")


def trained(digits: Dataset, optimizer: OptimizerName, seeds: list[int], steps: int) -> Trainer:
    recipe = Recipe(epochs=4, batch_size=64, learning_rate=0.05, schedule="constant", optimizer=optimizer)
    feed = EpochFeed(digits.train.images, digits.train.labels, recipe.batch_size, recipe.input_scale, seed=1)
    trainer = Trainer(NETWORK, recipe, feed, seeds, recipe.epochs * feed.steps_per_epoch)
    trainer.train(steps)
    return trainer


@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple),
    replicas=st.integers(1, 4),
    axis=st.integers(-1, 3),
    seed=st.integers(0, 2**31),
)
def test_rows_are_the_replicas_weights_and_back(shape: tuple[int, ...], replicas: int, axis: int, seed: int) -> None:
    joined = None if axis < 0 else min(axis, len(shape) - 1)
    weight = ReplicaWeight(shape, replicas, joined)
    draw = np.random.default_rng(seed)
    weight.set_all([draw.normal(size=shape).astype(np.float32) for _ in range(replicas)])
    rows = weight.rows(weight.variable).numpy()
    np.testing.assert_array_equal(rows, [weight.get(replica).ravel() for replica in range(replicas)])
    np.testing.assert_array_equal(weight.from_rows(tf.constant(rows)), weight.variable)


def test_soap_begins_as_adam(digits: Dataset) -> None:
    soap, adam = (trained(digits, name, [1, 2], FIRST_BASIS) for name in ("soap", "adam"))
    for replica in range(2):
        for one, other in zip(soap.network.get_weights(replica), adam.network.get_weights(replica), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-4)


def test_a_replica_under_soap_trains_as_if_it_were_alone(digits: Dataset) -> None:
    steps = 2 * FIRST_BASIS + 2
    together, alone = trained(digits, "soap", [1, 2, 3], steps), trained(digits, "soap", [2], steps)
    images = tf.constant(digits.validation.images)
    # The order of the images is the feed's, the same for both; what rounding changes grows with every step.
    agreement = together.predict(images)[1] == alone.predict(images)[0]
    assert agreement.mean() > 0.97


def test_soap_remembers_gradients_as_a_running_mean_of_their_products() -> None:
    soap = Soap(Recipe(epochs=1), [ReplicaWeight((3,), 2, None)])
    apply = tf.function(soap.apply)
    draw, expected = np.random.default_rng(0), np.zeros((2, 3, 3))
    for step in range(2 * FIRST_BASIS):
        gradient = draw.normal(size=(2, 3)).astype(np.float32)
        apply([tf.constant(gradient)], tf.constant(step, tf.int64), tf.constant(0.01))
        products = gradient[:, :, None] * gradient[:, None, :]
        expected += (1 - COVARIANCE_MEMORY) * (products - expected)
        if soap.next_stop(step) == step + 1:
            soap.refresh(step + 1)
    np.testing.assert_allclose(soap.covariance, expected, atol=1e-6)


def test_soap_learns_real_handwriting_in_fewer_steps(digits: Dataset) -> None:
    losses = {}
    for name in ("soap", "adam"):
        recipe = Recipe(epochs=60, batch_size=64, learning_rate=0.1, schedule="cosine", optimizer=name)
        feed = EpochFeed(digits.train.images, digits.train.labels, recipe.batch_size, recipe.input_scale, seed=1)
        trainer = Trainer(NETWORK, recipe, feed, range(8), recipe.epochs * feed.steps_per_epoch)
        trainer.train(trainer.total_steps)
        labels = tf.constant(digits.train.labels.astype(np.int32))
        losses[name] = np.mean(trainer.evaluate(tf.constant(digits.train.images), labels).loss)
    assert losses["soap"] < losses["adam"]


def test_a_diverged_replica_takes_no_other_with_it(digits: Dataset) -> None:
    trainer = trained(digits, "soap", [1, 2], 5)
    broken, healthy = ([weight.copy() for weight in trainer.network.get_weights(replica)] for replica in range(2))
    broken[0][:] = np.nan
    trainer.network.set_weights([broken, healthy])
    losses = trainer.train(2 * FIRST_BASIS)
    assert np.isnan(losses[0]) and np.isfinite(losses[1])
    assert all(np.isfinite(weight).all() for weight in trainer.network.get_weights(1))


def test_a_large_network_falls_back_on_adam() -> None:
    weights = [ReplicaWeight((MOST_PARAMETERS + 1,), 1, None)]
    assert isinstance(optimizer_for(Recipe(epochs=1, optimizer="soap"), weights), Adam)
    small = [ReplicaWeight((5,), 1, None)]
    assert isinstance(optimizer_for(Recipe(epochs=1, optimizer="soap"), small), Soap)
    assert isinstance(optimizer_for(Recipe(epochs=1), small), Adam)


@given(step=st.integers(0, 10_000))
def test_the_basis_is_found_anew_again_and_again(step: int) -> None:
    optimizer: Optimizer = Soap(Recipe(epochs=1), [ReplicaWeight((2,), 1, None)])
    stop = optimizer.next_stop(step)
    assert stop is not None and step < stop <= step + max(BASIS_EVERY, FIRST_BASIS)
