"""The command line: help, results, exit codes, and what a reading command does not import."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from commands import options
from commands.console import again_command, duration, percent
from search_cli import COMMANDS, cli
from tests.trials import mixed_runs, run

ROOT = Path(__file__).parent.parent


@pytest.fixture
def runs(tmp_path: Path) -> str:
    return mixed_runs(tmp_path)


def process(*arguments: str, flags: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *flags, "search_cli.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_help_names_every_command_and_explains_every_option() -> None:
    text = run("--help").stdout
    for name in COMMANDS:
        assert re.search(rf"^  {name} +\S", text, re.MULTILINE), name
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.help
        unexplained = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
        assert unexplained == []
        assert run(name, "--help").exit_code == run(name, "-h").exit_code == 0


def test_the_help_of_search_states_its_defaults() -> None:
    text = " ".join(run("search", "--help").stdout.split())
    for option, default in [("--replicas", "4"), ("--max-epochs", "about"), ("--seed", "0"), ("--dataset", "mnist")]:
        assert re.search(rf"{option} [^-]*\[default: {default}\b", text), option
    assert "val_accuracy >= 0.95" in text
    assert "[default: SPACE-DATASET]" in text


@pytest.mark.parametrize(
    "arguments", [["--help"], ["search", "--help"], ["leaderboard", "mixed"], ["show", "mixed", "0"]]
)
def test_what_only_reads_imports_neither_tensorflow_nor_keras(runs: str, arguments: list[str]) -> None:
    where = [] if "--help" in arguments else ["--runs-dir", runs]
    done = process(*arguments, *where, flags=["-X", "importtime"])
    assert done.returncode == 0
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "click" in imported
    assert not imported & {"tensorflow", "keras", "keras_tuner"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["nosuch"],
        ["--nosuch"],
        ["leaderboard"],
        ["leaderboard", "mixed", "--top", "0"],
        ["leaderboard", "mixed", "--format", "xml"],
        ["show", "mixed", "one"],
        ["show", "mixed", "-1"],
        ["search"],
        ["search", "nosuch"],
        ["search", "nosuch.py:Space"],
        ["search", "shallow", "--constraint", "accuracy > banana"],
        ["search", "shallow", "--constraint", "val_accuracy >= 1.5"],
        *(["search", "shallow", "--margin", value] for value in ("-0.1", "0.06", "nan", "inf")),
        *(
            ["search", "shallow", "--time-limit", value]
            for value in ("soon", "0", "0s", "-5", "", "5 m", "1h30", "nan")
        ),
        *(["search", "shallow", option, "0"] for option in ("--trials", "--replicas", "--max-epochs")),
        ["search", "shallow", "--seed", "-1"],
        ["search", "shallow", "--oracle", "delphi"],
        ["retrain", "mixed", "--seeds", "0"],
        ["retrain", "mixed", "--trial", "1", "--top", "2"],
        ["quickstart", "--time-limit", "never"],
    ],
)
def test_wrong_usage_exits_2_before_anything_happens(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reached(*_: object) -> None:
        raise AssertionError("it went on")

    monkeypatch.chdir(tmp_path)
    for name in ("search.load", "search.run", "retrain.load", "quickstart.available_or_digits"):
        monkeypatch.setattr(f"commands.{name}", reached)
    done = run(*arguments)
    assert done.exit_code == 2
    assert "Error: " in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "mixed", "9"], "error: expected a finished trial of mixed, got 9; there are 4 of them, 0 to 3"),
        (["show", "empty", "0"], "error: expected a finished trial, got 0; empty has none yet"),
        (["leaderboard", "other"], "error: expected a study named other"),
        (["retrain", "empty"], "error: expected a qualifying trial to retrain, got: empty has no finished trial yet"),
        (["search", "shallow", "--dataset", "nosuch"], "error: expected a dataset: mnist, digits"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_1(runs: str, arguments: list[str], said: str) -> None:
    done = run(*arguments, "--runs-dir", runs)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1
    debug = run(*arguments, "--runs-dir", runs, "--debug")
    assert debug.exit_code == 1
    assert debug.stderr.startswith("Traceback")
    assert debug.stderr.splitlines()[-1].startswith(said)


def test_a_defect_is_one_line_too_and_says_so(runs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr("commands.leaderboard.load_study", broken)
    done = run("leaderboard", "mixed", "--runs-dir", runs)
    assert done.exit_code == 1
    assert done.stderr == "error: ZeroDivisionError: two lines; this is a defect; run again with --debug\n"
    assert "Traceback" in run("--debug", "leaderboard", "mixed", "--runs-dir", runs).stderr


def test_an_interrupted_search_keeps_its_trials_and_prints_how_to_go_on(tmp_path: Path) -> None:
    arguments = ["search", "shallow", "--dataset", "digits", "--max-epochs", "1", "--replicas", "1", "--trials", "5000"]
    arguments += ["--study", "mine", "--runs-dir", str(tmp_path), "--overwrite"]
    command = [sys.executable, "search_cli.py", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if "of 5000 trials" in line:
                break
        running.send_signal(signal.SIGINT)
        _, stderr = running.communicate(timeout=120)
    assert running.returncode == 130
    assert stderr.splitlines()[-1].endswith(" ".join(["search_cli.py", *arguments[:-1]]))
    assert "Traceback" not in stderr
    assert (
        len(json.loads(run("leaderboard", "mine", "--runs-dir", str(tmp_path), "--all", "--format", "json").stdout))
        >= 1
    )


@pytest.mark.parametrize(
    ("text", "seconds"), [("30m", 1800), ("90s", 90), ("1h30m", 5400), ("2h", 7200), ("45", 45), ("0.5", 0.5)]
)
def test_durations(text: str, seconds: float) -> None:
    assert options.duration(text) == seconds


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("val_accuracy>=95%", "val_accuracy >= 0.95"),
        ("val_accuracy >= .95", "val_accuracy >= 0.95"),
        ("val_accuracy >= 0.95000001", "val_accuracy >= 0.95000001"),
    ],
)
def test_a_constraint_is_kept_in_one_form_and_never_rounded(sentence: str, kept: str) -> None:
    assert options.constraint(sentence) == kept


def test_figures_are_rounded_down_so_that_none_seems_to_reach_the_bar() -> None:
    assert (percent(0.949999), percent(0.95), percent(0.9504), percent(1.0), percent(None)) == (
        "94.99 %",
        "95.00 %",
        "95.04 %",
        "100.00 %",
        "-",
    )
    assert [percent(whole / 10_000) for whole in range(10_001)] == [f"{whole / 100:.2f} %" for whole in range(10_001)]


def test_durations_are_written_for_people() -> None:
    assert [duration(seconds) for seconds in (0.2, 42, 200, 7500)] == ["0 s", "42 s", "3 min 20 s", "2 h 05 min"]


def test_going_on_does_not_start_over() -> None:
    again = again_command(["search", "my space.py:Space", "--overwrite", "--trials", "3"])
    assert again.endswith("search 'my space.py:Space' --trials 3")
