"""Hypothesis strategies shared by the tests: candidates of the spaces."""

from __future__ import annotations

import random
from functools import cache

from hypothesis import strategies as st

from search.candidates import Candidate, CandidateSource
from spaces.registry import load_space

SPACES = ("shallow", "deep", "deep-open", "overfit-size", "overfit-dropout")
INPUT_SHAPE = (28, 28, 1)
CLASSES = 10


@cache
def source(space: str) -> CandidateSource:
    """The candidate source of a built-in space on MNIST's shape."""
    return CandidateSource(load_space(space, INPUT_SHAPE, CLASSES), epochs=7)


def candidates(space: str) -> st.SearchStrategy[Candidate]:
    """Random candidates of a built-in space."""
    return st.integers(0, 2**31 - 1).map(lambda seed: source(space).draw(random.Random(seed)))
