"""Draws the figures of the baselines; what they show is worked out in `reports/baseline_data.py`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from baselines.comparison import Comparison
from baselines.results import Result
from reports.baseline_data import (
    Line,
    accuracy_lines,
    comparison_lines,
    efficiency,
    measure_lines,
    mistakes,
    sum_errors,
    sum_shares,
    zoom,
)
from reports.figures import BLUE, GREEN, ORANGE, save

FEW_POINTS = 6  # points so far apart are marked
COLOURS = (BLUE, ORANGE, GREEN, "#CC79A7")
TITLES = {
    "original": "Question 1: accuracy of the network while it trains",
    "linear": "Question 2: the network, its linear counterpart, softmax regression",
    "sum-direct": "Question 5.1: the sum of two digits, predicted directly",
    "sum-pair": "Question 5.2: both digits predicted, then added",
}


def baseline_figures(result: Result) -> dict[str, Figure]:
    """The figures of a result with at least one curve, by the name of their file."""
    if result.baseline in ("original", "linear"):
        return {"accuracy": _accuracy(accuracy_lines(result), TITLES[result.baseline])}
    return {
        "accuracy": _accuracy(measure_lines(result), TITLES[result.baseline], pairs=True),
        "sums": _sums(result),
        "confusion": _confusion(result),
    }


def comparison_figures(comparison: Comparison) -> dict[str, Figure]:
    """The figures of question 5.3, by the name of their file."""
    title = "Question 5.3: accuracy of the sum, both strategies"
    return {
        "accuracy": _accuracy(comparison_lines(comparison), title, pairs=True),
        "sample-efficiency": _efficiency(comparison),
        "errors": _errors_by_sum(comparison),
    }


def save_figures(figures: dict[str, Figure], folder: Path) -> list[Path]:
    """Writes each figure as PNG and SVG (the same numbers give the same file); returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for name, figure in figures.items():
        files += save(figure, folder / f"{name}.png")
    return files


def _accuracy(lines: Sequence[Line], title: str, pairs: bool = False) -> Figure:
    figure = Figure(figsize=(11, 5), layout="constrained")
    figure.suptitle(f"{title}\n", fontsize=12)
    whole, late = figure.subplots(1, 2)
    for axes in (whole, late):
        _draw_lines(axes, lines)
        axes.set_xlabel("training iterations")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    whole.set_title("the whole range", fontsize=10)
    whole.set_ylim(0, 101)
    whole.set_ylabel("accuracy (%)")
    late.set_title("the same, enlarged", fontsize=10)
    late.set_ylim(*zoom(lines))
    late.set_ylabel("accuracy (%)")
    handles, labels = whole.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2 if len(labels) < 7 else 4, fontsize=9)
    figure.text(0.5, 0.925, _basis(lines, "pairs" if pairs else "images"), ha="center", fontsize=9, color="#444444")
    return figure


def _draw_lines(axes: Axes, lines: Sequence[Line]) -> None:
    groups = list(dict.fromkeys(line.group for line in lines))
    for line in lines:
        # A colour a model; with a single model, one for test and one for training.
        colour = COLOURS[groups.index(line.group) if len(groups) > 1 else line.split == "train"]
        style = "-" if line.split == "test" else "--"
        # Of two lines that nearly coincide both stay visible when one lies wide beneath the other.
        width, order = (4.0, 1.5) if line.beneath else (1.4, 2.0)
        marker = "o" if len(line.iterations) <= FEW_POINTS else None
        label = f"{line.group}, {'test' if line.split == 'test' else 'training'}"
        axes.plot(
            line.iterations,
            line.mean,
            style,
            color=colour,
            marker=marker,
            markersize=4,
            lw=width,
            zorder=order,
            label=label,
        )
        axes.fill_between(line.iterations, line.low, line.high, color=colour, alpha=0.2, lw=0)
    axes.grid(alpha=0.3)


def _basis(lines: Sequence[Line], what: str) -> str:
    images = {line.split: line.images for line in lines}
    fixed = f"test: {images['test']:,} {what}; training: {images['train']:,} fixed {what} of the training set"
    return f"{fixed}; {_seeds(min(line.seeds for line in lines))}"


def _seeds(seeds: int) -> str:
    return "1 seed" if seeds == 1 else f"mean of {seeds} seeds, band: smallest to largest"


