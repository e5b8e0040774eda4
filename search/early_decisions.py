"""Early decisions: a trial ends as soon as its outcome is safe, on what the finished trials have shown so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum

import numpy as np
from scipy.special import stdtrit

from search.gains import Gains, log_error
from search.noise import SEED_SPREAD
from search.trial import CurvePoint, Trial

SAFE = 2.0  # standard errors by which an early acceptance must clear the bar
# Of the log-error, taken for possible until then: over a whole schedule, and when the training grows e times as long.
LARGEST_GAIN, PER_GROWTH = 0.9, 0.3
HARDLY = 0.01  # probability below which a gain larger than all those seen is not waited for
ROUNDING = 1e-9  # of sums of logarithms: a gain as large as the largest seen must count as possible
LEAST_SPREAD = 0.015  # of the gains' log-error: a few that happen to agree are no proof that all do


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
        """What the evaluation after `point.epoch` of `epochs` epochs allows.

        Accepted is what qualifies as it stands and, with the gain that is sure to come, does so safely.
        """
        mean = sum(point.correct) / (self._total * len(point.correct))
        lacking = log_error(mean) - log_error(self._bar)
        least, most = self.gains_to_come(point.epoch, epochs)
        noise = standard_error(point.correct, self._total) / max(1 - mean, 1 / self._total)
        if mean >= self._bar and lacking - least + SAFE * noise <= 0:
            return Decision.ACCEPT
        if lacking - most > ROUNDING:
            return Decision.REJECT
        return Decision.GO_ON

    def gains_to_come(self, epoch: int, epochs: int) -> tuple[float, float]:
        """The least and the largest fall of the log-error to be reckoned with from `epoch` to the end of `epochs`.

        Both are what the next trial surpasses with a probability of HARDLY, and no less wide than what was seen: the
        prediction limits of Student's t for one more draw from a normal sample (Hahn and Meeker, "Statistical
        Intervals", 1991, section 4.7).
        """
        seen = self._gains.since(epoch, epochs)
        if seen is None:
            done = epoch / epochs
            return 0.0, min(LARGEST_GAIN * (1 - done) ** 2, -PER_GROWTH * math.log(done))
        spread = max(seen.deviation, LEAST_SPREAD)
        reach = float(stdtrit(seen.trials - 1, 1 - HARDLY)) * spread * math.sqrt(1 + 1 / seen.trials)
        return max(0.0, min(seen.least, seen.mean - reach)), max(seen.most, seen.mean + reach)


def standard_error(correct: Sequence[int], total: int) -> float:
    """Standard error of the replicas' mean accuracy; with fewer than three, from the spread usual at this size."""
    accuracies = np.array(correct) / total
    usual = SEED_SPREAD * (1 - float(accuracies.mean()))
    spread = float(accuracies.std(ddof=1)) if len(correct) > 2 else usual
    return max(spread, usual / 2) / math.sqrt(len(correct))
