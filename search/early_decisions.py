"""Early decisions: a trial ends as soon as its outcome is safe, on what the finished trials have shown so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from search.feasibility import SEED_SPREAD, log_error
from search.trial import CurvePoint, Trial, TrialStatus

SAFE = 2.0  # standard errors by which an early acceptance must clear the bar
ENOUGH = 4  # finished trials from which on their gains are trusted
LARGEST_GAIN = 0.8  # of the log-error over a whole schedule, taken for possible until then
UNSEEN = 0.4  # how much larger than the largest of n gains the next may be, times the root of n


class Decision(Enum):
    """What to do with a trial after an evaluation."""

    GO_ON = "go on"
    ACCEPT = "accept"
    REJECT = "reject"


@dataclass
class EarlyDecisions:
    """Accepts what is already safely over the bar, rejects what no gain seen so far could lift there.

    The gain of a trial from an epoch on is the fall of its log-error from there to the end of the schedule. It is
    learned from the trials that were trained to the end, by share of the schedule done.
    """

    bar: float
    total: int
    _gains: dict[int, list[float]] = field(default_factory=dict)

    def learn(self, trial: Trial) -> None:
        """Takes in a finished trial; only those trained to the end say anything about gains."""
        if trial.result.status is not TrialStatus.COMPLETED:
            return
        end = log_error(_mean(trial.result.correct, self.total))
        for point in trial.result.curve:
            share = percent(point.epoch, trial.info.recipe.epochs)
            self._gains.setdefault(share, []).append(log_error(_mean(point.correct, self.total)) - end)

    def decide(self, point: CurvePoint, epochs: int) -> Decision:
        """What the evaluation after `point.epoch` of `epochs` epochs allows."""
        accuracies = np.array(point.correct) / self.total
        mean = float(accuracies.mean())
        if mean - SAFE * standard_error(point.correct, self.total) >= self.bar:
            return Decision.ACCEPT
        if log_error(mean) - self.possible_gain(point.epoch, epochs) > log_error(self.bar):
            return Decision.REJECT
        return Decision.GO_ON

    def possible_gain(self, epoch: int, epochs: int) -> float:
        """The largest fall of the log-error to be reckoned with from `epoch` to the end of `epochs`."""
        gains = self._gains.get(percent(epoch, epochs), [])
        if len(gains) < ENOUGH:
            return LARGEST_GAIN * (1 - epoch / epochs) ** 2
        return max(gains) + UNSEEN / math.sqrt(len(gains))


def standard_error(correct: Sequence[int], total: int) -> float:
    """Standard error of the replicas' mean accuracy; with fewer than three, from the spread usual at this size."""
    accuracies = np.array(correct) / total
    usual = SEED_SPREAD * (1 - float(accuracies.mean()))
    spread = float(accuracies.std(ddof=1)) if len(correct) > 2 else usual
    return max(spread, usual / 2) / math.sqrt(len(correct))


def percent(epoch: int, epochs: int) -> int:
    """The share of a schedule that is done, in whole per cent."""
    return round(100 * epoch / epochs)


def _mean(correct: Sequence[int], total: int) -> float:
    return sum(correct) / (total * len(correct))
