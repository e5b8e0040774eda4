"""The constraint: sentences it reads and refuses, and that it counts in whole numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.constraint import EXAMPLE, Constraint, ConstraintError

bars = st.integers(1, 10_000).map(lambda whole: Fraction(whole, 10_000))
totals = st.integers(1, 100_000)


@pytest.mark.parametrize(
    ("sentence", "bar"),
    [
        (EXAMPLE, Fraction(95, 100)),
        ("val_accuracy>=.95", Fraction(95, 100)),
        (" val_accuracy >= 95% ", Fraction(95, 100)),
        ("val_accuracy >= 0.9876543", Fraction(9876543, 10_000_000)),
        ("val_accuracy >= 1", Fraction(1)),
    ],
)
def test_it_reads_sentences_exactly(sentence: str, bar: Fraction) -> None:
    assert Constraint.parse(sentence).bar == bar


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "accuracy > banana",
        "val_accuracy > 0.95",
        "test_accuracy >= 0.95",
        "val_accuracy >= 0",
        "val_accuracy >= -1",
        "val_accuracy >= 1.01",
        "val_accuracy >= 101%",
        "val_accuracy >= nan",
        "val_accuracy >= 0.95 and more",
    ],
)
def test_it_refuses_others_in_one_line_with_what_came(sentence: str) -> None:
    with pytest.raises(ConstraintError, match="expected") as caught:
        Constraint.parse(sentence)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@given(bars, totals)
def test_the_fewest_answers_that_meet_it_do_and_one_fewer_does_not(bar: Fraction, total: int) -> None:
    fewest = -(-bar.numerator * total // bar.denominator)
    assert Constraint(bar).is_met(fewest, total)
    assert not Constraint(bar).is_met(fewest - 1, total)


@given(bars, st.lists(st.integers(0, 10_000), min_size=1, max_size=8))
def test_the_mean_is_judged_by_the_sum_of_the_counts(bar: Fraction, correct: list[int]) -> None:
    exact = Fraction(sum(correct), 10_000 * len(correct)) >= bar
    assert Constraint(bar).is_met_by_mean(correct, 10_000) == exact


@given(bars, st.lists(st.integers(0, 1000), min_size=1, max_size=8))
def test_a_margin_never_makes_it_easier(bar: Fraction, correct: list[int]) -> None:
    constraint = Constraint(bar)
    if constraint.is_met_by_mean(correct, 1000, Fraction(1, 200)):
        assert constraint.is_met_by_mean(correct, 1000)


def test_without_answers_there_is_nothing_to_judge() -> None:
    with pytest.raises(ValueError, match="at least one answer"):
        Constraint.parse(EXAMPLE).is_met(0, 0)
