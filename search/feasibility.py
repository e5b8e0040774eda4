"""P(qualifies | architecture), learned from the trials so far.

Accuracy is modelled as the logarithm of the error, which is close to linear in the logarithm of the size, by two models
that err in different ways: a Gaussian process (Rasmussen and Williams, 2006, chapter 2) with a linear and a rough part,
and extremely randomised trees (Geurts, Ernst and Wehenkel, 2006), which see what depends on thresholds and choices.
Together they are a mixture, unsure where either is or where they disagree; alone, the process is too sure of itself.
Both see what a straight line through the log-parameters leaves, and what longer trainings usually gain: trees cannot go
on beyond what they have seen, and a search always asks about smaller networks, some trained longer than any before.
Each trial has its own noise: the spread of its replicas, and, where it was stopped early, of the gain still to come.
`benchmarks/calibration.py` measures what such a model says of trials it has not seen yet.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, DotProduct, Matern, WhiteKernel
from sklearn.preprocessing import StandardScaler

from search.features import LOG_EPOCHS, LOG_PARAMETERS
from search.gains import LONGER_GAIN, Gains, log_error, longer_fall
from search.noise import SEED_SPREAD
from search.trial import Trial, TrialStatus

USUAL_GAIN, GAIN_VARIANCE = 0.3, 0.01  # of the log-error from an early stop to the end
TUNING_TRIALS = 120
GUESS_VARIANCE = 0.001
TREES, TREE_FEATURES = 100, 0.5  # how many, and the share of the features each split chooses from
LEAST_DEVIATION = 0.03  # of the trees: that they agree on a few trials proves little


class Observation(NamedTuple):
    """The log-error a trial would end with, and the variance of that figure."""

    log_error: float
    variance: float


def observations(trials: Sequence[Trial]) -> list[Observation | None]:
    """What each trial says about its architecture; None for one that failed.

    A trial stopped early is carried on to the end by the mean gain of the finished ones from the same epoch on.
    """
    gains = Gains(trials)
    return [_observation(trial, gains) for trial in trials]


def trained_longer(seen: Observation, times: float) -> Observation:
    """What a trial says about its own network trained so many times as long."""
    more, unsure = longer_fall(math.log(times))
    return Observation(seen.log_error - more, seen.variance + unsure**2)


def _observation(trial: Trial, gains: Gains) -> Observation | None:
    replicas = len(trial.result.correct)
    if trial.result.status is TrialStatus.FAILED or not replicas:
        return None
    ends = [log_error(correct / trial.result.total) for correct in trial.result.correct]
    spread = np.var(ends, ddof=1) if replicas > 2 else SEED_SPREAD**2
    mean, variance = float(np.mean(ends)), float(max(spread, SEED_SPREAD**2 / 4) / replicas)
    if trial.result.epochs < trial.info.recipe.epochs:
        falls = gains.since(trial.result.epochs, trial.info.recipe.epochs)
        mean -= falls.mean if falls else USUAL_GAIN
        variance += falls.deviation**2 + GAIN_VARIANCE if falls else 4 * GAIN_VARIANCE
    return Observation(mean, variance)


class FeasibilityModel:
    """Mean and spread of the final log-error of any candidate, from the trials so far."""

    def __init__(self) -> None:
        """Unfitted: `fit` first."""
        self._scaler = StandardScaler()
        self._process: GaussianProcessRegressor | None = None
        self._trees = ExtraTreesRegressor(TREES, max_features=TREE_FEATURES, random_state=0)
        self._line = np.zeros(2)  # of the log-error through the log-parameters: height and slope

    def fit(self, x: np.ndarray, seen: Sequence[Observation]) -> None:
        """Learns from features [trials, features] and what was observed of each."""
        y = np.array([observation.log_error for observation in seen])
        variance = np.array([observation.variance for observation in seen])
        scaled = self._scaler.fit_transform(x)
        line = np.column_stack([np.ones(len(x)), x[:, LOG_PARAMETERS]])
        self._line = np.linalg.lstsq(line, y + _gained(x))[0]
        left = y - self._trend(x)
        self._condition(_tuned(scaled, left, variance), scaled, left, variance)

    def imagine(self, x: np.ndarray) -> None:
        """Takes candidates in training for known at their own predicted mean, so that others look better than they."""
        process, guessed = self._fitted(), self.predict(x)[0]
        self._condition(
            process.kernel_,
            np.concatenate([process.X_train_, self._scaler.transform(x)]),
            np.concatenate([process.y_train_, guessed - self._trend(x)]),
            np.concatenate([process.alpha, np.full(len(x), GUESS_VARIANCE)]),
        )

    def _condition(self, kernel: Any, scaled: np.ndarray, y: np.ndarray, variance: np.ndarray) -> None:
        self._process = GaussianProcessRegressor(kernel, alpha=variance, optimizer=None).fit(scaled, y)
        self._trees.fit(scaled, y)

    def _fitted(self) -> GaussianProcessRegressor:
        if self._process is None:
            raise ValueError("expected a fitted model; call fit first")
        return self._process

    def predict(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of the final log-error of candidates, from their features."""
        scaled = self._scaler.transform(x)
        smooth, unsure = self._fitted().predict(scaled, return_std=True)
        narrow = scaled.astype(np.float32)  # what trees compute with
        votes = np.array([tree.predict(narrow, check_input=False) for tree in self._trees.estimators_])
        rough, apart = votes.mean(0), np.maximum(votes.std(0), LEAST_DEVIATION)
        variance = (unsure**2 + apart**2) / 2 + (smooth - rough) ** 2 / 4
        return self._trend(x) + (smooth + rough) / 2, np.sqrt(variance)

    def _trend(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self._line[0] + self._line[1] * x[:, LOG_PARAMETERS] - _gained(x))


def _gained(x: np.ndarray) -> np.ndarray:
    """What the length of each training usually takes off its log-error."""
    return np.asarray(LONGER_GAIN * x[:, LOG_EPOCHS])


def _tuned(x: np.ndarray, y: np.ndarray, variance: np.ndarray) -> Any:
    """The kernel that explains the data best, always from the same start; on a sample where there is much of it."""
    chosen = np.linspace(0, len(y) - 1, min(len(y), TUNING_TRIALS)).astype(int)
    rough = ConstantKernel(1.0, (1e-2, 1e2)) * Matern(10.0, (1.0, 1e3), nu=2.5)
    linear = ConstantKernel(0.01, (1e-4, 1.0)) * DotProduct(1.0, (1e-3, 1e2))
    process = GaussianProcessRegressor(rough + linear + WhiteKernel(0.01, (1e-4, 0.3)), alpha=variance[chosen])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a bound reached is an answer too
        return process.fit(x[chosen], y[chosen]).kernel_
