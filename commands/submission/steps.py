"""What the compact main file of a submission is made of: commands with the options of a whole run or of a short try."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from commands.errors import CommandError
from spaces.architecture import Architecture

# Enough to see a search work: fewer trials, and a bar that they reach.
QUICK = ("--trials", "3", "--max-epochs", "60", "--replicas", "2", "--constraint", "val_accuracy >= 0.8")


@dataclass(frozen=True)
class Options:
    """Which images, where results go, and whether a short try is enough."""

    dataset: str
    data_dir: Path | None
    runs_dir: Path
    quick: bool

    def data(self) -> list[str]:
        """The options that say where MNIST lies."""
        return [] if self.data_dir is None else ["--data-dir", str(self.data_dir)]

    def runs(self) -> list[str]:
        """The option that says where results go."""
        return ["--runs-dir", str(self.runs_dir)]

    def study(self, space: str) -> str:
        """The name of the study of a space."""
        return f"{space}-{Path(self.dataset).stem}"


def run(*arguments: str) -> None:
    """Runs a command of search_cli.py in this process; what it cannot do ends this program with its exit code."""
    from search_cli import cli  # which imports the commands

    click.echo(f"\n$ python search_cli.py {' '.join(arguments)}", err=True)
    # The command says how to go on after an interruption: as if it had been started by itself.
    sys.argv, sys.orig_argv = ["search_cli.py", *arguments], [sys.executable, "search_cli.py", *arguments]
    try:
        cli.main(list(arguments), prog_name="search_cli.py")
    except SystemExit as end:
        if end.code != 0:
            raise


def baseline(name: str, options: Options) -> None:
    """Trains a fixed network and draws its curves."""
    short = ["--iterations", "60", "--eval-every", "20", "--seeds", "1"] if options.quick else []
    out = ["--out", str(options.runs_dir / "baselines")]
    run("baseline", name, "--dataset", options.dataset, *short, *options.data(), *out)


def find(space: str, options: Options) -> None:
    """Searches a space for its smallest network and confirms the winner."""
    size = [*QUICK, "--workers", "1"] if options.quick else ["--time-limit", "30m"]
    seeds = ["--top", "1", "--seeds", "2"] if options.quick else ["--until-confirmed"]
    study = options.study(space)
    run("search", space, "--study", study, "--dataset", options.dataset, *size, *options.data(), *options.runs())
    run("retrain", study, *seeds, *options.data(), *options.runs())


def count(architecture: Architecture) -> None:
    """Prints the steps of counting the parameters, layer by layer."""
    for row in architecture.counts():
        click.echo(f"{row.label:40} {'; '.join(map(str, row.steps)) or '-'}")
    click.echo(f"{'total':40} {architecture.parameters:,}")


def count_winner(space: str, options: Options) -> None:
    """Prints the count of the smallest confirmed network of a space."""
    from reports.document.studies import facts
    from search.study import load_study

    found = facts(load_study(options.runs_dir, options.study(space)))
    if found.trial is None:
        raise CommandError(f"expected a qualifying network in {options.study(space)}, got none; search longer")
    count(found.trial.info.architecture)


def plot_winner(space: str, options: Options) -> None:
    """Draws the training of the smallest confirmed network of a space."""
    from commands.leaderboard import read_rows
    from commands.plots import draw_winner
    from search.study import load_study

    study = load_study(options.runs_dir, options.study(space))
    for path in draw_winner(study, read_rows(study)):
        click.echo(f"plot: {path}")
