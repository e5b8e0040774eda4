"""Faults: whatever happens to a search, what was reported as finished is kept, and it goes on later."""

from __future__ import annotations

import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import pytest

from benchmarks.faults import Running, Told, differences, expected_config, torment
from datasets.registry import load
from search.budget import Budget
from search.candidates import CandidateSource
from search.constraint import Constraint
from search.early_decisions import EarlyDecisions
from search.errors import SearchError
from search.study import StudyConfig, load_study, open_study
from search.trial import Trial, TrialInfo, TrialStatus
from search.tuner import run_search
from spaces.recipe import Recipe
from spaces.registry import SpaceError, load_space
from tests.test_tuner import Silent
from tests.trials import run, study, trial

ROOT = Path(__file__).parent.parent
OWN = """
from spaces.architecture import Architecture
from spaces.layers import Conv, Dense, Flatten
from spaces.space import ArchitectureSpace

class Own(ArchitectureSpace):
    def architecture(self, hp):
        filters = hp.Int("filters", 1, 20)
        if filters {fails}:
            raise RuntimeError(f"no network\\nof {{filters}} filters")
        return Architecture(self.input_shape, (Conv(filters, (5, 5), strides=(4, 4)), Flatten(), Dense({classes})))
"""


def own_space(folder: Path, fails: str, classes: int = 10) -> str:
    (folder / "own.py").write_text(OWN.format(fails=fails, classes=classes))
    return f"{folder / 'own.py'}:Own"


def search_own(folder: Path, space: str, trials: int) -> list[Trial]:
    config = StudyConfig(space, "digits", "val_accuracy >= 0.5", 1, 1, 0, "smallest")
    digits = load("digits")
    own = load_space(space, digits.input_shape, digits.classes)
    return run_search(open_study(folder, "own", config), digits, own, Budget(trials), Silent())


def test_nothing_is_lost_when_searches_and_workers_are_killed(tmp_path: Path) -> None:
    config = expected_config(tmp_path)
    told = torment(tmp_path, searches=1, workers=1, seed=1)
    assert (told.searches_killed, told.workers_killed) >= (1, 1)
    assert len(told.trials) >= 2
    assert differences(tmp_path, told, config) == []


def test_ctrl_c_twice_in_a_row_loses_nothing_and_is_quickly_gone(tmp_path: Path) -> None:
    told = Told()
    running = Running(tmp_path, 1, told)
    running.wait_for_a_trial(600)
    running.process.send_signal(signal.SIGINT)
    time.sleep(0.1)
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(60) == 130
    assert "search_cli.py search shallow --study faults" in running.last
    assert {one.info.trial for one in load_study(tmp_path, "faults").ledger.read()} >= set(told.trials)


