"""The comparison of two networks' training speed (question 3.3) as data: what was measured and what follows from it.

Time to convergence is counted to the first evaluation from which validation accuracy stays at or over the bar until
the end of training (`stays`); beside it stands the first evaluation that reaches the bar at all (`first`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from search.constraint import Constraint
from search.convergence_data import Network, Protocol, Run, Timing

COMPARISON_FILE = "comparison.json"
# Of a training step: the forward pass, and about twice as much for the gradients of values and of weights.
PASSES = 3
Reach = Literal["stays", "first"]
Measure = Literal["iterations", "images", "seconds", "macs"]
MEASURES: tuple[Measure, ...] = ("iterations", "images", "seconds", "macs")


class Picture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A figure of the comparison: `FILE.png` and `FILE.svg` beside it, and what to write under it."""

    file: str
    caption: str


class ConvergenceComparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a comparison measured, and what it says.

    Attributes:
        dataset: its name; `source` says in a sentence which data it is.
        constraint: the sentence whose bar counts; its margin does not, for nothing is selected here.
        networks: the two that are compared, in the order asked.
        runs: their trainings under every recipe.
        timings: seconds per step of each, in the order of `networks`.
        explanation: what the figures say, in sentences made from them.
        pictures: its figures.
    """

    dataset: str
    source: str
    constraint: str
    networks: tuple[Network, Network]
    runs: tuple[Run, ...]
    timings: tuple[Timing, Timing]
    explanation: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def bar(self) -> Fraction:
        """The accuracy to converge to."""
        return Constraint.parse(self.constraint).bar

    @property
    def easy_bar(self) -> Fraction:
        """The bar that allows twice the errors: both networks pass it long before their schedule ends."""
        return max(Fraction(0), 1 - 2 * (1 - self.bar))

    def of(self, network: Network, protocol: Protocol | None = None) -> list[Run]:
        """The runs of a network, of one protocol where it is named, in the order in which they were made."""
        return [
            run
            for run in self.runs
            if (run.study, run.trial) == (network.study, network.trial) and protocol in (None, run.protocol)
        ]

    def timing(self, network: Network) -> Timing:
        """The seconds per step of a network."""
        return self.timings[self.networks.index(network)]


class Range(NamedTuple):
    """Mean, smallest and largest over the seeds."""

    mean: float
    low: float
    high: float


class Speed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Time to convergence of one run: how many of its seeds reached the bar, and what that took those that did.

    `macs` are multiply-accumulates, estimated as three times those of the forward pass; `seconds` are those of the
    network trained alone (`Timing`), evaluations not counted. None where no seed reached the bar.
    """

    study: str
    trial: int
    protocol: Protocol
    recipe: str
    epochs: int
    bar: float
    reach: Reach
    seeds: int
    reached: int
    iterations: Range | None
    images: Range | None
    seconds: Range | None
    macs: Range | None


def converged_at(correct: Sequence[int], total: int, bar: Fraction, reach: Reach) -> int | None:
    """The index of the evaluation at which one training converges, None where it does not.

    `correct` answers out of `total` at each evaluation, in order. `stays`: the first from which all reach the bar;
    `first`: the first that does. Counted in whole numbers.
    """
    constraint = Constraint(bar)
    over = [constraint.is_met(count, total) for count in correct]
    if reach == "first":
        return over.index(True) if any(over) else None
    if not over or not over[-1]:
        return None
    below = [index for index, is_over in enumerate(over) if not is_over]
    return below[-1] + 1 if below else 0


def convergence(run: Run, bar: Fraction, reach: Reach = "stays") -> list[int | None]:
    """After how many iterations each seed of a run converges, None for one that does not."""
    found: list[int | None] = []
    for seed in range(len(run.seeds)):
        correct = [point.correct[seed] for point in run.points]
        index = converged_at(correct, run.validation_images, bar, reach)
        found.append(None if index is None else run.points[index].iteration)
    return found


def unit(network: Network, run: Run, timing: Timing, measure: Measure) -> float:
    """How much of a measure one iteration of a run costs."""
    costs: dict[Measure, Callable[[], float]] = {
        "iterations": lambda: 1.0,
        "images": lambda: float(run.batch_size),
        "seconds": lambda: timing.median,
        "macs": lambda: float(PASSES * network.macs * run.batch_size),
    }
    return costs[measure]()


def speed(comparison: ConvergenceComparison, run: Run, bar: Fraction, reach: Reach = "stays") -> Speed:
    """Time to convergence of one run of a comparison."""
    network = next(one for one in comparison.networks if (one.study, one.trial) == (run.study, run.trial))
    timing = comparison.timing(network)
    reached = [iterations for iterations in convergence(run, bar, reach) if iterations is not None]

    def spread(measure: Measure) -> Range | None:
        cost = unit(network, run, timing, measure)
        return _range([iterations * cost for iterations in reached])

    return Speed(
        study=run.study,
        trial=run.trial,
        protocol=run.protocol,
        recipe=f"{run.recipe.schedule} {run.recipe.learning_rate:.3g}",
        epochs=run.recipe.epochs,
        bar=float(bar),
        reach=reach,
        seeds=len(run.seeds),
        reached=len(reached),
        iterations=spread("iterations"),
        images=spread("images"),
        seconds=spread("seconds"),
        macs=spread("macs"),
    )


def speeds(comparison: ConvergenceComparison) -> list[Speed]:
    """Every run under both bars: network by network, protocol by protocol."""
    return [
        speed(comparison, run, bar, reach)
        for network in comparison.networks
        for run in comparison.of(network)
        for bar in (comparison.bar, comparison.easy_bar)
        for reach in ("stays", "first")
    ]


def final_accuracy(run: Run) -> Range:
    """Validation accuracy of the seeds at the end of a run, as shares."""
    last = run.points[-1].correct
    shares = [count / run.validation_images for count in last]
    return Range(sum(last) / (run.validation_images * len(last)), min(shares), max(shares))


def shortest(comparison: ConvergenceComparison, network: Network) -> Run | None:
    """The shortest schedule of the network's own recipe whose seeds end over the bar on average, None without one."""
    constraint = Constraint(comparison.bar)
    runs = [*comparison.of(network, "own"), *comparison.of(network, "length")]
    enough = [run for run in runs if constraint.is_met_by_mean(run.points[-1].correct, run.validation_images)]
    return min(enough, key=lambda run: run.iterations, default=None)


def read_comparison(folder: Path) -> ConvergenceComparison | None:
    """The finished comparison in a folder, None where there is none.

    Raises:
        ValueError: (msgspec.DecodeError) a file that is not a comparison.
    """
    try:
        content = (folder / COMPARISON_FILE).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return msgspec.json.decode(content, type=ConvergenceComparison)


def _range(values: Sequence[float]) -> Range | None:
    if not values:
        return None
    return Range(sum(values) / len(values), min(values), max(values))
