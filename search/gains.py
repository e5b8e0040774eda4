"""Gains: how far the log-error of a trial still falls from a point of its schedule to the end.

Learned from the trials that were trained to the end. The logarithm makes them comparable: a network of 10% errors and
one of 5% gain about the same share of their errors. Of trainings longer than any so far, shorter ones say the most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from search.trial import Trial, TrialStatus

SMALLEST_ERROR = 1e-4
ENOUGH = 3  # finished trials from which on their gains are trusted
# Of the log-error, when the training grows e times as long, and how far it differs; seen from 14 to 60 epochs.
LONGER_GAIN, LONGER_SPREAD = 0.04, 0.03
SURELY = 2.0  # such spreads from the mean that are reckoned with


def longer_fall(growth: float) -> tuple[float, float]:
    """Mean and spread of what the log-error falls further in a training e to the power of `growth` times as long."""
    return LONGER_GAIN * growth, LONGER_SPREAD * growth


def log_error(accuracy: float) -> float:
    """The logarithm of the share of wrong answers, kept finite."""
    return math.log(max(1 - accuracy, SMALLEST_ERROR))


def mean_log_error(correct: Sequence[int], total: int) -> float:
    """The log-error of the mean accuracy of replicas that answered `correct` of `total` each."""
    return log_error(sum(correct) / (total * len(correct)))


class Falls(NamedTuple):
    """Falls in log-error from a point of a training to its end; positive where accuracy rose."""

    trials: int
    mean: float
    deviation: float
    least: float
    most: float

    def prolonged(self, growth: float) -> Falls:
        """What these would be had the trainings gone on until they were e to the power of `growth` times as long."""
        more, unsure = longer_fall(growth)
        return Falls(
            self.trials,
            self.mean + more,
            math.hypot(self.deviation, unsure),
            self.least + more - SURELY * unsure,
            self.most + more + SURELY * unsure,
        )


class Gains:
    """The falls in log-error seen so far, by the length of the training and the epoch from which they count."""

    def __init__(self, trials: Iterable[Trial] = ()) -> None:
        """Learns from the trials given, and from more by `learn`."""
        self._falls: dict[int, dict[int, list[float]]] = {}
        for trial in trials:
            self.learn(trial)

    def learn(self, trial: Trial) -> None:
        """Takes in a finished trial; one stopped early says nothing about gains."""
        if trial.result.status is not TrialStatus.COMPLETED or not trial.result.curve:
            return
        end = mean_log_error(trial.result.curve[-1].correct, trial.result.total)
        known = self._falls.setdefault(trial.info.recipe.epochs, {})
        for point in trial.result.curve:
            known.setdefault(point.epoch, []).append(mean_log_error(point.correct, trial.result.total) - end)

    def since(self, epoch: int, epochs: int) -> Falls | None:
        """The falls from `epoch` of `epochs` epochs on; None before ENOUGH trials say anything about that.

        Where too few were trained so long, those of the longest shorter training are prolonged: the cycles of both
        end after the same epochs, but for rounding.
        """
        for length in sorted((length for length in self._falls if length <= epochs), reverse=True):
            start = min(epoch, length)
            nearest = min(self._falls[length], key=lambda seen, start=start: abs(seen - start))  # type: ignore[misc]
            falls = self._falls[length][nearest]
            rounding = 0 if length == epochs else max(1, start // 10)
            if len(falls) >= ENOUGH and abs(nearest - start) <= rounding:
                seen = Falls(len(falls), float(np.mean(falls)), float(np.std(falls, ddof=1)), min(falls), max(falls))
                return seen if length == epochs else seen.prolonged(math.log(epochs / max(length, epoch)))
        return None
