"""Early decisions: a trial ends as soon as its outcome is safe, on what the finished trials have shown so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum

import numpy as np

from search.gains import Gains, log_error
from search.noise import SEED_SPREAD
from search.trial import CurvePoint, Trial

SAFE = 2.0  # standard errors by which an early acceptance must clear the bar
ENOUGH = 4  # finished trials from which on their gains are trusted
LARGEST_GAIN = 0.8  # of the log-error over a whole schedule, taken for possible until then
UNSEEN = 0.4  # how much larger than the largest of n gains the next may be, times the root of n


class Decision(Enum):
    """What to do with a trial after an evaluation."""

    GO_ON = "go on"
    ACCEPT = "accept"
    REJECT = "reject"


class EarlyDecisions:
    """Accepts what is already safely over the bar, rejects what no gain seen so far could lift there."""

    def __init__(self, bar: float, total: int) -> None:
        """`bar` is the accuracy to reach (margin included), `total` the number of validation images."""
        self._bar, self._total = bar, total
        self._gains = Gains()

    def learn(self, trial: Trial) -> None:
        """Takes in a finished trial."""
        self._gains.learn(trial)

    def decide(self, point: CurvePoint, epochs: int) -> Decision:
        """What the evaluation after `point.epoch` of `epochs` epochs allows."""
        mean = sum(point.correct) / (self._total * len(point.correct))
        if mean - SAFE * standard_error(point.correct, self._total) >= self._bar:
            return Decision.ACCEPT
        if log_error(mean) - self.possible_gain(point.epoch, epochs) > log_error(self._bar):
            return Decision.REJECT
        return Decision.GO_ON

    def possible_gain(self, epoch: int, epochs: int) -> float:
        """The largest fall of the log-error to be reckoned with from `epoch` to the end of `epochs`."""
        seen = self._gains.since(epoch, epochs)
        if len(seen) < ENOUGH:
            return LARGEST_GAIN * (1 - epoch / epochs) ** 2
        return max(seen) + UNSEEN / math.sqrt(len(seen))


def standard_error(correct: Sequence[int], total: int) -> float:
    """Standard error of the replicas' mean accuracy; with fewer than three, from the spread usual at this size."""
    accuracies = np.array(correct) / total
    usual = SEED_SPREAD * (1 - float(accuracies.mean()))
    spread = float(accuracies.std(ddof=1)) if len(correct) > 2 else usual
    return max(spread, usual / 2) / math.sqrt(len(correct))
