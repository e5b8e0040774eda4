"""Replica-images per second of the training engine against stock Keras, in one run, as ratios.

    python -m benchmarks.throughput --threads 1

Stock is `model.fit` inside `keras_tuner.RandomSearch` on the same architecture, images, batch size, optimiser and
threads; both are timed over whole epochs after the first, which pays for tracing. The images are random: speed does
not depend on what they show.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from typing import Any, get_args

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from baselines.architectures import original
from search.runtime import configure
from spaces.architecture import Architecture
from spaces.layers import Activation, AveragePool, Conv, Dense, Flatten, MaxPool
from spaces.recipe import OptimizerName, Recipe

SHAPE = (28, 28, 1)
TINY = {
    "shallow": Architecture(
        SHAPE, (Conv(3, (5, 4)), Activation("relu"), AveragePool((8, 12), (8, 12)), Flatten(), Dense(10))
    ),
    "shallow strided": Architecture(
        SHAPE,
        (Conv(4, (5, 5), strides=(2, 2)), Activation("elu"), AveragePool((6, 6), (3, 3)), Flatten(), Dense(10)),
    ),
    "deep": Architecture(
        SHAPE,
        (
            Conv(3, (3, 3)),
            Activation("relu"),
            MaxPool((2, 2), (2, 2)),
            Conv(4, (3, 3)),
            Activation("relu"),
            AveragePool((5, 5), (5, 5)),
            Flatten(),
            Dense(7),
            Activation("relu"),
            Dense(10),
        ),
    ),
}
ORIGINAL = original(SHAPE, 10)


def stock(architecture: Architecture, images: np.ndarray, labels: np.ndarray, batch: int, epochs: int) -> float:
    """Images per second of stock Keras Tuner: the median over the epochs after the first."""
    import keras
    import keras_tuner as kt

    from spaces.keras_builder import build_keras

    seconds: list[float] = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seconds.append(time.perf_counter() - self.start)

        # Keras Tuner copies its callbacks for every trial; the times must outlive the copy.
        def __deepcopy__(self, memo: dict[int, Any]) -> Watch:
            return Watch()

    def build(hp: Any) -> Any:
        hp.Float("learning_rate", 0.001, 0.01)
        model = build_keras(architecture)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.01, beta_2=0.99), loss, metrics=["accuracy"])
        return model

    x = images.astype(np.float32) * (3 / 255)
    with tempfile.TemporaryDirectory() as folder:
        tuner = kt.RandomSearch(build, objective=kt.Objective("accuracy", "max"), max_trials=1, directory=folder)
        tuner.search(x, labels, batch_size=batch, epochs=epochs + 1, verbose=0, callbacks=[Watch()])
    return len(images) // batch * batch / statistics.median(seconds[1:])


def engine(
    architecture: Architecture,
    images: np.ndarray,
    labels: np.ndarray,
    batch: int,
    epochs: int,
    replicas: int,
    optimizer: OptimizerName = "adam",
) -> float:
    """Replica-images per second of the engine: the median over the epochs after the first."""
    from search.feeds import EpochFeed
    from search.training import Trainer

    recipe = Recipe(epochs=epochs + 1, learning_rate=0.01, batch_size=batch, optimizer=optimizer)
    feed = EpochFeed(images, labels, batch, recipe.input_scale, seed=0)
    trainer = Trainer(architecture, recipe, feed, range(replicas), recipe.epochs * feed.steps_per_epoch)
    seconds = []
    for _ in range(recipe.epochs):
        start = time.perf_counter()
        trainer.train(feed.steps_per_epoch)
        seconds.append(time.perf_counter() - start)
    return replicas * feed.steps_per_epoch * batch / statistics.median(seconds[1:])


@click.command()
@click.option("--threads", default=1, show_default=True, help="Threads one process computes with.")
@click.option("--images", "count", default=12_800, show_default=True, help="Images an epoch.")
@click.option("--epochs", default=3, show_default=True, help="Timed epochs behind each figure.")
@click.option("--original/--no-original", default=True, show_default=True, help="Also the network of question 1.")
@click.option(
    "--optimizer",
    type=click.Choice(get_args(OptimizerName)),
    default="adam",
    show_default=True,
    help="The engine's; stock has Adam.",
)
def main(threads: int, count: int, epochs: int, original: bool, optimizer: OptimizerName) -> None:
    """Prints images per second of stock Keras Tuner, and the engine's multiples of it."""
    configure(threads)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, *SHAPE), dtype=np.uint8)
    labels = rng.integers(0, 10, count, dtype=np.int32)
    counted = f"median of {epochs} epochs of {count} images"
    table = Table(title=f"replica-images/s, {optimizer}, batch 128, {threads} thread(s), {counted}")
    for column in ("network", "parameters", "stock", "K = 1", "K = 4", "K = 8"):
        table.add_column(column, justify="right")
    ratios: dict[int, list[float]] = {1: [], 4: [], 8: []}
    for name, architecture in TINY.items():
        base = stock(architecture, images, labels, 128, epochs)
        row = []
        for replicas, seen in ratios.items():
            speed = engine(architecture, images, labels, 128, epochs, replicas, optimizer)
            seen.append(speed / base)
            row.append(f"{speed:,.0f} ({speed / base:.1f}x)")
        table.add_row(name, f"{architecture.parameters:,}", f"{base:,.0f}", *row)
    table.add_row("median of tiny", "", "", *(f"{statistics.median(seen):.1f}x" for seen in ratios.values()))
    if original:
        few = slice(0, count // 4)
        base = stock(ORIGINAL, images[few], labels[few], 128, epochs)
        speed = engine(ORIGINAL, images[few], labels[few], 128, epochs, 1)
        table.add_row("question 1", f"{ORIGINAL.parameters:,}", f"{base:,.0f}", f"{speed:,.0f} ({speed / base:.2f}x)")
    Console().print(table)


if __name__ == "__main__":
    main()
