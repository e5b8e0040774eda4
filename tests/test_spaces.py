"""The three spaces: every candidate is possible, its closed-form count is Keras', a replica equals the single model."""

from __future__ import annotations

import random

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from spaces.architecture import Architecture
from spaces.keras_builder import build_keras
from spaces.layers import (
    WEIGHTED,
    Activation,
    AveragePool,
    Conv,
    Dense,
    DepthwiseConv,
    Dropout,
    Flatten,
    GlobalPool,
    MaxPool,
    SeparableConv,
)
from spaces.registry import SpaceError, check_name, load_space
from spaces.stacked import StackedNetwork
from tests.strategies import CLASSES, INPUT_SHAPE, SPACES, candidates, source

# Everything the builders know, in one network: groups, dilation, separable, depthwise, dropout, overlapping pools.
EVERYTHING = Architecture(
    (14, 13, 2),
    (
        AveragePool((2, 1), (1, 1)),
        Conv(4, (3, 2), groups=2, padding="same", strides=(1, 2)),
        Activation("leaky_relu"),
        MaxPool((3, 2), (2, 1)),
        DepthwiseConv((2, 2), multiplier=2, use_bias=False),
        SeparableConv(6, (2, 3), multiplier=2, dilation=(2, 1), padding="same"),
        Activation("silu"),
        Conv(6, (2, 2), groups=3, use_bias=False),
        Dropout(0.5),
        Flatten(),
        Dense(5, use_bias=False),
        Activation("tanh"),
        Dense(10),
    ),
)


