"""What the figures of the baselines show, as plain numbers: everything that is worked out before drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from baselines.comparison import Comparison, samples
from baselines.curves import Curve, SplitName, Spread
from baselines.results import Result
from baselines.sums import MEASURE, confusion_of, recalls

MEASURE_NAMES = {
    "digit": "digit",
    "sum": "sum",
    "pair": "both digits",
    "first": "first digit",
    "second": "second digit",
}
ZOOM_FROM = 0.2  # of the iterations: what comes before is the steep rise, which the whole range shows


@dataclass(frozen=True, eq=False)
class Line:
    """One line with its band: mean, smallest and largest of the seeds at each iteration, in percent.

    `group` is what shares a colour (a model, or a measure of one model); `beneath` marks a line that another nearly
    hides.
    """

    group: str
    split: SplitName
    seeds: int
    images: int
    iterations: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    beneath: bool = False


def accuracy_lines(result: Result, models: Sequence[str] | None = None, measure: str | None = None) -> list[Line]:
    """Training and test accuracy of each model; `measure` None takes each model's main one."""
    found = []
    for model in result.models if models is None else models:
        curves = result.of(model)
        name = curves[0].measures[0] if measure is None else measure
        splits: tuple[SplitName, ...] = ("train", "test")
        found += [_line(model, split, name, curves) for split in splits]
    return found


def measure_lines(result: Result) -> list[Line]:
    """Training and test accuracy of the sum, and what it is made of on test (more lines would hide each other)."""
    curves = result.of(result.baseline)
    main, *parts = curves[0].measures
    both = [_line(MEASURE_NAMES[main], "train", main, curves), _line(MEASURE_NAMES[main], "test", main, curves)]
    return both + [_line(MEASURE_NAMES[name], "test", name, curves) for name in parts]


def _line(group: str, split: SplitName, measure: str, curves: Sequence[Curve]) -> Line:
    shared = sorted(set.intersection(*(set(curve.iterations) for curve in curves)))
    rows = np.asarray([[curve.at(iteration, split, measure) for iteration in shared] for curve in curves], float) * 100
    total = curves[0].train_total if split == "train" else curves[0].test_total
    spread = rows.mean(0), rows.min(0), rows.max(0)
    # Both digits right is the sum right but for errors that cancel.
    return Line(group, split, len(curves), total, np.asarray(shared), *spread, beneath=measure == "pair")


def zoom(lines: Sequence[Line]) -> tuple[float, float]:
    """The limits in percent that show the late part of all lines, with a margin."""
    late = [
        (line.low[keep].min(), line.high[keep].max())
        for line in lines
        for keep in [line.iterations >= ZOOM_FROM * line.iterations[-1]]
    ]
    low, high = min(one[0] for one in late), max(one[1] for one in late)
    margin = max(0.1, 0.05 * (high - low))
    return low - margin, min(high + margin, 100 + margin)


@dataclass(frozen=True, eq=False)
class SumShares:
    """The distribution of the sums in percent: of training pairs (exact) and of the fixed test pairs (counted)."""

    sums: np.ndarray
    training: np.ndarray
    test: np.ndarray
    test_pairs: int


def sum_shares(result: Result) -> SumShares:
    """How often each sum comes."""
    first = np.asarray(result.of(result.baseline)[0].confusion).sum(1)
    training = np.asarray(result.sum_distribution) * 100
    return SumShares(np.arange(len(first)), training, first / first.sum() * 100, int(first.sum()))


@dataclass(frozen=True, eq=False)
class SumErrors:
    """Wrong answers for each true sum, in percent of its test pairs over all seeds (NaN where there are none)."""

    model: str
    seeds: int
    sums: np.ndarray
    percent: np.ndarray


def sum_errors(result: Result) -> SumErrors:
    """Where a strategy errs."""
    errors = (1 - recalls(confusion_of(result))) * 100
    return SumErrors(result.baseline, len(result.of(result.baseline)), np.arange(len(errors)), errors)


def mistakes(result: Result) -> np.ndarray:
    """The confusion of sums without the right answers, int64 [sums, sums], rows the truth."""
    confusion = confusion_of(result).copy()
    np.fill_diagonal(confusion, 0)
    return confusion


@dataclass(frozen=True, eq=False)
class Efficiency:
    """Wrong sums in percent after so many pairs, one spread a number of pairs."""

    model: str
    pairs: tuple[int, ...]
    wrong: tuple[Spread, ...]


def efficiency(comparison: Comparison) -> list[Efficiency]:
    """Sample efficiency of both strategies."""
    found = []
    for result in comparison.results:
        rows = samples(result)
        wrong = (Spread(*((1 - share) * 100 for share in _worst_last(row.accuracy))) for row in rows)
        found.append(Efficiency(result.baseline, tuple(row.pairs for row in rows), tuple(wrong)))
    return found


def _worst_last(accuracy: Spread) -> tuple[float, float, float]:
    # The highest accuracy is the lowest error.
    return accuracy.mean, accuracy.high, accuracy.low


def comparison_lines(comparison: Comparison) -> list[Line]:
    """Accuracy of the sum, training and test, for both strategies."""
    return [line for result in comparison.results for line in accuracy_lines(result, [result.baseline], MEASURE)]
