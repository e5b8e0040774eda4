"""The command: every baseline runs on bundled digits, writes what it promises, and Ctrl-C keeps what was measured."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result

from baselines import question_1
from baselines.curves import Point
from baselines.results import read
from baselines.settings import BASELINES, BaselineError, Settings
from commands.baseline_progress import BaselineProgress
from datasets.registry import load
from tests.trials import run

ITERATIONS = 24


def invoke(out: Path, name: str, *more: str) -> Result:
    short = ("--dataset", "digits", "--iterations", str(ITERATIONS), "--eval-every", "12", "--seeds", "1")
    return run("baseline", name, *short, "--out", str(out), *more)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("baselines")


@pytest.fixture(scope="module")
def runs(out: Path) -> dict[str, Result]:
    """One run a baseline, each with its JSON, in the order a user would take."""
    return {name: invoke(out, name, "--format", "json") for name in BASELINES}


def content(run: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_writes_curves_and_figures(runs: dict[str, Result], out: Path, name: str) -> None:
    assert runs[name].exit_code == 0
    files = {file.name for file in (out / name).iterdir()}
    assert {"result.json", "points.csv", "accuracy.png", "accuracy.svg"} <= files
    result = read(out / name)
    assert result is not None
    assert not result.interrupted
    (curve,) = result.of(name)
    assert curve.iterations == [0, 12, 24]
    assert [point.loss is None for point in curve.points] == [True, False, False]
    assert sum(map(sum, curve.confusion)) == curve.test_total == 350
    with (out / name / "points.csv").open() as file:
        assert {row["model"] for row in csv.DictReader(file)} == set(result.models)


def test_the_count_by_hand_is_in_the_summary(runs: dict[str, Result]) -> None:
    rows = content(runs["original"])["counts"]["original"]
    assert sum(row["parameters"] for row in rows) == 1_111_946
    assert rows[0] == {"layer": "conv 5x5 x32", "output": "24x24x32", "steps": "5*5*1*32 + 32", "parameters": 832}


def test_linear_takes_the_original_from_its_run_and_passes_the_test(runs: dict[str, Result]) -> None:
    assert "the original's curves are taken from" in runs["linear"].stderr
    found = content(runs["linear"])
    assert [row["model"] for row in found["accuracies"]] == ["original", "linear", "softmax regression"]
    assert found["linearity"]["holds"] is True
    assert found["linearity"]["images"] == 350
    assert found["accuracies"][0]["test_accuracy"] == content(runs["original"])["accuracies"][0]["test_accuracy"]


def test_the_second_strategy_brings_the_comparison(runs: dict[str, Result], out: Path) -> None:
    assert content(runs["sum-direct"])["comparison"] is None
    found = content(runs["sum-pair"])
    assert [row["measure"] for row in found["accuracies"]] == ["sum", "pair", "first", "second"]
    pairs = [(row["model"], row["pairs"]) for row in found["comparison"]["sample_efficiency"]]
    assert pairs == [("sum-direct", 1200), ("sum-pair", 1200)]
    names = {file.name for file in (out / "sum-comparison").iterdir()}
    assert {"comparison.json", "accuracy.png", "sample-efficiency.png", "errors.svg"} <= names


def test_a_network_learns_within_its_few_iterations(runs: dict[str, Result]) -> None:
    assert content(runs["original"])["accuracies"][0]["test_accuracy"]["mean"] > 0.5


def test_the_table_is_for_people(out: Path, runs: dict[str, Result]) -> None:
    shown = invoke(out, "sum-direct", "--axis", "vertical").stdout
    assert "24x52x16" not in shown
    assert "52x24x16" in shown
    assert "The sum 9 is" in shown
    kept = read(out / "sum-direct.earlier-1")
    assert kept is not None
    assert kept.settings.axis == "horizontal"


def test_an_axis_for_single_digits_is_wrong_usage(tmp_path: Path) -> None:
    refused = invoke(tmp_path, "linear", "--axis", "vertical")
    assert refused.exit_code == 2
    assert "--axis is for sum-direct and sum-pair" in refused.stderr


def test_ctrl_c_keeps_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: BaselineProgress, model: str, seed: int, iteration: int) -> None:
        if (model, iteration) == ("original", 24):
            raise KeyboardInterrupt

    monkeypatch.setattr(BaselineProgress, "trained", interrupt)
    stopped = invoke(tmp_path, "original")
    assert stopped.exit_code == 130
    assert "interrupted; what was measured is in" in stopped.stderr
    result = read(tmp_path / "original")
    assert result is not None
    assert result.interrupted
    assert result.curves[0].iterations == [0, 12]
    assert (tmp_path / "original" / "accuracy.png").is_file()


def test_ctrl_c_before_anything_was_measured_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: BaselineProgress, model: str, seed: int, iteration: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(BaselineProgress, "trained", interrupt)
    stopped = invoke(tmp_path, "sum-pair")
    assert stopped.exit_code == 130
    assert "nothing was measured yet" in stopped.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "side"), [("original", 10), ("linear", 30), ("sum-pair", 10)])
def test_images_that_do_not_fit_are_one_line(tmp_path: Path, name: str, side: int) -> None:
    images, labels = np.zeros((60, side, side), np.uint8), np.arange(60) % 10
    np.savez(tmp_path / "own.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    refused = invoke(tmp_path, name, "--dataset", str(tmp_path / "own.npz"))
    assert refused.exit_code == 1
    line = refused.stderr.splitlines()[-1]
    assert line.startswith(f"error: expected images that the network of {name} fits, got {side}x{side} ")


class Unwatched:
    def trained(self, model: str, seed: int, iteration: int) -> None:
        """Nothing."""

    def measured(self, model: str, seed: int, point: Point, test_total: int) -> None:
        """Nothing."""


def test_a_batch_larger_than_the_training_set_is_refused() -> None:
    with pytest.raises(BaselineError, match="expected a batch of at most 1447 training images, got 1448"):
        question_1.run(load("digits"), Settings("digits", 1, batch_size=1448), Unwatched())


def test_the_seed_decides_everything() -> None:
    settings = Settings("digits", 2, eval_every=1, seeds=1, seed=5)
    one, same = (question_1.run(load("digits"), settings, Unwatched()) for _ in range(2))
    assert one.curves[0].points[0].test == same.curves[0].points[0].test
    first, second = (run.curves[0].points[-1].loss for run in (one, same))
    assert first == pytest.approx(second, rel=1e-4)
    other = question_1.run(load("digits"), Settings("digits", 2, eval_every=1, seeds=1, seed=6), Unwatched())
    assert other.curves[0].points[-1].loss != pytest.approx(first, rel=1e-4)


@pytest.mark.mnist
def test_two_hundred_iterations_on_mnist_are_well_on_the_way(mnist_dir: Path) -> None:
    result = question_1.run(load("mnist", mnist_dir), Settings("mnist", 200, eval_every=200, seeds=1), Unwatched())
    (curve,) = result.curves
    assert (curve.train_total, curve.test_total) == (10_000, 10_000)
    assert curve.final("test", "digit") > 0.95
