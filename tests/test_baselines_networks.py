"""The baselines' networks: counted by hand, and the linear one is linear, exactly where it should be."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from baselines.architectures import linearised, original, softmax_regression, sum_network
from baselines.linearity import Logits, affine_map, linearity
from baselines.question_2 import logits_of
from spaces.architecture import Architecture
from spaces.keras_builder import build_keras
from spaces.layers import Activation, AnyLayer, AveragePool, Conv, Dense, Flatten, MaxPool
from spaces.stacked import StackedNetwork

SHAPE = (28, 28, 1)


def network(architecture: Architecture, seed: int = 1) -> StackedNetwork:
    built = StackedNetwork(architecture, 1)
    built.initialise([seed], "glorot_uniform")
    draw = np.random.default_rng(seed)
    # Biases start at zero, where a wrong one would not be noticed.
    built.set_weights([[w if w.ndim > 1 else draw.normal(size=w.shape) for w in built.get_weights(0)]])
    return built


def random_images(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 1, (count, *SHAPE)).astype(np.float32)


def test_the_original_has_the_parameters_counted_by_hand() -> None:
    architecture = original(SHAPE, 10)
    steps = [step.text for row in architecture.counts() for step in row.steps]
    assert steps == ["5*5*1*32 + 32", "5*5*32*64 + 64", "1024*1024 + 1024", "1024*10 + 10"]
    assert architecture.parameters == 832 + 51_264 + 1_049_600 + 10_250 == 1_111_946
    assert build_keras(architecture).count_params() == 1_111_946


def test_the_linear_network_has_as_many_parameters_and_nothing_non_linear() -> None:
    linear = linearised(original(SHAPE, 10))
    assert linear.parameters == build_keras(linear).count_params() == 1_111_946
    assert not any(isinstance(layer, Activation | MaxPool) for layer in linear.layers)


def test_a_strided_convolution_is_the_convolution_and_a_uniform_stride() -> None:
    layers: list[AnyLayer] = []
    for layer in original(SHAPE, 10).layers:
        if isinstance(layer, MaxPool):
            layers.append(AveragePool((1, 1), layer.strides))
        elif not isinstance(layer, Activation):
            layers.append(layer)
    thinned, strided = network(Architecture(SHAPE, tuple(layers))), network(linearised(original(SHAPE, 10)))
    strided.set_weights([thinned.get_weights(0)])
    images = random_images(4)
    np.testing.assert_allclose(logits_of(strided)(images), logits_of(thinned)(images), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("rows", [26, 30])
def test_a_pooling_that_leaves_out_a_row_has_no_uniform_stride(rows: int) -> None:
    with pytest.raises(ValueError, match="expected maxpool 2x2/2x2 to leave as much"):
        linearised(original((rows, 28, 1), 10))


@pytest.mark.parametrize("before", [(), (Conv(2, (3, 3), padding="same"),)])
def test_a_pooling_without_a_valid_convolution_before_it_is_refused(before: tuple[AnyLayer, ...]) -> None:
    with pytest.raises(ValueError, match="expected a valid convolution before maxpool"):
        linearised(Architecture(SHAPE, (*before, MaxPool((2, 2), (2, 2)), Flatten(), Dense(10))))


def test_the_linear_network_passes_the_linearity_test_and_the_original_fails_it() -> None:
    architecture = original(SHAPE, 10)
    passed = linearity(logits_of(network(linearised(architecture))), random_images(50))
    failed = linearity(logits_of(network(architecture)), random_images(50))
    assert passed.holds
    assert not failed.holds
    assert min(failed.additivity, failed.matrix) > 0.05
    assert passed.numbers == 28 * 28 * 10 + 10 == softmax_regression(SHAPE, 10).parameters
    assert passed.images == 50


def test_the_matrix_of_softmax_regression_is_its_weights() -> None:
    built = network(softmax_regression(SHAPE, 10))
    matrix, bias = affine_map(logits_of(built), SHAPE)
    weights, wanted_bias = built.get_weights(0)
    np.testing.assert_allclose(matrix, weights, atol=1e-5)
    np.testing.assert_allclose(bias, wanted_bias, atol=1e-6)


def test_a_small_non_linearity_is_found() -> None:
    built = logits_of(network(softmax_regression(SHAPE, 10)))

    def bent(images: np.ndarray) -> np.ndarray:
        logits = built(images)
        return np.asarray(logits + 0.05 * np.abs(logits))

    nearly: Logits = bent
    assert not linearity(nearly, random_images(20)).holds


@pytest.mark.parametrize("shape", [(28, 56, 1), (56, 28, 1)])
def test_both_strategies_have_one_network_up_to_the_last_layer(shape: tuple[int, int, int]) -> None:
    direct, pair = sum_network(shape, 19), sum_network(shape, 20)
    assert direct.layers[:-1] == pair.layers[:-1]
    assert pair.parameters - direct.parameters == 257
    assert build_keras(pair).count_params() == pair.parameters
    assert tf.TensorShape(build_keras(direct).output_shape).as_list() == [None, 19]
