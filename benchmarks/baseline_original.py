"""The original of question 1: this project's engine against stock Keras, in one run on one machine.

    python -m benchmarks.baseline_original [--iterations 20000] [--eval-every 500] [--rounds 1]

Both train the same network on the same images with the same number of iterations, and measure it on the same training
subset and the same test set at the same iterations; they take turns, so that what else the machine does hits both.
Stock Keras is `model.fit` with NumPy arrays and, as the tutorials do, an accuracy metric; its evaluations are
`model.evaluate` in a callback, with batches as large as the engine's. Wall time from the first call to the last
measurement, building graphs included. The ratio is stock's time by the engine's: above 1 the engine is faster.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from baselines.settings import Settings
from datasets.dataset import Dataset, full_training_set
from datasets.registry import load
from search.runtime import configure

configure()

import keras  # noqa: E402 - TensorFlow reads its settings when it is imported
import tensorflow as tf  # noqa: E402

from baselines.architectures import original  # noqa: E402
from baselines.curves import Point  # noqa: E402
from baselines.question_1 import MEASURE, MODEL, digit_plan  # noqa: E402
from baselines.training import LEARNING_RATE, Probe, train_all  # noqa: E402
from search.training import EVALUATION_BATCH  # noqa: E402
from spaces.keras_builder import build_keras  # noqa: E402


@dataclass(frozen=True)
class Run:
    """Wall seconds of one run, how often it was measured, and the test accuracy at the end."""

    seconds: float
    evaluations: int
    test_accuracy: float


class Silent:
    """A watcher that watches nothing."""

    def trained(self, model: str, seed: int, iteration: int) -> None:
        """Nothing."""

    def measured(self, model: str, seed: int, point: Point, test_total: int) -> None:
        """Nothing."""


class Measuring(keras.callbacks.Callback):
    """Evaluates after the given iterations, and ends training after the last of them."""

    def __init__(self, iterations: tuple[int, ...], probes: tuple[Probe, Probe]) -> None:
        """`iterations` in ascending order; `probes` are the training subset and the test set."""
        super().__init__()
        self._iterations, self._probes, self._done = iterations, probes, 0
        self.accuracies: list[float] = []

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Before the first iteration."""
        self._measure()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """After each iteration."""
        self._done += 1
        if self._done in self._iterations:
            self._measure()
        self.model.stop_training = self._done == self._iterations[-1]

    def _measure(self) -> None:
        for probe in self._probes:
            scores = self.model.evaluate(
                probe.images, probe.labels, batch_size=EVALUATION_BATCH, verbose=0, return_dict=True
            )
        self.accuracies.append(float(scores["accuracy"]))


def engine(dataset: Dataset, settings: Settings) -> Run:
    """One run of `baseline original` without its files."""
    start = time.perf_counter()
    plan = digit_plan(MODEL, original(dataset.input_shape, dataset.classes), dataset, settings)
    (curve,) = train_all([plan], settings, Silent()).curves
    return Run(time.perf_counter() - start, len(curve.points), curve.final("test", MEASURE))


def stock(dataset: Dataset, settings: Settings) -> Run:
    """The same with `model.fit`."""
    start = time.perf_counter()
    plan = digit_plan(MODEL, original(dataset.input_shape, dataset.classes), dataset, settings)
    training = full_training_set(dataset)
    probes = (_scaled(plan.train), _scaled(plan.test))
    measuring = Measuring(settings.evaluations, probes)
    keras.utils.set_random_seed(settings.seed)
    model = build_keras(plan.architecture)
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, settings.iterations)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    images = _scaled(Probe(training.images, training.labels))
    epochs = -(-settings.iterations * settings.batch_size // len(training)) + 1
    model.fit(
        images.images,
        images.labels,
        batch_size=settings.batch_size,
        epochs=epochs,
        verbose=0,
        callbacks=[measuring],
    )
    return Run(time.perf_counter() - start, len(measuring.accuracies), measuring.accuracies[-1])


def _scaled(probe: Probe) -> Probe:
    return Probe(probe.images.astype("float32") / 255, probe.labels)


@click.command()
@click.option("--iterations", default=20_000, show_default=True)
@click.option("--eval-every", default=500, show_default=True)
@click.option("--rounds", default=1, show_default=True, help="How often both take their turn.")
@click.option("--dataset", default="mnist", show_default=True)
@click.option("--data-dir", type=click.Path(path_type=Path))
def main(iterations: int, eval_every: int, rounds: int, dataset: str, data_dir: Path | None) -> None:
    """Time both and print the ratio."""
    tf.get_logger().setLevel("ERROR")
    data = load(dataset, data_dir)
    settings = Settings(dataset, iterations, eval_every=eval_every, seeds=1)
    totals = {"engine": 0.0, "stock model.fit": 0.0}
    for turn in range(rounds):
        for name, run in (("engine", engine), ("stock model.fit", stock)):
            found = run(data, settings)
            totals[name] += found.seconds
            print(
                f"round {turn + 1}, {name}: {found.seconds:.1f} s for {iterations:,} iterations of"
                f" {settings.batch_size} and {found.evaluations} evaluations, test accuracy {found.test_accuracy:.2%}",
                flush=True,
            )
    print(f"ratio (stock / engine): {totals['stock model.fit'] / totals['engine']:.2f}")


if __name__ == "__main__":
    main()
