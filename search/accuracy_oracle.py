"""The oracle of studies that maximise validation accuracy: expected improvement over what was seen so far.

Source: Jones, Schonlau and Welch, "Efficient global optimization of expensive black-box functions", 1998. The model is
that of `search/feasibility.py`, of the log-error; improvement is its fall below the best trial's.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence

import numpy as np
from scipy.stats import norm

from search.candidates import Candidate, CandidateSource, as_candidate
from search.feasibility import FeasibilityModel, observations
from search.features import feature_matrix
from search.trial import Trial, TrialInfo
from spaces.layers import WEIGHTED, Dropout

FIRST = 6  # trials drawn at random before anything is learned
RANDOM_DRAWS, NEIGHBOUR_DRAWS = 150, 100
ELITE = 5
ATTEMPTS = 200
HIDDEN_LAYERS = 3


class AccuracyOracle:
    """Proposes what may be more accurate than the best trial so far."""

    def __init__(self, source: CandidateSource, seed: int) -> None:
        """The same seed and the same trials give the same proposals."""
        self._source, self._seed = source, seed
        self._trials: list[Trial] = []
        self._model = FeasibilityModel()

    def learn(self, trial: Trial) -> None:
        """Takes in a finished trial."""
        self._trials.append(trial)

    def propose(self, pending: Sequence[TrialInfo]) -> Candidate | None:
        """The next candidate while `pending` ones are in training; None when nothing new can be drawn."""
        number = len(self._trials) + len(pending)
        rng = random.Random(f"{self._seed}/accuracy/{number}")
        taken = {as_candidate(info).key for info in (*(trial.info for trial in self._trials), *pending)}
        seen = [
            (trial, one) for trial, one in zip(self._trials, observations(self._trials), strict=True) if one is not None
        ]
        if number < FIRST or len(seen) < FIRST // 2:
            return self._new(rng, taken)
        self._model.fit(_features([as_candidate(trial.info) for trial, _ in seen]), [one for _, one in seen])
        if pending:
            self._model.imagine(_features([as_candidate(info) for info in pending]))
        ranked = sorted(seen, key=lambda pair: (pair[1].log_error, pair[0].info.trial))
        drawn = [self._source.draw(rng, "random") for _ in range(RANDOM_DRAWS)]
        parents = [trial.info.values for trial, _ in ranked[:ELITE]]
        for index in range(NEIGHBOUR_DRAWS):
            drawn.append(self._source.neighbour(parents[index % len(parents)], rng, rng.choice((1, 2)), "neighbour"))
        pool = list({candidate.key: candidate for candidate in drawn if candidate.key not in taken}.values())
        if not pool:
            return self._new(rng, taken)
        mean, deviation = self._model.predict(_features(pool))
        return pool[int(np.argmax(expected_fall(ranked[0][1].log_error, mean, deviation)))]

    def _new(self, rng: random.Random, taken: Collection[object]) -> Candidate | None:
        drawn = (self._source.draw(rng, "random") for _ in range(ATTEMPTS))
        return next((candidate for candidate in drawn if candidate.key not in taken), None)


def expected_fall(best: float, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """By how much a normal value is expected to fall below `best`, never less than 0: float [candidates]."""
    gap = best - mean
    score = gap / deviation
    return np.asarray(gap * norm.cdf(score) + deviation * norm.pdf(score))


def _features(candidates: Sequence[Candidate]) -> np.ndarray:
    """What the model sees: the usual features, and what dropout drops after each hidden layer."""
    dropped = [_dropped(candidate) for candidate in candidates]
    return np.concatenate([feature_matrix(candidates), np.array(dropped)], axis=1)


def _dropped(candidate: Candidate) -> list[float]:
    """The rate after each hidden layer, 0 where there is no dropout."""
    rates: list[float] = []
    for layer in candidate.architecture.layers:
        if isinstance(layer, Dropout) and rates:
            rates[-1] = layer.rate
        elif isinstance(layer, WEIGHTED):
            rates.append(0.0)
    return [*rates, *[0.0] * HIDDEN_LAYERS][:HIDDEN_LAYERS]
