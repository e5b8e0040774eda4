"""The pool of one proposal: candidates that could become the incumbent, with their features.

A pool is a function of the study's seed and of the trials so far, never of earlier pools: an oracle that was rebuilt
from the ledger proposes what it would have proposed had it never been interrupted.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from search.candidates import Candidate, CandidateSource
from search.features import feature_matrix


class RandomDraws:
    """Candidates drawn from the whole space, the i-th always the same for a seed; the latest are kept."""

    def __init__(self, source: CandidateSource, seed: int) -> None:
        """Draws nothing yet."""
        self._source, self._seed = source, seed
        self._drawn: dict[int, Candidate] = {}

    def window(self, end: int, size: int) -> list[Candidate]:
        """The `size` draws before number `end`."""
        wanted = range(max(0, end - size), end)
        self._drawn = {
            index: self._drawn.get(index) or self._source.draw(random.Random(f"{self._seed}/draw/{index}"))
            for index in wanted
        }
        return list(self._drawn.values())


class Pool:
    """Candidates smaller than a limit that have not been tried, each once, in the order in which they came."""

    def __init__(self, source: CandidateSource, taken: Collection[Any], limit: float) -> None:
        """`taken` are the keys of candidates that were tried."""
        self._source, self._limit = source, limit
        self._keys = set(taken)
        self.candidates: list[Candidate] = []
        self._features: list[np.ndarray] = []

    @property
    def features(self) -> np.ndarray:
        """Their features, [candidates, features]."""
        return np.concatenate(self._features)

    def add(self, drawn: Sequence[Candidate]) -> None:
        """Adds those that are new and small enough."""
        fresh: list[Candidate] = []
        for candidate in drawn:
            if candidate.parameters < self._limit and candidate.key not in self._keys:
                self._keys.add(candidate.key)
                fresh.append(candidate)
        if fresh:
            self.candidates += fresh
            self._features.append(feature_matrix(fresh))

    def add_neighbours(self, parents: Sequence[Candidate], count: int, rng: random.Random) -> None:
        """Adds up to `count` candidates, one to three notches from the parents in turn."""
        drawn = [
            self._source.neighbour(parents[index % len(parents)].values, rng, rng.choice((1, 1, 2, 2, 3)), "neighbour")
            for index in range(count if parents else 0)
        ]
        self.add(drawn)
