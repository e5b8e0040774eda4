"""`retrain`: confirms the best configurations of a study on the test set."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.console import basis, duration, message, percent, results, spread
from commands.errors import CommandError
from commands.leaderboard import read_rows
from commands.options import data_dir_option, debug_option, runs_dir_option, study_argument
from commands.plots import draw_search, draw_winner
from commands.tables import print_leaderboard, why_empty
from datasets.dataset import Dataset
from datasets.registry import load
from search.confirmation import Confirmation
from search.leaderboard import qualifying
from search.lock import StudyLock
from search.study import Study, load_study
from search.trial import Trial

if TYPE_CHECKING:
    import numpy as np

    from search.retrain import OnEpoch, RetrainSettings

DEFAULT_TOP = 3
# A search stops early to look at more networks; the final training has time to settle.
EPOCHS_FACTOR = 3
SECONDS_BETWEEN_LINES = 10.0


@click.command("retrain")
@study_argument
@click.option(
    "--top",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"The N smallest qualifying trials.  [default: {DEFAULT_TOP}; with --until-confirmed as many as it takes]",
)
@click.option(
    "--trial", "trial", type=click.IntRange(min=0), metavar="ID", help="This trial instead, qualifying or not."
)
@click.option("--seeds", type=click.IntRange(min=1), default=5, metavar="N", help="Fresh trainings of each.")
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Epochs of each training.  [default: {EPOCHS_FACTOR} times the study's]",
)
@click.option(
    "--full-training-set/--train-only",
    default=True,
    help="Train on train and validation images together, or on train alone.",
)
@click.option("--until-confirmed", is_flag=True, help="Walk on from the smallest to the first that is confirmed.")
@data_dir_option
@runs_dir_option
@debug_option
def command(
    study: str,
    top: int | None,
    trial: int | None,
    seeds: int,
    epochs: int | None,
    full_training_set: bool,
    until_confirmed: bool,
    data_dir: Path | None,
    runs_dir: Path,
) -> None:
    """Train the best configurations from scratch with fresh seeds and judge each once on the test set.

    A trial is confirmed when the mean test accuracy of its seeds reaches the study's constraint. Every model is saved
    as a .keras file that takes raw pixels (0 - 255) and loads without this project; training losses as CSV. What is
    done is kept: the same command goes on after an interruption and trains nothing twice.
    """
    if trial is not None and (top is not None or until_confirmed):
        raise click.UsageError("expected either --trial or --top / --until-confirmed, got both; leave one out")
    opened = load_study(runs_dir, study)
    if opened.config.objective == "val_accuracy":
        raise CommandError(
            f"expected a study with a constraint, got {opened.name}, which looks for accuracy on few examples; "
            "its networks are tested by search_cli.py overfit"
        )
    chosen = [trial] if trial is not None else _smallest(opened, top, until_confirmed)
    data = load(opened.config.dataset, data_dir)
    message(f"data: {data.source}")
    from search.runtime import configure

    configure()
    from search.retrain import RetrainSettings

    settings = RetrainSettings(
        seeds, epochs if epochs is not None else EPOCHS_FACTOR * opened.config.max_epochs, full_training_set
    )
    found = run(opened, data, chosen, settings, until_confirmed)
    rows = read_rows(opened)
    retrained = {confirmation.trial for confirmation in found}
    print_leaderboard(results(), opened, [row for row in rows if row.trial in retrained])
    for confirmation in found:
        click.echo(f"trial {confirmation.trial}: {opened.folder / Path(confirmation.models[0]).parent}")
    for path in (*draw_search(opened, rows), *draw_winner(opened, rows)):
        click.echo(f"plot: {path}")


def run(
    study: Study, dataset: Dataset, numbers: Sequence[int], settings: RetrainSettings, until_confirmed: bool = False
) -> list[Confirmation]:
    """Retrains the trials of these numbers in order, one line each on standard error."""
    from search.retrain import retrain

    found: list[Confirmation] = []
    trials = _trials(study, numbers)
    with StudyLock(study.folder, "retrain"):  # a search may go on meanwhile: it writes other files
        for trial, confirmation in retrain(study, dataset, trials, settings, until_confirmed, _progress(settings)):
            found.append(confirmation)
            message(_line(study, trial, confirmation))
    if until_confirmed and not any(confirmation.confirmed for confirmation in found):
        message(f"none of {len(found)} trials is confirmed; go on searching, with more replicas or a wider --margin")
    elif until_confirmed and len(found) > 1:
        message(f"the test set judged {len(found)} trials until one was confirmed: read its figure with that in mind")
    return found


def _smallest(study: Study, top: int | None, until_confirmed: bool) -> list[int]:
    rows = read_rows(study)
    empty = why_empty(study, rows)
    if empty is not None:
        raise CommandError(
            f"expected a qualifying trial to retrain, got: {empty}; search longer or name one with --trial"
        )
    count = top if top is not None else None if until_confirmed else DEFAULT_TOP
    return [row.trial for row in qualifying(rows)[:count]]


def _trials(study: Study, numbers: Sequence[int]) -> Iterator[Trial]:
    for number in numbers:
        trial = study.ledger.find(number)
        if trial is None:
            raise CommandError(
                f"expected a finished trial of {study.name}, got {number}; see them with leaderboard --all"
            )
        yield trial


def _progress(settings: RetrainSettings) -> OnEpoch:
    """A line on standard error now and then while a trial trains."""
    said = time.monotonic()

    def on_epoch(trial: Trial, epoch: int, losses: np.ndarray) -> None:
        nonlocal said
        if time.monotonic() - said < SECONDS_BETWEEN_LINES:
            return
        said = time.monotonic()
        spread_of_losses = f"{losses.mean():.4f} ({losses.min():.4f} - {losses.max():.4f})"
        what = f"trial {trial.info.trial}, {trial.info.parameters:,} parameters"
        message(f"{what}: epoch {epoch} of {settings.epochs}, training loss {spread_of_losses}, {len(losses)} seeds")

    return on_epoch


def _line(study: Study, trial: Trial, confirmation: Confirmation) -> str:
    correct, total = confirmation.correct, confirmation.total
    figures = spread(min(correct) / total, confirmation.mean_accuracy, max(correct) / total)
    verdict = "confirmed" if confirmation.confirmed else f"not confirmed for {study.config.constraint} on test"
    return (
        f"trial {trial.info.trial}, {trial.info.parameters:,} parameters, {trial.info.name}: test accuracy {figures} "
        f"on {basis(len(correct), total)} images, 95% lower bound {percent(confirmation.lower_bound)}: {verdict} "
        f"({confirmation.epochs} epochs, {duration(confirmation.seconds)})"
    )
