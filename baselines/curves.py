"""What a baseline measured: points of a curve, one curve a network, whole numbers of correct answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec
import numpy as np

SplitName = Literal["train", "test"]


class Spread(NamedTuple):
    """Mean, smallest and largest of several networks' figures."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """The spread of at least one value."""
        listed = list(values)
        return cls(sum(listed) / len(listed), min(listed), max(listed))

    def overlaps(self, other: Spread) -> bool:
        """Whether the two ranges share a value: then the difference is not beyond that between seeds."""
        return self.low <= other.high and other.low <= self.high


class Point(msgspec.Struct, frozen=True):
    """One evaluation.

    Attributes:
        iteration: how many were done; 0 is the untrained network.
        seconds: spent on training so far, evaluations not counted.
        loss: mean training loss (cross-entropy in nats) since the point before, None at 0.
        train: correct answers on the fixed training images, by measure (`digit`; `sum`, `pair`, `first`, `second`).
        test: the same on the test images.
    """

    iteration: int
    seconds: float
    loss: float | None
    train: dict[str, int]
    test: dict[str, int]


class Curve(msgspec.Struct, frozen=True):
    """One network's training: its points in order, at least one, and what it confused on test at the last of them.

    `confusion[truth][answer]` counts test images; `train_total` and `test_total` are what accuracies are shares of.
    """

    model: str
    seed: int
    train_total: int
    test_total: int
    points: tuple[Point, ...]
    confusion: tuple[tuple[int, ...], ...]

    @property
    def iterations(self) -> list[int]:
        """The iteration of each point."""
        return [point.iteration for point in self.points]

    def accuracies(self, split: SplitName, measure: str) -> np.ndarray:
        """The share of correct answers at each point, float64 [points]."""
        total = self.train_total if split == "train" else self.test_total
        counts = [(point.train if split == "train" else point.test)[measure] for point in self.points]
        return np.asarray(counts) / total

    def final(self, split: SplitName, measure: str) -> float:
        """The share of correct answers at the last point."""
        return float(self.accuracies(split, measure)[-1])

    def at(self, iteration: int, split: SplitName, measure: str) -> float | None:
        """The share of correct answers after exactly that iteration, None where it was not measured."""
        if iteration not in self.iterations:
            return None
        return float(self.accuracies(split, measure)[self.iterations.index(iteration)])

    @property
    def measures(self) -> tuple[str, ...]:
        """What was counted, the main measure first."""
        return tuple(self.points[-1].test)
