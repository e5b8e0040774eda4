"""What `compare` says while it measures, and what it prints in the end."""

from __future__ import annotations

import time
from textwrap import fill
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from commands.console import message, percent, results
from datasets.dataset import Dataset
from search.convergence_data import Network, Point, Protocol, Run, Timing
from spaces.recipe import Recipe

if TYPE_CHECKING:
    from reports.comparison_data import ConvergenceComparison, Range, Speed
    from search.convergence import OnPoint

SECONDS_BETWEEN_LINES = 10.0
TEXT_WIDTH = 110


def show(comparison: ConvergenceComparison) -> None:
    """Prints the times to convergence and what explains them."""
    from reports.comparison_data import speeds

    console = results()
    seeds, images = len(comparison.runs[0].seeds), comparison.runs[0].validation_images
    title = f"Time until validation accuracy stays over the bar: mean (smallest - largest) of {seeds} seeds"
    table = Table(title=f"{title}, {images:,} validation images", title_justify="left")
    for name in ("network", "recipe", "epochs", "bar", "seeds", "iterations", "images", "seconds", "multiply-adds"):
        table.add_column(name, justify="left" if name in ("network", "recipe") else "right")
    for row in speeds(comparison):
        if row.reach == "stays" and row.protocol != "length":  # of those, where they end is what counts
            table.add_row(*map(Text, _cells(row)))
    console.print(table)
    for text in comparison.explanation:
        console.print(f"\n{fill(text, min(TEXT_WIDTH, console.width))}", markup=False, soft_wrap=True)
    console.print()


def _cells(row: Speed) -> list[str]:
    recipe = row.recipe if row.protocol == "constant" else f"own: {row.recipe}"
    efforts = (_range(row.iterations, ",.0f"), _range(row.images, ",.0f"), _range(row.seconds, ".3g"))
    return [
        f"{row.study} {row.trial}",
        recipe,
        str(row.epochs),
        percent(row.bar),
        f"{row.reached} of {row.seeds}",
        *efforts,
        _range(row.macs, ".2e"),
    ]


def _range(values: Range | None, form: str) -> str:
    return "-" if values is None else f"{values.mean:{form}} ({values.low:{form}} - {values.high:{form}})"


def progress(data: Dataset) -> OnPoint:
    """A line on standard error now and then while a network trains."""
    said = time.monotonic()

    def on_point(network: Network, protocol: Protocol, recipe: Recipe, point: Point, last: int) -> None:
        nonlocal said
        if time.monotonic() - said < SECONDS_BETWEEN_LINES:
            return
        said = time.monotonic()
        mean = sum(point.correct) / (len(point.correct) * len(data.validation))
        what = f"{network.study} trial {network.trial}, {protocol} recipe, {recipe.epochs} epochs"
        message(f"{what}: iteration {point.iteration:,} of {last:,}, validation {percent(mean)}")

    return on_point


def line(one: Run | Timing) -> str:
    who = f"{one.study} trial {one.trial}"
    if isinstance(one, Timing):
        from reports.comparison_causes import BUSY

        cores = f"{one.cores} core{'s' if one.cores > 1 else ''}"
        step = f"{who}: {one.median * 1e3:.3f} ms a step of {one.batch_size} images, alone on {cores}"
        if one.cpu_share < BUSY:
            return f"{step}; the machine was busy with other work: measure it again with --time-again"
        return step
    from reports.comparison_data import final_accuracy

    recipe = f"{one.recipe.schedule} {one.recipe.learning_rate:.3g}, {one.recipe.epochs} epochs"
    return f"{who}, {recipe}: ends at {percent(final_accuracy(one).mean)} validation accuracy, {len(one.seeds)} seeds"
