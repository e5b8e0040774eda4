"""How a search went, as data: the incumbent's size after each finished trial, and after each minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from search.trial import Trial, better_incumbent


@dataclass(frozen=True)
class Improvement:
    """A new incumbent: after how many finished trials and minutes, which trial, and its size."""

    finished: int
    minutes: float
    trial: int
    parameters: int


@dataclass(frozen=True)
class Progress:
    """A search in the order in which its trials finished.

    Attributes:
        parameters: the size of each trial that was measured, with the place at which it finished (from 1) and the
            minutes until then; `qualified` says which of them qualify.
        improvements: the incumbents, each smaller or more accurate than the one before.
        trials: how many finished; `minutes` how long that took.
        is_wall_time: whether minutes are those of the search; otherwise (in ledgers that hold no more) those of
            training, all workers' together.
    """

    finished: tuple[int, ...]
    at_minutes: tuple[float, ...]
    parameters: tuple[int, ...]
    qualified: tuple[bool, ...]
    improvements: tuple[Improvement, ...]
    trials: int
    minutes: float
    is_wall_time: bool


def progress(trials: Sequence[Trial]) -> Progress:
    """The course of a search from its trials in the order of the ledger."""
    elapsed = [trial.elapsed for trial in trials]
    known = [seconds for seconds in elapsed if seconds is not None]
    is_wall_time = len(known) == len(trials)
    seconds = known if is_wall_time else list(accumulate(trial.result.seconds for trial in trials))
    measured: list[int] = []
    improvements: list[Improvement] = []
    incumbent: Trial | None = None
    for place, trial in enumerate(trials):
        if trial.result.correct:
            measured.append(place)
        better = better_incumbent(incumbent, trial)
        if better is not None and better is not incumbent:
            incumbent = better
            size, number = incumbent.info.parameters, incumbent.info.trial
            improvements.append(Improvement(place + 1, seconds[place] / 60, number, size))
    return Progress(
        finished=tuple(place + 1 for place in measured),
        at_minutes=tuple(seconds[place] / 60 for place in measured),
        parameters=tuple(trials[place].info.parameters for place in measured),
        qualified=tuple(trials[place].result.qualified for place in measured),
        improvements=tuple(improvements),
        trials=len(trials),
        minutes=max(seconds, default=0.0) / 60,
        is_wall_time=is_wall_time,
    )
