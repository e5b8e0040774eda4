"""Studies that maximise accuracy on few examples: through the same oracle, ledger, leaderboard and show."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from search.accuracy_oracle import AccuracyOracle, expected_fall
from search.candidates import Candidate
from search.leaderboard import rank
from search.oracles import make_oracle
from search.study import load_study
from search.trial import CurvePoint, Trial, TrialInfo, TrialResult, TrialStatus, more_accurate
from spaces.layers import Dropout
from tests.strategies import source
from tests.trials import CONFIG, run, study, trial

TOTAL = 10_000
FEW = msgspec.structs.replace(
    CONFIG, space="overfit-size", replicas=2, oracle="accurate", objective="val_accuracy", examples=250
)


def on_few(number: int, parameters: int, correct: tuple[int, ...], trained: tuple[int, ...]) -> Trial:
    made = trial(number, parameters, correct, qualified=True)
    info = msgspec.structs.replace(made.info, examples=250, subset_seeds=tuple(range(len(correct))))
    return Trial(info, msgspec.structs.replace(made.result, train_correct=trained, train_total=250))


TRIALS = [on_few(0, 300, (800, 820), (250, 250)), on_few(1, 900, (900, 910), (250, 200)), trial(2, 50, ())]


def invented(candidate: Candidate, number: int) -> Trial:
    """A trial whose accuracy has its peak at a keep probability of 0.5 in every layer."""
    rates = [layer.rate for layer in candidate.architecture.layers if isinstance(layer, Dropout)]
    away = sum(abs(rate - 0.5) for rate in [*rates, *[0.0] * (3 - len(rates))])
    right = round(TOTAL * (0.95 - 0.2 * away - 0.02 * abs(np.log(candidate.recipe.learning_rate / 0.002))))
    correct = (right, right + 10, right - 10)
    c = candidate
    info = TrialInfo(number, c.values, c.architecture, c.name, c.parameters, c.macs, c.recipe, (1, 2, 3), c.origin, 250)
    curve = (CurvePoint(c.recipe.epochs, correct, (None,) * 3, (0.1,) * 3, 1.0),)
    return Trial(info, TrialResult(TrialStatus.COMPLETED, correct, TOTAL, True, c.recipe.epochs, 1.0, curve))


def best_of(name: str, seed: int, count: int = 18) -> float:
    oracle = make_oracle(name, source("overfit-dropout"), 0.95, seed, "val_accuracy")  # type: ignore[arg-type]
    best = 0.0
    for number in range(count):
        candidate = oracle.propose([])
        assert candidate is not None
        finished = invented(candidate, number)
        best = max(best, finished.mean_accuracy)
        oracle.learn(finished)
    return best


def test_the_oracle_finds_better_networks_than_chance() -> None:
    seeds = range(2)
    assert np.mean([best_of("accurate", seed) for seed in seeds]) > np.mean([best_of("random", seed) for seed in seeds])


def test_an_oracle_rebuilt_from_the_ledger_goes_on_as_before_and_repeats_nothing() -> None:
    first, trials = AccuracyOracle(source("overfit-size"), 1), []
    for number in range(8):
        candidate = first.propose([])
        assert candidate is not None
        trials.append(invented(candidate, number))
        first.learn(trials[-1])
    again = AccuracyOracle(source("overfit-size"), 1)
    for one in trials:
        again.learn(one)
    assert first.propose([]) == again.propose([])
    assert len({(one.info.name, one.info.recipe) for one in trials}) == len(trials)


def test_expected_improvement_is_never_negative_and_grows_with_hope() -> None:
    fall = expected_fall(0.0, np.array([-1.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.1, 0.1, 1.0]))
    assert (fall >= 0).all()
    assert fall[0] > fall[1] > fall[2]
    assert fall[3] > fall[2]


def test_the_leaderboard_ranks_by_accuracy_and_shows_size_and_ratio(tmp_path: Path) -> None:
    made = study(tmp_path, TRIALS, "few", FEW)
    rows = rank(made.ledger.read(), objective="val_accuracy")
    assert [row.trial for row in rows] == [1, 0, 2]
    assert [row.rank for row in rows] == [1, 2, None]
    assert rows[0].ratio == pytest.approx((0.9 / 1.0 + 0.91 / 0.8) / 2)
    listed = run("leaderboard", "few", "--format", "json", "--runs-dir", str(tmp_path))
    assert [row["parameters"] for row in json.loads(listed.stdout)] == [900, 300]
    table = run("leaderboard", "few", "--all", "--runs-dir", str(tmp_path))
    assert "most accurate first" in table.stdout
    assert "1.019" in table.stdout
    assert "0.95" not in table.stdout.splitlines()[0]
    shown = run("show", "few", "1", "--runs-dir", str(tmp_path))
    assert "250 examples of its own" in shown.stdout
    assert "ratio validation / training 1.019" in shown.stdout
    assert "qualif" not in shown.stdout


def test_the_incumbent_is_the_most_accurate_and_of_equal_ones_the_smaller() -> None:
    first = more_accurate(None, TRIALS[0])
    assert more_accurate(first, TRIALS[1]) == TRIALS[1]
    assert more_accurate(TRIALS[1], TRIALS[2]) == TRIALS[1]
    assert more_accurate(TRIALS[1], on_few(7, 100, (900, 910), (250, 250))) == on_few(7, 100, (900, 910), (250, 250))


def test_such_a_study_has_no_constraint_and_is_not_retrained(tmp_path: Path) -> None:
    study(tmp_path, TRIALS, "few", FEW)
    refused = run("retrain", "few", "--runs-dir", str(tmp_path))
    assert refused.exit_code == 1
    assert "search_cli.py overfit" in refused.stderr
    wrong = run("search", "overfit-size", "--constraint", "val_accuracy >= 0.9", "--dataset", "digits")
    assert wrong.exit_code == 2


def test_the_studies_of_before_still_load() -> None:
    for folder in sorted(Path("results").glob("*/study.json")):
        assert load_study(Path("results"), folder.parent.name).config.objective == "parameters"


def test_each_replica_is_trained_on_examples_of_its_own_and_the_search_goes_on(tmp_path: Path) -> None:
    options = ["--dataset", "digits", "--replicas", "2", "--max-epochs", "2", "--runs-dir", str(tmp_path)]
    for count in ("1", "2"):
        done = run("search", "overfit-size", *options, "--workers", "1", "--trials", count, "--seed", "3")
        assert done.exit_code == 0, done.stderr
    assert "going on after 1 finished trial" in done.stderr
    trials = load_study(tmp_path, "overfit-size-digits").ledger.read()
    assert [one.info.trial for one in trials] == [0, 1]
    for one in trials:
        assert (one.info.examples, one.info.subset_seeds, one.result.train_total) == (250, (3, 4), 250)
        assert one.result.total == 1097 // 4
        assert len(one.result.train_correct) == len(one.result.correct) == 2
    assert "most accurate first" in done.stdout
