"""The loop of a search: oracle -> executor -> ledger, until the budget is spent."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from datasets.dataset import Dataset
from search.candidates import Candidate, CandidateSource
from search.constraint import Constraint
from search.early_decisions import EarlyDecisions
from search.executors import Executor, InProcess
from search.margin import aimed_at
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


def run_search(
    study: Study,
    dataset: Dataset,
    space: Any,
    budget: Budget,
    reporter: Reporter,
    workers: int = 1,
    scheduler: str | None = None,
) -> list[Trial]:
    """Searches until the budget is spent or the space has nothing left; returns all finished trials of the study.

    Goes on from the ledger: with one worker the same seed gives the same trials in the same order, wherever it was
    interrupted. An interruption (KeyboardInterrupt) passes through; what was finished is in the ledger. Several
    `workers`, or those of a Dask `scheduler`, train trials side by side.
    """
    config = study.config
    constraint = aimed_at(config, len(dataset.validation))
    progress = _Progress(study, constraint, len(dataset.validation), space)
    reporter.search_started(progress.trials, budget)
    training = (dataset.train, dataset.validation, constraint, reporter.evaluated)
    executor: Executor
    if workers == 1 and scheduler is None:
        executor = InProcess(*training)
    else:
        from search.dask_executor import OnDask  # Dask takes a while to import; a single worker does without

        executor = OnDask(*training, workers, scheduler)
    with executor:
        start = time.monotonic()  # once the workers are up: the limit is for the search
        pending: dict[int, TrialInfo] = {}
        while True:
            while len(pending) < executor.slots and not _is_spent(
                budget, len(progress.trials) + len(pending), time.monotonic() - start
            ):
                candidate = progress.oracle.propose(list(pending.values()))
                if candidate is None:
                    break
                info = _info(candidate, progress.next_number(pending), config.seed, config.replicas)
                pending[info.trial] = info
                reporter.trial_started(info)
                executor.submit(info, progress.decisions)
            if not pending:
                return progress.trials
            info, result = executor.next_finished()
            del pending[info.trial]
            trial = Trial(info, result)
            study.ledger.append(trial)
            progress.take(trial)
            reporter.trial_finished(trial, progress.incumbent)


class _Progress:
    """What a search knows: all of it follows from the ledger."""

    def __init__(self, study: Study, constraint: Constraint, images: int, space: Any) -> None:
        source = CandidateSource(space, study.config.max_epochs)
        self.decisions = EarlyDecisions(float(constraint.bar), images)
        self.oracle = make_oracle(study.config.oracle, source, float(constraint.bar), study.config.seed)
        self.incumbent: Trial | None = None
        self.trials: list[Trial] = []
        for trial in study.ledger.read():
            self.take(trial)

    def take(self, trial: Trial) -> None:
        """Takes in a finished trial."""
        self.trials.append(trial)
        self.oracle.learn(trial)
        self.decisions.learn(trial)
        self.incumbent = better_incumbent(self.incumbent, trial)

    def next_number(self, pending: Iterable[int]) -> int:
        """The number after all that were ever finished or are in training."""
        return max((*(trial.info.trial for trial in self.trials), *pending), default=-1) + 1


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
