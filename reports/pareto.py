"""What the Pareto plot shows - parameters against accuracy - as data, before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from search.constraint import Constraint
from search.leaderboard import Row, incumbent, pareto_front


@dataclass(frozen=True)
class Point:
    """One trial: its size, and accuracy as shares, over `runs` trainings on `images` images each."""

    trial: int
    name: str
    parameters: int
    mean: float
    low: float
    high: float
    runs: int
    images: int


@dataclass(frozen=True)
class Pareto:
    """The parts of the plot, each smallest first.

    `qualifying` and `others` hold every measured trial once, by validation accuracy; `front` those that no trial beats
    in both; `tested` the retrained ones, by test accuracy, of which some are `confirmed`; `incumbents` are those of
    the whole search in the order in which they came, by validation accuracy.
    """

    bar: Fraction
    qualifying: tuple[Point, ...]
    others: tuple[Point, ...]
    front: tuple[Point, ...]
    incumbent: Point | None
    tested: tuple[Point, ...]
    confirmed: tuple[Point, ...] = ()
    unconfirmed: tuple[Point, ...] = ()
    incumbents: tuple[Point, ...] = ()


def pareto(rows: Sequence[Row], constraint: Constraint, incumbents: Sequence[int] = ()) -> Pareto:
    """The plot of all rows of a leaderboard; trials without a measured accuracy are left out.

    `incumbents` are the numbers of the trials that were the incumbent one after another (`reports.progress_data`).
    """
    by_number = {row.trial: row for row in rows}
    best = incumbent(rows)
    return Pareto(
        bar=constraint.bar,
        qualifying=_validated([row for row in rows if row.qualified]),
        others=_validated([row for row in rows if not row.qualified]),
        front=_validated(pareto_front(rows)),
        incumbent=next(iter(_validated([best])), None) if best is not None else None,
        tested=_tested(rows),
        confirmed=_tested([row for row in rows if row.confirmed]),
        unconfirmed=_tested([row for row in rows if row.confirmed is False]),
        incumbents=tuple(point for number in incumbents for point in _validated([by_number[number]])),
    )


def _validated(rows: Sequence[Row]) -> tuple[Point, ...]:
    found: list[Point] = []
    for row in rows:
        low, mean, high = row.val_accuracy_min, row.val_accuracy_mean, row.val_accuracy_max
        if low is not None and mean is not None and high is not None:
            runs, images = row.replicas, row.val_images
            found.append(Point(row.trial, row.architecture, row.parameters, mean, low, high, runs, images))
    return tuple(sorted(found, key=lambda point: (point.parameters, point.trial)))


def _tested(rows: Sequence[Row]) -> tuple[Point, ...]:
    found: list[Point] = []
    for row in rows:
        low, mean, high = row.test_accuracy_min, row.test_accuracy_mean, row.test_accuracy_max
        if low is not None and mean is not None and high is not None:
            runs, images = row.test_seeds, row.test_images
            found.append(Point(row.trial, row.architecture, row.parameters, mean, low, high, runs, images))
    return tuple(sorted(found, key=lambda point: (point.parameters, point.trial)))
