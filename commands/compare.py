"""`compare`: which of two networks learns faster (question 3.3)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from commands.compare_output import line, progress, show
from commands.console import message
from commands.errors import CommandError
from commands.leaderboard import read_rows
from commands.options import LARGEST_SEED, data_dir_option, debug_option, runs_dir_option
from datasets.dataset import Dataset
from datasets.registry import load
from search.confirmation import Confirmations
from search.convergence_data import Network, Run, Runs, Timing
from search.leaderboard import qualifying
from search.lock import StudyLock
from search.study import Study, StudyConfig, load_study
from search.trial import Trial

if TYPE_CHECKING:
    from reports.comparison_data import ConvergenceComparison
    from search.convergence import ConvergenceSettings

FOLDER = "comparisons"
EPOCHS_FACTOR = 3  # as retrain: the schedule with which winners are confirmed
RATES = (0.003, 0.01, 0.03)


def _rates(_: click.Context, __: click.Parameter, given: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(dict.fromkeys(given if given else RATES))


@click.command("compare")
@click.argument("first", metavar="STUDY")
@click.argument("second", metavar="STUDY")
@click.option(
    "--trial",
    "trials",
    nargs=2,
    type=click.IntRange(min=0),
    metavar="ID ID",
    help="These trials, one of each study.  [default: the smallest confirmed ones]",
)
@click.option("--seeds", type=click.IntRange(min=1), default=5, metavar="N", help="Fresh trainings of each network.")
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), default=0, metavar="S", help="Same seed, same trainings.")
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Longest schedule.  [default: {EPOCHS_FACTOR} times the studies' longest]",
)
@click.option(
    "--rate",
    "rates",
    type=click.FloatRange(0, min_open=True),
    multiple=True,
    callback=_rates,
    metavar="RATE",
    help=f"A constant learning rate for both; several times for several.  [default: {', '.join(map(str, RATES))}]",
)
@click.option("--time-again", is_flag=True, help="Measure the seconds of a step anew: they depend on the machine.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to print results.")
@data_dir_option
@runs_dir_option
@debug_option
def command(
    first: str,
    second: str,
    trials: tuple[int, int] | None,
    seeds: int,
    seed: int,
    epochs: int | None,
    rates: tuple[float, ...],
    time_again: bool,
    form: str,
    data_dir: Path | None,
    runs_dir: Path,
) -> None:
    """Compare the time to convergence of two networks, the smallest confirmed one of each STUDY.

    Both are trained from scratch on the training images alone and evaluated on the validation images on the way: with
    their own recipe, with the same constant learning rates, and with their own recipe over ever fewer epochs. Time to
    convergence is when validation accuracy begins to stay over the constraint's bar: in iterations, images, seconds
    (one network alone) and multiply-adds. Writes comparison.json, CSV and figures to comparisons/ in --runs-dir. What
    is done is kept: the same command goes on after an interruption. The test set is not read.
    """
    studies = (load_study(runs_dir, first), load_study(runs_dir, second))
    _check_alike(*studies)
    asked = trials if trials is not None else (None, None)
    chosen = (_chosen(studies[0], asked[0]), _chosen(studies[1], asked[1]))
    networks = (_network(studies[0], chosen[0]), _network(studies[1], chosen[1]))
    if networks[0] == networks[1]:
        raise CommandError(
            f"expected two different networks, got trial {networks[0].trial} of {first} twice; name others with --trial"
        )
    config = studies[0].config
    data = load(config.dataset, data_dir)
    message(f"data: {data.source}")
    from search.runtime import configure

    configure()
    from search.convergence import ConvergenceSettings, comparison_seeds

    length = epochs if epochs is not None else EPOCHS_FACTOR * max(study.config.max_epochs for study in studies)
    used = _used_seeds(studies, chosen)
    settings = ConvergenceSettings(comparison_seeds(seed, seeds, used), length, max(1, length // EPOCHS_FACTOR), rates)
    folder = runs_dir / FOLDER / f"{studies[0].name}-vs-{studies[1].name}"
    comparison = run(data, networks, config, settings, folder, time_again)
    if form == "json":
        from reports.comparison_files import summary

        click.echo(summary(comparison))
        return
    show(comparison)
    click.echo(f"results: {folder}")


def run(
    data: Dataset,
    networks: tuple[Network, Network],
    config: StudyConfig,
    settings: ConvergenceSettings,
    folder: Path,
    time_again: bool = False,
) -> ConvergenceComparison:
    """Measures what is not measured yet, showing progress, and writes every file of the comparison into `folder`."""
    from reports.comparison_data import ConvergenceComparison
    from reports.comparison_figures import draw_comparison
    from reports.comparison_files import write_comparison
    from reports.comparison_words import explain
    from search.constraint import Constraint
    from search.convergence import measure_convergence

    found: list[Run | Timing] = []
    constraint = Constraint.parse(config.constraint)
    with StudyLock(folder, "compare"):
        measured = measure_convergence(data, networks, settings, constraint, Runs(folder), progress(data), time_again)
        for one in measured:
            found.append(one)
            message(line(one))
    first, second = [one for one in found if isinstance(one, Timing)]
    comparison = ConvergenceComparison(
        dataset=data.name,
        source=data.source,
        constraint=config.constraint,
        networks=networks,
        runs=tuple(one for one in found if isinstance(one, Run)),
        timings=(first, second),
    )
    pictures = draw_comparison(comparison, folder)
    comparison = msgspec.structs.replace(comparison, explanation=explain(comparison), pictures=pictures)
    write_comparison(comparison, folder)
    return comparison


def _check_alike(first: Study, second: Study) -> None:
    for what in ("dataset", "constraint"):
        one, other = getattr(first.config, what), getattr(second.config, what)
        if one != other:
            raise CommandError(
                f"expected two studies of the same {what}, got {one} ({first.name}) and {other} ({second.name}); "
                "compare others"
            )


def _chosen(study: Study, number: int | None) -> Trial:
    if number is None:
        rows = [row for row in qualifying(read_rows(study)) if row.confirmed]
        if not rows:
            raise CommandError(
                f"expected a confirmed trial in {study.name}, got none; run: search_cli.py retrain {study.name} "
                "--until-confirmed, or name trials with --trial"
            )
        number = rows[0].trial
    trial = study.ledger.find(number)
    if trial is None:
        raise CommandError(f"expected a finished trial of {study.name}, got {number}; see them with leaderboard --all")
    return trial


def _network(study: Study, trial: Trial) -> Network:
    info = trial.info
    return Network(study.name, info.trial, info.name, info.parameters, info.macs, info.architecture, info.recipe)


def _used_seeds(studies: tuple[Study, Study], trials: tuple[Trial, Trial]) -> set[int]:
    used: set[int] = set()
    for study, trial in zip(studies, trials, strict=True):
        used.update(trial.info.seeds, trial.result.more_seeds)
        for confirmation in Confirmations(study.folder).read():
            if confirmation.trial == trial.info.trial:
                used.update(confirmation.seeds)
    return used
