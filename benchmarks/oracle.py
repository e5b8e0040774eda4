"""The oracles alone, on a synthetic accuracy surface: how many trials until within 5% of the optimum.

python -m benchmarks.oracle --seeds 20 --trials 80
"""

from __future__ import annotations

import math
import random
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.surface import TOTAL, log_error, replicas
from search.runtime import configure
from search.study import OracleName
from spaces.recipe import cycle_ends

if TYPE_CHECKING:
    from search.candidates import Candidate  # imports TensorFlow, which must be configured first

BAR = 0.95
REPLICAS = 4
CLOSE = 1.05
# Of the log-error, above and below the bar: what is found out, or accepted, after the first cycle of its training.
HOPELESS, SURE = 0.25, 0.2
TYPICAL_COST = 3.0  # relative cost of a shallow network of a few hundred parameters
BUDGETS = (5, 10, 20, 40)


def best_possible(starts: int = 40, seed: int = 0) -> int:
    """Parameters of the smallest shallow network that truly reaches the bar, by hill climbing on the surface itself."""
    from search.candidates import CandidateSource
    from spaces.registry import load_space

    source, rng = CandidateSource(load_space("shallow", (28, 28, 1), 10), 21), random.Random(seed)
    target = math.log(1 - BAR)

    def cost(candidate: Candidate) -> float:
        return math.log(candidate.parameters) + 4 * max(log_error(candidate) - target, 0.0)

    best = math.inf
    for _ in range(starts):
        current = min((source.draw(rng) for _ in range(20)), key=cost)
        for _ in range(250):
            near = source.neighbour(current.values, rng, rng.choice((1, 1, 2)), "climb")
            current = min(current, near, key=cost)
        if log_error(current) <= target:
            best = min(best, current.parameters)
    return int(best)


class Run(NamedTuple):
    """What an oracle did: after each trial the truly qualifying incumbent's parameters, and the time spent."""

    best: list[float]
    spent: list[float]
    slowest: float

    def after(self, budget: float) -> float:
        """The incumbent when `budget` full trainings' worth of time was spent."""
        return next(
            (best for best, spent in zip(self.best[::-1], self.spent[::-1], strict=True) if spent <= budget), math.inf
        )


def run(name: OracleName, seed: int, trials: int) -> Run:
    """One search on the surface; what is hopeless or sure stops after the first cycle, as by the early decisions."""
    configure(1)
    from search.candidates import CandidateSource
    from search.cost import relative_cost
    from search.oracles import make_oracle
    from search.trial import CurvePoint, Trial, TrialInfo, TrialResult, TrialStatus
    from spaces.registry import load_space

    oracle = make_oracle(name, CandidateSource(load_space("shallow", (28, 28, 1), 10), 21), BAR, seed)
    rng = np.random.default_rng(seed)
    best, spent, slowest = math.inf, 0.0, 0.0
    bests: list[float] = []
    times: list[float] = []
    for number in range(trials):
        start = time.perf_counter()
        candidate = oracle.propose([])
        slowest = max(slowest, time.perf_counter() - start)
        if candidate is None:
            break
        c = candidate
        correct = replicas(c, REPLICAS, rng)
        qualified = sum(correct) >= BAR * TOTAL * REPLICAS
        info = TrialInfo(
            number, c.values, c.architecture, c.name, c.parameters, c.macs, c.recipe, tuple(range(REPLICAS)), c.origin
        )
        curve = (CurvePoint(c.recipe.epochs, correct, (0.0,) * REPLICAS, (0.0,) * REPLICAS, 1.0),)
        oracle.learn(
            Trial(info, TrialResult(TrialStatus.COMPLETED, correct, TOTAL, qualified, c.recipe.epochs, 1.0, curve))
        )
        if qualified and log_error(c) <= math.log(1 - BAR) + 0.04:  # a lucky reading is no find
            best = min(best, c.parameters)
        undecided = -SURE < log_error(c) - math.log(1 - BAR) < HOPELESS
        spent += relative_cost(c) / TYPICAL_COST * (1.0 if undecided else cycle_ends(c.recipe)[0] / c.recipe.epochs)
        bests.append(best)
        times.append(spent)
    return Run(bests, times, slowest)


@click.command()
@click.option("--seeds", default=20, show_default=True, help="How many seeds stand behind each figure.")
@click.option("--trials", default=80, show_default=True, help="Trials an oracle may ask for.")
@click.option("--oracles", default="smallest,bayesian,random", show_default=True)
@click.option("--processes", default=2, show_default=True)
def main(seeds: int, trials: int, oracles: str, processes: int) -> None:
    """Prints a row an oracle: median trials to come within 5% of the optimum, and parameters along the way."""
    configure(1)
    optimum = best_possible()
    table = Table(title=f"{seeds} seeds, optimum {optimum} parameters")
    for column in (
        "oracle",
        "within 5% (seeds)",
        "median trials",
        *(f"after {b} trainings" for b in BUDGETS),
        "slowest s",
    ):
        table.add_column(column, justify="right")
    with ProcessPoolExecutor(processes) as pool:
        for name in oracles.split(","):
            runs = list(pool.map(run, [name] * seeds, range(seeds), [trials] * seeds))
            reached = [
                next((i + 1 for i, best in enumerate(r.best) if best <= CLOSE * optimum), math.inf) for r in runs
            ]
            table.add_row(
                name,
                f"{sum(math.isfinite(r) for r in reached)}",
                f"{statistics.median(reached):g}",
                *(f"{statistics.median(r.after(budget) for r in runs):g}" for budget in BUDGETS),
                f"{max(r.slowest for r in runs):.2f}",
            )
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
