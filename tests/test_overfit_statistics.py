"""Means over subsets, and differences tested pairwise on the same subsets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from baselines.overfit.tasks import Score
from reports.overfit_statistics import accuracy, by_subset, difference, estimate, paired, train_accuracy

TOTAL = 1_000
counts = st.lists(st.integers(0, TOTAL), min_size=3, max_size=12)


def scores(held_out: list[int], seeds: int = 1) -> list[Score]:
    return [Score(number, 9, 10, right, TOTAL, 1) for number, right in enumerate(held_out) for _ in range(seeds)]


def test_seeds_of_a_subset_are_no_independent_observations() -> None:
    once, repeated = estimate(scores([700, 800, 900]), accuracy), estimate(scores([700, 800, 900], 5), accuracy)
    assert (once.low, once.high) == pytest.approx((repeated.low, repeated.high))
    assert (repeated.subsets, repeated.seeds, repeated.images) == (3, 5, TOTAL)
    assert estimate(scores([700, 800]), train_accuracy).mean == pytest.approx(0.9)


def test_the_interval_is_that_of_student() -> None:
    found = estimate(scores([700, 800, 900]), accuracy)
    low, high = stats.t.interval(0.95, 2, loc=0.8, scale=stats.sem([0.7, 0.8, 0.9]))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.least, found.most) == (0.7, 0.9)


@given(counts)
def test_a_network_does_not_differ_from_itself(held_out: list[int]) -> None:
    found = difference(scores(held_out), scores(held_out), accuracy)
    assert (found.mean, found.low, found.high, found.t_p) == (0, 0, 0, None)
    assert not found.is_clear


@given(counts)
def test_swapping_the_two_turns_the_sign(held_out: list[int]) -> None:
    first = by_subset(scores(held_out), accuracy)
    second = np.roll(first, 1)
    there, back = paired(first, second), paired(second, first)
    assert there.mean == pytest.approx(-back.mean)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.t_p == pytest.approx(back.t_p) if there.t_p is not None else back.t_p is None


def test_what_is_alike_in_all_subsets_is_clear() -> None:
    noise = np.array([0.0, 0.3, 0.1, 0.2, 0.05])
    found = paired(noise + np.array([0.02, 0.021, 0.019, 0.02, 0.022]), noise)
    assert found.is_clear
    assert found.t_p is not None and found.t_p < 0.001
    assert found.wilcoxon_p is not None and found.wilcoxon_p == pytest.approx(0.0625)
