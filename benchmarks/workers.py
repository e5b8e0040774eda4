"""What several workers bring: the same trials with `--workers 1` and with `--workers 2`, alternating, in one run.

    python -m benchmarks.workers --workers 2 --seconds 300 --rounds 2

Networks are drawn at random from the space once; both train them in the same order from the start, so no oracle
decides what is compared. Counted are replica-epochs (epochs trained, times replicas) that were evaluated before time
was up, and trials that finished. `--workers 1` trains as it does in a search: in its own process, with one thread, as
every worker does. Each leg is a process of its own; its time begins once its workers are up.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from datasets.registry import load
from search.constraint import Constraint
from search.early_decisions import EarlyDecisions
from search.runtime import configure
from search.trial import CurvePoint, TrialInfo

if TYPE_CHECKING:
    from search.executors import Executor  # imports TensorFlow, which must be configured first

SEED = 0
BAR = 0.95
EPOCHS = 30


class Work(NamedTuple):
    """What a leg got done: replica-epochs and finished trials in so many seconds."""

    replica_epochs: int
    trials: int
    seconds: float


def train(space: str, dataset: str, data_dir: Path | None, workers: int, seconds: float, replicas: int) -> Work:
    """Trains the list of trials for so long."""
    configure(1)
    from search.candidates import CandidateSource  # imports TensorFlow
    from search.executors import InProcess
    from spaces.recipe import search_cycles
    from spaces.registry import load_space

    data = load(dataset, data_dir)
    images = len(data.train)
    source = CandidateSource(load_space(space, data.input_shape, data.classes), EPOCHS, search_cycles(EPOCHS, images))
    deadline = float("inf")
    last: dict[int, int] = {}
    replica_epochs = 0

    def on_point(info: TrialInfo, point: CurvePoint) -> None:
        nonlocal replica_epochs
        if time.monotonic() <= deadline:
            before = last.get(info.trial, 0)  # near the bar a trial begins anew, with as many replicas again
            replica_epochs += len(point.correct) * (point.epoch - (before if before < point.epoch else 0))
            last[info.trial] = point.epoch

    training = (data.train, data.validation, Constraint.parse(f"val_accuracy >= {BAR}"), on_point)
    executor: Executor
    if workers == 1:
        executor = InProcess(*training)
    else:
        from search.dask_executor import OnDask

        executor = OnDask(*training, workers)
    with executor:
        start = time.monotonic()
        deadline = start + seconds
        given = finished = 0
        while time.monotonic() < deadline:
            while given - finished < workers:
                c = source.draw(random.Random(f"{SEED}/{given}"))
                seeds = tuple(range(given * 1000, given * 1000 + replicas))
                executor.submit(
                    TrialInfo(given, c.values, c.architecture, c.name, c.parameters, c.macs, c.recipe, seeds, c.origin),
                    EarlyDecisions(BAR, len(data.validation)),
                )
                given += 1
            executor.next_finished()
            finished += time.monotonic() <= deadline
    return Work(replica_epochs, finished, seconds)


@click.command()
@click.option("--workers", default=2, show_default=True, help="Compared with 1.")
@click.option("--seconds", default=300.0, show_default=True, help="Of each leg.")
@click.option("--rounds", default=1, show_default=True, help="Each is a leg with 1 and a leg with the others.")
@click.option("--space", default="shallow", show_default=True)
@click.option("--dataset", default="mnist", show_default=True)
@click.option("--data-dir", type=click.Path(path_type=Path))
@click.option("--replicas", default=4, show_default=True)
@click.option("--leg", type=int, hidden=True, help="Only train, with so many workers, and print what was done.")
def main(
    workers: int,
    seconds: float,
    rounds: int,
    space: str,
    dataset: str,
    data_dir: Path | None,
    replicas: int,
    leg: int | None,
) -> None:
    """Prints what each leg got done and the ratios."""
    if leg is not None:
        click.echo(json.dumps(train(space, dataset, data_dir, leg, seconds, replicas)))
        return
    legs: dict[int, list[Work]] = {1: [], workers: []}
    for _ in range(rounds):
        for count, done in legs.items():
            command = [sys.executable, "-m", "benchmarks.workers", "--leg", str(count), "--seconds", str(seconds)]
            command += ["--space", space, "--dataset", dataset, "--replicas", str(replicas)]
            command += [] if data_dir is None else ["--data-dir", str(data_dir)]
            told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
            done.append(Work(*json.loads(told.splitlines()[-1])))
            click.echo(f"{count} worker(s): {_rates([done[-1]])}", err=True)
    for count, done in legs.items():
        click.echo(f"--workers {count}: {_rates(done)}, {len(done)} x {seconds:g} s of {space} on {dataset}")
    one, several = ([sum(column) for column in zip(*legs[count], strict=True)] for count in (1, workers))
    click.echo(
        f"ratio: {several[0] / max(one[0], 1):.2f}x the replica-epochs, {several[1] / max(one[1], 1):.2f}x the trials"
    )


def _rates(done: list[Work]) -> str:
    epochs, trials, seconds = (sum(column) for column in zip(*done, strict=True))
    return f"{epochs / seconds * 3600:,.0f} replica-epochs and {trials / seconds * 3600:,.1f} trials an hour"


if __name__ == "__main__":
    main()
