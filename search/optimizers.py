"""Optimisers of K replicas at once: every replica has its own gradient and its own state.

A network of a few hundred parameters is so small that Adam can work in the basis in which its gradients are
uncorrelated: there one rate for each direction suits far better than one for each parameter does in the network's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from spaces.recipe import Recipe
from spaces.stacked import ReplicaWeight

Tensor = Any  # TensorFlow ships no types
EPSILON = 1e-7
# Above this the matrices of the eigenbasis cost more than they gain; Adam takes over.
MOST_PARAMETERS = 700
COVARIANCE_MEMORY = 0.998  # a step, of the running mean of the gradients' products
DIAGONAL_SHARE = 0.01  # of the covariance: what few gradients leave open, the network's own basis settles
FIRST_BASIS, BASIS_EVERY = 10, 400  # steps: the basis is found anew ever more rarely, then regularly


class Optimizer(Protocol):
    """Changes weights by their gradients, inside the graph."""

    def apply(self, gradients: Sequence[Tensor], step: Tensor, rate: Tensor) -> None:
        """One step (counted from 0) at a learning rate; gradients in the order of the weights."""

    def next_stop(self, step: int) -> int | None:
        """The next step at which `refresh` wants to be called, None for never."""

    def refresh(self, step: int) -> None:
        """Work outside the graph, before step `step`."""


def optimizer_for(recipe: Recipe, weights: Sequence[ReplicaWeight]) -> Optimizer:
    """The optimiser a recipe asks for; Adam where a network is too large for an eigenbasis."""
    parameters = sum(int(np.prod(weight.shape)) for weight in weights)
    return (
        Soap(recipe, weights) if recipe.optimizer == "soap" and parameters <= MOST_PARAMETERS else Adam(recipe, weights)
    )


class Adam:
    """Adam (Kingma and Ba, 2015)."""

    def __init__(self, recipe: Recipe, weights: Sequence[ReplicaWeight]) -> None:
        """Starts with moments of zero."""
        self._recipe = recipe
        self._variables = [weight.variable for weight in weights]
        self._moments = [
            (tf.Variable(tf.zeros_like(variable)), tf.Variable(tf.zeros_like(variable))) for variable in self._variables
        ]

    def apply(self, gradients: Sequence[Tensor], step: Tensor, rate: Tensor) -> None:
        """One step."""
        power = tf.cast(step + 1, tf.float32)
        for variable, (m, v), gradient in zip(self._variables, self._moments, gradients, strict=True):
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=m.handle,
                v=v.handle,
                beta1_power=self._recipe.beta_1**power,
                beta2_power=self._recipe.beta_2**power,
                lr=rate,
                beta1=self._recipe.beta_1,
                beta2=self._recipe.beta_2,
                epsilon=EPSILON,
                grad=gradient,
            )

    def next_stop(self, step: int) -> int | None:
        """Never."""
        return None

    def refresh(self, step: int) -> None:
        """Nothing to do."""


class Soap:
    """SOAP (Vyas et al., 2024) with the full matrix: Adam in the eigenbasis of the gradients' second moments.

    All P parameters of a replica form one vector, so the basis knows how a kernel and the head depend on each other.
    Moments are kept in the basis and carried over whenever it is found anew. The gradients since then are remembered
    and enter the covariance all at once: one product of matrices instead of one outer product a step.
    """

    def __init__(self, recipe: Recipe, weights: Sequence[ReplicaWeight]) -> None:
        """Starts in the network's own basis, as plain Adam."""
        self._recipe, self._weights = recipe, list(weights)
        self._sizes = [int(np.prod(weight.shape)) for weight in weights]
        replicas, parameters = weights[0].replicas, sum(self._sizes)
        self._m = tf.Variable(tf.zeros([replicas, parameters]))
        self._v = tf.Variable(tf.zeros([replicas, parameters]))
        self._basis = tf.Variable(tf.eye(parameters, batch_shape=[replicas]))
        self.covariance = np.zeros([replicas, parameters, parameters], np.float32)
        self._recent = tf.Variable(tf.zeros([BASIS_EVERY, replicas, parameters]))
        self._first = tf.Variable(0, dtype=tf.int64)  # the step of the first gradient remembered

    def apply(self, gradients: Sequence[Tensor], step: Tensor, rate: Tensor) -> None:
        """One step."""
        recipe = self._recipe
        rows = [weight.rows(gradient) for weight, gradient in zip(self._weights, gradients, strict=True)]
        gradient = tf.concat(rows, 1)
        tf.raw_ops.ResourceScatterUpdate(resource=self._recent.handle, indices=step - self._first, updates=gradient)
        turned = tf.linalg.matvec(self._basis, gradient, transpose_a=True)
        m = self._m.assign(recipe.beta_1 * self._m + (1 - recipe.beta_1) * turned)
        v = self._v.assign(recipe.beta_2 * self._v + (1 - recipe.beta_2) * tf.square(turned))
        power = tf.cast(step + 1, tf.float32)
        scale = tf.sqrt(1 - recipe.beta_2**power) / (1 - recipe.beta_1**power)
        change = tf.linalg.matvec(self._basis, rate * scale * m / (tf.sqrt(v) + EPSILON))
        for weight, part in zip(self._weights, tf.split(change, self._sizes, 1), strict=True):
            weight.variable.assign_sub(weight.from_rows(part))

    def next_stop(self, step: int) -> int | None:
        """At 10, 20, 40 ... steps, then every 400."""
        stop = FIRST_BASIS
        while stop <= step:
            stop += min(stop, BASIS_EVERY)
        return stop

    def refresh(self, step: int) -> None:
        """Finds the basis of each replica anew; one whose gradients are no longer finite keeps its own."""
        before = self._basis.numpy()
        after, m, v = before.copy(), self._m.numpy(), self._v.numpy()
        self._remember(step)
        for replica, covariance in enumerate(self.covariance):
            if np.isfinite(covariance).all():
                after[replica] = np.linalg.eigh(covariance + DIAGONAL_SHARE * np.diag(np.diag(covariance)))[1]
                turn = after[replica].T @ before[replica]
                m[replica], v[replica] = turn @ m[replica], turn**2 @ v[replica]
        self._basis.assign(after)
        self._m.assign(m)
        self._v.assign(v)

    def _remember(self, step: int) -> None:
        """Takes the gradients before `step` into the covariance: each step's product fades by COVARIANCE_MEMORY."""
        count = step - int(self._first)
        fading = COVARIANCE_MEMORY ** np.arange(count - 1, -1, -1, dtype=np.float32)
        gradients = self._recent[:count].numpy().transpose(1, 0, 2)  # [K, steps, P]
        products = gradients.transpose(0, 2, 1) @ (fading[:, None] * gradients)
        self.covariance = COVARIANCE_MEMORY**count * self.covariance + (1 - COVARIANCE_MEMORY) * products
        self._first.assign(step)
