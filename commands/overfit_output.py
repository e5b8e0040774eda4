"""What `overfit` prints for people: the chosen networks, then the answers as sentences."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill

from rich.table import Table

from commands.console import duration, percent, results
from reports.overfit_data import Configured, Estimate, OverfitSummary

TEXT_WIDTH = 110


def show(summary: OverfitSummary, out: Path) -> None:
    """Prints what was chosen with what it reached, and what that says."""
    console = results()
    seeds = "1 seed" if summary.seeds == 1 else f"{summary.seeds} seeds"
    console.print(f"data: {summary.source}", markup=False)
    console.print(_chosen(summary))
    console.print(
        f"{summary.examples} examples, {summary.iterations} iterations; chosen on {summary.validation_images:,} "
        f"training images left out of them, over {summary.subsets} subsets x {seeds}; test: fresh "
        "subsets and seeds; 95% intervals of the mean over subsets, accuracies rounded down",
        style="dim",
        soft_wrap=True,
    )
    answers = (summary.baseline, summary.size, summary.dropout, summary.both, summary.cross_validation)
    for text in (*(answer.sentence for answer in answers), summary.speed_sentence):
        console.print(f"\n{fill(text, min(TEXT_WIDTH, console.width))}", markup=False, soft_wrap=True)
    console.print(
        f"\n{summary.trainings:,} trainings in {duration(summary.seconds)} of processes; results: {out}",
        markup=False,
        soft_wrap=True,
    )


def _chosen(summary: OverfitSummary) -> Table:
    table = Table(title="What validation chose", title_justify="left")
    for name in ("chosen for", "network", "parameters", "training", "validation", "test", "on", "ratio"):
        table.add_column(name, justify="left" if name in ("chosen for", "network") else "right")
    size, dropout = summary.size, summary.dropout
    rows: tuple[tuple[str, Configured], ...] = (
        ("before", size.before),
        ("size", size.after),
        (f"smallest within {100 * size.slack:g} point", size.within),
        ("size, ratio", size.best_ratio),
        ("one keep for all", dropout.best),
        ("one keep for all, ratio", dropout.best_ratio),
        ("one keep a layer", dropout.per_layer),
        ("size and dropout", summary.both.chosen),
    )
    for role, one in rows:
        test = one.test
        basis = f"{test.subsets} x {test.seeds} x {test.images:,}" if test is not None else "-"
        ratio = f"{one.ratio.mean:.3f} ({one.ratio.low:.3f} - {one.ratio.high:.3f})" if one.ratio is not None else "-"
        cells = (role, one.name, f"{one.parameters:,}", _share(one.train), _share(one.validation), _share(test))
        table.add_row(*cells, basis, ratio)
    return table


def _share(estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    return f"{percent(estimate.mean)} ({percent(estimate.low)[:-2]} - {percent(estimate.high)[:-2]})"
