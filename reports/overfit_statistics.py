"""Means over subsets with their intervals, and differences tested pairwise on the same subsets.

Trainings on one subset are no independent observations of how the few examples fall, so its seeds are averaged first
and the subsets are what is counted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import stats

from baselines.overfit.tasks import Score
from reports.overfit_data import Difference, Estimate

LEVEL = 0.95
Value = Callable[[Score], float]


def accuracy(score: Score) -> float:
    """Of the images that were not trained on."""
    return score.held_out / score.held_out_total


def train_accuracy(score: Score) -> float:
    """Of the images that were trained on."""
    return score.train / score.train_total


def by_subset(scores: Sequence[Score], value: Value) -> np.ndarray:
    """The mean of each subset's trainings, in the order of their numbers: float [subsets]."""
    numbers = sorted({score.subset for score in scores})
    return np.array([np.mean([value(score) for score in scores if score.subset == number]) for number in numbers])


def estimate(scores: Sequence[Score], value: Value) -> Estimate:
    """Mean over subsets with the 95% interval of Student's t (none where there is a single one)."""
    means = by_subset(scores, value)
    single = [value(score) for score in scores]
    low, high = _interval(means)
    images = scores[0].train_total if value is train_accuracy else scores[0].held_out_total
    seeds = len(scores) // len(means)
    return Estimate(float(means.mean()), low, high, min(single), max(single), len(means), seeds, images)


def difference(first: Sequence[Score], second: Sequence[Score], value: Value) -> Difference:
    """First less second on the same subsets: paired t-test (Student, 1908) and signed-rank test (Wilcoxon, 1945)."""
    return paired(by_subset(first, value), by_subset(second, value))


def paired(first: np.ndarray, second: np.ndarray) -> Difference:
    """The same for two values a subset, float [subsets] each."""
    less = first - second
    low, high = _interval(less)
    t_p = wilcoxon_p = None
    if len(less) > 1 and float(np.ptp(less)) > 1e-12:
        t_p = float(stats.ttest_rel(first, second).pvalue)
        wilcoxon_p = float(stats.wilcoxon(less, zero_method="zsplit").pvalue)
    return Difference(float(less.mean()), low, high, t_p, wilcoxon_p, len(less))


def _interval(values: np.ndarray) -> tuple[float, float]:
    mean = float(values.mean())
    if len(values) < 2:
        return mean, mean
    reach = float(stats.t.ppf((1 + LEVEL) / 2, len(values) - 1) * values.std(ddof=1)) / math.sqrt(len(values))
    return mean - reach, mean + reach
