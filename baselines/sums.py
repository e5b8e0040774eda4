"""What is measured of sums, whatever predicted them: which were confused, and what their unequal frequency does."""

from __future__ import annotations

from typing import Literal

import numpy as np

from baselines.curves import Spread
from baselines.results import Result
from baselines.words import percent

Strategy = Literal["sum-direct", "sum-pair"]
DIRECT: Strategy = "sum-direct"
PAIR: Strategy = "sum-pair"
MEASURE = "sum"


def confusion_of(result: Result) -> np.ndarray:
    """The sums' confusion on test, added up over the seeds: int64 [sums, sums], rows the truth."""
    return np.sum([curve.confusion for curve in result.of(result.baseline)], axis=0)


def recalls(confusion: np.ndarray) -> np.ndarray:
    """The share of right answers for each true sum, float64 [sums]; NaN for a sum that no pair has."""
    totals = confusion.sum(1)
    return np.divide(np.diag(confusion), totals, out=np.full(len(totals), np.nan), where=totals > 0)


def imbalance(result: Result) -> str:
    """How unevenly the sums are distributed, why that is left so, and what it costs; empty without curves."""
    curves = result.of(result.baseline)
    if not curves:
        return ""
    shares = np.asarray(result.sum_distribution)
    frequent, rare = int(shares.argmax()), int(shares.argmin())
    each = recalls(confusion_of(result))
    overall = Spread.of(curve.final("test", MEASURE) for curve in curves).mean
    balanced = float(np.nanmean(each))
    cost = (
        f"rare sums pay for it with {(overall - balanced) * 100:.2f} points"
        if balanced < overall
        else "rare sums do not pay for it"
    )
    ends = [f"{percent(each[place])} of the {place}s" for place in (rare, frequent) if not np.isnan(each[place])]
    return (
        f"The sum {frequent} is {shares[frequent] / shares[rare]:.1f} times as frequent as {rare}"
        f" ({percent(shares[frequent])} and {percent(shares[rare])} of the training pairs); always answering {frequent}"
        " would be right that often. Test pairs are drawn in the same way, so this is the prior a network should learn"
        " to be right most often, and no pair is weighted."
        f" With every sum counted alike accuracy on test is {percent(balanced)}, over the pairs {percent(overall)}:"
        f" {cost}{' (' + ', '.join(ends) + ' are right)' if ends else ''}."
    )
