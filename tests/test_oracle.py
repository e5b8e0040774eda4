"""Oracles on invented metrics, without training: what they may never propose, and that they find small networks."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from benchmarks.surface import TOTAL, log_error, replicas
from search.candidates import Candidate, CandidateSource
from search.oracle import ConstrainedOracle, Oracle
from search.oracles import make_oracle
from search.study import OracleName
from search.trial import CurvePoint, Trial, TrialInfo, TrialResult, TrialStatus
from spaces.recipe import Length
from spaces.registry import load_space
from tests.strategies import CLASSES, INPUT_SHAPE, source

BAR = 0.95
REPLICAS = 4


def asked(number: int, candidate: Candidate) -> TrialInfo:
    c = candidate
    return TrialInfo(number, c.values, c.architecture, c.name, c.parameters, c.macs, c.recipe, (1, 2, 3, 4), c.origin)


def finish(number: int, candidate: Candidate, rng: np.random.Generator, failed: bool = False) -> Trial:
    info = asked(number, candidate)
    if failed:
        return Trial(info, TrialResult(TrialStatus.FAILED, (), TOTAL, False, 0, 1.0, reason="OpError: out of memory"))
    correct = replicas(candidate, REPLICAS, rng)
    qualified = sum(correct) >= BAR * TOTAL * REPLICAS
    curve = (CurvePoint(candidate.recipe.epochs, correct, (0.0,) * REPLICAS, (0.0,) * REPLICAS, 1.0),)
    result = TrialResult(TrialStatus.COMPLETED, correct, TOTAL, qualified, candidate.recipe.epochs, 1.0, curve)
    return Trial(info, result)


def search(oracle: Oracle, trials: int, seed: int = 0) -> list[Trial]:
    rng, finished = np.random.default_rng(seed), []
    for number in range(trials):
        candidate = oracle.propose([])
        assert candidate is not None
        finished.append(finish(number, candidate, rng))
        oracle.learn(finished[-1])
    return finished


def smallest(name: str = "shallow", seed: int = 0, longer: Sequence[Length] = ()) -> ConstrainedOracle:
    return ConstrainedOracle(CandidateSource(load_space(name, INPUT_SHAPE, CLASSES), 21), BAR, seed, longer)


@pytest.fixture(scope="module")
def finished() -> list[Trial]:
    return search(smallest(), 24)


def test_nothing_as_large_as_the_incumbent_is_proposed(finished: list[Trial]) -> None:
    incumbent = math.inf
    for trial in finished:
        assert trial.info.parameters < incumbent
        if trial.result.qualified:
            incumbent = trial.info.parameters


def test_nothing_is_proposed_twice(finished: list[Trial]) -> None:
    keys = [(trial.info.name, trial.info.recipe) for trial in finished]
    assert len(set(keys)) == len(keys)


def test_what_nearly_qualified_is_tried_again_with_a_longer_training(finished: list[Trial]) -> None:
    missed = min(finished, key=lambda trial: trial.info.parameters)
    nearly = msgspec.structs.replace(missed.result, correct=(round(BAR * TOTAL) - 1,) * REPLICAS, qualified=False)
    oracle = smallest(longer=[Length(42, 4)])
    for trial in finished:
        oracle.learn(Trial(trial.info, nearly) if trial is missed else trial)
    proposed = [trial.info for trial in search(oracle, 4)]
    again = next(info for info in proposed if info.name == missed.info.name)
    assert (again.origin, again.values, again.architecture) == ("longer", missed.info.values, missed.info.architecture)
    assert again.recipe == msgspec.structs.replace(missed.info.recipe, epochs=42, cycles=4)


def test_it_starts_with_a_spread_over_sizes(finished: list[Trial]) -> None:
    sizes = [trial.info.parameters for trial in finished[: smallest().spread]]
    assert max(sizes) > 5 * min(sizes)


def test_it_finds_a_smaller_network_than_random_search_does(finished: list[Trial]) -> None:
    def best(trials: list[Trial]) -> int:
        return min(trial.info.parameters for trial in trials if trial.result.qualified)

    drawn = [source("shallow").draw(random.Random(seed)) for seed in range(24)]
    rng = np.random.default_rng(0)
    assert best(finished) < best([finish(number, candidate, rng) for number, candidate in enumerate(drawn)])


@pytest.mark.parametrize("name", ["smallest", "random", "bayesian"])
def test_rebuilt_from_the_ledger_it_goes_on_as_if_never_interrupted(name: OracleName) -> None:
    trials = 10 if name == "smallest" else 6
    straight = search(make_oracle(name, source("shallow"), BAR, 5), trials)
    rebuilt = make_oracle(name, source("shallow"), BAR, 5)
    for trial in straight[:-1]:
        rebuilt.learn(trial)
    again = rebuilt.propose([])
    assert again is not None
    assert (again.name, again.values) == (straight[-1].info.name, straight[-1].info.values)


def test_failed_trials_neither_stop_it_nor_teach_it() -> None:
    oracle = smallest("deep")
    for number in range(oracle.spread + 4):
        candidate = oracle.propose([])
        assert candidate is not None
        oracle.learn(Trial(asked(number, candidate), TrialResult(TrialStatus.FAILED, (), TOTAL, False, 0, 1.0)))


def test_pending_trials_are_not_proposed_again(finished: list[Trial]) -> None:
    oracle = smallest()
    for trial in finished:
        oracle.learn(trial)
    pending: list[TrialInfo] = []
    for number in range(4):
        candidate = oracle.propose(pending)
        assert candidate is not None
        pending.append(asked(len(finished) + number, candidate))
    assert len({(info.name, info.recipe) for info in pending}) == 4


def test_when_nothing_is_smaller_than_the_incumbent_it_says_so() -> None:
    oracle, rng = smallest(), np.random.default_rng(0)
    drawn = [source("shallow").draw(random.Random(seed)) for seed in range(400)]
    tiny = min(drawn, key=lambda candidate: candidate.parameters)
    for number, candidate in enumerate([*drawn[: oracle.spread], tiny]):
        trial = finish(number, candidate, rng)
        one = TrialResult(TrialStatus.COMPLETED, (TOTAL,) * 4, TOTAL, candidate is tiny, 21, 1.0, trial.result.curve)
        oracle.learn(Trial(trial.info, one))
    proposed = oracle.propose([])
    assert proposed is None or proposed.parameters < tiny.parameters


def test_the_model_learns_what_decides(finished: list[Trial]) -> None:
    from search.feasibility import FeasibilityModel, observations
    from search.features import feature_matrix

    rng = np.random.default_rng(1)
    drawn = [source("shallow").draw(random.Random(seed)) for seed in range(160)]
    trials = [finish(number, candidate, rng) for number, candidate in enumerate(drawn)]
    model = FeasibilityModel()
    seen = [one for one in observations(trials[:120]) if one is not None]
    model.fit(feature_matrix(drawn[:120]), seen)
    mean, deviation = model.predict(feature_matrix(drawn[120:]))
    truth = np.array([log_error(candidate) for candidate in drawn[120:]])
    assert np.corrcoef(mean, truth)[0, 1] > 0.8
    assert np.mean(np.abs(truth - mean) < 2 * deviation) > 0.7
