"""Evaluates a trial on few examples: every replica is trained on a class-balanced subset of its own."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from datasets.split import Split, stratified_split, subset
from search.objective import left_out
from search.subset_feed import SubsetFeed, stacked_images
from search.training import Trainer
from search.trial import CurvePoint, TrialInfo, TrialResult, TrialStatus

SPLIT_SEED = 67_104  # as the other splits, it belongs to the data and not to a study
POINTS = 3  # of the learning curve, evenly over the training
TOGETHER = 200_000  # parameters up to which replicas gain by being trained at once; larger ones wait for memory


def left_out_split(train: Split) -> tuple[Split, Split]:
    """The training split in two: images that few examples are taken from, and left-out ones that choose.

    Raises DataError where there are too few of a class.
    """
    return stratified_split(train.images, train.labels, left_out(len(train)), SPLIT_SEED)


def evaluate_on_few(
    info: TrialInfo, train: Split, validation: Split, on_point: Callable[[CurvePoint], None]
) -> TrialResult:
    """Trains replica k on the `info.examples` images of `train` that `info.subset_seeds[k]` draws.

    Every trial of a study has the same subsets, so that trials differ by their network and not by its luck.
    """
    start = time.perf_counter()
    size = len(info.seeds) if info.parameters < TOGETHER else 1
    parts = [_train(info, slice(first, first + size), train, validation) for first in range(0, len(info.seeds), size)]
    epochs = [epoch for epoch, *_ in parts[0][0]]
    curve = []
    for place, epoch in enumerate(epochs):
        rows = [part[0][place] for part in parts]
        correct = tuple(right for row in rows for right in row[1])
        loss = tuple(value for row in rows for value in row[2])
        # Losses on validation images are not measured here.
        curve.append(CurvePoint(epoch, correct, (None,) * len(correct), loss, round(time.perf_counter() - start, 3)))
    on_point(curve[-1])
    return TrialResult(
        status=TrialStatus.COMPLETED,
        correct=curve[-1].correct,
        total=len(validation),
        qualified=True,
        epochs=info.recipe.epochs,
        seconds=time.perf_counter() - start,
        curve=tuple(curve),
        train_correct=tuple(right for part in parts for right in part[1]),
        train_total=info.examples if info.examples is not None else 0,
    )


def _train(
    info: TrialInfo, which: slice, train: Split, validation: Split
) -> tuple[list[tuple[int, list[int], list[float | None]]], list[int]]:
    """Some of the replicas at once: epoch, validation answers and training loss of each point; training answers."""
    recipe, seeds = info.recipe, info.seeds[which]
    size = info.examples if info.examples is not None else len(train)
    own = [subset(train, size, seed) for seed in info.subset_seeds[which]]
    feed = SubsetFeed(own, recipe.batch_size, recipe.input_scale, seeds)
    steps = recipe.epochs * feed.steps_per_epoch
    trainer = Trainer(info.architecture, recipe, feed, seeds, steps, replica_inputs=True)
    shared = tf.constant(np.repeat(validation.images, len(own), axis=-1))
    points, done = [], 0
    for epoch in sorted({max(1, recipe.epochs * point // POINTS) for point in range(1, POINTS + 1)}):
        losses = trainer.train((epoch - done) * feed.steps_per_epoch)
        done = epoch
        right = [int((answers == validation.labels).sum()) for answers in trainer.predict(shared)]
        points.append((epoch, right, [round(float(loss), 5) if np.isfinite(loss) else None for loss in losses]))
    answers = trainer.predict(tf.constant(stacked_images(np.stack([one.images for one in own]))))
    return points, [int((answers[k] == one.labels).sum()) for k, one in enumerate(own)]
