"""`show`: everything the ledger knows of one trial."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import click
from rich.table import Table

from commands.console import basis, percent, results, shown, spread
from commands.errors import CommandError
from commands.leaderboard import read_rows
from commands.options import debug_option, runs_dir_option, study_argument
from commands.tables import CONFIRMED
from search.confirmation import Confirmation, Confirmations
from search.leaderboard import rank
from search.objective import Objective
from search.study import Study, load_study
from search.trial import Trial
from spaces.architecture import Architecture


@click.command("show")
@study_argument
@click.argument("trial", type=click.IntRange(min=0))
@runs_dir_option
@debug_option
def command(study: str, trial: int, runs_dir: Path) -> None:
    """Show one trial: its layers and how their parameters are counted, its replicas, its learning curve.

    TRIAL is a number from the column "trial" of the leaderboard.
    """
    opened = load_study(runs_dir, study)
    found = opened.ledger.find(trial)
    if found is None:
        raise CommandError(_unknown(opened, trial))
    console = results()
    for part in (
        *_head(found, opened.config.objective),
        _counts(found.info.architecture),
        _replicas(found),
        _curve(found),
    ):
        console.print(shown(part) if isinstance(part, str) else part)
    for confirmation in Confirmations(opened.folder).read():
        if confirmation.trial == trial:
            console.print(_test(confirmation))


def _unknown(study: Study, trial: int) -> str:
    numbers = [row.trial for row in read_rows(study)]
    if not numbers:
        return f"expected a finished trial, got {trial}; {study.name} has none yet"
    there = f"there are {len(numbers)} of them, {min(numbers)} to {max(numbers)}"
    return f"expected a finished trial of {study.name}, got {trial}; {there}"


def _head(trial: Trial, objective: Objective) -> list[str]:
    info, result = trial.info, trial.result
    if objective == "parameters":
        verdict = "qualifies; " if result.qualified else "does not qualify; "
    else:
        verdict = f"each replica on {info.examples} examples of its own{_training(trial)}; "
    return [
        f"trial {info.trial}: {info.name}",
        f"  {info.parameters:,} parameters, {info.macs:,} multiply-accumulates per image",
        f"  {verdict}{result.status.value}" + (f": {result.reason}" if result.reason else ""),
        f"  recipe: {info.recipe.name}; Adam {info.recipe.beta_1:g} / {info.recipe.beta_2:g}, warm-up "
        f"{info.recipe.warmup:g}, pixels in 0 - {info.recipe.input_scale:g}, {info.recipe.initializer}",
        f"  proposed by: {info.origin}; trained {result.epochs} epochs in {result.seconds:.1f} s",
    ]


def _training(trial: Trial) -> str:
    """Training accuracy and the ratio of validation to it, where both were counted."""
    (row,) = rank([trial])
    if row.ratio is None:
        return ""
    trained = f"{_of(trial.result.train_correct, trial.result.train_total)} of them right"
    return f", {trained}, ratio validation / training {row.ratio:.3f}"


def _counts(architecture: Architecture) -> Table:
    table = _table("Counting the free parameters", ("layer", "in", "out", "steps", "parameters", "MACs"))
    for row in architecture.counts():
        steps = "; ".join(str(step) for step in row.steps) or "-"
        cells = (row.label, _shape(row.input_shape), _shape(row.output_shape), steps)
        table.add_row(*map(shown, cells), f"{row.parameters:,}", f"{row.macs:,}")
    table.add_section()
    table.add_row("total", "", "", "", f"{architecture.parameters:,}", f"{architecture.macs:,}")
    return table


def _replicas(trial: Trial) -> Table | str:
    result = trial.result
    if not result.correct:
        return "  no replica was evaluated"
    table = _table("Validation accuracy of each replica", ("replica", "seed", "correct", "accuracy"))
    seeds = (*trial.info.seeds, *result.more_seeds)
    for index, (seed, correct) in enumerate(zip(seeds, result.correct, strict=True)):
        table.add_row(str(index + 1), str(seed), f"{correct:,} / {result.total:,}", percent(correct / result.total))
    table.add_section()
    table.add_row("mean", "", f"{basis(len(result.correct), result.total)} images", _of(result.correct, result.total))
    return table


def _curve(trial: Trial) -> Table | str:
    if not trial.result.curve:
        return "  no learning curve was recorded"
    names = ("epoch", "validation accuracy", "validation loss", "training loss", "s")
    table = _table("Learning curve: mean (min - max) of the replicas; losses are cross-entropies in nats", names)
    for point in trial.result.curve:
        losses = (_mean_loss(values) for values in (point.val_loss, point.train_loss))
        table.add_row(str(point.epoch), _of(point.correct, trial.result.total), *losses, f"{point.seconds:.1f}")
    return table


def _mean_loss(losses: Sequence[float | None]) -> str:
    """The mean of the replicas that did not diverge."""
    finite = [loss for loss in losses if loss is not None]
    return f"{fmean(finite):.4f}" if finite else "-"


def _test(confirmation: Confirmation) -> str:
    data = "train and validation" if confirmation.full_training_set else "train only"
    seeds, total = len(confirmation.seeds), confirmation.total
    return (
        f"Retrained with {seeds} fresh seeds, {confirmation.epochs} epochs, {data}: test accuracy "
        f"{_of(confirmation.correct, total)} on {basis(seeds, total)} images, lower bound (95%, over the seeds) "
        f"{percent(confirmation.lower_bound)}; confirmed: {CONFIRMED[confirmation.confirmed]}"
    )


def _of(correct: Sequence[int], total: int) -> str:
    if not correct or not total:
        return "-"
    return spread(min(correct) / total, sum(correct) / (total * len(correct)), max(correct) / total)


def _shape(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in columns:
        table.add_column(name, justify="left" if name in ("layer", "steps", "replica") else "right")
    return table