def test_a_disk_that_is_full_in_the_middle_stops_the_search_with_one_line(tmp_path: Path) -> None:
    """The limit on the size of a file is the full disk: writing beyond it fails in the middle of a line."""
    made = study(tmp_path, [trial(number) for number in range(3)], "full")
    room = made.ledger.path.stat().st_size + 100
    command = [sys.executable, "search_cli.py", "search", "shallow", "--study", "full", "--runs-dir", str(tmp_path)]
    command += ["--dataset", "digits", "--max-epochs", str(made.config.max_epochs), "--workers", "1"]
    done = subprocess.run(
        [*command, "--trials", "4"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert done.returncode == 1
    assert re.search(r"error: expected to write to .*trials.jsonl, got: File too large; make room", done.stderr)
    assert "Traceback" not in done.stderr
    assert made.ledger.path.stat().st_size == room
    assert [one.info.trial for one in made.ledger.read()] == [0, 1, 2]
    again = open_study(tmp_path, "full", made.config)
    again.ledger.append(trial(3))
    assert [one.info.trial for one in again.ledger.read()] == [0, 1, 2, 3]


def test_results_that_cannot_be_written_are_one_line(tmp_path: Path) -> None:
    study(tmp_path, [trial(0)], "mine")
    command = f"{sys.executable} search_cli.py leaderboard mine --runs-dir {tmp_path} > /dev/full"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("error: expected to read or write, got: No space left on device; make room")


def diverging(rate: float, replicas: int) -> TrialInfo:
    digits = load("digits")
    source = CandidateSource(load_space("shallow", digits.input_shape, digits.classes), 2)
    c = source.draw(random.Random(0))
    recipe = Recipe(epochs=2, cycles=1, learning_rate=rate, warmup=0.0)
    seeds = tuple(range(replicas))
    return TrialInfo(0, c.values, c.architecture, c.name, c.parameters, c.macs, recipe, seeds, c.origin)


def test_a_trial_of_which_every_replica_diverges_has_failed() -> None:
    from search.evaluate import Evaluator

    digits = load("digits")
    evaluator = Evaluator(digits.train, digits.validation, Constraint.parse("val_accuracy >= 0.9"))
    result = evaluator.evaluate(diverging(1e38, 2), EarlyDecisions(0.9, 350), lambda point: None)
    assert (result.status, result.correct, result.qualified) == (TrialStatus.FAILED, (), False)
    assert result.reason.startswith("2 of 2 replicas diverged")
    assert result.curve[-1].val_loss == (None, None)


def test_one_replica_that_diverges_is_recorded_and_the_others_count() -> None:
    from search.evaluate import _divergence

    point = trial(0).result.curve[0]
    assert _divergence(point) == ""
    assert _divergence(msgspec.structs.replace(point, val_loss=(0.2, None))) == (
        "1 of 2 replicas diverged: no finite loss after 12 epochs"
    )


def test_out_of_memory_is_recorded_and_a_listener_that_cannot_write_is_no_fault_of_the_trial() -> None:
    from search.evaluate import Evaluator

    digits = load("digits")
    evaluator = Evaluator(digits.train, digits.validation, Constraint.parse("val_accuracy >= 0.9"))

    def exhausted(point: object) -> None:
        raise MemoryError("no more\nof it")

    def full(point: object) -> None:
        raise OSError(28, "No space left on device")

    result = evaluator.evaluate(diverging(0.01, 1), EarlyDecisions(0.9, 350), exhausted)
    assert (result.status, result.reason) == (TrialStatus.FAILED, "MemoryError: no more")
    with pytest.raises(OSError, match="No space left"):
        evaluator.evaluate(diverging(0.01, 1), EarlyDecisions(0.9, 350), full)


def test_a_space_that_raises_for_some_values_is_searched_and_each_kind_of_failure_recorded_once(tmp_path: Path) -> None:
    trials = search_own(tmp_path, own_space(tmp_path, "% 2 == 0"), 4)
    failed = [one for one in trials if one.result.status is TrialStatus.FAILED]
    assert [one.info.trial for one in trials] == [0, 1, 2, 3]
    assert [one.info.name for one in failed] == ["not built"]
    assert re.match(r"RuntimeError: no network of \d+ filters \(built from filters=\d+", failed[0].result.reason)
    shown = run("leaderboard", "own", "--all", "--runs-dir", str(tmp_path)).stdout
    assert "failed: RuntimeError: no network of" in shown
    assert shown.splitlines()[-1] == "1 of 4 finished trials failed"
    assert run("show", "own", str(failed[0].info.trial), "--runs-dir", str(tmp_path)).exit_code == 0
    assert [one.info.trial for one in search_own(tmp_path, own_space(tmp_path, "% 2 == 0"), 4)] == [0, 1, 2, 3]


@pytest.mark.parametrize("oracle", ["smallest", "random"])
def test_a_space_that_always_raises_stops_with_one_line(tmp_path: Path, oracle: str) -> None:
    command = ["search", own_space(tmp_path, "> 0"), "--dataset", "digits", "--max-epochs", "1", "--workers", "1"]
    done = run(*command, "--oracle", oracle, "--study", "own", "--runs-dir", str(tmp_path))
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith("error: expected the space to")
    assert "RuntimeError: no network of" in done.stderr.splitlines()[-1]


def test_trials_that_all_fail_stop_the_search_with_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.tuner.MOST_FAILURES", 2)
    with pytest.raises(SearchError, match=r"2 failed in a row, the last: .*; mend the space"):
        search_own(tmp_path, own_space(tmp_path, "> 20", classes=3), 50)
    recorded = load_study(tmp_path, "own").ledger.read()
    assert [one.result.status for one in recorded] == [TrialStatus.FAILED] * 2
    assert all(one.result.reason for one in recorded)


def test_a_space_without_parameters_is_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.candidates.MOST_ATTEMPTS", 3)
    (tmp_path / "none.py").write_text(
        "import keras\nimport keras_tuner as kt\n"
        "class Own(kt.HyperModel):\n def build(self, hp):\n"
        "  return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])\n"
    )
    source = CandidateSource(load_space(f"{tmp_path / 'none.py'}:Own", (28, 28, 1), 10), 1)
    with pytest.raises(SpaceError, match="a network without parameters"):
        source.draw(random.Random(0))


def test_a_reader_never_needs_a_place_to_write() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = study(Path(folder), [trial(0)], "mine")
        before = sorted(made.folder.iterdir())
        assert run("leaderboard", "mine", "--runs-dir", folder).exit_code == 0
        assert run("show", "mine", "0", "--runs-dir", folder).exit_code == 0
        assert sorted(made.folder.iterdir()) == before
