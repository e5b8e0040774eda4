"""Does a task: trains one network on several subsets at once and counts its right answers."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import tensorflow as tf

from baselines.overfit.examples import FINAL, SELECTION, TRAINING, Examples, derived_seed
from baselines.overfit.settings import Configuration
from baselines.overfit.tasks import Done, Score, Task
from datasets.split import Split
from search.feeds import EpochFeed, Feed
from search.subset_feed import SubsetFeed, stacked_images
from search.training import Trainer
from spaces.architecture import Architecture
from spaces.overfit_networks import overfit_recipe

# Trainings at once. A small network leaves a core idle, which others can use; a large one waits for memory: on one core
# five of 1.1 million parameters at once took as long as one after another.
LARGE, TOGETHER = 200_000, 10
KINDS = ("curve-full", "curve-few", "selection", "fold", "final", "speed")
ALONE = 3  # trainings one at a time whose time is compared


def execute(task: Task, examples: Examples) -> Done:
    """Does a task. What comes of it follows from the task and the study's settings alone, the seconds excepted."""
    start = time.perf_counter()
    if task.kind == "curve-full":
        scores = list(_full_curve(task, examples))
    elif task.kind == "curve-few":
        scores = list(_few_curve(task, examples))
    elif task.kind == "speed":
        return _speed(task, examples)
    else:
        architecture = _architecture(task.configuration, examples)
        size = TOGETHER if architecture.parameters < LARGE else 1
        groups = [task.subsets[first : first + size] for first in range(0, len(task.subsets), size)]
        scores = [score for group in groups for score in _scores(task, group, examples)]
    return Done(task, tuple(scores), round(time.perf_counter() - start, 3))


def _speed(task: Task, examples: Examples) -> Done:
    """Processor seconds of this process, which computes with one thread: other work on the machine does not count."""
    _scores(task, task.subsets[:1], examples)  # what TensorFlow does only once
    before = time.process_time()
    for number in task.subsets[:ALONE]:
        _scores(task, [number], examples)
    between = time.process_time()
    scores = _scores(task, task.subsets, examples)
    seconds = time.process_time() - between
    return Done(task, tuple(scores), round(seconds, 3), round((between - before) / len(task.subsets[:ALONE]), 4))


def _architecture(configuration: Configuration, examples: Examples) -> Architecture:
    return configuration.network.architecture(examples.dataset.input_shape, examples.dataset.classes)


def _scores(task: Task, subsets: Sequence[int], examples: Examples) -> list[Score]:
    """Trains all of `subsets` at once and scores each."""
    settings = examples.settings
    shared: Split | None = examples.validation if task.kind in ("selection", "speed") else None
    if task.kind == "final":
        trained = [examples.subset(FINAL, number) for number in subsets]
        shared = examples.test  # the one place where the test images judge what was chosen
    elif task.kind == "fold" and task.fold is not None:
        pairs = [examples.parts(number, task.fold) for number in subsets]
        trained, held_out = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    else:
        trained = [examples.subset(SELECTION, number) for number in subsets]
    if shared is not None:
        held_out = [shared] * len(subsets)
    epochs = max(1, settings.iterations * settings.batch_size // settings.examples)
    trainer = _trainer(task, trained, subsets, epochs, examples)
    trainer.train(trainer.total_steps)
    right = _right(trainer, trained)
    held_right = _right(trainer, held_out, shared)
    return [
        Score(number, right[k], len(trained[k]), held_right[k], len(held_out[k]), trainer.total_steps)
        for k, number in enumerate(subsets)
    ]


def _trainer(task: Task, trained: Sequence[Split], subsets: Sequence[int], epochs: int, examples: Examples) -> Trainer:
    seeds = [_seed(task, number, examples) for number in subsets]
    recipe = overfit_recipe(task.configuration.learning_rate, epochs, examples.settings.batch_size)
    feed = SubsetFeed(trained, recipe.batch_size, recipe.input_scale, seeds)
    steps = epochs * feed.steps_per_epoch
    return Trainer(_architecture(task.configuration, examples), recipe, feed, seeds, steps, replica_inputs=True)


def _seed(task: Task, subset: int, examples: Examples) -> int:
    fold = 0 if task.fold is None else task.fold
    return derived_seed(examples.settings.seed, TRAINING, KINDS.index(task.kind), subset, task.seed, fold)


def _right(trainer: Trainer, splits: Sequence[Split], shared: Split | None = None) -> list[int]:
    """How many answers of each replica are right on its own images, or on those that all share."""
    if shared is not None:
        images = np.repeat(shared.images, len(splits), axis=-1)
    else:
        images = stacked_images(np.stack([split.images for split in splits]))
    answers = trainer.predict(tf.constant(images))
    return [int((answers[k] == split.labels).sum()) for k, split in enumerate(splits)]


def _full_curve(task: Task, examples: Examples) -> Iterator[Score]:
    train, settings = examples.dataset.train, examples.settings
    seed = _seed(task, 0, examples)
    total = settings.curve_iterations[-1]
    recipe = overfit_recipe(task.configuration.learning_rate, 1, settings.batch_size)
    feed = EpochFeed(train.images, train.labels, recipe.batch_size, recipe.input_scale, seed)
    trainer = Trainer(_architecture(task.configuration, examples), recipe, feed, [seed], total)
    return _curve(trainer, examples.probe, examples, 0)


def _few_curve(task: Task, examples: Examples) -> Iterator[Score]:
    settings, number = examples.settings, task.subsets[0]
    seed, own = _seed(task, number, examples), examples.subset(SELECTION, number)
    total = settings.curve_iterations[-1]
    recipe = overfit_recipe(task.configuration.learning_rate, 1, settings.batch_size)
    feed: Feed = SubsetFeed([own], recipe.batch_size, recipe.input_scale, [seed])
    trainer = Trainer(_architecture(task.configuration, examples), recipe, feed, [seed], total, replica_inputs=True)
    return _curve(trainer, own, examples, number)


def _curve(trainer: Trainer, own: Split, examples: Examples, number: int) -> Iterator[Score]:
    """Accuracy on the way. Test images are measured here and nothing is chosen by it: no choice reads these scores."""
    points = examples.settings.curve_iterations
    for start, end in pairwise((0, *points)):
        trainer.train(end - start)
        right, test = _right(trainer, [own], own), _right(trainer, [examples.test], examples.test)
        yield Score(number, right[0], len(own), test[0], len(examples.test), end)
