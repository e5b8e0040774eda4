"""Spaces of one's own: a kt.HyperModel that only builds is read back into an architecture, and searched."""

from __future__ import annotations

import random
from pathlib import Path

import keras
import pytest

from datasets.registry import load
from search.budget import Budget
from search.candidates import CandidateSource
from search.study import StudyConfig, open_study
from search.tuner import run_search
from spaces.keras_builder import build_keras
from spaces.keras_reader import UnknownModelError, architecture_of
from spaces.registry import SpaceError, load_space
from tests.strategies import CLASSES, INPUT_SHAPE, SPACES, source
from tests.test_spaces import EVERYTHING
from tests.test_tuner import Silent

OWN = """
import keras
import keras_tuner as kt


class Own(kt.HyperModel):
    def build(self, hp):
        model = keras.Sequential([keras.Input((28, 28, 1))])
        model.add(keras.layers.Conv2D(hp.Int("filters", 2, 6), 5, activation="relu"))
        if hp.Boolean("pool"):
            model.add(keras.layers.MaxPooling2D(hp.Choice("window", [4, 6])))
        model.add(keras.layers.Flatten())
        model.add(keras.layers.Dense(10, activation="softmax"))
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model
"""


@pytest.fixture
def own(tmp_path: Path) -> str:
    (tmp_path / "own.py").write_text(OWN)
    return f"{tmp_path / 'own.py'}:Own"


@pytest.mark.parametrize("space", SPACES)
def test_what_was_built_is_read_back(space: str) -> None:
    for seed in range(10):
        architecture = source(space).draw(random.Random(seed)).architecture
        assert architecture_of(build_keras(architecture)) == architecture


def test_every_layer_there_is_is_read_back() -> None:
    assert architecture_of(build_keras(EVERYTHING)) == EVERYTHING


def test_candidates_of_a_space_that_only_builds_are_counted_exactly(own: str) -> None:
    own_source = CandidateSource(load_space(own, INPUT_SHAPE, CLASSES), epochs=7)
    for seed in range(5):
        candidate = own_source.draw(random.Random(seed))
        assert candidate.parameters == build_keras(candidate.architecture).count_params()
        assert candidate.architecture.output_shape == (CLASSES,)
    near = own_source.neighbour(candidate.values, random.Random(0), 1, "neighbour")
    assert near.values != candidate.values


def test_a_space_that_only_builds_is_searched(own: str, tmp_path: Path) -> None:
    digits = load("digits")
    config = StudyConfig(own, "digits", "val_accuracy >= 0.5", 2, 7, 0, "smallest")
    space = load_space(own, INPUT_SHAPE, CLASSES)
    trials = run_search(open_study(tmp_path, "own", config), digits, space, Budget(trials=8), Silent())
    qualifying = [trial.info.parameters for trial in trials if trial.result.qualified]
    assert qualifying == sorted(qualifying, reverse=True)
    assert 1 <= len(qualifying) <= len(trials) <= 8


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([keras.layers.BatchNormalization(), keras.layers.Flatten(), keras.layers.Dense(10)], "BatchNormalization"),
        ([keras.layers.Flatten(), keras.layers.Dense(10, activation="mish")], "mish"),
        ([keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax"), keras.layers.Dense(2)], "softmax"),
    ],
)
def test_a_model_that_cannot_be_read_is_one_line(layers: list[keras.Layer], said: str) -> None:
    with pytest.raises(UnknownModelError, match=said) as caught:
        architecture_of(keras.Sequential([keras.Input(INPUT_SHAPE), *layers]))
    assert "\n" not in str(caught.value)


def test_a_branch_is_one_line() -> None:
    entry = keras.Input(INPUT_SHAPE)
    left, right = (keras.layers.Conv2D(2, 3)(entry) for _ in range(2))
    end = keras.layers.Dense(10)(keras.layers.Flatten()(keras.layers.Add()([left, right])))
    with pytest.raises(UnknownModelError, match="branch"):
        architecture_of(keras.Model(entry, end))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise RuntimeError('no')", "RuntimeError: no"),
        ("x = 1", "no"),
        ("class Own:\n def __init__(s, a): pass", "Own"),
    ],
)
def test_a_file_that_does_not_work_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "own.py").write_text(text)
    with pytest.raises(SpaceError, match=said) as caught:
        load_space(f"{tmp_path / 'own.py'}:Own", INPUT_SHAPE, CLASSES)
    assert "\n" not in str(caught.value)
