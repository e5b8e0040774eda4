"""`search`: looks for the smallest network that meets the constraint."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import click
import msgspec
from click.core import ParameterSource

from commands import options
from commands.console import message, next_command, results
from commands.leaderboard import read_rows
from commands.live_page import PAGE, LivePage
from commands.options import (
    LARGEST_SEED,
    data_dir_option,
    debug_option,
    runs_dir_option,
)
from commands.plots import draw_search
from commands.progress import SearchProgress
from commands.tables import print_leaderboard, why_empty
from datasets.dataset import Dataset
from datasets.registry import load
from search.constraint import EXAMPLE, Constraint
from search.leaderboard import qualifying
from search.lock import StudyLock
from search.objective import FEW, FEW_EPOCHS, FEW_REPLICAS, left_out, maximises_accuracy
from search.study import OracleName, Study, StudyConfig, load_study, open_study, study_folder
from spaces.recipe import usual_epochs
from spaces.registry import load_space

DEFAULT_SECONDS = 600.0
DEFAULT_REPLICAS = 4
TOP = 10
KEPT = ("constraint", "margin", "replicas", "max_epochs", "seed", "oracle")  # by a study that goes on


@click.command("search")
@click.argument("space", type=options.space, metavar="SPACE")
@click.option("--study", metavar="NAME", help="The study's name.  [default: SPACE-DATASET]")
@runs_dir_option
@click.option("--dataset", default="mnist", metavar="mnist|digits|PATH", help="Images to search on.")
@data_dir_option
@click.option(
    "--constraint", type=options.constraint, default=EXAMPLE, metavar="SENTENCE", help="What a model must reach."
)
@click.option(
    "--margin",
    type=click.FloatRange(0, 1, max_open=True),
    metavar="SHARE",
    help="By how much validation accuracy must exceed the constraint.  [default: from the noise of the selection]",
)
@click.option("--trials", type=click.IntRange(min=1), metavar="N", help="Stop at N finished trials in the study.")
@click.option(
    "--time-limit", type=options.duration, metavar="TIME", help="Stop after 30m, 90s, 1h30m or plain seconds."
)
@click.option(
    "--replicas",
    type=click.IntRange(min=1),
    metavar="K",
    help="Trainings of each network.  [default: 4; overfit-*: 10, each on examples of its own]",
)
@click.option(
    "--max-epochs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Longest training of a trial.  [default: about 24,000 steps, 61 epochs of MNIST; overfit-*: 30 epochs]",
)
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), default=0, metavar="S", help="Same seed, same trials.")
@click.option(
    "--oracle",
    type=click.Choice(["smallest", "random", "bayesian"]),
    default="smallest",
    show_default=False,
    help="What proposes the next network.  [default: smallest; overfit-*: the most promising one]",
)
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Trials side by side.  [default: one a core]")
@click.option(
    "--scheduler", metavar="URL", help="A Dask scheduler that runs, tcp://host:port, instead of workers here."
)
@click.option(
    "--page", is_flag=True, help="Keep a page of the study up to date for the browser: RUNS_DIR/STUDY/page.html."
)
@click.option("--overwrite", is_flag=True, help="Delete the study of that name and start over.")
@debug_option
def command(
    space: str,
    study: str | None,
    runs_dir: Path,
    dataset: str,
    data_dir: Path | None,
    constraint: str,
    margin: float | None,
    trials: int | None,
    time_limit: float | None,
    replicas: int | None,
    max_epochs: int | None,
    seed: int,
    oracle: OracleName,
    workers: int | None,
    scheduler: str | None,
    page: bool,
    overwrite: bool,
) -> None:
    """Search SPACE for the smallest network that meets the constraint.

    SPACE is shallow, deep, deep-open, or a kt.HyperModel of your own as FILE.py:CLASS. A study that exists goes on
    where it stopped, under any --trials and --time-limit; without either, for 10 minutes. What else it was started with
    need not be given again. It may go on with a larger --max-epochs: what nearly qualified is then tried again, trained
    longer.

    overfit-size and overfit-dropout (question 4) have no constraint: they look for the highest validation accuracy
    where each replica is trained on 250 examples of its own, validated on training images left out of them.
    """
    few = maximises_accuracy(space)
    if few and (constraint != EXAMPLE or margin is not None):
        raise click.UsageError(f"{space} looks for the highest accuracy; leave --constraint and --margin out")
    _check_margin(constraint, margin)
    data = load(dataset, data_dir)
    message(f"data: {data.source}")
    name = study if study is not None else default_name(space, dataset)
    if max_epochs is None:
        max_epochs = FEW_EPOCHS if few else usual_epochs(len(data.train))
    if replicas is None:
        replicas = FEW_REPLICAS if few else DEFAULT_REPLICAS
    config = StudyConfig(space, dataset, constraint, replicas, max_epochs, seed, oracle, margin)
    if few:
        best_first: OracleName = "accurate" if oracle == "smallest" else oracle
        config = msgspec.structs.replace(config, oracle=best_first, objective="val_accuracy", examples=FEW)
    if not overwrite:
        config = _going_on(runs_dir, name, config, click.get_current_context())
    if trials is None and time_limit is None:
        time_limit = DEFAULT_SECONDS
    opened = run(runs_dir, name, config, data, trials, time_limit, workers, scheduler, overwrite, page)
    rows = read_rows(opened)
    best = qualifying(rows)[:TOP]
    if best:
        print_leaderboard(results(), opened, best)
    click.echo(why_empty(opened, rows) or "", nl=not best)
    if rows and not few:  # the figures are about a bar
        for path in draw_search(opened, rows):
            click.echo(f"plot: {path}")
    if page:
        click.echo(f"page: {opened.folder / PAGE}")
    say_next(opened, best[0].trial if best else None, runs_dir, data_dir)


def _going_on(runs_dir: Path, name: str, config: StudyConfig, context: click.Context) -> StudyConfig:
    """The configuration where options that were not given are those of the study that goes on. Raises StudyError."""
    if not (study_folder(runs_dir, name) / "study.json").exists():
        return config
    saved = load_study(runs_dir, name).config
    ungiven = [option for option in KEPT if context.get_parameter_source(option) is ParameterSource.DEFAULT]
    return msgspec.structs.replace(config, **{option: getattr(saved, option) for option in ungiven})


def run(
    runs_dir: Path,
    name: str,
    config: StudyConfig,
    dataset: Dataset,
    trials: int | None,
    seconds: float | None,
    workers: int | None = None,
    scheduler: str | None = None,
    overwrite: bool = False,
    page: bool = False,
) -> Study:
    """Opens or goes on with a study and searches, showing progress; `workers` None: one a core; `page`: on a page too.

    Raises the project's errors.
    """
    folder = study_folder(runs_dir, name)
    # What is started over must have nobody at all writing into it.
    locks = [StudyLock(folder, "search"), *([StudyLock(folder, "retrain")] if overwrite else [])]
    with ExitStack() as held:
        if folder.exists():  # refuses what cannot be before the seconds TensorFlow takes
            _take(locks, held)
            if not overwrite and (folder / "study.json").exists():
                open_study(runs_dir, name, config)
        from search.runtime import configure

        configure(1)  # a worker computes with one thread, in this process as elsewhere: sums come out alike
        # The space first: one that cannot be loaded must leave no study behind, and with --overwrite delete none.
        space = load_space(config.space, dataset.input_shape, dataset.classes)
        _take(locks, held)
        study = open_study(runs_dir, name, config, overwrite)
        from search.budget import Budget
        from search.tuner import run_search

        images = len(dataset.validation) if config.examples is None else left_out(len(dataset.train))
        progress = held.enter_context(SearchProgress(images, config.objective))
        reporter = held.enter_context(LivePage(study, progress, progress.note)) if page else progress
        run_search(study, dataset, space, Budget(trials, seconds), reporter, workers or cores(), scheduler)
    return study


def _take(locks: Sequence[StudyLock], held: ExitStack) -> None:
    """Takes those locks it has not taken yet. Raises StudyError."""
    for lock in locks:
        held.enter_context(lock)
        if lock.warning is not None:
            message(f"warning: {lock.warning}")


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_name(space: str, dataset: str) -> str:
    """SPACE-DATASET; the class of a space of one's own, the file or folder name of one's own data."""
    return f"{space.rpartition(':')[2]}-{Path(dataset).stem}"


def say_next(study: Study, best: int | None, runs_dir: Path, data_dir: Path | None) -> None:
    """The commands to try next, on standard error."""
    where = () if runs_dir == Path("runs") else ("--runs-dir", str(runs_dir))
    data = () if data_dir is None else ("--data-dir", str(data_dir))
    message("next:")
    message(f"  {next_command('leaderboard', study.name, '--all', *where)}")
    if best is not None:
        message(f"  {next_command('show', study.name, str(best), *where)}")
    if best is not None and study.config.objective == "parameters":
        message(f"  {next_command('retrain', study.name, *where, *data)}")


def _check_margin(constraint: str, margin: float | None) -> None:
    if margin is None:
        return
    # `nan` passes every range check, for it compares false with everything.
    if math.isnan(margin) or Constraint.parse(constraint).bar + Fraction(str(margin)) > 1:
        raise click.BadParameter(
            f"expected {constraint} plus the margin to stay within 1, got {margin}", param_hint="--margin"
        )
