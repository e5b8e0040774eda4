"""The loop of a search: oracle -> executor -> ledger, until the budget is spent."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from datasets.dataset import Dataset
from search.budget import Budget
from search.candidates import Candidate, CandidateSource, Unbuilt
from search.constraint import Constraint
from search.early_decisions import EarlyDecisions
from search.errors import SearchError
from search.executors import Executor, InProcess
from search.few_examples import left_out_split
from search.margin import aimed_at
from search.oracles import make_oracle
from search.study import Study, StudyConfig
from search.trial import CurvePoint, Trial, TrialInfo, TrialResult, TrialStatus, better_incumbent, more_accurate
from spaces.architecture import Architecture
from spaces.recipe import Recipe, search_lengths

SEEDS_PER_TRIAL = 1000
MOST_FAILURES = 20  # trials in a row that could not be trained, before a search is given up


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

    A trial that fails is recorded like any other. Raises SpaceError for a space that builds nothing, SearchError when
    MOST_FAILURES trials in a row failed, LedgerError and ExecutorError; what was finished is in the ledger then, too.
    """
    config = study.config
    # Where networks see few examples, training images left out choose instead of the validation split.
    train, validation = (
        (dataset.train, dataset.validation) if config.examples is None else left_out_split(dataset.train)
    )
    constraint = aimed_at(config, len(validation))
    progress = _Progress(study, constraint, len(train), len(validation), space)
    reporter.search_started(progress.trials, budget)
    training = (train, validation, constraint, reporter.evaluated)

    def finish(trial: Trial) -> None:
        study.ledger.append(trial)
        progress.take(trial)
        reporter.trial_finished(trial, progress.incumbent)

    executor: Executor
    if workers == 1 and scheduler is None:
        executor = InProcess(*training)
    else:
        from search.dask_executor import OnDask  # Dask takes a while to import; a single worker does without

        executor = OnDask(*training, workers, scheduler)
    with executor:
        start = time.monotonic()  # once the workers are up: the limit is for the search
        before = progress.elapsed
        pending: dict[int, TrialInfo] = {}
        while True:
            while len(pending) < executor.slots and not budget.is_spent(
                len(progress.trials) + len(pending), time.monotonic() - start
            ):
                try:
                    candidate = progress.oracle.propose(list(pending.values()))
                finally:
                    for trial in progress.unbuilt(pending):
                        finish(trial)
                if candidate is None:
                    break
                info = _info(candidate, progress.next_number(pending), config)
                pending[info.trial] = info
                reporter.trial_started(info)
                executor.submit(info, progress.decisions)
            if not pending:
                return progress.trials
            info, result = executor.next_finished()
            del pending[info.trial]
            finish(Trial(info, result, round(before + time.monotonic() - start, 3)))
            if progress.failures >= MOST_FAILURES:
                raise SearchError(
                    f"expected trials that can be trained, {MOST_FAILURES} failed in a row, the last: {result.reason}; "
                    "mend the space, or see all with leaderboard --all"
                )


class _Progress:
    """What a search knows: all of it follows from the ledger."""

    def __init__(self, study: Study, constraint: Constraint, examples: int, images: int, space: Any) -> None:
        lengths = search_lengths(study.config.max_epochs, examples)
        if study.config.oracle != "smallest":  # the others know of one length
            lengths = lengths[-1:]
        self._source = CandidateSource(space, *lengths[0])
        self._images = images
        self.decisions = EarlyDecisions(float(constraint.bar), images)
        config = study.config
        bar = float(constraint.bar)
        self.oracle = make_oracle(config.oracle, self._source, bar, config.seed, config.objective, lengths[1:])
        self._better = better_incumbent if config.objective == "parameters" else more_accurate
        self.incumbent: Trial | None = None
        self.failures = 0  # in a row, in this run
        self._kinds_unbuilt: set[str] = set()
        self.elapsed = 0.0
        self.trials: list[Trial] = []
        for trial in study.ledger.read():
            self.take(trial)
        self.failures = 0

    def take(self, trial: Trial) -> None:
        """Takes in a finished trial."""
        self.trials.append(trial)
        if is_unbuilt(trial):  # an oracle never proposed it
            self._kinds_unbuilt.add(_kind(trial.result.reason))
            return
        self.failures = self.failures + 1 if trial.result.status is TrialStatus.FAILED else 0
        self.oracle.learn(trial)
        self.decisions.learn(trial)
        self.incumbent = self._better(self.incumbent, trial)
        self.elapsed = max(self.elapsed, trial.elapsed if trial.elapsed is not None else 0.0)

    def unbuilt(self, pending: Iterable[int]) -> Iterator[Trial]:
        """What the space could not build since the last call, as failed trials: the first of each kind in the study.

        An oracle draws hundreds of candidates for one proposal, and the same mistake need not fill the ledger.
        """
        for unbuilt in self._source.take_unbuilt():
            if _kind(reason := _unbuilt_reason(unbuilt)) not in self._kinds_unbuilt:
                yield _unbuilt(unbuilt, reason, self.next_number(pending), self._source.epochs, self._images)

    def next_number(self, pending: Iterable[int]) -> int:
        """The number after all that were ever finished or are in training."""
        return max((*(trial.info.trial for trial in self.trials), *pending), default=-1) + 1


def _info(candidate: Candidate, number: int, config: StudyConfig) -> TrialInfo:
    first, replicas = (config.seed * 1_000_003 + number) * SEEDS_PER_TRIAL, config.replicas
    subsets = () if config.examples is None else tuple((config.seed + k) % 2**32 for k in range(replicas))
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
        examples=config.examples,
        subset_seeds=subsets,
    )


def is_unbuilt(trial: Trial) -> bool:
    """Whether the space could not even make a network for this trial."""
    return not trial.info.architecture.layers


def _unbuilt(unbuilt: Unbuilt, reason: str, number: int, epochs: int, images: int) -> Trial:
    nothing = Architecture((1, 1, 1), ())
    info = TrialInfo(number, unbuilt.values, nothing, "not built", 0, 0, Recipe(epochs), (), "space")
    return Trial(info, TrialResult(TrialStatus.FAILED, (), images, False, 0, 0.0, reason=reason))


def _unbuilt_reason(unbuilt: Unbuilt) -> str:
    values = ", ".join(f"{name}={value}" for name, value in unbuilt.values.items()) or "no values"
    return f"{unbuilt.reason} (built from {values})"


def _kind(reason: str) -> str:
    """Reasons that differ in values alone are of one kind."""
    return re.sub(r"\d+", "0", reason.rpartition(" (built from ")[0])
