"""The constrained oracle: the smallest network that still qualifies, from sizes known and accuracies learned.

The next trial is the candidate with the largest expected saving: how much smaller than the incumbent it is, in
log-parameters, times the probability that it qualifies, for the time it takes. Nothing that could not become the
incumbent is ever proposed. Accuracy is only roughly monotone in size, so one failure rules nothing else out.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Sequence
from typing import Any, Protocol

import keras_tuner as kt
import numpy as np

from search.candidates import Candidate, CandidateSource, as_candidate
from search.cost import relative_cost
from search.feasibility import FeasibilityModel, Observation, log_error, observations
from search.features import feature_matrix
from search.pool import Pool
from search.trial import Trial, TrialInfo, TrialStatus, better_incumbent

SPREAD = 6  # trials over log-parameters before anything is learned
EXPLORE_EVERY = 6
RANDOM_DRAWS, NEIGHBOUR_DRAWS, ROUNDS = 60, 60, 3
FOREIGN_SHARE = 8  # a foreign space builds a Keras model for every candidate: so many times fewer of them
KEPT = 600
ELITE = 10
SPREAD_DRAWS = 120
SPREAD_CHOICE = 8  # candidates near each size aimed at, of which the cheapest is tried
COST_POWER = 0.5  # 0: time does not matter; 1: saving per second
PARENT_SLACK = 0.1  # of the log-error: how much accuracy to spare counts for a parent
GUESS_VARIANCE = 0.001


class Oracle(Protocol):
    """Proposes, never trains."""

    def propose(self, pending: Sequence[TrialInfo]) -> Candidate | None:
        """The next candidate while `pending` ones are in training; None when the space has nothing left."""

    def learn(self, trial: Trial) -> None:
        """Takes in a finished trial."""


class ConstrainedOracle(kt.Oracle):
    """Minimises parameters subject to validation accuracy of at least `bar` (margin included)."""

    def __init__(self, source: CandidateSource, bar: float, seed: int) -> None:
        """The same seed and the same trials give the same proposals."""
        super().__init__(objective=kt.Objective("parameters", "min"), seed=seed + 1)
        self._source, self._bar, self._study_seed = source, bar, seed
        self._incumbent: Trial | None = None
        self._trials: list[Trial] = []
        self._tried: list[Candidate] = []
        self._rows: list[np.ndarray] = []
        self._pool = Pool(source)
        self._model = FeasibilityModel()
        self._share = 1 if source.is_cheap else FOREIGN_SHARE

    def learn(self, trial: Trial) -> None:
        """Takes in a finished trial."""
        candidate = as_candidate(trial.info)
        self._trials.append(trial)
        self._tried.append(candidate)
        self._rows.append(feature_matrix([candidate])[0])
        self._incumbent = better_incumbent(self._incumbent, trial)

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Keras Tuner's own way of asking for the next values."""
        candidate = self.propose([])
        if candidate is None:
            return {"status": kt.engine.trial.TrialStatus.STOPPED, "values": None}
        return {"status": kt.engine.trial.TrialStatus.RUNNING, "values": candidate.values}

    def propose(self, pending: Sequence[TrialInfo]) -> Candidate | None:
        """The next candidate while `pending` ones are in training; None when the space has nothing left."""
        number = len(self._trials) + len(pending)
        rng = random.Random(f"{self._study_seed}/{number}")
        taken = {candidate.key for candidate in self._tried} | {as_candidate(info).key for info in pending}
        limit = math.inf if self._incumbent is None else self._incumbent.info.parameters
        known = [trial for trial in self._trials if trial.result.status is not TrialStatus.FAILED]
        if number < SPREAD or len(known) < SPREAD // 2:
            return self._spread(number, rng, taken, limit)
        self._pool.drop(taken, limit)
        self._pool.add_random(RANDOM_DRAWS // self._share, rng, taken, limit)
        self._fit(pending)
        self._pool.add_neighbours(self._parents(), NEIGHBOUR_DRAWS // self._share, rng, taken, limit)
        if not len(self._pool):
            return None
        if number % EXPLORE_EVERY == EXPLORE_EVERY - 1:
            return self._explore(rng)
        for _ in range(ROUNDS):
            order = np.argsort(-self._worth(limit), kind="stable")
            best = [self._pool.candidates[index] for index in order[:ELITE]]
            self._pool.keep(order[:KEPT].tolist())
            self._pool.add_neighbours(best, NEIGHBOUR_DRAWS // self._share // 2, rng, taken, limit)
        return self._take(int(np.argmax(self._worth(limit))))

    def _take(self, index: int) -> Candidate:
        candidate = self._pool.candidates[index]
        self._pool.remove(candidate.key)
        return candidate

    def _spread(self, number: int, rng: random.Random, taken: Collection[Any], limit: float) -> Candidate | None:
        """One of a spread over log-parameters: from the middle of what random candidates have down to their least."""
        drawn = [self._source.draw(rng, "spread") for _ in range(SPREAD_DRAWS // self._share)]
        fresh = [candidate for candidate in drawn if candidate.parameters < limit and candidate.key not in taken]
        if not fresh:
            return None
        sizes = np.sort(np.log([candidate.parameters for candidate in fresh]))
        low, high = sizes[len(sizes) // 20], sizes[len(sizes) * 2 // 3]
        target = high + (low - high) * (number % SPREAD) / (SPREAD - 1)
        nearest = sorted(fresh, key=lambda candidate: abs(math.log(candidate.parameters) - target))[:SPREAD_CHOICE]
        return min(nearest, key=relative_cost)

    def _parents(self) -> list[Candidate]:
        """The best qualifying and nearly qualifying trials: those whose size, corrected for what their accuracy lacks,
        is least (an error larger by a factor f costs a network f times as large)."""
        target = log_error(self._bar)
        scored = [
            (math.log(candidate.parameters) + max(seen.log_error - target, -PARENT_SLACK), index)
            for index, (candidate, seen) in enumerate(zip(self._tried, self._seen, strict=True))
            if seen is not None
        ]
        return [self._tried[index] for _, index in sorted(scored)[:ELITE]]

    def _fit(self, pending: Sequence[TrialInfo]) -> None:
        """Learns from the trials; pending ones count as known guesses at their own predicted mean."""
        self._seen = observations(self._trials)
        known = [index for index, seen in enumerate(self._seen) if seen is not None]
        rows = np.array([self._rows[index] for index in known])
        seen = [one for one in self._seen if one is not None]
        self._model.fit(rows, seen)
        if pending:
            guesses = feature_matrix([as_candidate(info) for info in pending])
            mean, _ = self._model.predict(guesses)
            seen += [Observation(float(value), GUESS_VARIANCE) for value in mean]
            self._model.fit(np.concatenate([rows, guesses]), seen)

    def _worth(self, limit: float) -> np.ndarray:
        """Expected saving in log-parameters for the time it takes, of each candidate in the pool."""
        sizes = np.log([candidate.parameters for candidate in self._pool.candidates])
        reference = math.log(limit) if math.isfinite(limit) else float(np.max(sizes)) + 1.0
        cost = np.array([relative_cost(candidate) for candidate in self._pool.candidates])
        probability = self._model.probability(self._pool.features, self._bar)
        return np.asarray((reference - sizes) * probability / cost**COST_POWER)

    def _explore(self, rng: random.Random) -> Candidate:
        """One of the tenth of the pool that would be most accurate with luck, whatever it saves."""
        mean, deviation = self._model.predict(self._pool.features)
        hopeful = np.argsort(mean - 2 * deviation, kind="stable")[: max(1, len(mean) // 10)]
        return self._take(int(hopeful[rng.randrange(len(hopeful))]))
