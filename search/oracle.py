"""The constrained oracle: the smallest network that still qualifies, from sizes known and accuracies learned.

The next trial is the candidate with the largest expected saving: how much smaller than the incumbent it is, in
log-parameters, times the probability that it qualifies. Nothing that could not become the incumbent is ever proposed.
Accuracy is only roughly monotone in size, so one failure rules nothing else out.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any, Protocol

import keras_tuner as kt
import numpy as np

from search.candidates import Candidate, CandidateSource, as_candidate
from search.feasibility import FeasibilityModel, Observation, observations
from search.features import feature_matrix
from search.trial import Trial, TrialInfo, TrialStatus

SPREAD = 6  # trials over log-parameters before anything is learned
EXPLORE_EVERY = 6
RANDOM_DRAWS, NEIGHBOUR_DRAWS, ROUNDS = 60, 60, 3
FOREIGN_SHARE = 8  # a foreign space builds a Keras model for every candidate: so many times fewer of them
POOL = 1500
ELITE = 10
ATTEMPTS = 200


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
        self._source, self._bar, self._seed = source, bar, seed
        self._trials: list[Trial] = []
        self._rows: list[Candidate] = []
        self._pool: dict[Any, Candidate] = {}
        self._model = FeasibilityModel()
        self._share = 1 if source.is_cheap else FOREIGN_SHARE

    @property
    def incumbent(self) -> Trial | None:
        """The smallest qualifying trial so far."""
        qualifying = [trial for trial in self._trials if trial.result.qualified]
        return min(qualifying, key=lambda trial: trial.info.parameters, default=None)

    def learn(self, trial: Trial) -> None:
        """Takes in a finished trial."""
        info = trial.info
        self._trials.append(trial)
        self._rows.append(as_candidate(info))

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Keras Tuner's own way of asking for the next values."""
        candidate = self.propose([])
        if candidate is None:
            return {"status": kt.engine.trial.TrialStatus.STOPPED, "values": None}
        return {"status": kt.engine.trial.TrialStatus.RUNNING, "values": candidate.values}

    def propose(self, pending: Sequence[TrialInfo]) -> Candidate | None:
        """The next candidate while `pending` ones are in training; None when the space has nothing left."""
        number = len(self._trials) + len(pending)
        rng = random.Random(f"{self._seed}/{number}")
        taken = {row.key for row in self._rows} | {(info.name, info.recipe) for info in pending}
        limit = self._limit()
        if number < SPREAD or len(self._known()) < SPREAD // 2:
            return self._spread(number, rng, taken, limit)
        self._refill(rng, taken, limit)
        if not self._pool:
            return None
        candidates = list(self._pool.values())
        self._fit(pending)
        if number % EXPLORE_EVERY == EXPLORE_EVERY - 1:
            return self._take(self._explore(candidates, rng))
        for _ in range(ROUNDS):
            saving = self._expected_saving(candidates, limit)
            best = [candidates[index] for index in np.argsort(-saving)[:ELITE]]
            fresh = self._fresh(self._neighbours(best, rng, NEIGHBOUR_DRAWS // 2, "refined"), taken, limit)
            if not fresh:
                break
            self._pool.update({candidate.key: candidate for candidate in fresh})
            candidates += fresh
        saving = self._expected_saving(candidates, limit)
        chosen = candidates[int(np.argmax(saving))]
        keep = np.argsort(-saving)[:POOL]
        self._pool = {candidates[index].key: candidates[index] for index in keep}
        return self._take(chosen)

    def _limit(self) -> float:
        """A candidate must be smaller than this: nothing as large as the incumbent could replace it."""
        incumbent = self.incumbent
        return math.inf if incumbent is None else incumbent.info.parameters

    def _known(self) -> list[Trial]:
        return [trial for trial in self._trials if trial.result.status is not TrialStatus.FAILED]

    def _take(self, candidate: Candidate) -> Candidate:
        self._pool.pop(candidate.key, None)
        return candidate

    def _spread(self, number: int, rng: random.Random, taken: set[Any], limit: float) -> Candidate | None:
        """One of a spread over log-parameters: from the middle of what random candidates have down to their least."""
        drawn = self._fresh([self._source.draw(rng, "spread") for _ in range(ATTEMPTS // self._share)], taken, limit)
        if not drawn:
            return None
        ordered = sorted(drawn, key=lambda candidate: candidate.parameters)
        low, high = (
            math.log(ordered[len(ordered) // 20].parameters),
            math.log(ordered[len(ordered) * 2 // 3].parameters),
        )
        target = high + (low - high) * (number % SPREAD) / (SPREAD - 1)
        return min(drawn, key=lambda candidate: abs(math.log(candidate.parameters) - target))

    def _refill(self, rng: random.Random, taken: set[Any], limit: float) -> None:
        """Drops what has fallen away, and adds random candidates and neighbours of the best trials."""
        self._pool = {
            key: candidate for key, candidate in self._pool.items() if key not in taken and candidate.parameters < limit
        }
        drawn = [self._source.draw(rng) for _ in range(RANDOM_DRAWS // self._share)]
        drawn += self._neighbours(self._parents(), rng, NEIGHBOUR_DRAWS // self._share, "neighbour")
        self._pool.update({candidate.key: candidate for candidate in self._fresh(drawn, taken, limit)})

    def _parents(self) -> list[Candidate]:
        """The best qualifying and nearly qualifying trials: those whose size, corrected for what their accuracy lacks
        or has to spare, is least (an error larger by a factor f costs a network f times as large)."""
        target = np.log(1 - self._bar)
        scored = [
            (math.log(row.parameters) + max(seen.log_error - target, -0.1), index)
            for index, (row, seen) in enumerate(zip(self._rows, observations(self._trials), strict=True))
            if seen is not None
        ]
        return [self._rows[index] for _, index in sorted(scored)[:ELITE]]

    def _neighbours(self, parents: Sequence[Candidate], rng: random.Random, count: int, origin: str) -> list[Candidate]:
        if not parents:
            return []
        drawn = []
        for index in range(count):
            parent = parents[index % len(parents)]
            drawn.append(self._source.neighbour(parent.values, rng, rng.choice((1, 1, 2, 2, 3)), origin))
        return drawn

    def _fresh(self, drawn: Sequence[Candidate], taken: set[Any], limit: float) -> list[Candidate]:
        return [candidate for candidate in drawn if candidate.parameters < limit and candidate.key not in taken]

    def _fit(self, pending: Sequence[TrialInfo]) -> None:
        """Learns from the trials; pending ones count as known guesses at their own predicted mean."""
        pairs = [
            (row, seen) for row, seen in zip(self._rows, observations(self._trials), strict=True) if seen is not None
        ]
        rows, seen = [row for row, _ in pairs], [observation for _, observation in pairs]
        self._model.fit(feature_matrix(rows), seen)
        if pending:
            guesses = [as_candidate(info) for info in pending]
            mean, _ = self._model.predict(feature_matrix(guesses))
            seen += [Observation(float(value), 0.001) for value in mean]
            self._model.fit(feature_matrix([*rows, *guesses]), seen)

    def _expected_saving(self, candidates: Sequence[Candidate], limit: float) -> np.ndarray:
        """(log-parameters of the incumbent - those of the candidate) x P(qualifies), [candidates]."""
        sizes = np.log([candidate.parameters for candidate in candidates])
        reference = math.log(limit) if math.isfinite(limit) else float(np.max(sizes)) + 1.0
        return (reference - sizes) * self._model.probability(feature_matrix(candidates), self._bar)

    def _explore(self, candidates: Sequence[Candidate], rng: random.Random) -> Candidate:
        """A candidate drawn at random from those of which the model is least sure, small ones first."""
        mean, deviation = self._model.predict(feature_matrix(candidates))
        optimistic = (math.log(1 - self._bar) - mean) / deviation
        best = np.argsort(-optimistic + 0 * deviation)[: max(1, len(candidates) // 10)]
        return candidates[int(best[rng.randrange(len(best))])]
