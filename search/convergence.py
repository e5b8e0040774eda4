"""Training speed: validation accuracy while networks train, and how long a training step takes one of them alone.

Nothing is selected here and the test set is not touched: training and validation images are all it sees.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import tensorflow as tf

from datasets.dataset import Dataset
from search.constraint import Constraint
from search.convergence_data import Network, Point, Protocol, Run, Runs, Timing
from search.feeds import EpochFeed
from search.retrain import LARGEST_SEED
from search.training import Trainer
from spaces.recipe import Recipe

# Keeps these seeds apart from those of searching and retraining.
STREAM = 0xC0DE
EARLY = 25  # iterations between evaluations at first
EARLY_EVALUATIONS = 16
EVALUATIONS_PER_EPOCH = 4
TIMED_BLOCKS, TIMED_STEPS = 7, 100


@dataclass(frozen=True)
class ConvergenceSettings:
    """How to compare: the seeds, the epochs of the longest schedule and those at constant rates, and these rates."""

    seeds: tuple[int, ...]
    epochs: int
    constant_epochs: int
    rates: tuple[float, ...]


# Called after each evaluation with the network, the protocol, its recipe, the point and the last iteration.
OnPoint = Callable[[Network, Protocol, Recipe, Point, int], None]


def comparison_seeds(seed: int, count: int, used: Collection[int]) -> tuple[int, ...]:
    """`count` distinct seeds that follow from `seed`, none of them among those `used`; more begin with the same."""
    draw = np.random.default_rng([STREAM, seed])
    chosen: list[int] = []
    while len(chosen) < count:
        one = int(draw.integers(1, LARGEST_SEED))
        if one not in used and one not in chosen:
            chosen.append(one)
    return tuple(chosen)


def measure_convergence(
    dataset: Dataset,
    networks: Sequence[Network],
    settings: ConvergenceSettings,
    constraint: Constraint,
    done: Runs,
    on_point: OnPoint = lambda network, protocol, recipe, point, last: None,
    time_again: bool = False,
) -> Iterator[Run | Timing]:
    """Everything a comparison of networks needs, one after the other; each is on disk before it is yielded.

    What `done` already holds under the same settings is not measured again, but for the seconds of a step where
    `time_again` asks for it. In this order: the seconds of a step; each
    network with its own recipe over `epochs`; all with the same constant learning rates; each with its own recipe over
    half as many epochs, a quarter and so on, as long as a network still ends over the bar of the constraint.
    """
    done.repair()
    runs, timings = done.read()

    def train(network: Network, protocol: Protocol, recipe: Recipe) -> Run:
        run = _known(runs, dataset, network, protocol, recipe, settings.seeds)
        if run is None:
            run = train_run(dataset, network, protocol, recipe, settings.seeds, on_point)
            done.append(run)
        return run

    timed = [] if time_again else [_known_timing(timings, dataset, network) for network in networks]
    known = [timing for timing in timed if timing is not None]
    if len(known) < len(networks):
        known = time_steps(dataset, networks)
        for timing in known:
            done.append(timing)
    yield from known
    longest = {network: train(network, "own", own_recipe(network, settings.epochs)) for network in networks}
    yield from longest.values()
    for rate in settings.rates:
        for network in networks:
            yield train(network, "constant", constant_recipe(network, rate, settings.constant_epochs))
    last = list(longest.values())
    epochs = settings.epochs // 2
    while epochs >= 1 and any(_ends_over(run, constraint) for run in last):
        last = []
        for network in networks:
            last.append(train(network, "length", own_recipe(network, epochs)))
            yield last[-1]
        epochs //= 2


def own_recipe(network: Network, epochs: int) -> Recipe:
    """The network's recipe over so many epochs, in one cycle: nothing is decided before the end."""
    return msgspec.structs.replace(network.recipe, epochs=epochs, cycles=1)


def constant_recipe(network: Network, rate: float, epochs: int) -> Recipe:
    """The network's batches and scale of pixels, under a constant learning rate without warm-up."""
    return msgspec.structs.replace(
        network.recipe, epochs=epochs, cycles=1, schedule="constant", learning_rate=rate, warmup=0.0
    )


