"""What a baseline was asked to do; saved beside its results."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

BaselineName = Literal["original", "linear", "sum-direct", "sum-pair"]
BASELINES: tuple[BaselineName, ...] = ("original", "linear", "sum-direct", "sum-pair")
Axis = Literal["horizontal", "vertical"]
# How many pairs a network has seen when its sample efficiency is measured (question 5.3).
SAMPLE_PAIRS = (5_000, 20_000, 100_000)


class BaselineError(Exception):
    """A baseline that cannot be run: one line with what was expected, what came, what to do."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that decides what a baseline measures.

    `dataset` is a name or a path; `seeds` networks are trained, with seeds `seed`, `seed + 1`, ...; `axis` says how two
    digits are joined, None where there is one. Raises BaselineError.
    """

    dataset: str
    iterations: int = 20_000
    batch_size: int = 50
    eval_every: int = 500
    seed: int = 0
    seeds: int = 3
    axis: Axis | None = None

    def __post_init__(self) -> None:
        for name in ("iterations", "batch_size", "eval_every", "seeds"):
            if getattr(self, name) < 1:
                raise BaselineError(f"expected {name} of at least 1, got {getattr(self, name)}; choose a larger one")
        if self.seed < 0:
            raise BaselineError(f"expected a seed of at least 0, got {self.seed}; choose another")

    @property
    def all_seeds(self) -> tuple[int, ...]:
        """The seed of each network."""
        return tuple(range(self.seed, self.seed + self.seeds))

    @property
    def evaluations(self) -> tuple[int, ...]:
        """The iterations after which accuracy is measured, 0 and the last included.

        For pairs also those after which `SAMPLE_PAIRS` pairs were seen, where there are that many.
        """
        points = {*range(0, self.iterations, self.eval_every), self.iterations}
        if self.axis is not None:
            samples = (self.iterations_for(pairs) for pairs in SAMPLE_PAIRS)
            points |= {iteration for iteration in samples if iteration <= self.iterations}
        return tuple(sorted(points))

    def iterations_for(self, images: int) -> int:
        """After how many iterations at least `images` images (or pairs) were seen."""
        return math.ceil(images / self.batch_size)
