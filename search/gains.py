"""Gains: how far the log-error of a trial still falls from a point of its schedule to the end.

Learned from the trials that were trained to the end. The logarithm makes them comparable: a network of 10% errors and
one of 5% gain about the same share of their errors.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from search.trial import Trial, TrialStatus

SMALLEST_ERROR = 1e-4


def log_error(accuracy: float) -> float:
    """The logarithm of the share of wrong answers, kept finite."""
    return math.log(max(1 - accuracy, SMALLEST_ERROR))


def mean_log_error(correct: Sequence[int], total: int) -> float:
    """The log-error of the mean accuracy of replicas that answered `correct` of `total` each."""
    return log_error(sum(correct) / (total * len(correct)))


class Gains:
    """The falls in log-error seen so far, by the share of the schedule from which they count."""

    def __init__(self, trials: Iterable[Trial] = ()) -> None:
        """Learns from the trials given, and from more by `learn`."""
        self._falls: dict[int, list[float]] = {}
        for trial in trials:
            self.learn(trial)

    def learn(self, trial: Trial) -> None:
        """Takes in a finished trial; one stopped early says nothing about gains."""
        if trial.result.status is not TrialStatus.COMPLETED or not trial.result.curve:
            return
        *points, last = trial.result.curve
        end = mean_log_error(last.correct, trial.result.total)
        for point in points:
            share = _percent(point.epoch, trial.info.recipe.epochs)
            self._falls.setdefault(share, []).append(mean_log_error(point.correct, trial.result.total) - end)

    def since(self, epoch: int, epochs: int) -> Sequence[float]:
        """The falls seen from `epoch` of `epochs` epochs on; positive where accuracy rose."""
        return self._falls.get(_percent(epoch, epochs), ())


def _percent(epoch: int, epochs: int) -> int:
    return round(100 * epoch / epochs)
