"""Early decisions: safe acceptance, rejection only past every gain that is possible."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from search.early_decisions import Decision, EarlyDecisions
from search.gains import ENOUGH
from search.trial import CurvePoint, Trial, TrialInfo, TrialResult, TrialStatus
from spaces.recipe import Recipe
from tests.trials import NETWORK

TOTAL = 10_000


def point(epoch: int, *correct: int) -> CurvePoint:
    return CurvePoint(epoch, correct, (0.1,) * len(correct), (0.1,) * len(correct), 1.0)


def finished(start: int, end: int, status: TrialStatus = TrialStatus.COMPLETED, epochs: int = 7) -> Trial:
    recipe = Recipe(epochs=epochs, cycles=3)
    info = TrialInfo(0, {}, NETWORK, "network", 100, 0, recipe, (1, 2), "random")
    curve = (point(1, start, start), point(epochs, end, end))
    return Trial(info, TrialResult(status, (end, end), TOTAL, end >= 9500, epochs, 1.0, curve))


def test_what_is_safely_over_the_bar_is_accepted() -> None:
    decisions = EarlyDecisions(0.95, TOTAL)
    assert decisions.decide(point(1, 9700, 9710, 9690, 9705), 7) is Decision.ACCEPT


def test_what_is_over_the_bar_by_less_than_its_noise_goes_on() -> None:
    decisions = EarlyDecisions(0.95, TOTAL)
    assert decisions.decide(point(1, 9300, 9700, 9400, 9640), 7) is Decision.GO_ON


def test_what_no_gain_could_lift_over_the_bar_is_rejected() -> None:
    decisions = EarlyDecisions(0.95, TOTAL)
    assert decisions.decide(point(1, 7000, 7100, 6900, 7050), 7) is Decision.REJECT


def test_rejection_learns_from_the_gains_of_finished_trials() -> None:
    decisions = EarlyDecisions(0.95, TOTAL)
    candidate = point(1, 9150, 9150, 9160, 9140)
    assert decisions.decide(candidate, 7) is Decision.GO_ON
    for _ in range(64):
        decisions.learn(finished(9400, 9450))
    assert decisions.decide(candidate, 7) is Decision.REJECT
    decisions.learn(finished(9100, 9500))
    assert decisions.decide(candidate, 7) is Decision.GO_ON


def test_what_qualifies_and_is_sure_to_gain_is_accepted_within_its_noise() -> None:
    decisions = EarlyDecisions(0.95, TOTAL)
    candidate = point(1, 9500, 9520, 9510, 9505)
    assert decisions.decide(candidate, 7) is Decision.GO_ON
    for end in (9440, 9450, 9460) * 8:
        decisions.learn(finished(9300, end))
    assert decisions.decide(candidate, 7) is Decision.ACCEPT
    assert decisions.decide(point(1, 9490, 9510, 9500, 9495), 7) is Decision.GO_ON


def test_trials_stopped_early_say_nothing_about_gains() -> None:
    decisions = EarlyDecisions(0.95, TOTAL)
    before = decisions.gains_to_come(1, 7)
    for _ in range(ENOUGH):
        decisions.learn(finished(9400, 9410, TrialStatus.REJECTED))
    assert decisions.gains_to_come(1, 7) == before


def test_of_a_longer_training_than_any_so_far_the_shorter_ones_say_the_most() -> None:
    decisions = EarlyDecisions(0.95, TOTAL)
    unknown = decisions.gains_to_come(1, 28)
    for end in (9500, 9510, 9505):
        decisions.learn(finished(9400, end))
    shorter, longer, rest = (decisions.gains_to_come(*point)[1] for point in ((1, 7), (1, 28), (7, 28)))
    assert shorter < longer < unknown[1]
    assert 0 < rest < longer
    for _ in range(ENOUGH):
        decisions.learn(finished(9499, 9500, epochs=28))
    assert decisions.gains_to_come(1, 28)[1] < shorter


@given(gains=st.lists(st.integers(0, 400), min_size=ENOUGH, max_size=30))
def test_no_trial_that_gains_as_much_as_one_seen_is_ever_rejected(gains: list[int]) -> None:
    decisions = EarlyDecisions(0.95, TOTAL)
    for gain in gains:
        decisions.learn(finished(9500 - gain, 9500))
    largest = max(gains)
    assert decisions.gains_to_come(1, 7)[1] >= math.log((500 + largest) / 500) - 1e-9
    assert decisions.decide(point(1, *[9500 - largest] * 4), 7) is not Decision.REJECT
