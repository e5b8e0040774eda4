"""Trains the networks of a baseline one after another and measures them on the way.

One after another, since seeds side by side gain nothing at a million parameters: on two cores three replicas in the
engine took 3.5 times as long as one. When somebody interrupts, a whole seed is also worth more than thirds of three.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from time import perf_counter
from typing import NamedTuple, Protocol

import numpy as np
import tensorflow as tf

from baselines.curves import Curve, Point
from baselines.settings import Settings
from search.feeds import Feed
from search.training import Trainer
from spaces.architecture import Architecture
from spaces.recipe import Recipe
from spaces.stacked import StackedNetwork

# Iterations in one call of the engine: short enough for a lively progress bar and a prompt end on Ctrl-C.
BLOCK = 25
LEARNING_RATE = 0.001


@dataclass(frozen=True, eq=False)
class Probe:
    """Fixed images to measure on: uint8 [N, rows, columns, channels] and int32 labels [N] or [N, 2]."""

    images: np.ndarray
    labels: np.ndarray


class Score(NamedTuple):
    """How many answers are right, by measure, and which truth got which answer: [classes, classes]."""

    correct: dict[str, int]
    confusion: np.ndarray


@dataclass(frozen=True, eq=False)
class Plan:
    """A network, what it is trained on, and what it is measured on.

    `feed` gives the training batches for a seed; `score` compares the answers of a network ([N] or [N, heads]) with the
    labels of a probe.
    """

    model: str
    architecture: Architecture
    heads: int
    feed: Callable[[int], Feed]
    train: Probe
    test: Probe
    score: Callable[[np.ndarray, np.ndarray], Score]


class Watcher(Protocol):
    """Is told how far training is."""

    def trained(self, model: str, seed: int, iteration: int) -> None:
        """So many iterations of this network are done."""

    def measured(self, model: str, seed: int, point: Point, test_total: int) -> None:
        """A point of its curve was measured."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """The curves measured, the networks behind them in the same order, and whether Ctrl-C ended it."""

    curves: tuple[Curve, ...]
    networks: tuple[StackedNetwork, ...]
    interrupted: bool


def recipe(settings: Settings) -> Recipe:
    """Adam whose learning rate falls to zero over the run, the same for all baselines; pixels in [0, 1]."""
    return Recipe(
        epochs=1, learning_rate=LEARNING_RATE, schedule="cosine", batch_size=settings.batch_size, input_scale=1
    )


def train_all(plans: Sequence[Plan], settings: Settings, watcher: Watcher) -> Outcome:
    """Trains every plan with every seed, seed by seed; Ctrl-C ends it and keeps the points measured so far."""
    curves: list[Curve] = []
    networks: list[StackedNetwork] = []
    for seed, plan in product(settings.all_seeds, plans):
        measured: list[tuple[Point, np.ndarray]] = []
        interrupted = False
        try:
            trainer = Trainer(
                plan.architecture, recipe(settings), plan.feed(seed), [seed], settings.iterations, heads=plan.heads
            )
            for point, confusion in _measure(plan, trainer, settings, seed, watcher):
                measured.append((point, confusion))
                watcher.measured(plan.model, seed, point, len(plan.test.labels))
        except KeyboardInterrupt:
            interrupted = True
        if measured:
            curves.append(_curve(plan, seed, measured))
            networks.append(trainer.network)
        if interrupted:
            return Outcome(tuple(curves), tuple(networks), True)
    return Outcome(tuple(curves), tuple(networks), False)


def _curve(plan: Plan, seed: int, measured: Sequence[tuple[Point, np.ndarray]]) -> Curve:
    points = tuple(point for point, _ in measured)
    confusion = tuple(tuple(map(int, row)) for row in measured[-1][1])
    return Curve(plan.model, seed, len(plan.train.labels), len(plan.test.labels), points, confusion)


def _measure(
    plan: Plan, trainer: Trainer, settings: Settings, seed: int, watcher: Watcher
) -> Iterator[tuple[Point, np.ndarray]]:
    """The points of one network, each with the confusion on test."""
    # On the device once, not copied there for every evaluation.
    train_images, test_images = tf.constant(plan.train.images), tf.constant(plan.test.images)

    def point(iteration: int, seconds: float, loss: float | None) -> tuple[Point, np.ndarray]:
        train = plan.score(trainer.predict(train_images)[0], plan.train.labels)
        test = plan.score(trainer.predict(test_images)[0], plan.test.labels)
        return Point(iteration, seconds, loss, train.correct, test.correct), test.confusion

    watcher.trained(plan.model, seed, 0)
    yield point(0, 0.0, None)
    seconds = 0.0
    for start, end in pairwise(settings.evaluations):
        total = 0.0
        for block in range(start, end, BLOCK):
            steps = min(BLOCK, end - block)
            before = perf_counter()
            total += steps * float(trainer.train(steps)[0])
            seconds += perf_counter() - before
            watcher.trained(plan.model, seed, block + steps)
        yield point(end, seconds, total / (end - start))


def confusion_matrix(truth: np.ndarray, answers: np.ndarray, classes: int) -> np.ndarray:
    """How often each truth (row) got each answer (column): int64 [classes, classes] from two int [N]."""
    return np.bincount(truth * classes + answers, minlength=classes * classes).reshape(classes, classes)
