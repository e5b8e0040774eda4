"""The loop of a search: oracle -> evaluator -> ledger, until the budget is spent."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, Protocol

from datasets.dataset import Dataset
from search.candidates import Candidate, CandidateSource
from search.constraint import Constraint
from search.early_decisions import EarlyDecisions
from search.evaluate import Evaluator
from search.margin import default_margin
from search.oracles import make_oracle
from search.study import Study
from search.trial import CurvePoint, Trial, TrialInfo, better_incumbent

SEEDS_PER_TRIAL = 1000


@dataclass(frozen=True)
class Budget:
    """When a search ends: at so many finished trials in the study altogether, or after so many seconds of this run."""

    trials: int | None = None
    seconds: float | None = None


class Reporter(Protocol):
    """Hears what happens in a search."""

    def search_started(self, finished: Sequence[Trial], budget: Budget) -> None:
        """Before the first trial; `finished` are those of earlier runs."""

    def trial_started(self, info: TrialInfo) -> None:
        """Before a trial is trained."""

    def evaluated(self, info: TrialInfo, point: CurvePoint) -> None:
        """After each evaluation of a trial in training."""

    def trial_finished(self, trial: Trial, incumbent: Trial | None) -> None:
        """After a finished trial is on disk."""


def run_search(study: Study, dataset: Dataset, space: Any, budget: Budget, reporter: Reporter) -> list[Trial]:
    """Searches until the budget is spent or the space has nothing left; returns all finished trials of the study.

    Goes on from the ledger: the same seed gives the same trials in the same order, wherever it was interrupted.
    An interruption (KeyboardInterrupt) passes through; what was finished is in the ledger.
    """
    config = study.config
    constraint = aimed_at(study, len(dataset.validation))
    decisions = EarlyDecisions(float(constraint.bar), len(dataset.validation))
    source = CandidateSource(space, config.max_epochs)
    oracle = make_oracle(config.oracle, source, float(constraint.bar), config.seed)
    trials = study.ledger.read()
    incumbent: Trial | None = None
    for trial in trials:
        oracle.learn(trial)
        decisions.learn(trial)
        incumbent = better_incumbent(incumbent, trial)
    evaluator = Evaluator(dataset.train, dataset.validation, constraint, decisions)
    reporter.search_started(trials, budget)
    start = time.monotonic()
    while not _is_spent(budget, len(trials), time.monotonic() - start):
        candidate = oracle.propose([])
        if candidate is None:
            break
        info = _info(candidate, len(trials), config.seed, config.replicas)
        reporter.trial_started(info)
        result = evaluator.evaluate(info, partial(reporter.evaluated, info))
        trial = Trial(info, result)
        study.ledger.append(trial)
        trials.append(trial)
        oracle.learn(trial)
        decisions.learn(trial)
        incumbent = better_incumbent(incumbent, trial)
        reporter.trial_finished(trial, incumbent)
    return trials


def aimed_at(study: Study, images: int) -> Constraint:
    """The constraint of a study raised by its margin: what a trial must meet on `images` validation images."""
    config = study.config
    asked = Constraint.parse(config.constraint)
    if config.margin is None:
        return Constraint(asked.bar + default_margin(asked.bar, config.replicas, images))
    return Constraint(asked.bar + Fraction(str(config.margin)))


def _info(candidate: Candidate, number: int, seed: int, replicas: int) -> TrialInfo:
    first = (seed * 1_000_003 + number) * SEEDS_PER_TRIAL
    return TrialInfo(
        trial=number,
        values=candidate.values,
        architecture=candidate.architecture,
        name=candidate.name,
        parameters=candidate.parameters,
        macs=candidate.macs,
        recipe=candidate.recipe,
        seeds=tuple(first + replica for replica in range(replicas)),
        origin=candidate.origin,
    )


def _is_spent(budget: Budget, trials: int, seconds: float) -> bool:
    if budget.trials is not None and trials >= budget.trials:
        return True
    return budget.seconds is not None and seconds >= budget.seconds
