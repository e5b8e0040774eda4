"""Memory of a worker against the trials it has trained: it must stay under 1.5 GB and not grow.

    python -m benchmarks.memory --trials 300

One Dask worker, as `--workers` starts them, trains networks drawn at random from the space, briefly: what stays
behind stays with every network that is new, however long it trains. Resident memory is read from `ps`. TensorFlow keeps
what it compiled for each shape, so memory grows with every new network until the worker starts afresh between two
trials; what counts is that the peak of the last third of the trials is no higher than that of the middle third.
"""

from __future__ import annotations

import csv
import random
import subprocess
import time
from pathlib import Path

import click

from datasets.dataset import Dataset
from datasets.registry import load
from search.constraint import Constraint
from search.dask_executor import OnDask
from search.early_decisions import EarlyDecisions
from search.runtime import configure
from search.trial import TrialInfo

LIMIT_MB, GROWTH_MB = 1500.0, 50.0


def resident_mb(process: int) -> float:
    """Resident memory of a process."""
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=True)
    return int(told.stdout) / 1024


def measure(dataset: Dataset, space: str, trials: int, replicas: int, epochs: int) -> list[tuple[int, float, float]]:
    """Trials trained, seconds since the start and resident MB of the worker, before the first and after each trial."""
    configure()
    from search.candidates import CandidateSource  # imports TensorFlow
    from spaces.registry import load_space

    source = CandidateSource(load_space(space, dataset.input_shape, dataset.classes), epochs)
    constraint = Constraint.parse("val_accuracy >= 0.95")
    rows = []
    with OnDask(dataset.train, dataset.validation, constraint, lambda info, point: None, workers=1) as workers:
        start = time.monotonic()
        rows.append((0, 0.0, resident_mb(*workers.process_ids())))
        for number in range(trials):
            c = source.draw(random.Random(number))
            seeds = tuple(range(number * 100, number * 100 + replicas))
            info = TrialInfo(number, c.values, c.architecture, c.name, c.parameters, c.macs, c.recipe, seeds, c.origin)
            workers.submit(info, EarlyDecisions(0.95, len(dataset.validation)))
            workers.next_finished()
            rows.append((number + 1, time.monotonic() - start, resident_mb(*workers.process_ids())))
            if (number + 1) % 10 == 0:
                click.echo(f"{number + 1} of {trials} trials, {rows[-1][2]:,.0f} MB", err=True)
    return rows


def growth(rows: list[tuple[int, float, float]]) -> float:
    """MB by which the peak of the last third of the trials exceeds the peak of the middle third."""
    third = len(rows) // 3
    return max(row[2] for row in rows[2 * third :]) - max(row[2] for row in rows[third : 2 * third])


def draw(rows: list[tuple[int, float, float]], title: str, path: Path) -> None:
    """Resident memory against trials."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    axes.plot([row[0] for row in rows], [row[2] for row in rows], color="#0072b2", label="one worker")
    axes.axhline(LIMIT_MB, color="#d55e00", linestyle="--", label=f"limit {LIMIT_MB:,.0f} MB")
    axes.set(xlabel="trials trained by the worker", ylabel="resident memory (MB)", title=title, ylim=(0, None))
    axes.legend()
    figure.savefig(path, dpi=150)


@click.command()
@click.option("--space", default="shallow", show_default=True, help="Networks are drawn at random from it.")
@click.option("--dataset", "name", default="digits", show_default=True, help="mnist, digits or a path.")
@click.option("--trials", default=300, show_default=True)
@click.option("--replicas", default=4, show_default=True)
@click.option("--epochs", default=3, show_default=True, help="Of each trial.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("runs/benchmarks"), show_default=True, help="A folder."
)
def main(space: str, name: str, trials: int, replicas: int, epochs: int, output: Path) -> None:
    """Prints the peak and the growth; writes memory.csv and memory.png. Exit code 1 where it takes too much."""
    rows = measure(load(name), space, trials, replicas, epochs)
    output.mkdir(parents=True, exist_ok=True)
    with (output / "memory.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["trials", "seconds", "resident_mb"])
        writer.writerows([number, f"{seconds:.1f}", f"{mb:.1f}"] for number, seconds, mb in rows)
    draw(rows, f"{trials} trials of {space} on {name}, {replicas} replicas each", output / "memory.png")
    peak, gained = max(row[2] for row in rows), growth(rows)
    good = peak < LIMIT_MB and gained < GROWTH_MB
    click.echo(
        f"{trials} trials in {rows[-1][1]:,.0f} s: {rows[0][2]:,.0f} MB before the first, {rows[-1][2]:,.0f} after"
    )
    click.echo(f"peak {peak:,.0f} MB (limit {LIMIT_MB:,.0f})")
    click.echo(f"peak of the last third against the middle third: {gained:+,.0f} MB (limit {GROWTH_MB:+,.0f})")
    click.echo("good" if good else "TOO MUCH")
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
