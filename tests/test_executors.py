"""Workers: trials side by side give the same kind of ledger, and a worker that dies costs no more than a retry."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from datasets.registry import load
from search.dask_executor import OnDask
from search.errors import ExecutorError
from search.margin import aimed_at
from search.study import StudyConfig, open_study
from search.trial import CurvePoint, Trial, TrialInfo, TrialStatus
from search.tuner import Budget, run_search
from spaces.recipe import Recipe
from spaces.registry import load_space

CONFIG = StudyConfig("shallow", "digits", "val_accuracy >= 0.6", 2, 7, 3, "smallest")


class Listener:
    """Remembers what it hears; may call back when the first trial has been evaluated."""

    def __init__(self) -> None:
        self.started: list[int] = []
        self.evaluated_trials: set[int] = set()
        self.finished: list[Trial] = []
        self.most_at_once = 0

    def search_started(self, finished: Sequence[Trial], budget: Budget) -> None:
        pass

    def trial_started(self, info: TrialInfo) -> None:
        self.started.append(info.trial)
        self.most_at_once = max(self.most_at_once, len(self.started) - len(self.finished))

    def evaluated(self, info: TrialInfo, point: CurvePoint) -> None:
        self.evaluated_trials.add(info.trial)

    def trial_finished(self, trial: Trial, incumbent: Trial | None) -> None:
        self.finished.append(trial)


def test_two_workers_train_side_by_side_and_every_trial_is_in_the_ledger_once(tmp_path: Path) -> None:
    digits, heard = load("digits"), Listener()
    study = open_study(tmp_path, "study", CONFIG)
    trials = run_search(study, digits, load_space("shallow", (28, 28, 1), 10), Budget(trials=6), heard, workers=2)
    assert heard.most_at_once == 2
    assert sorted(trial.info.trial for trial in trials) == list(range(6))
    assert open_study(tmp_path, "study", CONFIG).ledger.read() == trials
    assert all(trial.result.status is not TrialStatus.FAILED for trial in trials)
    assert len({(trial.info.name, trial.info.recipe) for trial in trials}) == 6
    assert heard.evaluated_trials <= set(range(6))


def test_a_worker_that_is_killed_costs_its_trial_a_retry(tmp_path: Path) -> None:
    from search.candidates import CandidateSource
    from search.early_decisions import EarlyDecisions
    from search.oracle import ConstrainedOracle

    digits = load("digits")
    constraint = aimed_at(CONFIG, len(digits.validation))
    candidate = ConstrainedOracle(CandidateSource(load_space("shallow", (28, 28, 1), 10), 60), 0.6, 0).propose([])
    assert candidate is not None
    # A single cycle has no early decisions, and many epochs last until the worker is killed.
    c = msgspec.structs.replace(candidate, recipe=Recipe(epochs=400, cycles=1))
    info = TrialInfo(0, c.values, c.architecture, c.name, c.parameters, c.macs, c.recipe, (1, 2), c.origin)
    with OnDask(digits.train, digits.validation, constraint, lambda info, point: None, workers=1) as workers:
        victim = next(iter(workers.process_ids()))
        threading.Timer(1.0, os.kill, (victim, signal.SIGKILL)).start()
        workers.submit(info, EarlyDecisions(0.6, len(digits.validation)))
        start = time.monotonic()
        finished, result = workers.next_finished()
        assert time.monotonic() - start > 1.0
    assert finished == info
    assert result.status is not TrialStatus.FAILED
    assert len(result.correct) >= 2


def test_a_scheduler_that_is_not_there_is_one_line() -> None:
    digits = load("digits")
    constraint = aimed_at(CONFIG, len(digits.validation))
    workers = OnDask(
        digits.train, digits.validation, constraint, lambda info, point: None, 1, "tcp://127.0.0.1:1", patience=1.0
    )
    with pytest.raises(ExecutorError, match="expected a Dask scheduler") as caught, workers:
        pass
    assert "\n" not in str(caught.value)
