"""Parameters of the smallest qualifying network against wall time: this tool, stock Keras Tuner, Optuna.

    python -m benchmarks.peers --space shallow --minutes 20 --seeds 1 --data-dir FOLDER

Every search has one core, the same space and the same data. Winners are then judged alike: retrained from scratch with
fresh seeds by the same engine and recipe, and as long, on validation images. Needs benchmarks/requirements.txt.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import statistics
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import click
from rich.console import Console
from rich.table import Table

from benchmarks.peer_searches import BAR, PEERS, run_peer

FRESH_SEEDS, FRESH_EPOCHS = range(900_000, 900_005), 60
MARKS = (4, 10, 20, 40)


class Found(NamedTuple):
    """A qualifying network smaller than all before it."""

    minutes: float
    parameters: int
    values: dict[str, Any]


def found(path: Path) -> tuple[list[Found], int]:
    """The incumbents of one search in the order in which they were found, and how many trials it finished."""
    best: list[Found] = []
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    for line in lines:
        smaller = not best or line["parameters"] < best[-1].parameters
        if line["correct"] >= BAR * line["total"] and smaller:
            best.append(Found(line["seconds"] / 60, line["parameters"], line["values"]))
    return best, len(lines)


def at(incumbents: list[Found], minutes: float) -> float:
    """Parameters of the incumbent after so many minutes; infinite while there is none."""
    return min((one.parameters for one in incumbents if one.minutes <= minutes), default=float("inf"))


def confirm(values: dict[str, Any], space: str, dataset: str, data_dir: str | None) -> float:
    """Mean validation accuracy of a winner trained from scratch with fresh seeds by the same engine."""
    from search.runtime import configure

    configure(1)
    import tensorflow as tf

    from datasets.registry import load
    from search.candidates import CandidateSource
    from search.feeds import EpochFeed
    from search.training import Trainer
    from spaces.registry import load_space

    data = load(dataset, Path(data_dir) if data_dir else None)
    source = CandidateSource(load_space(space, data.input_shape, data.classes), FRESH_EPOCHS, cycles=1)
    candidate = source.from_values(values, random.Random(0), "winner")
    recipe = candidate.recipe
    feed = EpochFeed(data.train.images, data.train.labels, recipe.batch_size, recipe.input_scale, FRESH_SEEDS[0])
    trainer = Trainer(candidate.architecture, recipe, feed, FRESH_SEEDS, recipe.epochs * feed.steps_per_epoch)
    trainer.train(trainer.total_steps)
    scored = trainer.evaluate(tf.constant(data.validation.images), tf.constant(data.validation.labels))
    return statistics.mean(scored.accuracies)


@click.command()
@click.option("--space", default="shallow", show_default=True)
@click.option("--dataset", default="mnist", show_default=True)
@click.option("--data-dir", type=click.Path(exists=True))
@click.option("--minutes", default=20.0, show_default=True, help="Wall time of each search.")
@click.option("--epochs", default=14, show_default=True, help="How long the others train; this tool chooses itself.")
@click.option("--seeds", default=1, show_default=True, help="Searches behind each figure.")
@click.option("--peers", default=",".join(PEERS), show_default=True)
@click.option("--processes", default=2, show_default=True, help="Searches side by side, a core each.")
@click.option("--out", default="runs/peers", show_default=True, type=click.Path(path_type=Path))
def main(
    space: str,
    dataset: str,
    data_dir: str | None,
    minutes: float,
    epochs: int,
    seeds: int,
    peers: str,
    processes: int,
    out: Path,
) -> None:
    """Runs what has not run yet, then prints a row a peer and draws incumbents against minutes."""
    out.mkdir(parents=True, exist_ok=True)
    names = peers.split(",")
    paths = {(name, seed): out / f"{space}-{dataset}-{name}-{seed}.jsonl" for seed in range(seeds) for name in names}
    spawn = multiprocessing.get_context("spawn")  # TensorFlow does not survive a fork
    with ProcessPoolExecutor(processes, mp_context=spawn, max_tasks_per_child=1) as pool:
        waiting = [
            pool.submit(run_peer, name, space, dataset, data_dir, minutes * 60, epochs, seed, str(path))
            for (name, seed), path in paths.items()
            if not path.exists()
        ]
        for search in waiting:
            search.result()
        results = {key: found(path) for key, path in paths.items()}
        judged = {
            key: pool.submit(confirm, incumbents[-1].values, space, dataset, data_dir)
            for key, (incumbents, _) in results.items()
            if incumbents
        }
        accuracies = {key: future.result() for key, future in judged.items()}
    marks = [float(mark) for mark in MARKS if mark <= minutes] or [minutes]
    table = Table(title=f"{space} on {dataset}: smallest qualifying network, {seeds} seed(s), one core each")
    for column in ("search", "trials", *(f"after {mark:g} min" for mark in marks), "winners trained anew"):
        table.add_column(column, justify="right")
    for name in names:
        runs = [results[name, seed] for seed in range(seeds)]
        anew = [f"{accuracies[name, seed]:.2%}" for seed in range(seeds) if (name, seed) in accuracies]
        medians = [statistics.median(at(incumbents, mark) for incumbents, _ in runs) for mark in marks]
        trials = statistics.median(count for _, count in runs)
        table.add_row(name, f"{trials:g}", *(f"{median:g}" for median in medians), ", ".join(anew))
    Console().print(table)
    _draw({key: incumbents for key, (incumbents, _) in results.items()}, minutes, out / f"{space}-{dataset}.png")


def _draw(results: dict[tuple[str, int], list[Found]], minutes: float, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 5), layout="constrained")
    colours = {name: f"C{index}" for index, name in enumerate(PEERS)}
    labelled: set[str] = set()
    for (name, _), incumbents in results.items():
        if incumbents:
            times = [one.minutes for one in incumbents] + [minutes]
            sizes = [one.parameters for one in incumbents] + [incumbents[-1].parameters]
            label = None if name in labelled else name
            axes.step(times, sizes, where="post", color=colours[name], label=label)
            labelled.add(name)
    axes.set(xlabel="wall time in minutes, one core", ylabel="parameters of the smallest qualifying network")
    axes.set(yscale="log", title=f"Smallest network with validation accuracy of at least {BAR:.0%}")
    if labelled:
        axes.legend()
    figure.savefig(path, dpi=150)
    Console().print(f"plot: {path}")


if __name__ == "__main__":
    main()
