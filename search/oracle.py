"""The constrained oracle: the smallest network that still qualifies, from sizes known and accuracies learned.

The next trial is the candidate with the largest expected saving: how much smaller than the incumbent it is, in
log-parameters, times the probability that it qualifies, for the time it may take. Nothing that could not become the
incumbent is ever proposed. Accuracy is only roughly monotone in size, so one failure rules nothing else out. A network
is first given a short training; what nearly qualifies competes with new networks for a longer one.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Sequence
from typing import Any, Protocol

import keras_tuner as kt
import numpy as np
from scipy.stats import norm

from search.candidates import Candidate, CandidateSource, as_candidate, lengthened
from search.cost import relative_cost
from search.feasibility import FeasibilityModel, Observation, observations, trained_longer
from search.features import feature_matrix
from search.gains import log_error
from search.pool import Pool, RandomDraws
from search.trial import Trial, TrialInfo, TrialStatus, better_incumbent
from spaces.recipe import Length, cycle_ends

# Trials over log-parameters before anything is learned: at least so many, and one for so many hyperparameters. Most are
# found out early and cost little.
SPREAD, PER_TRIAL = 6, 3
SPREAD_FROM, SPREAD_TO = 2 / 3, 1 / 5  # of the sizes of random candidates, from the largest aimed at to the least
EXPLORE_EVERY = 6
RANDOM_DRAWS, RANDOM_KEPT = 40, 400  # new ones a proposal, and how many of the latest it looks at
NEIGHBOUR_DRAWS, ROUNDS = 80, 3
FOREIGN_SHARE = 8  # a foreign space builds a Keras model for every candidate: so many times fewer of them
ELITE = 10
LONGER = 1.5  # times as long: what is worth training again
LONGER_KEPT = 100  # the most accurate of the trials that may be
SPREAD_DRAWS, SPREAD_ATTEMPTS = 120, 5
# Candidates near each size aimed at, and the rank by cost of the one that is tried: the cheapest see too little.
SPREAD_CHOICE, SPREAD_RANK = 8, 3
# Of the log-error at the end: what a candidate may lack or have to spare without being found out, or accepted, early.
NOT_HOPELESS, NOT_SURE = 0.25, 0.2
MOST_KNOWN = 1_000  # trials, those nearest the bar, that the model learns from: its time grows with their cube
BOLDEST = 0.5  # of the log-parameters: what a network saves beyond that counts for nothing, for it is luck
STARTING = 2  # epochs of a network of no size that building a trial's graph takes as long as
PARENT_SLACK = 0.1  # of the log-error: how much accuracy to spare counts for a parent


Foreseen = dict[Any, Observation]  # by key: of candidates that a shorter training says more about than the model


class Oracle(Protocol):
    """Proposes, never trains."""

    def propose(self, pending: Sequence[TrialInfo]) -> Candidate | None:
        """The next candidate while `pending` ones are in training; None when the space has nothing left."""

    def learn(self, trial: Trial) -> None:
        """Takes in a finished trial."""


class ConstrainedOracle(kt.Oracle):
    """Minimises parameters subject to validation accuracy of at least `bar` (margin included)."""

    def __init__(self, source: CandidateSource, bar: float, seed: int, longer: Sequence[Length] = ()) -> None:
        """The same seed and the same trials give the same proposals.

        `longer` are trainings longer than those of `source`, for what nearly qualifies.
        """
        super().__init__(objective=kt.Objective("parameters", "min"), seed=seed + 1)
        self._source, self._bar, self._study_seed, self._longer_lengths = source, bar, seed, longer
        self._incumbent: Trial | None = None
        self._trials: list[Trial] = []
        self._tried: list[Candidate] = []
        self._rows: list[np.ndarray] = []
        self._draws = RandomDraws(source, seed)
        self._model = FeasibilityModel()
        self._share = 1 if source.is_cheap else FOREIGN_SHARE
        self.spread = max(SPREAD, source.dimensions // PER_TRIAL)

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
        if number < self.spread or len(known) < SPREAD // 2:
            return self._spread(number, rng, taken, limit)
        pool = Pool(self._source, taken, limit)
        pool.add(self._draws.window((number + 1) * RANDOM_DRAWS // self._share, RANDOM_KEPT // self._share))
        seen = observations(self._trials)
        self._fit(seen, pending)
        longer, foreseen = self._longer(seen, pending, limit)
        pool.add(longer)
        pool.add_neighbours(self._parents(seen), NEIGHBOUR_DRAWS // self._share, rng)
        if not pool.candidates:
            return None
        # Without an incumbent nothing bounds the size, and the most accurate networks are large and slow to train.
        if self._incumbent is not None and number % EXPLORE_EVERY == EXPLORE_EVERY - 1:
            return self._explore(pool, foreseen, rng)
        for _ in range(ROUNDS):
            best = np.argsort(-self._worth(pool, foreseen, limit), kind="stable")[:ELITE]
            pool.add_neighbours([pool.candidates[index] for index in best], NEIGHBOUR_DRAWS // self._share // 2, rng)
        return pool.candidates[int(np.argmax(self._worth(pool, foreseen, limit)))]

    def _spread(self, number: int, rng: random.Random, taken: Collection[Any], limit: float) -> Candidate | None:
        """One of a spread over log-parameters: from the middle of what random candidates have down to their least."""
        fresh: list[Candidate] = []
        for _ in range(SPREAD_ATTEMPTS):
            drawn = [self._source.draw(rng, "spread") for _ in range(SPREAD_DRAWS // self._share)]
            fresh = [candidate for candidate in drawn if candidate.parameters < limit and candidate.key not in taken]
            if fresh:
                break
        else:
            return None
        sizes = np.sort(np.log([candidate.parameters for candidate in fresh]))
        low, high = (sizes[int(share * len(sizes))] for share in (SPREAD_TO, SPREAD_FROM))
        target = high + (low - high) * (number % self.spread) / (self.spread - 1)
        nearest = sorted(fresh, key=lambda candidate: abs(math.log(candidate.parameters) - target))[:SPREAD_CHOICE]
        return sorted(nearest, key=relative_cost)[min(SPREAD_RANK, len(nearest) - 1)]

    def _parents(self, observed: Sequence[Observation | None]) -> list[Candidate]:
        """The best qualifying and nearly qualifying trials: those whose size, corrected for what their accuracy lacks,
        is least (an error larger by a factor f costs a network f times as large)."""
        target = log_error(self._bar)
        scored = [
            (math.log(candidate.parameters) + max(seen.log_error - target, -PARENT_SLACK), index)
            for index, (candidate, seen) in enumerate(zip(self._tried, observed, strict=True))
            if seen is not None
        ]
        return [self._tried[index] for _, index in sorted(scored)[:ELITE]]

    def _longer(
        self, observed: Sequence[Observation | None], pending: Sequence[TrialInfo], limit: float
    ) -> tuple[list[Candidate], Foreseen]:
        """What would save something and missed the bar, trained to the end, once more with longer trainings; and what
        the earlier ones foretell of each.

        What was stopped early lacked more than a longer training usually gains.
        """
        training = {info.name for info in pending}
        longest: dict[Any, tuple[Candidate, Observation, TrialStatus]] = {}  # says most about a longer one
        for trial, candidate, seen in zip(self._trials, self._tried, observed, strict=True):
            if seen is None or candidate.parameters >= limit or candidate.name in training:
                continue
            key = candidate.key_of_any_length
            if key not in longest or candidate.recipe.epochs > longest[key][0].recipe.epochs:
                longest[key] = candidate, seen, trial.result.status
        missed = [(one, seen) for one, seen, status in longest.values() if status is TrialStatus.COMPLETED]
        foreseen: Foreseen = {}
        longer: list[Candidate] = []
        for candidate, seen in sorted(missed, key=lambda pair: pair[1].log_error)[:LONGER_KEPT]:
            for length in self._longer_lengths:
                times = length.epochs / candidate.recipe.epochs
                if times >= LONGER:
                    longer.append(lengthened(candidate, length))
                    foreseen[longer[-1].key] = trained_longer(seen, times)
        return longer, foreseen

    def _predict(self, pool: Pool, foreseen: Foreseen) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of the final log-error of each candidate in the pool."""
        mean, deviation = self._model.predict(pool.features)
        for index, candidate in enumerate(pool.candidates if foreseen else ()):
            if (seen := foreseen.get(candidate.key)) is not None:
                mean[index], deviation[index] = seen.log_error, math.sqrt(seen.variance)
        return mean, deviation

    def _fit(self, observed: Sequence[Observation | None], pending: Sequence[TrialInfo]) -> None:
        """Learns from the trials; pending ones count as known guesses at their own predicted mean."""
        target = log_error(self._bar)
        known = [(abs(seen.log_error - target), index, seen) for index, seen in enumerate(observed) if seen is not None]
        nearest = sorted(known, key=lambda one: one[:2])[:MOST_KNOWN]
        self._model.fit(np.array([self._rows[index] for _, index, _ in nearest]), [seen for *_, seen in nearest])
        if pending:
            self._model.imagine(feature_matrix([as_candidate(info) for info in pending]))

    def _worth(self, pool: Pool, foreseen: Foreseen, limit: float) -> np.ndarray:
        """Expected saving in log-parameters for the time expected, of each candidate in the pool.

        A candidate that is hopeless, or safe, is found out early and costs little; so a bold guess may be worth more
        than one that is too close to call and saves next to nothing.
        """
        sizes = np.log([candidate.parameters for candidate in pool.candidates])
        reference = math.log(limit) if math.isfinite(limit) else float(np.max(sizes)) + 1.0
        mean, deviation = self._predict(pool, foreseen)
        lacking = mean - log_error(self._bar)
        qualifies = norm.cdf(-lacking / deviation)
        undecided = norm.cdf((NOT_HOPELESS - lacking) / deviation) - norm.cdf((-NOT_SURE - lacking) / deviation)
        an_epoch = np.array([relative_cost(candidate) for candidate in pool.candidates])
        first = np.array([cycle_ends(one.recipe)[0] for one in pool.candidates])
        epochs = np.array([one.recipe.epochs for one in pool.candidates])
        saving = np.minimum(reference - sizes, BOLDEST)
        return np.asarray(saving * qualifies / (STARTING + an_epoch * (first + (epochs - first) * undecided)))

    def _explore(self, pool: Pool, foreseen: Foreseen, rng: random.Random) -> Candidate:
        """One of the tenth of the pool that would be most accurate with luck, whatever it saves."""
        mean, deviation = self._predict(pool, foreseen)
        hopeful = np.argsort(mean - 2 * deviation, kind="stable")[: max(1, len(mean) // 10)]
        return pool.candidates[int(hopeful[rng.randrange(len(hopeful))])]
