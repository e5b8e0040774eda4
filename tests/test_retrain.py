"""Retraining: fresh seeds, models that load alone and score what was written down, nothing trained twice."""

from __future__ import annotations

import csv
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.dataset import Dataset
from datasets.registry import load
from search.artifacts import read_predictions, read_weights
from search.confirmation import Confirmation, Confirmations
from search.retrain import RetrainSettings, fresh_seeds, retrain
from search.study import Study
from search.trial import Trial
from tests import trials as invented

SETTINGS = RetrainSettings(seeds=2, epochs=2)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load("digits")


@pytest.fixture(scope="module")
def retrained(tmp_path_factory: pytest.TempPathFactory, digits: Dataset) -> tuple[Study, Confirmation, list[int]]:
    """A study with one trial, retrained: the study, what came of it, and the epochs that were reported."""
    study = invented.study(tmp_path_factory.mktemp("runs"), [invented.trial(5)])
    epochs: list[int] = []
    run = retrain(
        study, digits, study.ledger.read(), SETTINGS, on_epoch=lambda trial, epoch, losses: epochs.append(epoch)
    )
    ((_, confirmation),) = run
    return study, confirmation, epochs


def test_it_is_on_disk_with_what_it_rests_on(retrained: tuple[Study, Confirmation, list[int]], digits: Dataset) -> None:
    study, confirmation, epochs = retrained
    assert Confirmations(study.folder).read() == [confirmation]
    assert (confirmation.trial, confirmation.epochs, confirmation.full_training_set) == (5, 2, True)
    assert confirmation.total == len(digits.test)
    assert len(confirmation.correct) == len(confirmation.seeds) == len(confirmation.models) == 2
    reaches = sum(confirmation.correct) * 100 >= 95 * 2 * confirmation.total
    assert confirmation.confirmed == reaches
    assert epochs == [1, 2]


def test_its_history_has_a_row_for_each_epoch_and_seed(retrained: tuple[Study, Confirmation, list[int]]) -> None:
    study, confirmation, _ = retrained
    with (study.folder / confirmation.history).open() as file:
        rows = list(csv.DictReader(file))
    expected = [(str(epoch), str(seed)) for epoch in (1, 2) for seed in confirmation.seeds]
    assert [(row["epoch"], row["seed"]) for row in rows] == expected
    assert all(np.isfinite(float(row["train_loss"])) for row in rows)


def test_a_saved_model_scores_on_raw_pixels_what_was_written_down(
    retrained: tuple[Study, Confirmation, list[int]], digits: Dataset
) -> None:
    study, confirmation, _ = retrained
    for path, correct in zip(confirmation.models, confirmation.correct, strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model = keras.models.load_model(study.folder / path)
        assert model.count_params() == invented.NETWORK.parameters
        answers = model.predict(digits.test.images, verbose=0).argmax(axis=-1)
        assert int((answers == digits.test.labels).sum()) == correct


def test_a_saved_model_loads_where_nothing_of_this_project_is(
    retrained: tuple[Study, Confirmation, list[int]], tmp_path: Path
) -> None:
    study, confirmation, _ = retrained
    code = f"import keras; print(keras.models.load_model({str(study.folder / confirmation.models[0])!r}).input_shape)"
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("(None, 28, 28, 1)")


def test_it_keeps_the_answers_and_weights_of_every_model(
    retrained: tuple[Study, Confirmation, list[int]], digits: Dataset
) -> None:
    study, confirmation, _ = retrained
    folder = (study.folder / confirmation.history).parent
    kept, weights = read_predictions(folder), read_weights(folder, confirmation.seeds)
    assert kept is not None
    assert weights is not None
    assert np.array_equal(kept.labels, digits.test.labels)
    assert tuple((kept.answers == kept.labels).sum(1)) == confirmation.correct
    assert np.array_equal(kept.images, digits.test.images[kept.misread])
    for path, arrays in zip(confirmation.models, weights, strict=True):
        model = keras.models.load_model(study.folder / path)
        assert all(np.array_equal(*pair) for pair in zip(model.get_weights(), arrays, strict=True))


def test_the_same_settings_train_nothing_again(
    retrained: tuple[Study, Confirmation, list[int]], digits: Dataset
) -> None:
    study, confirmation, _ = retrained

    def trained(*_: object) -> None:
        raise AssertionError("it trained again")

    ((_, again),) = retrain(study, digits, study.ledger.read(), SETTINGS, on_epoch=trained)
    assert again == confirmation


@pytest.fixture
def walked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Lets trials above 200 parameters be confirmed without training; the numbers of those asked for."""
    asked: list[int] = []

    def confirm(study: Study, data: Dataset, trial: Trial, settings: RetrainSettings, _: object) -> Confirmation:
        asked.append(trial.info.trial)
        good = trial.info.parameters > 200
        return Confirmation(trial.info.trial, (1, 2), (960, 960), 1000, 2, True, good, None, 1.0, ("a", "b"), "h")

    monkeypatch.setattr("search.retrain.confirm", confirm)
    return asked


def test_until_confirmed_walks_on_to_the_first_that_is(tmp_path: Path, digits: Dataset, walked: list[int]) -> None:
    trials = [invented.trial(number, parameters) for number, parameters in enumerate([100, 150, 250, 300])]
    study = invented.study(tmp_path, trials)
    found = [
        confirmation.confirmed for _, confirmation in retrain(study, digits, trials, SETTINGS, until_confirmed=True)
    ]
    assert (walked, found) == ([0, 1, 2], [False, False, True])


def test_an_interruption_keeps_what_was_finished(tmp_path: Path, digits: Dataset, walked: list[int]) -> None:
    def interrupted() -> Iterator[Trial]:
        yield trials[0]
        raise KeyboardInterrupt

    trials = [invented.trial(number) for number in range(3)]
    study = invented.study(tmp_path, trials)
    with pytest.raises(KeyboardInterrupt):
        list(retrain(study, digits, interrupted(), SETTINGS))
    assert [one.trial for one in Confirmations(study.folder).read()] == [0]
    assert len(list(retrain(study, digits, trials, SETTINGS))) == 3
    assert walked == [0, 1, 2]


@given(st.integers(0, 2**32 - 1), st.integers(0, 1000), st.integers(1, 8))
def test_fresh_seeds_are_distinct_repeat_themselves_and_avoid_those_used(study: int, trial: int, count: int) -> None:
    seeds = fresh_seeds(study, trial, count, ())
    assert len(set(seeds)) == count
    assert fresh_seeds(study, trial, count, ()) == seeds
    assert fresh_seeds(study, trial, count + 1, ())[:count] == seeds
    assert not set(fresh_seeds(study, trial, count, seeds)) & set(seeds)


def test_validation_images_are_left_out_where_asked(
    tmp_path: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    class StopError(Exception):
        pass

    def feed(images: np.ndarray, *_: object) -> None:
        sizes.append(len(images))
        raise StopError

    monkeypatch.setattr("search.retrain.EpochFeed", feed)
    trial = invented.trial(0)
    study = invented.study(tmp_path, [trial])
    for full in (True, False):
        with pytest.raises(StopError):
            list(retrain(study, digits, [trial], RetrainSettings(2, 1, full)))
    assert sizes == [len(digits.train) + len(digits.validation), len(digits.train)]
