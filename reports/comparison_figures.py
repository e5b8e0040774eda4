"""Draws the comparison of two networks' training speed (question 3.3)."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, Formatter, LogLocator, NullFormatter, PercentFormatter, StrMethodFormatter

from reports.comparison_causes import label, share
from reports.comparison_data import (
    MEASURES,
    ConvergenceComparison,
    Measure,
    Picture,
    convergence,
    final_accuracy,
    speed,
    unit,
)
from reports.figures import BLUE, GREEN, ORANGE, save
from search.convergence_data import Network, Run

if TYPE_CHECKING:
    from matplotlib.typing import FillStyleType

COLOURS, MARKERS, LINES = (BLUE, ORANGE), ("o", "s"), ("-", "--")
NAMES: dict[Measure, str] = {
    "iterations": "training iterations (steps)",
    "images": "training images seen",
    "seconds": "seconds of training, one network alone",
    "macs": "multiply-adds of training (estimate)",
}
LOWEST = 3.0  # times the errors the bar allows: where a panel of accuracies begins


def draw_comparison(comparison: ConvergenceComparison, folder: Path) -> tuple[Picture, ...]:
    """Writes every figure of a comparison as PNG and SVG into `folder`; returns them with their captions."""
    seeds, images = len(comparison.runs[0].seeds), comparison.runs[0].validation_images
    basis = f"{seeds} seeds of each network, {images:,} validation images; thick: mean, band: smallest to largest"
    figures = {
        "accuracy-own": (
            _accuracy(comparison),
            "Validation accuracy while each network trains with its own recipe, against four measures of effort "
            f"({basis}). A mark: where a seed begins to stay over the bar.",
        ),
        "accuracy-constant": (
            _constant(comparison),
            f"The same with one constant learning rate for both networks, one panel a rate ({basis}).",
        ),
        "time-to-convergence": (
            _times(comparison),
            "Effort until validation accuracy stays over the bar, and over the bar that allows twice the errors: every "
            f"seed is a mark, a bar reaches over them, and n/N says how many of N seeds got there ({images:,} "
            "validation images).",
        ),
        "schedule-length": (
            _lengths(comparison),
            "Validation accuracy at the end of schedules of different lengths, each network with its own recipe "
            f"({seeds} seeds, {images:,} validation images; bars: smallest to largest).",
        ),
    }
    pictures = []
    for name, (figure, caption) in figures.items():
        save(figure, folder / f"{name}.png")
        pictures.append(Picture(name, caption))
    return tuple(pictures)


def _accuracy(comparison: ConvergenceComparison) -> Figure:
    figure = Figure(figsize=(11, 8), layout="constrained")
    first, second = (label(comparison, network) for network in comparison.networks)
    figure.suptitle(f"Question 3.3: training speed of {first} and {second}, each with its own recipe", fontsize=12)
    for axes, measure in zip(figure.subplots(2, 2).flat, MEASURES, strict=True):
        for place, network in enumerate(comparison.networks):
            _curve(axes, comparison, network, comparison.of(network, "own")[0], measure, place)
        _finish(axes, comparison, measure)
    _legend(figure)
    return figure


def _constant(comparison: ConvergenceComparison) -> Figure:
    first, second = comparison.networks
    pairs = list(zip(comparison.of(first, "constant"), comparison.of(second, "constant"), strict=True))
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    names = f"{label(comparison, first)} and {label(comparison, second)}"
    figure.suptitle(f"Question 3.3: {names}, both with the same constant learning rate", fontsize=12)
    panels = figure.subplots(1, len(pairs), sharey=True, squeeze=False)
    for axes, runs in zip(panels.flat, pairs, strict=True):
        for place, (network, run) in enumerate(zip(comparison.networks, runs, strict=True)):
            _curve(axes, comparison, network, run, "iterations", place)
        _finish(axes, comparison, "iterations")
        axes.set_title(f"learning rate {runs[0].recipe.learning_rate:g}", fontsize=10)
    for axes in panels.flat[1:]:
        axes.set_ylabel("")
    _legend(figure)
    return figure


def _curve(
    axes: Axes,
    comparison: ConvergenceComparison,
    network: Network,
    run: Run,
    measure: Measure,
    place: int,
) -> None:
    cost = unit(network, run, comparison.timing(network), measure)
    effort = [point.iteration * cost for point in run.points]
    curves = [run.accuracies(seed) for seed in range(len(run.seeds))]
    at = list(zip(*curves, strict=True))
    colour, line = COLOURS[place], LINES[place]
    name = f"{label(comparison, network)}: {network.parameters:,} parameters, {network.macs:,} multiply-adds an image"
    axes.plot(effort, [sum(one) / len(one) for one in at], line, color=colour, lw=2, label=name, zorder=3)
    axes.fill_between(effort, [min(one) for one in at], [max(one) for one in at], color=colour, alpha=0.18, lw=0)
    for curve in curves:
        axes.plot(effort, curve, line, color=colour, lw=0.5, alpha=0.5)
    reached = [iteration * cost for iteration in convergence(run, comparison.bar) if iteration is not None]
    style: dict[str, Any] = {
        "color": colour,
        "markeredgecolor": "black",
        "markersize": 6,
        "zorder": 4,
        "linestyle": "none",
    }
    axes.plot(reached, [float(comparison.bar)] * len(reached), MARKERS[place], **style)


def _finish(axes: Axes, comparison: ConvergenceComparison, measure: Measure) -> None:
    bar = float(comparison.bar)
    axes.axhline(bar, color=GREEN, linestyle=":", lw=1.8, label=f"the bar: {share(bar)}")
    axes.set_ylim(max(0.0, 1 - LOWEST * (1 - bar)), min(1.0, 1 - 0.4 * (1 - bar)))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.xaxis.set_major_formatter(_numbers(measure))
    axes.set_xlim(left=0)
    axes.set_xlabel(NAMES[measure])
    axes.set_ylabel("validation accuracy")
    axes.grid(alpha=0.3)


def _numbers(measure: Measure) -> Formatter:
    """`1.4k`, `2M` for what is counted; seconds as they are."""
    return StrMethodFormatter("{x:g}") if measure == "seconds" else EngFormatter(sep="")


def _legend(figure: Figure) -> None:
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=1 if len(labels) > 3 else 2, fontsize=9)


def _times(comparison: ConvergenceComparison) -> Figure:
    rows = _rows(comparison)
    figure = Figure(figsize=(12, 1.6 + 0.5 * len(rows)), layout="constrained")
    bars = f"{share(comparison.bar)} (filled) and {share(comparison.easy_bar)} (hollow)"
    figure.suptitle(f"Question 3.3: effort until validation accuracy stays over {bars}", fontsize=12)
    panels = figure.subplots(1, len(MEASURES), sharey=True)
    for axes, measure in zip(panels, MEASURES, strict=True):
        for row, (_, network, run, place) in enumerate(rows):
            cost = unit(network, run, comparison.timing(network), measure)
            for bar, shift, filled in ((comparison.bar, -0.16, True), (comparison.easy_bar, 0.16, False)):
                at = [one * cost for one in convergence(run, bar) if one is not None]
                if at:
                    axes.plot([min(at), max(at)], [row + shift] * 2, color=COLOURS[place], lw=1.2)
                    inside: FillStyleType = "full" if filled else "none"
                    axes.plot(
                        at,
                        [row + shift] * len(at),
                        MARKERS[place],
                        color=COLOURS[place],
                        fillstyle=inside,
                        markersize=5,
                    )
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 3), numticks=9))
        axes.xaxis.set_major_formatter(_numbers(measure))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(f"{fill(NAMES[measure], 26)}\n(log scale)")
        axes.grid(alpha=0.3, axis="x")
    panels[0].set_yticks(range(len(rows)), [f"{name}\n{_reached(comparison, run)}" for name, _, run, _ in rows])
    panels[0].tick_params(axis="y", labelsize=8)
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    return figure


def _rows(comparison: ConvergenceComparison) -> list[tuple[str, Network, Run, int]]:
    """Rows of the strip plot: the same recipe of both networks one below the other."""
    columns = [[*comparison.of(network, "own"), *comparison.of(network, "constant")] for network in comparison.networks]
    found = []
    for runs in zip(*columns, strict=True):
        for place, (network, run) in enumerate(zip(comparison.networks, runs, strict=True)):
            recipe = "own recipe" if run.protocol == "own" else f"constant {run.recipe.learning_rate:g}"
            found.append((f"{label(comparison, network)}, {recipe}", network, run, place))
    return found


def _reached(comparison: ConvergenceComparison, run: Run) -> str:
    counts = [speed(comparison, run, bar) for bar in (comparison.bar, comparison.easy_bar)]
    return ", ".join(f"{share(one.bar)}: {one.reached}/{one.seeds} seeds" for one in counts)


def _lengths(comparison: ConvergenceComparison) -> Figure:
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    epochs: set[int] = set()
    for place, network in enumerate(comparison.networks):
        runs = sorted(
            [*comparison.of(network, "own"), *comparison.of(network, "length")], key=lambda run: run.recipe.epochs
        )
        lengths = [run.recipe.epochs for run in runs]
        epochs.update(lengths)
        ends = [final_accuracy(run) for run in runs]
        reach = [[one.mean - one.low for one in ends], [one.high - one.mean for one in ends]]
        axes.errorbar(
            [length * (0.98, 1.02)[place] for length in lengths],
            [one.mean for one in ends],
            reach,
            fmt=MARKERS[place] + LINES[place],
            color=COLOURS[place],
            capsize=4,
            label=label(comparison, network),
        )
    axes.axhline(float(comparison.bar), color=GREEN, linestyle=":", lw=1.8, label=f"the bar: {share(comparison.bar)}")
    axes.set_xscale("log")
    axes.set_xlim(min(epochs) / 1.5, max(epochs) * 1.5)
    axes.set_xticks(sorted(epochs), [str(length) for length in sorted(epochs)])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("epochs of the whole schedule (log scale)")
    axes.set_ylabel("validation accuracy at its end")
    axes.set_title("Question 3.3: how short may a training be?", fontsize=12)
    axes.grid(alpha=0.3)
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    return figure