def assert_replicas_equal_single_models(architecture: Architecture, replicas: int = 3) -> None:
    """Every replica gives the logits of the Keras model with its weights, within 1e-5 of their size."""
    network = StackedNetwork(architecture, replicas)
    network.initialise(range(replicas), "glorot_uniform")
    images = np.random.default_rng(0).uniform(0, 1, (5, *architecture.input_shape)).astype(np.float32)
    stacked = network(tf.constant(images)).numpy()
    assert stacked.shape == (replicas, 5, *architecture.output_shape)
    model = build_keras(architecture)
    for replica in range(replicas):
        model.set_weights(network.get_weights(replica))
        np.testing.assert_allclose(stacked[replica], model(images).numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("space", SPACES)
@settings(max_examples=25)
@given(data=st.data())
def test_closed_form_counts_are_those_of_keras(space: str, data: st.DataObject) -> None:
    architecture = data.draw(candidates(space)).architecture
    model = build_keras(architecture)
    assert architecture.parameters == model.count_params()
    assert (None, *architecture.output_shape) == model.output_shape
    for layer, shape in zip(model.layers, architecture.shapes()[1:], strict=True):
        assert tuple(layer.output.shape[1:]) == shape


@pytest.mark.parametrize("space", SPACES)
@settings(max_examples=15)
@given(data=st.data())
def test_a_replica_equals_the_single_model(space: str, data: st.DataObject) -> None:
    assert_replicas_equal_single_models(data.draw(candidates(space)).architecture)


def test_a_replica_equals_the_single_model_with_every_layer_there_is() -> None:
    assert_replicas_equal_single_models(EVERYTHING)
    assert EVERYTHING.parameters == build_keras(EVERYTHING).count_params()


def test_replicas_may_have_images_of_their_own() -> None:
    network = StackedNetwork(EVERYTHING, 2, replica_inputs=True)
    network.initialise([1, 2], "he_normal")
    images = np.random.default_rng(0).uniform(0, 1, (2, 4, *EVERYTHING.input_shape)).astype(np.float32)
    stacked = network(tf.constant(np.concatenate(list(images), axis=-1))).numpy()
    model = build_keras(EVERYTHING)
    for replica in range(2):
        model.set_weights(network.get_weights(replica))
        np.testing.assert_allclose(stacked[replica], model(images[replica]).numpy(), rtol=1e-5, atol=1e-5)


def test_a_replicas_weights_depend_on_its_own_seed_alone() -> None:
    alone, among = StackedNetwork(EVERYTHING, 1), StackedNetwork(EVERYTHING, 3)
    alone.initialise([7], "glorot_uniform")
    among.initialise([5, 6, 7], "glorot_uniform")
    for one, other in zip(alone.get_weights(0), among.get_weights(2), strict=True):
        np.testing.assert_array_equal(one, other)


def test_dropout_differs_between_replicas_and_is_off_without_a_seed() -> None:
    network = StackedNetwork(Architecture((6, 6, 1), (Dropout(0.5), Flatten())), 2)
    images = tf.ones((3, 6, 6, 1))
    dropped = network(images, tf.constant([1, 2])).numpy()
    assert set(np.unique(dropped)) == {0.0, 2.0}
    assert not np.array_equal(dropped[0], dropped[1])
    np.testing.assert_array_equal(network(images).numpy(), np.ones((2, 3, 36)))


@given(data=st.data())
def test_shallow_is_one_convolution_optional_pooling_one_dense_layer(data: st.DataObject) -> None:
    kinds = [type(layer) for layer in data.draw(candidates("shallow")).architecture.layers]
    kinds = [kind for kind in kinds if kind is not Activation]
    pool = {AveragePool, MaxPool} & set(kinds)
    assert kinds == [Conv, *pool, Flatten, Dense]


@given(data=st.data())
def test_deep_is_the_assignments_skeleton(data: st.DataObject) -> None:
    kinds = [type(layer) for layer in data.draw(candidates("deep")).architecture.layers]
    plain = ["pool" if kind in (AveragePool, MaxPool) else kind for kind in kinds if kind is not Activation]
    assert plain == [Conv, "pool", Conv, "pool", Flatten, Dense, Dense]


@given(data=st.data())
def test_deep_open_has_at_least_two_convolutions_and_gives_a_logit_per_class(data: st.DataObject) -> None:
    architecture = data.draw(candidates("deep-open")).architecture
    convolutions = [
        layer for layer in architecture.layers if isinstance(layer, WEIGHTED) and not isinstance(layer, Dense)
    ]
    assert len(convolutions) >= 2
    assert isinstance(architecture.layers[0], Conv | AveragePool)
    assert architecture.output_shape == (CLASSES,)
    assert sum(isinstance(layer, Dense) for layer in architecture.layers) <= 1
    assert any(isinstance(layer, GlobalPool | Flatten) for layer in architecture.layers)


@pytest.mark.parametrize("space", SPACES)
@given(seed=st.integers(0, 2**31 - 1))
def test_a_neighbour_is_near_and_its_values_say_it_all(space: str, seed: int) -> None:
    rng = random.Random(seed)
    start = source(space).draw(rng)
    near = source(space).neighbour(start.values, rng, 1, "neighbour")
    again = source(space).from_values(near.values, random.Random(0), "again")
    assert (again.architecture, again.recipe, again.values) == (near.architecture, near.recipe, near.values)
    moved = [name for name, value in near.values.items() if name in start.values and start.values[name] != value]
    assert len(moved) <= 1


def test_the_same_seed_draws_the_same_candidates() -> None:
    first, second = (source("deep").draw(random.Random(3)) for _ in range(2))
    assert first == second


def test_a_space_compiles_a_keras_model_for_any_other_tool() -> None:
    import keras_tuner as kt

    space = load_space("shallow", INPUT_SHAPE, CLASSES)
    model = space.build(kt.HyperParameters())
    model.fit(np.zeros((8, *INPUT_SHAPE)), np.zeros(8), verbose=0)
    assert model.output_shape == (None, CLASSES)


@pytest.mark.parametrize("name", ["wide", "missing.py:Space", "space.py", "x.py:not a name"])
def test_an_unknown_space_is_one_line(name: str) -> None:
    with pytest.raises(SpaceError, match="expected") as caught:
        check_name(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("space", SPACES)
@given(data=st.data())
def test_no_space_asks_for_a_convolution_that_tensorflow_computes_wrongly(space: str, data: st.DataObject) -> None:
    architecture = data.draw(candidates(space)).architecture
    for layer, shape in zip(architecture.layers, architecture.shapes(), strict=False):
        assert not isinstance(layer, Conv) or layer.is_computed_rightly(shape)


def test_a_convolution_that_tensorflow_computes_wrongly_is_refused() -> None:
    wrong = Architecture((4, 5, 1), (Conv(3, (3, 5), (1, 2)), Flatten(), Dense(10)))
    with pytest.raises(ValueError, match="computes rightly"):
        StackedNetwork(wrong, 2)
