"""Comparing two networks: when one converges, what a comparison on disk says, and that it goes on where it stopped."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.dataset import Dataset, Split
from datasets.registry import load
from reports.comparison_causes import contests, feature_maps
from reports.comparison_data import (
    PASSES,
    ConvergenceComparison,
    converged_at,
    final_accuracy,
    shortest,
    speeds,
)
from reports.comparison_words import explain
from search.constraint import Constraint
from search.convergence import (
    ConvergenceSettings,
    comparison_seeds,
    constant_recipe,
    evaluated_after,
    measure_convergence,
    own_recipe,
    train_run,
)
from search.convergence_data import Network, Point, Protocol, Run, Runs, Timing
from spaces.recipe import Recipe
from tests import trials as invented

BAR = Fraction(19, 20)
RECIPE = Recipe(4)


def network(study: str, macs: int = 1000) -> Network:
    architecture = invented.NETWORK
    return Network(study, 3, architecture.name, architecture.parameters, macs, architecture, RECIPE)


def made_run(
    study: str, seeds: list[list[int]], protocol: Protocol = "own", every: int = 10, recipe: Recipe = RECIPE
) -> Run:
    """A run whose seeds gave these right answers out of 100, one evaluation every so many iterations."""
    points = tuple(
        Point(every * place, correct, tuple(0.1 for _ in correct))
        for place, correct in enumerate(zip(*seeds, strict=True))
    )
    numbers = tuple(range(len(seeds)))
    return Run(study, 3, protocol, "digits", recipe, numbers, 128, 1000, 100, points)


def made(runs: list[Run], seconds: tuple[float, float] = (0.001, 0.002)) -> ConvergenceComparison:
    pair = (network("a"), network("b", 3000))
    timings = tuple(
        Timing(one.study, one.trial, "digits", 128, 10, 1, (each, 5 * each, each), 1.0)
        for one, each in zip(pair, seconds, strict=True)
    )
    return ConvergenceComparison(
        "digits", "digits.", "val_accuracy >= 0.95", pair, tuple(runs), (timings[0], timings[1])
    )


@pytest.mark.parametrize(
    ("correct", "stays", "first"),
    [
        ([10, 95, 96, 97], 1, 1),
        ([10, 95, 94, 97], 3, 1),
        ([10, 95, 96, 94], None, 1),
        ([10, 20, 30, 94], None, None),
        ([95, 95, 95, 95], 0, 0),
        ([], None, None),
    ],
)
def test_a_training_converges_where_it_begins_to_stay_over_the_bar(
    correct: list[int], stays: int | None, first: int | None
) -> None:
    assert converged_at(correct, 100, BAR, "stays") == stays
    assert converged_at(correct, 100, BAR, "first") == first


@given(st.lists(st.integers(0, 100), max_size=12), st.integers(1, 100))
def test_from_convergence_on_every_evaluation_reaches_the_bar_and_the_one_before_does_not(
    correct: list[int], percent: int
) -> None:
    bar = Fraction(percent, 100)
    at = converged_at(correct, 100, bar, "stays")
    if at is None:
        assert not correct or correct[-1] < percent
        return
    assert all(count >= percent for count in correct[at:])
    assert at == 0 or correct[at - 1] < percent
    first = converged_at(correct, 100, bar, "first")
    assert first is not None
    assert first <= at


def test_efforts_are_iterations_in_other_units_and_seeds_that_never_get_there_are_counted() -> None:
    comparison = made(
        [made_run("a", [[10, 95, 95, 96], [10, 90, 96, 97], [10, 20, 30, 90]]), made_run("b", [[10] * 4])]
    )
    rows = [row for row in speeds(comparison) if row.reach == "stays" and row.bar == 0.95]
    one, other = rows
    assert (one.seeds, one.reached) == (3, 2)
    assert one.iterations == pytest.approx((15, 10, 20))
    assert one.images == pytest.approx((15 * 128, 10 * 128, 20 * 128))
    assert one.seconds == pytest.approx((0.015, 0.010, 0.020))  # the median of the blocks, not their mean
    assert one.macs == pytest.approx([count * 128 * 1000 * PASSES for count in (15, 10, 20)])
    assert other.reached == 0
    assert other.iterations is None


def test_the_shortest_schedule_is_the_shortest_that_ends_over_the_bar_on_average() -> None:
    ends = {8: [96, 97], 4: [94, 96], 2: [94, 95]}
    runs = [
        made_run("a", [[10, end] for end in pair], "own" if epochs == 8 else "length", epochs, Recipe(epochs))
        for epochs, pair in ends.items()
    ]
    comparison = made([*runs, made_run("b", [[10, 94]])])
    found = shortest(comparison, comparison.networks[0])
    assert found is not None
    assert found.recipe.epochs == 4
    assert final_accuracy(found) == pytest.approx((0.95, 0.94, 0.96))
    assert shortest(comparison, comparison.networks[1]) is None


@pytest.mark.parametrize("faster", ["a", "b"])
def test_who_is_faster_and_what_is_said_follow_from_the_figures(faster: str) -> None:
    curves = {True: [[10, 96, 96, 96], [10, 97, 97, 97]], False: [[10, 30, 96, 96], [10, 30, 40, 96]]}
    comparison = made([made_run(study, curves[study == faster]) for study in "ab"], (0.001, 0.001))
    for contest in contests(comparison):
        assert contest.faster in (None, "ab".index(faster))
    verdict = explain(comparison)[0]
    assert f"to 95% with its own recipe, {faster} (by a factor of 2.50 in iterations, 2.50 in seconds)" in verdict


def test_nothing_is_called_faster_where_not_every_seed_gets_there() -> None:
    comparison = made([made_run("a", [[10, 96, 96, 96], [10, 30, 30, 30]]), made_run("b", [[10, 20, 96, 96]] * 2)])
    assert contests(comparison) == []
    assert "Not every seed gets there: b is the more dependable." in explain(comparison)[2]


def test_feature_maps_are_what_each_layer_makes_of_the_image() -> None:
    assert feature_maps(network("a")) == [(28, 28, 1), (24, 25, 3), (3, 2, 3), (10,)]


@given(st.integers(1, 5000), st.integers(1, 500))
def test_accuracy_is_measured_from_the_start_to_the_end(last: int, steps_per_epoch: int) -> None:
    points = evaluated_after(last, steps_per_epoch)
    assert points[0] == 0
    assert points[-1] == last
    assert points == sorted(set(points))


@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_seeds_follow_from_one_seed_and_avoid_those_used(seed: int, count: int) -> None:
    seeds = comparison_seeds(seed, count, ())
    assert len(set(seeds)) == count
    assert comparison_seeds(seed, count + 1, ())[:count] == seeds
    assert not set(comparison_seeds(seed, count, seeds)) & set(seeds)


def test_recipes_differ_in_nothing_else_than_said() -> None:
    own = Recipe(21, 0.08, "cosine", cycles=3, batch_size=64)
    one = msgspec.structs.replace(network("a"), recipe=own)
    assert own_recipe(one, 5) == Recipe(5, 0.08, "cosine", batch_size=64)
    assert constant_recipe(one, 0.01, 5) == Recipe(5, 0.01, "constant", warmup=0.0, batch_size=64)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load("digits")


def test_the_same_seeds_give_the_same_curve_and_no_test_image_is_used(digits: Dataset) -> None:
    other = replace(digits, test=Split(digits.train.images[:1], digits.train.labels[:1]))
    first = train_run(digits, network("a"), "own", own_recipe(network("a"), 2), (1, 2))
    again = train_run(other, network("a"), "own", own_recipe(network("a"), 2), (1, 2))
    assert first == again
    assert first.points[0].iteration == 0
    assert first.iterations == 2 * (len(digits.train) // 128)
    assert first.points[-1].val_loss[0] is not None
    assert first.points[0].val_loss[0] is not None
    assert first.points[-1].val_loss[0] < first.points[0].val_loss[0]


def test_an_interrupted_comparison_goes_on_and_measures_nothing_twice(tmp_path: Path, digits: Dataset) -> None:
    settings = ConvergenceSettings((1, 2), 2, 1, (0.01,))
    pair = (network("a"), network("b"))
    constraint = Constraint.parse("val_accuracy >= 0.01")  # so that every length is tried
    first = measure_convergence(digits, pair, settings, constraint, Runs(tmp_path))
    kept = [next(first) for _ in range(4)]
    del first
    trained: list[tuple[str, str]] = []
    everything = list(
        measure_convergence(
            digits,
            pair,
            settings,
            constraint,
            Runs(tmp_path),
            lambda network, protocol, recipe, point, last: trained.append((network.study, protocol)),
        )
    )
    assert everything[:4] == kept
    assert {protocol for _, protocol in trained} == {"constant", "length"}
    assert [(one.study, one.protocol, one.recipe.epochs) for one in everything if isinstance(one, Run)] == [
        *((study, "own", 2) for study in "ab"),
        *((study, "constant", 1) for study in "ab"),
        *((study, "length", 1) for study in "ab"),
    ]
    trained.clear()
    assert list(measure_convergence(digits, pair, settings, constraint, Runs(tmp_path))) == everything
    assert trained == []
