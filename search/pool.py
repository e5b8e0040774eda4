"""The pool: candidates that could become the incumbent, with their features, kept from one proposal to the next."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from search.candidates import Candidate, CandidateSource
from search.features import feature_matrix


class Pool:
    """Candidates smaller than a limit that have not been tried."""

    def __init__(self, source: CandidateSource) -> None:
        """Starts empty."""
        self._source = source
        self._candidates: dict[Any, Candidate] = {}
        self._features: dict[Any, np.ndarray] = {}

    def __len__(self) -> int:
        """How many candidates it holds."""
        return len(self._candidates)

    @property
    def candidates(self) -> list[Candidate]:
        """In the order in which they came."""
        return list(self._candidates.values())

    @property
    def features(self) -> np.ndarray:
        """Their features, [candidates, features]."""
        return np.array(list(self._features.values()))

    def drop(self, taken: Collection[Any], limit: float) -> None:
        """Drops what has been tried and what is not smaller than the limit."""
        for key in [key for key, one in self._candidates.items() if key in taken or one.parameters >= limit]:
            self.remove(key)

    def remove(self, key: Any) -> None:
        """Drops one candidate."""
        del self._candidates[key], self._features[key]

    def keep(self, best: Sequence[int]) -> None:
        """Keeps only the candidates at these positions."""
        keys = list(self._candidates)
        self._candidates = {keys[index]: self._candidates[keys[index]] for index in best}
        self._features = {keys[index]: self._features[keys[index]] for index in best}

    def add_random(self, count: int, rng: random.Random, taken: Collection[Any], limit: float) -> int:
        """Draws `count` candidates from the whole space; returns how many were new and small enough."""
        return self._add([self._source.draw(rng) for _ in range(count)], taken, limit)

    def add_neighbours(
        self, parents: Sequence[Candidate], count: int, rng: random.Random, taken: Collection[Any], limit: float
    ) -> int:
        """Draws `count` candidates one to three notches from the parents in turn; returns how many were new."""
        drawn = [
            self._source.neighbour(parents[index % len(parents)].values, rng, rng.choice((1, 1, 2, 2, 3)), "neighbour")
            for index in range(count if parents else 0)
        ]
        return self._add(drawn, taken, limit)

    def _add(self, drawn: Sequence[Candidate], taken: Collection[Any], limit: float) -> int:
        fresh = {
            candidate.key: candidate
            for candidate in drawn
            if candidate.parameters < limit and candidate.key not in taken and candidate.key not in self._candidates
        }
        rows = feature_matrix(list(fresh.values()))
        self._candidates.update(fresh)
        self._features.update(zip(fresh, rows, strict=True))
        return len(fresh)
