"""`quickstart`: a short search, its leaderboard, a retrain and two plots, in minutes on two cores."""

from __future__ import annotations

from pathlib import Path

import click

from commands import options, retrain
from commands.console import message, results
from commands.leaderboard import read_rows
from commands.options import data_dir_option, debug_option, runs_dir_option
from commands.plots import draw_search, draw_winner
from commands.search import run as run_search
from commands.search import say_next
from commands.tables import print_leaderboard, why_empty
from datasets.registry import available_or_digits
from search.constraint import EXAMPLE
from search.leaderboard import incumbent, qualifying
from search.study import StudyConfig

# A thousand digits make short epochs: more of them, for about as many steps as MNIST's few.
MAX_EPOCHS = {"mnist": 8, "digits": 120}
RETRAIN_EPOCHS = {"mnist": 12, "digits": 150}
REPLICAS = 4
SEEDS = 3
TOP = 10


@click.command("quickstart")
@click.option("--time-limit", type=options.duration, default="100s", metavar="TIME", help="How long to search.")
@data_dir_option
@runs_dir_option
@debug_option
def command(time_limit: float, data_dir: Path | None, runs_dir: Path) -> None:
    """See everything once: a short search of shallow, the leaderboard, a retrain of the best, two plots.

    On MNIST where it is found on this machine, else on the digits bundled with scikit-learn. Run again, it searches on.
    """
    data = available_or_digits(data_dir)
    click.echo(f"Data: {data.source}")
    name = f"quickstart-{data.name}"
    config = StudyConfig("shallow", data.name, EXAMPLE, REPLICAS, MAX_EPOCHS[data.name], seed=0, oracle="smallest")
    study = run_search(runs_dir, name, config, data, trials=None, seconds=time_limit)
    rows = read_rows(study)
    best = incumbent(rows)
    if best is not None:
        message(f"retraining trial {best.trial} with {SEEDS} fresh seeds, to judge it on the test set")
        from search.retrain import RetrainSettings

        retrain.run(study, data, [best.trial], RetrainSettings(SEEDS, RETRAIN_EPOCHS[data.name]))
        rows = read_rows(study)
        print_leaderboard(results(), study, qualifying(rows)[:TOP])
    click.echo(why_empty(study, rows) or "", nl=best is None)
    for path in (*draw_search(study, rows), *draw_winner(study, rows)):
        click.echo(f"plot: {path}")
    say_next(study, best.trial if best is not None else None, runs_dir, data_dir)