def _sums(result: Result) -> Figure:
    shares, errors = sum_shares(result), sum_errors(result)
    figure = Figure(figsize=(9, 6.5), layout="constrained")
    figure.suptitle(f"{TITLES[result.baseline]}\nhow often each sum comes, and how often it is missed", fontsize=12)
    upper, lower = figure.subplots(2, 1, sharex=True)
    upper.bar(shares.sums - 0.2, shares.training, 0.4, color=COLOURS[0], label="training pairs (exact)")
    label = f"the {shares.test_pairs:,} test pairs"
    upper.bar(shares.sums + 0.2, shares.test, 0.4, color=COLOURS[1], hatch="//", edgecolor="white", label=label)
    upper.set_ylabel("share of pairs (%)")
    upper.legend(fontsize=9)
    lower.bar(errors.sums, errors.percent, 0.6, color=COLOURS[2])
    lower.set_ylabel("wrong answers (% of its test pairs)")
    lower.set_xlabel("true sum of the two digits")
    lower.set_xticks(errors.sums)
    lower.set_title(f"all {errors.seeds} seed{'s' if errors.seeds > 1 else ''} together", fontsize=10)
    for axes in (upper, lower):
        axes.grid(axis="y", alpha=0.3)
        axes.set_axisbelow(True)
    return figure


def _confusion(result: Result) -> Figure:
    counts, seeds = mistakes(result), len(result.of(result.baseline))
    figure = Figure(figsize=(8.5, 7.5), layout="constrained")
    axes = figure.subplots()
    axes.set_title(
        f"{TITLES[result.baseline]}: mistakes on test\n"
        f"{counts.sum():,} wrong of {seeds} x {result.of(result.baseline)[0].test_total:,} answers",
        fontsize=12,
    )
    # Nothing is white: only mistakes have a colour, one hue from light to dark.
    picture = axes.imshow(np.ma.masked_equal(counts, 0), cmap="Blues", vmin=0)
    axes.plot([-0.5, len(counts) - 0.5], [-0.5, len(counts) - 0.5], color="#999999", lw=0.8)
    for row, column in _cells(len(counts)):
        count = int(counts[row, column])
        if count:
            dark = count > 0.6 * counts.max()
            axes.text(column, row, str(count), ha="center", va="center", fontsize=7, color="white" if dark else "black")
    axes.set_xlabel("predicted sum")
    axes.set_ylabel("true sum")
    axes.set_xticks(range(len(counts)))
    axes.set_yticks(range(len(counts)))
    figure.colorbar(picture, ax=axes, shrink=0.8, label="wrong answers (pairs, all seeds)")
    return figure


def _cells(size: int) -> Iterator[tuple[int, int]]:
    return ((row, column) for row in range(size) for column in range(size))


def _efficiency(comparison: Comparison) -> Figure:
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    curves = efficiency(comparison)
    for curve, colour, marker in zip(curves, COLOURS, "os", strict=False):
        mean = [spread.mean for spread in curve.wrong]
        reach = [[one.mean - one.low for one in curve.wrong], [one.high - one.mean for one in curve.wrong]]
        axes.errorbar(curve.pairs, mean, reach, color=colour, marker=marker, capsize=4, lw=1.4, label=curve.model)
    axes.set_xscale("log")
    axes.set_ylabel("wrong sums on test (%)")
    if any(spread.mean > 0 for curve in curves for spread in curve.wrong):
        axes.set_yscale("log")
        axes.set_ylabel("wrong sums on test (%, logarithmic)")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_minor_locator(NullLocator())
    pairs = curves[0].pairs
    axes.set_xticks(pairs, [f"{number:,}" for number in pairs])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel("training pairs seen (logarithmic)")
    seeds = len(comparison.direct.of(comparison.direct.baseline))
    axes.set_title(f"Question 5.3: sample efficiency ({_seeds(seeds).replace('band', 'bars')})", fontsize=12)
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def _errors_by_sum(comparison: Comparison) -> Figure:
    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axes = figure.subplots()
    for offset, result, colour, hatch in zip((-0.2, 0.2), comparison.results, COLOURS, (None, "//"), strict=False):
        errors = sum_errors(result)
        axes.bar(
            errors.sums + offset, errors.percent, 0.4, color=colour, hatch=hatch, edgecolor="white", label=errors.model
        )
    axes.set_xticks(sum_errors(comparison.direct).sums)
    axes.set_xlabel("true sum of the two digits")
    axes.set_ylabel("wrong answers (% of its test pairs)")
    axes.set_title("Question 5.3: which sums each strategy misses, all seeds together", fontsize=12)
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    axes.legend()
    return figure
