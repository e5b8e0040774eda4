"""Architectures as data: shapes, counts with their steps, multiply-accumulates, names, round trips."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spaces.architecture import Architecture
from spaces.blocks import pool_window
from spaces.layers import (
    Activation,
    AnyLayer,
    AveragePool,
    Conv,
    Dense,
    DepthwiseConv,
    Dropout,
    Flatten,
    GlobalPool,
    ImpossibleShapeError,
    MaxPool,
    SeparableConv,
)

ASSIGNMENT = Architecture(
    (28, 28, 1),
    (
        Conv(32, (5, 5)),
        Activation("relu"),
        MaxPool((2, 2), (2, 2)),
        Conv(64, (5, 5)),
        Activation("relu"),
        MaxPool((2, 2), (2, 2)),
        Flatten(),
        Dense(1024),
        Activation("relu"),
        Dense(10),
    ),
)


def test_the_assignments_network_is_counted_by_hand() -> None:
    steps = [str(step) for row in ASSIGNMENT.counts() for step in row.steps]
    assert steps == [
        "5*5*1*32 + 32 = 832",
        "5*5*32*64 + 64 = 51,264",
        "1024*1024 + 1024 = 1,049,600",
        "1024*10 + 10 = 10,250",
    ]
    assert ASSIGNMENT.parameters == 1_111_946


def test_multiply_accumulates_are_those_of_the_weights() -> None:
    first, second = 24 * 24 * 32 * 25, 8 * 8 * 64 * 25 * 32
    assert ASSIGNMENT.macs == first + second + 1024 * 1024 + 1024 * 10


@pytest.mark.parametrize(
    ("layer", "shape", "step", "output"),
    [
        (Conv(6, (3, 2), groups=2, use_bias=False), (8, 8, 4), ["3*2*2*6 = 72"], (6, 7, 6)),
        (DepthwiseConv((3, 3), multiplier=2), (8, 8, 4), ["3*3*4*2 + 8 = 80"], (6, 6, 8)),
        (SeparableConv(5, (3, 3)), (8, 8, 4), ["3*3*4*1 = 36", "4*5 + 5 = 25"], (6, 6, 5)),
        (Conv(2, (3, 3), dilation=(2, 3)), (8, 8, 1), ["3*3*1*2 + 2 = 20"], (4, 2, 2)),
        (Conv(2, (3, 3), strides=(2, 3), padding="same"), (8, 8, 1), ["3*3*1*2 + 2 = 20"], (4, 3, 2)),
        (Dense(7, use_bias=False), (12,), ["12*7 = 84"], (7,)),
        (AveragePool((4, 3), (2, 3)), (8, 8, 2), [], (3, 2, 2)),
        (GlobalPool("max"), (8, 8, 3), [], (3,)),
    ],
)
def test_each_layer_counts_with_steps(
    layer: AnyLayer, shape: tuple[int, ...], step: list[str], output: tuple[int, ...]
) -> None:
    assert [str(one) for one in layer.parameter_steps(shape)] == step
    assert layer.output_shape(shape) == output


@pytest.mark.parametrize(
    ("layers", "name"),
    [
        (
            (Conv(3, (5, 4)), Activation("relu"), AveragePool((8, 12), (8, 12)), Flatten(), Dense(10)),
            "conv 5x4 x3 relu - avgpool 8x12/8x12 - dense 10",
        ),
        (
            (
                Conv(2, (3, 3), use_bias=False),
                MaxPool((2, 2), (2, 2)),
                Flatten(),
                Dense(4),
                Activation("tanh"),
                Dense(10),
            ),
            "conv 3x3 x2 no-bias linear - maxpool 2x2/2x2 - dense 4 tanh - dense 10",
        ),
        (
            (SeparableConv(10, (3, 3), dilation=(2, 2), padding="same"), GlobalPool()),
            "separable 3x3 x10 dilated 2x2 same - global avgpool",
        ),
    ],
)
def test_the_short_name_says_what_it_is(layers: tuple[AnyLayer, ...], name: str) -> None:
    assert Architecture((28, 28, 1), layers).name == name


def test_a_network_survives_the_trip_through_json() -> None:
    layers = (
        *ASSIGNMENT.layers[:4],
        Dropout(0.25),
        DepthwiseConv((2, 2)),
        SeparableConv(3, (2, 2)),
        GlobalPool("max"),
        Dense(10),
    )
    network = Architecture((28, 28, 1), layers)
    assert msgspec.json.decode(msgspec.json.encode(network), type=Architecture) == network


@pytest.mark.parametrize(
    "layers",
    [
        (Conv(3, (29, 1)),),
        (Dense(10),),
        (Flatten(), Conv(1, (1, 1))),
        (Conv(3, (3, 3)), Conv(4, (1, 1), groups=2)),
        (MaxPool((14, 29), (1, 1)),),
    ],
)
def test_an_impossible_network_cannot_be_made(layers: tuple[AnyLayer, ...]) -> None:
    with pytest.raises(ImpossibleShapeError):
        Architecture((28, 28, 1), layers)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Conv(0, (3, 3)),
        lambda: Conv(3, (3, 3), groups=2),
        lambda: Conv(3, (3, 3), strides=(2, 2), dilation=(2, 2)),
        lambda: DepthwiseConv((3, 3), strides=(1, 2)),
        lambda: Dropout(1.0),
        lambda: Dense(0),
    ],
)
def test_a_nonsensical_layer_cannot_be_made(make: object) -> None:
    with pytest.raises(ValueError, match=r"must|cannot"):
        make()  # type: ignore[operator]


def test_an_impossible_network_in_a_file_is_refused() -> None:
    text = b'{"input_shape": [28, 28, 1], "layers": [{"type": "conv", "filters": 3, "kernel": [50, 5]}]}'
    with pytest.raises(msgspec.ValidationError, match="50x5 does not fit"):
        msgspec.json.decode(text, type=Architecture)


@given(length=st.integers(1, 60), cells=st.integers(1, 60), overlap=st.sampled_from((0.0, 0.25, 0.5)))
def test_pooling_leaves_exactly_the_grid_asked_for(length: int, cells: int, overlap: float) -> None:
    cells = min(cells, length)
    window, stride = pool_window(length, cells, overlap)
    assert (length - window) // stride + 1 == cells
    assert (cells - 1) * stride + window <= length
