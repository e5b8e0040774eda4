"""Keras Tuner's own oracles behind the same training, ledger and leaderboard, for comparison."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import keras_tuner as kt

from search.candidates import MOST_ATTEMPTS, Candidate, CandidateSource, UnbuiltError
from search.trial import Trial, TrialInfo, TrialStatus, Value, Values

OBJECTIVE = "penalised_parameters"
PENALTY = 1_000_000.0  # more than any network of the spaces has: every qualifying one scores better
MOST_TRIALS = 1_000_000


class _InMemory:
    """Keeps an oracle's state out of the file system: the ledger holds all there is to rebuild it from."""

    def save(self) -> None:
        """Nothing to save."""

    def _save_trial(self, trial: Any) -> None:
        """Nothing to save."""


class _Random(_InMemory, kt.oracles.RandomSearchOracle):
    pass


class _Bayesian(_InMemory, kt.oracles.BayesianOptimizationOracle):
    pass


KINDS: dict[str, Any] = {"random": _Random, "bayesian": _Bayesian}


def penalised(trial: Trial, bar: float | None) -> float:
    """What these oracles minimise: parameters if the trial qualifies, else a penalty that grows with what it lacks.

    Without a bar it is the error: the most accurate network is looked for.
    """
    if bar is None:
        return 1 - trial.mean_accuracy if trial.result.correct else 1.0
    if trial.result.qualified:
        return float(trial.info.parameters)
    accuracy = trial.mean_accuracy if trial.result.status is not TrialStatus.FAILED else 0.0
    return PENALTY * (1 + max(bar - accuracy, 0.0))


class KerasTunerOracle:
    """One of Keras Tuner's oracles, driven by our loop and rebuilt from the ledger."""

    def __init__(self, kind: str, source: CandidateSource, bar: float | None, seed: int) -> None:
        """`kind` is one of KINDS."""
        self._source, self._bar = source, bar
        self._rng = random.Random(seed)
        space = source.hyperparameters(self._rng)
        # Keras Tuner takes seed 0 for "none given".
        self._oracle: Any = KINDS[kind](
            objective=kt.Objective(OBJECTIVE, "min"), max_trials=MOST_TRIALS, seed=seed + 1, hyperparameters=space
        )
        self._oracle.verbose = 0
        self._waiting: dict[frozenset[tuple[str, Value]], Any] = {}
        self._count = 0

    def propose(self, pending: Sequence[TrialInfo]) -> Candidate | None:
        """The oracle's next values; None when it has none left. Raises SpaceError when none can be built."""
        for _ in range(MOST_ATTEMPTS):
            trial = self._oracle.create_trial(f"proposal {self._count}")
            if trial.status != kt.engine.trial.TrialStatus.RUNNING:
                return None
            self._count += 1
            try:
                candidate = self._source.from_values(trial.hyperparameters.values, self._rng, "keras tuner")
            except UnbuiltError as error:
                self._end(trial, 2 * PENALTY)
                last = error
                continue
            self._waiting[_key(candidate.values)] = trial
            return candidate
        raise last

    def learn(self, trial: Trial) -> None:
        """Takes in a finished trial; one from an earlier run is proposed again first, from its recorded values."""
        asked = self._waiting.pop(_key(trial.info.values), None)
        if asked is None:
            asked = self._oracle.create_trial(f"replay {trial.info.trial}")
            asked.hyperparameters.values = dict(trial.info.values)
            self._count += 1
        self._end(asked, penalised(trial, self._bar))

    def _end(self, asked: Any, score: float) -> None:
        asked.metrics.register(OBJECTIVE, direction="min")
        asked.metrics.update(OBJECTIVE, score)
        self._oracle.trials[asked.trial_id].metrics = asked.metrics
        asked.status = kt.engine.trial.TrialStatus.COMPLETED
        self._oracle.end_trial(asked)


def _key(values: Values) -> frozenset[tuple[str, Value]]:
    return frozenset(values.items())
