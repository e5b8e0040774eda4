"""How long `leaderboard` takes for a big ledger, and how much memory.

    python -m benchmarks.leaderboard --lines 100000

Writes a ledger of invented trials, each a line as a search writes it, and runs the command on it in a process of its
own. Exit code 1 above 3 seconds or 500 MB.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import msgspec

from search.study import StudyConfig, open_study
from search.trial import CurvePoint, Trial, TrialInfo, TrialResult, TrialStatus, Values
from spaces.architecture import Architecture
from spaces.layers import Activation, AveragePool, Conv, Dense, Flatten
from spaces.recipe import Recipe

ROOT = Path(__file__).resolve().parent.parent
MOST_SECONDS, MOST_MB = 3.0, 500.0
NETWORK = Architecture(
    (28, 28, 1), (Conv(3, (5, 4)), Activation("relu"), AveragePool((8, 12), (8, 12)), Flatten(), Dense(10))
)
VALUES: Values = {f"hyperparameter {index}": index for index in range(20)}


def invented(number: int) -> Trial:
    """A trial of the size a search records: six evaluations of four replicas."""
    correct = tuple(9400 + (number * 7919 + replica * 31) % 300 for replica in range(4))
    curve = tuple(CurvePoint(3 * i, correct, (0.21,) * 4, (0.19,) * 4, 2.5 * i) for i in range(1, 7))
    seeds = tuple(range(number * 1000, number * 1000 + 4))
    info = TrialInfo(number, VALUES, NETWORK, NETWORK.name, 200 + number % 997, 36180, Recipe(21), seeds, "neighbour")
    qualified = sum(correct) * 100 >= 95 * 40_000
    return Trial(info, TrialResult(TrialStatus.COMPLETED, correct, 10_000, qualified, 21, 15.0, curve), 15.0 * number)


def measured(arguments: list[str]) -> tuple[float, float, float]:
    """Seconds, seconds of processor time and peak resident MB of the command line with these arguments."""
    start = time.monotonic()
    process = subprocess.Popen([sys.executable, "search_cli.py", *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise click.ClickException(f"expected exit code 0, got {os.waitstatus_to_exitcode(status)}")
    seconds = time.monotonic() - start
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / (1024 if sys.platform == "linux" else 2**20)


@click.command()
@click.option("--lines", default=100_000, show_default=True, help="Of the ledger.")
@click.option("--runs", default=3, show_default=True, help="Of each form; the median counts.")
def main(lines: int, runs: int) -> None:
    """Prints seconds and peak MB of each form of the leaderboard."""
    with tempfile.TemporaryDirectory() as folder:
        config = StudyConfig("shallow", "mnist", "val_accuracy >= 0.95", 4, 21, 0, "smallest")
        ledger = open_study(Path(folder), "big", config).ledger
        ledger.append(invented(0))
        with ledger.path.open("ab") as file:  # without an fsync for every line
            file.writelines(msgspec.json.encode({"version": 1, "trial": invented(n)}) + b"\n" for n in range(1, lines))
        click.echo(f"{lines:,} trials, {ledger.path.stat().st_size / 1e6:.0f} MB", err=True)
        good = True
        for form in ([], ["--all"], ["--format", "json"], ["--format", "csv", "--all"]):
            taken = [measured(["leaderboard", "big", "--runs-dir", folder, *form]) for _ in range(runs)]
            seconds, processor = (statistics.median(one[column] for one in taken) for column in (0, 1))
            peak = max(one[2] for one in taken)
            good = good and seconds < MOST_SECONDS and peak < MOST_MB
            told = f"{seconds:.2f} s, {processor:.2f} s of it computing (limit {MOST_SECONDS:g})"
            click.echo(f"leaderboard {' '.join(form):20} {told}, {peak:.0f} MB (limit {MOST_MB:g})")
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
