"""Draws the figures of the study of overfitting; their numbers are those of `answers.json` and its tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from baselines.overfit.stages import Outcome, ratio
from baselines.overfit.tasks import Done
from datasets.dataset import Dataset
from reports.figures import BLUE, GREEN, ORANGE, save
from reports.overfit_data import Configured, Estimate
from reports.overfit_statistics import accuracy, estimate, train_accuracy
from reports.overfit_summary import configured, end_points

BAND = "band and bars: 95% interval of the mean over subsets"


def write_figures(outcome: Outcome, dataset: Dataset, folder: Path) -> dict[str, str]:
    """Writes all figures as PNG and SVG; returns the names of the PNG files by what they show."""
    figures = {
        "curves": curves_figure(outcome, dataset),
        "size": size_figure(outcome, dataset),
        "dropout": dropout_figure(outcome, dataset),
        "grid": grid_figure(outcome, dataset),
    }
    for name, figure in figures.items():
        save(figure, folder / f"{name}.png")
    return {name: f"{name}.png" for name in figures}


def curves_figure(outcome: Outcome, dataset: Dataset) -> Figure:
    """Accuracy and ratio against iterations, on all examples and on few."""
    few = outcome.settings.examples
    figure, (left, right) = _two(
        f"Question 4: the network without dropout on {len(dataset.train):,} and on {few} examples",
        f"mean of {_seeds(len(outcome.full_curves))} (all) and {len(outcome.few_curves)} subsets ({few}); test: "
        f"{len(dataset.test):,} images; band: 95% interval of the mean",
    )
    rows: tuple[tuple[str, Sequence[Done], str], ...] = (
        (f"{len(dataset.train):,} examples", outcome.full_curves, BLUE),
        (f"{few} examples", outcome.few_curves, ORANGE),
    )
    for label, curves, colour in rows:
        points = [score.iteration for score in curves[0].scores]
        at = [end_points(curves, point) for point in points]
        _line(left, points, [estimate(one, train_accuracy) for one in at], colour, f"{label}, training", "--")
        _line(left, points, [estimate(one, accuracy) for one in at], colour, f"{label}, test", "-")
        later = [(point, one) for point, one in zip(points, at, strict=True) if point > 0]
        _line(right, [point for point, _ in later], [estimate(one, ratio) for _, one in later], colour, label, "-", 1)
    right.axhline(1, color="#777777", lw=0.8, ls=":")
    iterations = f"training iterations (batches of {outcome.settings.batch_size})"
    _finish(left, iterations, "accuracy (%)")
    _finish(right, iterations, "ratio test / training accuracy")
    return figure


def size_figure(outcome: Outcome, dataset: Dataset) -> Figure:
    """Accuracy and ratio against parameters."""
    rows = sorted((configured(one, outcome, dataset) for one in outcome.sizes), key=lambda one: one.parameters)
    figure, axes = _two("Question 4: fewer parameters", _basis(outcome))
    _profile(axes, rows, [float(row.parameters) for row in rows])
    for panel in axes:
        panel.set_xscale("log")
        panel.set_xlabel("free parameters (log scale)")
        panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    return figure


def dropout_figure(outcome: Outcome, dataset: Dataset) -> Figure:
    """Accuracy and ratio against the keep probability of all hidden layers."""
    rows = sorted((configured(one, outcome, dataset) for one in outcome.shared), key=lambda one: one.keep[0])
    title = f"Question 4: dropout after every hidden layer of the network of {rows[0].parameters:,} parameters"
    figure, axes = _two(title, _basis(outcome))
    _profile(axes, rows, [row.keep[0] for row in rows])
    for panel in axes:
        panel.set_xlabel("keep probability, the same after all hidden layers")
        panel.set_xticks([row.keep[0] for row in rows], [f"{row.keep[0]:g}" for row in rows])
    return figure


def grid_figure(outcome: Outcome, dataset: Dataset) -> Figure:
    """Heat maps of size x dropout: validation accuracy and ratio."""
    cells = [configured(one, outcome, dataset) for one in outcome.grid]
    sizes = sorted({(one.parameters, f"{one.filters[0]}-{one.filters[1]}-{one.hidden}") for one in cells}, reverse=True)
    keeps = sorted({one.keep[0] for one in cells})
    figure, axes = _two("Question 4: size and dropout together", _basis(outcome, band=False), height=4.9)
    for panel, name in zip(axes, ("validation accuracy (%)", "ratio validation / training accuracy"), strict=True):
        table = np.full((len(sizes), len(keeps)), np.nan)
        for one in cells:
            shown = 100 * one.validation.mean if panel is axes[0] else one.validation_ratio.mean
            table[[size[0] for size in sizes].index(one.parameters), keeps.index(one.keep[0])] = shown
        picture = panel.imshow(table, cmap="viridis", aspect="auto")
        middle = (np.nanmin(table) + np.nanmax(table)) / 2
        for (row, column), value in np.ndenumerate(table):
            text = f"{value:.1f}" if panel is axes[0] else f"{value:.3f}"
            colour = "black" if value > middle else "white"
            panel.text(column, row, text, ha="center", va="center", fontsize=9, color=colour)
        panel.set_xticks(range(len(keeps)), [f"{keep:g}" for keep in keeps])
        panel.set_yticks(range(len(sizes)), [f"{label}\n{parameters:,}" for parameters, label in sizes], fontsize=8)
        panel.set_xlabel("keep probability after all hidden layers")
        panel.set_title(name, fontsize=10)
        figure.colorbar(picture, ax=panel, shrink=0.9)
    axes[0].set_ylabel("filters-filters-hidden units\nparameters")
    return figure


def _profile(axes: tuple[Axes, Axes], rows: Sequence[Configured], places: Sequence[float]) -> None:
    """Training and validation accuracy on the left, their ratio on the right; on both what was tested at the end."""
    left, right = axes
    _line(left, places, [row.train for row in rows], ORANGE, "training", "--")
    _line(left, places, [row.validation for row in rows], BLUE, "validation", "-")
    _line(right, places, [row.validation_ratio for row in rows], BLUE, "validation / training", "-", 1)
    tested = [(place, row) for place, row in zip(places, rows, strict=True) if row.test and row.ratio]
    where = [place for place, _ in tested]
    _marks(left, where, [row.test for _, row in tested if row.test], "test (chosen ones, fresh subsets)")
    _marks(right, where, [row.ratio for _, row in tested if row.ratio], "test / training (fresh subsets)", 1)
    left.set_ylabel("accuracy (%)")
    right.set_ylabel("ratio to training accuracy")
    for panel in axes:
        panel.grid(alpha=0.3)
        panel.legend(fontsize=9)


def _line(
    axes: Axes, x: Sequence[float], rows: Sequence[Estimate], colour: str, label: str, style: str, unit: int = 100
) -> None:
    mean = [unit * row.mean for row in rows]
    axes.plot(x, mean, style, color=colour, marker="o", markersize=3.5, lw=1.5, label=label)
    low, high = [unit * row.low for row in rows], [unit * row.high for row in rows]
    axes.fill_between(x, low, high, color=colour, alpha=0.2, lw=0)


def _marks(axes: Axes, x: Sequence[float], rows: Sequence[Estimate], label: str, unit: int = 100) -> None:
    mean = [unit * row.mean for row in rows]
    reach = [[unit * (row.mean - row.low) for row in rows], [unit * (row.high - row.mean) for row in rows]]
    axes.errorbar(x, mean, reach, fmt="^", color=GREEN, markersize=7, capsize=4, label=label, zorder=3)


def _two(title: str, basis: str, height: float = 5.2) -> tuple[Figure, tuple[Axes, Axes]]:
    figure = Figure(figsize=(11.5, height), layout="constrained")
    figure.suptitle(f"{title}\n", fontsize=12)
    left, right = figure.subplots(1, 2)
    figure.text(0.5, 0.925, basis, ha="center", fontsize=9, color="#444444")
    return figure, (left, right)


def _finish(axes: Axes, x: str, y: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=9, loc="lower right")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _basis(outcome: Outcome, band: bool = True) -> str:
    settings = outcome.settings
    text = (
        f"{settings.examples} examples; mean over {settings.subsets} subsets x {_seeds(settings.seeds)}; validation: "
        f"{settings.validation_images:,} left-out training images"
    )
    return f"{text}; {BAND}" if band else text


def _seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"
