"""P(qualifies | architecture), learned from the trials so far.

Accuracy is modelled as the logarithm of the error, which is close to linear in the logarithm of the size: a ridge
regression on the features, and a Gaussian process (Rasmussen and Williams, 2006, chapter 2) on what it leaves. Each
trial has its own noise: the spread of its replicas, and, where it was stopped early, of the gain still to come.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from sklearn.linear_model import RidgeCV
from sklearn.preprocessing import StandardScaler

from search.gains import Gains, log_error
from search.noise import SEED_SPREAD
from search.trial import Trial, TrialStatus

ENOUGH_GAINS = 3  # finished trials from which on their gains are used for those stopped early
USUAL_GAIN, GAIN_VARIANCE = 0.3, 0.01  # of the log-error from an early stop to the end
TUNING_TRIALS = 120
GUESS_VARIANCE = 0.001


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


def _observation(trial: Trial, gains: Gains) -> Observation | None:
    replicas = len(trial.result.correct)
    if trial.result.status is TrialStatus.FAILED or not replicas:
        return None
    ends = [log_error(correct / trial.result.total) for correct in trial.result.correct]
    spread = np.var(ends, ddof=1) if replicas > 2 else SEED_SPREAD**2
    mean, variance = float(np.mean(ends)), float(max(spread, SEED_SPREAD**2 / 4) / replicas)
    if trial.result.epochs < trial.info.recipe.epochs:
        falls = gains.since(trial.result.epochs, trial.info.recipe.epochs)
        known = len(falls) >= ENOUGH_GAINS
        mean -= float(np.mean(falls)) if known else USUAL_GAIN
        variance += float(np.var(falls)) + GAIN_VARIANCE if known else 4 * GAIN_VARIANCE
    return Observation(mean, variance)


class FeasibilityModel:
    """Mean and spread of the final log-error of any candidate, from the trials so far."""

    def __init__(self) -> None:
        """Unfitted: `fit` first."""
        self._scaler, self._ridge = StandardScaler(), RidgeCV(alphas=np.logspace(0, 4, 9))
        self._process: GaussianProcessRegressor | None = None

    def fit(self, x: np.ndarray, seen: Sequence[Observation]) -> None:
        """Learns from features [trials, features] and what was observed of each."""
        y = np.array([observation.log_error for observation in seen])
        variance = np.array([observation.variance for observation in seen])
        scaled = self._scaler.fit_transform(x)
        self._ridge.fit(scaled, y)
        residual = y - self._ridge.predict(scaled)
        self._process = self._conditioned(_tuned(scaled, residual, variance), scaled, residual, variance)

    def imagine(self, x: np.ndarray) -> None:
        """Takes candidates in training for known at their own predicted mean, so that others look better than they."""
        process, scaled = self._fitted(), self._scaler.transform(x)
        residual = np.concatenate([process.y_train_, process.predict(scaled)])
        variance = np.concatenate([process.alpha, np.full(len(scaled), GUESS_VARIANCE)])
        inputs = np.concatenate([process.X_train_, scaled])
        self._process = self._conditioned(process.kernel_, inputs, residual, variance)

    @staticmethod
    def _conditioned(kernel: Any, x: np.ndarray, y: np.ndarray, variance: np.ndarray) -> GaussianProcessRegressor:
        return GaussianProcessRegressor(kernel, alpha=variance, optimizer=None).fit(x, y)

    def _fitted(self) -> GaussianProcessRegressor:
        if self._process is None:
            raise ValueError("expected a fitted model; call fit first")
        return self._process

    def predict(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of the final log-error of candidates, from their features."""
        scaled = self._scaler.transform(x)
        mean, deviation = self._fitted().predict(scaled, return_std=True)
        return mean + self._ridge.predict(scaled), np.maximum(deviation, 1e-3)


def _tuned(x: np.ndarray, y: np.ndarray, variance: np.ndarray) -> Any:
    """The kernel that explains the data best, always from the same start; on a sample where there is much of it."""
    chosen = np.linspace(0, len(y) - 1, min(len(y), TUNING_TRIALS)).astype(int)
    start = ConstantKernel(0.05, (1e-3, 3.0)) * Matern(5.0, (1.0, 100.0), nu=1.5) + WhiteKernel(0.01, (1e-4, 0.3))
    process = GaussianProcessRegressor(start, alpha=variance[chosen])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a bound reached is an answer too
        return process.fit(x[chosen], y[chosen]).kernel_
