"""The loop on real data (the bundled digits): ledger, going on, same seed, budget, the test set out of sight."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from datasets.dataset import Dataset, Split
from datasets.registry import load
from search.budget import Budget
from search.study import StudyConfig, open_study
from search.trial import CurvePoint, Trial, TrialInfo, TrialStatus
from search.tuner import run_search
from spaces.registry import load_space

CONFIG = StudyConfig(
    space="shallow",
    dataset="digits",
    constraint="val_accuracy >= 0.6",
    replicas=2,
    max_epochs=14,
    seed=3,
    oracle="smallest",
)


class Silent:
    """Hears everything, says nothing; raises KeyboardInterrupt when so many trials have finished."""

    def __init__(self, interrupt_after: int | None = None) -> None:
        self.heard: list[Trial] = []
        self.points = 0
        self._interrupt_after = interrupt_after

    def search_started(self, finished: Sequence[Trial], budget: Budget) -> None:
        pass

    def trial_started(self, info: TrialInfo) -> None:
        pass

    def evaluated(self, info: TrialInfo, point: CurvePoint) -> None:
        self.points += 1

    def trial_finished(self, trial: Trial, incumbent: Trial | None) -> None:
        self.heard.append(trial)
        if len(self.heard) == self._interrupt_after:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def blind_digits() -> Dataset:
    """Digits whose test images nobody can read: a search must never look at them."""

    class Untouchable(Split):
        def __getattribute__(self, name: str) -> object:
            raise AssertionError(f"the test set was read: {name}")

    digits = load("digits")
    return dataclasses.replace(digits, test=object.__new__(Untouchable))


def search(folder: Path, dataset: Dataset, budget: Budget, reporter: Silent | None = None) -> list[Trial]:
    study = open_study(folder, "study", CONFIG)
    space = load_space(CONFIG.space, dataset.input_shape, dataset.classes)
    return run_search(study, dataset, space, budget, reporter or Silent())


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory, blind_digits: Dataset) -> list[Trial]:
    return search(tmp_path_factory.mktemp("straight"), blind_digits, Budget(trials=8))


def test_a_search_finds_networks_that_qualify_without_the_test_set(straight: list[Trial]) -> None:
    assert [trial.info.trial for trial in straight] == list(range(8))
    assert any(trial.result.qualified for trial in straight)
    for trial in straight:
        assert trial.result.status.is_finished()
        assert len(trial.result.correct) >= CONFIG.replicas
        assert trial.result.total == 350


def test_qualifying_is_counted_in_whole_numbers_over_all_replicas(straight: list[Trial]) -> None:
    for trial in straight:
        mean = np.mean(trial.result.correct) / trial.result.total
        if mean < 0.6:
            assert not trial.result.qualified
        if mean > 0.65:
            assert trial.result.qualified


def test_interrupted_and_gone_on_with_it_gives_the_same_trials(
    tmp_path: Path, straight: list[Trial], blind_digits: Dataset
) -> None:
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path, blind_digits, Budget(trials=8), Silent(interrupt_after=5))
    kept = open_study(tmp_path, "study", CONFIG).ledger.read()
    assert len(kept) == 5
    trials = search(tmp_path, blind_digits, Budget(trials=8))
    assert [trial.info for trial in trials] == [trial.info for trial in straight]
    assert [trial.result.correct for trial in trials] == [trial.result.correct for trial in straight]
    assert open_study(tmp_path, "study", CONFIG).ledger.read() == trials


def test_a_spent_budget_trains_nothing(tmp_path: Path, blind_digits: Dataset) -> None:
    reporter = Silent()
    assert search(tmp_path, blind_digits, Budget(trials=0), reporter) == []
    assert search(tmp_path, blind_digits, Budget(seconds=0.0), reporter) == []
    assert reporter.points == 0


def test_near_the_bar_a_trial_gets_more_replicas(straight: list[Trial]) -> None:
    for trial in straight:
        more = len(trial.result.correct) > CONFIG.replicas
        assert more == ("too close to call" in trial.result.reason)
        assert not more or trial.result.status is TrialStatus.COMPLETED
