"""The training engine: K replicas of an architecture at once, whole blocks of steps inside one graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from search.feeds import PIXEL_MAX, Feed
from search.optimizers import optimizer_for
from spaces.architecture import Architecture
from spaces.recipe import Recipe, learning_rates
from spaces.stacked import StackedNetwork

Tensor = Any  # TensorFlow ships no types
EVALUATION_BATCH = 250


@dataclass(frozen=True)
class Evaluation:
    """What K replicas score on the same images."""

    correct: tuple[int, ...]
    total: int
    loss: tuple[float, ...]

    @property
    def accuracies(self) -> tuple[float, ...]:
        """The share of correct answers of each replica."""
        return tuple(correct / self.total for correct in self.correct)


class Trainer:
    """Trains K replicas of an architecture by its recipe, a block of steps at a time.

    The replicas' losses are summed, so each one's gradient is its own; a replica that diverges takes no other with it.
    `total_steps` fixes the learning-rate schedule. Logits of `heads` questions lie behind one another.
    """

    def __init__(
        self,
        architecture: Architecture,
        recipe: Recipe,
        feed: Feed,
        seeds: Sequence[int],
        total_steps: int,
        heads: int = 1,
        replica_inputs: bool = False,
    ) -> None:
        """`seeds`: one a replica; its initial weights are drawn from it."""
        self.recipe, self.heads, self.replicas = recipe, heads, len(seeds)
        self.network = StackedNetwork(architecture, len(seeds), replica_inputs)
        self.network.initialise(seeds, recipe.initializer)
        self.step = 0
        self.total_steps = total_steps
        self._feed = feed
        self._seed = int(seeds[0]) % (2**31)
        self._rates = tf.constant(learning_rates(recipe, total_steps))
        self._optimizer = optimizer_for(recipe, self.network.weights)
        self._train_block = tf.function(self._block)
        self._evaluate = tf.function(self._count, reduce_retracing=True)
        self._predict = tf.function(self._classes, reduce_retracing=True)

    def train(self, steps: int) -> np.ndarray:
        """Trains `steps` more steps; returns the mean training loss of each replica over them, float [K]."""
        if self.step + steps > self.total_steps:
            raise ValueError(f"expected at most {self.total_steps - self.step} more steps, got {steps}")
        end, total = self.step + steps, np.zeros(self.replicas)
        while self.step < end:
            stop = self._optimizer.next_stop(self.step)
            block = (end if stop is None else min(stop, end)) - self.step
            total += self._train_block(tf.constant(self.step, tf.int64), tf.constant(block, tf.int64)).numpy()
            self.step += block
            if self.step == stop:
                self._optimizer.refresh(self.step)
        return total / max(steps, 1)

    def evaluate(self, images: Tensor, labels: Tensor) -> Evaluation:
        """Scores all replicas on uint8 images [N, rows, columns, channels] and labels [N] or [N, heads].

        With several heads an image counts as correct when all of its labels are right.
        """
        correct, loss = self._evaluate(images, labels)
        total = int(images.shape[0])
        return Evaluation(tuple(int(c) for c in correct.numpy()), total, tuple(float(x) / total for x in loss.numpy()))

    def predict(self, images: Tensor) -> np.ndarray:
        """The class each replica gives each image, int32 [K, N] ([K, N, heads] with several heads)."""
        return np.asarray(self._predict(images))

    def _logits(self, images: Tensor, dropout_seed: Tensor | None = None) -> Tensor:
        """Logits [K, batch, classes], or [K, batch, heads, classes] with several heads."""
        logits = self.network(images, dropout_seed)
        if self.heads == 1:
            return logits
        return tf.reshape(logits, [self.replicas, -1, self.heads, logits.shape[-1] // self.heads])

    def _losses(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy of each replica and image, summed over the heads: [K, batch]."""
        labels = tf.broadcast_to(labels, tf.shape(logits)[:-1])
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        return losses if self.heads == 1 else tf.reduce_sum(losses, -1)

    def _block(self, first: Tensor, steps: Tensor) -> Tensor:
        total = tf.zeros([self.replicas])
        variables = self.network.variables
        for step in tf.range(first, first + steps):
            images, labels = self._feed.batch(step)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(variables)
                dropout_seed = tf.stack([self._seed, tf.cast(step, tf.int32)])
                losses = tf.reduce_mean(self._losses(self._logits(images, dropout_seed), labels), -1)
                loss = tf.reduce_sum(losses)
            self._optimizer.apply(tape.gradient(loss, variables), step, self._rates[step])
            total += losses
        return total

    def _scaled(self, images: Tensor) -> Tensor:
        return tf.cast(images, tf.float32) * (self.recipe.input_scale / PIXEL_MAX)

    def _count(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        correct, loss = tf.zeros([self.replicas], tf.int32), tf.zeros([self.replicas])
        for start in tf.range(0, tf.shape(images)[0], EVALUATION_BATCH):
            logits = self._logits(self._scaled(images[start : start + EVALUATION_BATCH]))
            wanted = labels[start : start + EVALUATION_BATCH]
            right = tf.cast(tf.argmax(logits, -1, tf.int32) == wanted, tf.int32)
            correct += tf.reduce_sum(right if self.heads == 1 else tf.reduce_min(right, -1), 1)
            loss += tf.reduce_sum(self._losses(logits, wanted), 1)
        return correct, loss

    def _classes(self, images: Tensor) -> Tensor:
        shape = [self.replicas, None] if self.heads == 1 else [self.replicas, None, self.heads]
        classes = tf.zeros([self.replicas, 0] if self.heads == 1 else [self.replicas, 0, self.heads], tf.int32)
        for start in tf.range(0, tf.shape(images)[0], EVALUATION_BATCH):
            tf.autograph.experimental.set_loop_options(shape_invariants=[(classes, tf.TensorShape(shape))])
            logits = self._logits(self._scaled(images[start : start + EVALUATION_BATCH]))
            classes = tf.concat([classes, tf.argmax(logits, -1, tf.int32)], 1)
        return classes