def train_run(
    dataset: Dataset,
    network: Network,
    protocol: Protocol,
    recipe: Recipe,
    seeds: tuple[int, ...],
    on_point: OnPoint = lambda network, protocol, recipe, point, last: None,
) -> Run:
    """Trains one network with all seeds at once and evaluates it on the way, on the validation images."""
    split, validation = dataset.train, dataset.validation
    feed = EpochFeed(split.images, split.labels, recipe.batch_size, recipe.input_scale, seeds[0])
    last = recipe.epochs * feed.steps_per_epoch
    trainer = Trainer(network.architecture, recipe, feed, seeds, last)
    images, labels = tf.constant(validation.images), tf.constant(validation.labels)
    points: list[Point] = []
    for iteration in evaluated_after(last, feed.steps_per_epoch):
        trainer.train(iteration - trainer.step)
        scored = trainer.evaluate(images, labels)
        losses = tuple(round(loss, 5) if math.isfinite(loss) else None for loss in scored.loss)
        points.append(Point(iteration, scored.correct, losses))
        on_point(network, protocol, recipe, points[-1], last)
    return Run(
        study=network.study,
        trial=network.trial,
        protocol=protocol,
        dataset=dataset.name,
        recipe=recipe,
        seeds=seeds,
        batch_size=feed.batch_size,
        training_images=len(split),
        validation_images=len(validation),
        points=tuple(points),
    )


def evaluated_after(last: int, steps_per_epoch: int) -> list[int]:
    """After which iterations accuracy is measured, 0 and the last included: densely at first, then a few an epoch."""
    early = range(0, min(last, EARLY * EARLY_EVALUATIONS), EARLY)
    later = range(EARLY * EARLY_EVALUATIONS, last, max(EARLY, round(steps_per_epoch / EVALUATIONS_PER_EPOCH)))
    return sorted({*early, *later, last})


def time_steps(dataset: Dataset, networks: Sequence[Network]) -> list[Timing]:
    """Times training steps of each network alone, without any evaluation between them, a block of each in turn."""
    split, steps = dataset.train, (TIMED_BLOCKS + 1) * TIMED_STEPS
    feeds = [
        EpochFeed(split.images, split.labels, one.recipe.batch_size, one.recipe.input_scale, seed=0) for one in networks
    ]
    trainers = [
        Trainer(network.architecture, own_recipe(network, 1), feed, (0,), steps)
        for network, feed in zip(networks, feeds, strict=True)
    ]
    for trainer in trainers:
        trainer.train(TIMED_STEPS)  # builds the graph and warms up
    clock, processor = np.zeros((len(networks), TIMED_BLOCKS)), np.zeros(len(networks))
    for block in range(TIMED_BLOCKS):
        for place, trainer in enumerate(trainers):
            started, used = time.perf_counter(), time.process_time()
            trainer.train(TIMED_STEPS)
            clock[place, block] = time.perf_counter() - started
            processor[place] += time.process_time() - used
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return [
        Timing(
            study=network.study,
            trial=network.trial,
            dataset=dataset.name,
            batch_size=feed.batch_size,
            steps=TIMED_STEPS,
            cores=cores,
            seconds_per_step=tuple(float(one) / TIMED_STEPS for one in seconds),
            cpu_share=round(float(used / seconds.sum()), 3),
        )
        for network, feed, seconds, used in zip(networks, feeds, clock, processor, strict=True)
    ]


def _known(
    runs: Sequence[Run],
    dataset: Dataset,
    network: Network,
    protocol: Protocol,
    recipe: Recipe,
    seeds: tuple[int, ...],
) -> Run | None:
    asked = (network.study, network.trial, protocol, dataset.name, recipe, seeds)
    sizes = (len(dataset.train), len(dataset.validation))
    for run in runs:
        found = (run.study, run.trial, run.protocol, run.dataset, run.recipe, run.seeds)
        if found == asked and (run.training_images, run.validation_images) == sizes:
            return run
    return None


def _known_timing(timings: Sequence[Timing], dataset: Dataset, network: Network) -> Timing | None:
    asked = (network.study, network.trial, dataset.name)
    return next((one for one in reversed(timings) if asked == (one.study, one.trial, one.dataset)), None)


def _ends_over(run: Run, constraint: Constraint) -> bool:
    return constraint.is_met_by_mean(run.points[-1].correct, run.validation_images)
