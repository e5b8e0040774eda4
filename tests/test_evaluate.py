"""Evaluating a trial: replicas added near the bar are trained like the first ones, whatever the early decisions say."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from datasets.registry import load
from search.constraint import Constraint
from search.early_decisions import Decision, EarlyDecisions
from search.evaluate import Evaluator
from search.trial import CurvePoint, TrialInfo, TrialStatus
from spaces.recipe import Recipe, cycle_ends
from tests.trials import NETWORK

RECIPE = Recipe(epochs=7, cycles=3, learning_rate=0.05, optimizer="soap")
INFO = TrialInfo(0, {}, NETWORK, "network", NETWORK.parameters, 0, RECIPE, (1, 2), "random")


class GoesOnFor(EarlyDecisions):
    """Lets so many evaluations pass, then rejects everything."""

    def __init__(self, evaluations: int) -> None:
        super().__init__(0.95, 100)
        self._left = evaluations

    def decide(self, point: CurvePoint, epochs: int) -> Decision:
        self._left -= 1
        return Decision.GO_ON if self._left >= 0 else Decision.REJECT


def test_replicas_added_near_the_bar_are_trained_to_the_end() -> None:
    digits = load("digits")
    heard: list[CurvePoint] = []

    def evaluate(info: TrialInfo, bar: Fraction) -> tuple[int, ...]:
        evaluator = Evaluator(digits.train, digits.validation, Constraint(bar))
        result = evaluator.evaluate(info, GoesOnFor(len(cycle_ends(RECIPE)) - 1), heard.append)
        assert result.status is TrialStatus.COMPLETED
        return result.correct

    first = evaluate(INFO, Fraction(1))
    assert len(first) == 2  # far from the bar
    both = evaluate(INFO, Fraction(sum(first), 2 * len(digits.validation)))
    more = evaluate(msgspec.structs.replace(INFO, seeds=(3, 4)), Fraction(1))
    assert both == (*first, *more)
