"""Which recipe gets the most out of networks of a few hundred parameters: validation accuracy, one change at a time.

    python -m benchmarks.recipe --data-dir FOLDER

Every recipe trains the same networks from the same seeds; the table shows the mean validation accuracy over the seeds
(smallest - largest) and the seconds it took. `--only NAME` repeats one group of changes. The test set is not read.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

from search.runtime import configure
from spaces.architecture import Architecture
from spaces.layers import Activation, ActivationName, AveragePool, Conv, Dense, Flatten, MaxPool
from spaces.recipe import Recipe
from spaces.space import search_recipe

SHAPE = (28, 28, 1)
SEEDS = 1_000  # the first seed
EPOCHS = 14
# Changes of the search's recipe, by what they try out; "adam" takes the rate that suits it.
ADAM: dict[str, Any] = {"optimizer": "adam", "learning_rate": 0.06}
CHANGES: dict[str, list[dict[str, Any]]] = {
    "optimizer": [ADAM, {**ADAM, "cycles": 1}, {**ADAM, "epochs": 21}, {"cycles": 1}],
    "rate": [{"learning_rate": rate} for rate in (0.015, 0.03, 0.07, 0.1)],
    "epochs": [{"epochs": 7}, {"epochs": 28}, {"epochs": 56}],
    "schedule": [{"schedule": "one-cycle"}, {"schedule": "constant"}],
    "batch": [{"batch_size": 64}, {"batch_size": 256}],
    "scale": [{"input_scale": 1.0}, {"input_scale": 6.0}],
    "memory": [{"beta_2": 0.999}, {"beta_1": 0.95}],
    "initializer": [{"initializer": "he_normal"}, {"initializer": "lecun_normal"}],
}


def shallow(
    kernel: tuple[int, int] = (4, 7), activation: ActivationName = "elu", pool: str = "average", stride: int = 1
) -> Any:
    """A network of the kind the search finds: one wide-seeing convolution, a few large pooling windows, a head."""
    window, strides = ((7, 10), (7, 9)) if stride == 1 else ((4, 5), (3, 4))
    pooled = AveragePool(window, strides) if pool == "average" else MaxPool(window, strides)
    conv = Conv(2, kernel, (stride, stride), "same")
    return Architecture(SHAPE, (conv, Activation(activation), pooled, Flatten(), Dense(10, use_bias=False)))


def deep() -> Architecture:
    """Two convolutions, a narrow dense layer, a head."""
    layers = (
        Conv(4, (7, 3), padding="same", use_bias=False),
        Activation("leaky_relu"),
        AveragePool((3, 8), (2, 6)),
        Conv(2, (3, 1)),
        Activation("leaky_relu"),
        AveragePool((2, 1), (2, 1)),
        Flatten(),
        Dense(5),
        Activation("leaky_relu"),
        Dense(10, use_bias=False),
    )
    return Architecture(SHAPE, layers)


NETWORKS = {"shallow": shallow(), "deep": deep()}
ACTIVATIONS: tuple[ActivationName, ...] = ("relu", "leaky_relu", "tanh", "silu")
VARIANTS: dict[str, Architecture] = {
    **{name: shallow(activation=name) for name in ACTIVATIONS},
    "max pooling": shallow(pool="max"),
    "stride 2": shallow(stride=2),
}


@click.command()
@click.option("--data-dir", type=click.Path(exists=True, path_type=Path))
@click.option("--dataset", default="mnist", show_default=True)
@click.option("--seeds", default=8, show_default=True, help="Replicas behind each figure.")
@click.option("--epochs", default=EPOCHS, show_default=True)
@click.option("--only", type=click.Choice([*CHANGES, "architecture"]), multiple=True, help="These groups alone.")
def main(data_dir: Path | None, dataset: str, seeds: int, epochs: int, only: tuple[str, ...]) -> None:
    """Prints a row a recipe, a column a network."""
    configure(1)
    from datasets.registry import load

    data = load(dataset, data_dir)
    usual = search_recipe(epochs)
    console = Console(width=110)
    table = Table(title=f"validation accuracy in %, {seeds} seeds x {len(data.validation):,} images: mean (min - max)")
    for column in ("recipe", *(f"{name}, {net.parameters} parameters" for name, net in NETWORKS.items())):
        table.add_column(column)
    rows = [("the search's", usual, NETWORKS)]
    for group, changes in CHANGES.items():
        if not only or group in only:
            rows += [(_words(change), msgspec.structs.replace(usual, **change), NETWORKS) for change in changes]
    if not only or "architecture" in only:
        rows += [(f"{name} ({net.parameters})", usual, {"shallow": net}) for name, net in VARIANTS.items()]
    for words, recipe, networks in rows:
        figures = [_figures(network, recipe, data, seeds) for network in networks.values()]
        console.print(words, *figures, style="dim")
        table.add_row(words, *figures)
    console.print(table)


def _words(change: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in change.items())


def _figures(network: Architecture, recipe: Recipe, data: Any, seeds: int) -> str:
    import tensorflow as tf

    from search.feeds import EpochFeed
    from search.training import Trainer

    chosen = range(SEEDS, SEEDS + seeds)
    feed = EpochFeed(data.train.images, data.train.labels, recipe.batch_size, recipe.input_scale, SEEDS)
    start = time.perf_counter()
    trainer = Trainer(network, recipe, feed, chosen, recipe.epochs * feed.steps_per_epoch)
    trainer.train(trainer.total_steps)
    seconds = time.perf_counter() - start
    scored = trainer.evaluate(tf.constant(data.validation.images), tf.constant(data.validation.labels))
    accuracies = 100 * np.array(scored.accuracies)
    return f"{accuracies.mean():.2f} ({accuracies.min():.2f} - {accuracies.max():.2f}), {seconds:.0f} s"


if __name__ == "__main__":
    main()
