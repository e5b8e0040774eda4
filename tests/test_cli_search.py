"""The commands that train, on real handwriting: search goes on, retrain confirms, quickstart shows it all."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from commands.progress import SearchProgress
from search.budget import Budget
from search.confirmation import Confirmations
from search.study import load_study
from tests.trials import run, study, trial

QUICK = ["--dataset", "digits", "--max-epochs", "1", "--replicas", "1"]


def test_a_search_goes_on_and_refuses_another_configuration(tmp_path: Path) -> None:
    where = ["--runs-dir", str(tmp_path)]
    first = run("search", "shallow", *QUICK, "--trials", "1", *where)
    assert first.exit_code == 0, first.stderr
    assert "no trial qualifies for val_accuracy >= 0.95, of 1 finished" in first.stdout
    assert "1 of 1 trials" in first.stderr
    second = run("search", "shallow", *QUICK, "--trials", "2", *where)
    assert second.exit_code == 0, second.stderr
    assert "going on after 1 finished trial" in second.stderr
    ledger = load_study(tmp_path, "shallow-digits").ledger
    assert [one.info.trial for one in ledger.read()] == [0, 1]
    other = run("search", "shallow", *QUICK, "--seed", "1", "--trials", "3", *where)
    assert other.exit_code == 1
    assert other.stderr.splitlines()[-1].startswith("error: the study shallow-digits was started differently: seed")


def test_a_study_goes_on_with_what_it_was_started_with(tmp_path: Path) -> None:
    where = ["--runs-dir", str(tmp_path)]
    begun = ["--seed", "3", "--margin", "0.01", "--oracle", "random"]
    first = run("search", "shallow", *QUICK, *begun, "--trials", "1", *where)
    assert first.exit_code == 0, first.stderr
    config = load_study(tmp_path, "shallow-digits").config
    second = run("search", "shallow", "--dataset", "digits", "--trials", "2", *where)
    assert second.exit_code == 0, second.stderr
    gone_on = load_study(tmp_path, "shallow-digits")
    assert gone_on.config == config
    assert len(gone_on.ledger.read()) == 2
    other = run("search", "shallow", "--dataset", "digits", "--margin", "0.02", "--trials", "3", *where)
    assert other.exit_code == 1
    assert "started differently: margin (saved 0.01, asked 0.02)" in other.stderr


def test_a_space_that_cannot_be_loaded_leaves_no_study(tmp_path: Path) -> None:
    broken = tmp_path / "mine.py"
    broken.write_text("raise RuntimeError('no\\nspace')")
    done = run("search", f"{broken}:Mine", *QUICK, "--trials", "1", "--runs-dir", str(tmp_path / "runs"))
    assert done.exit_code == 1
    assert "error: expected" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "runs").exists()


def test_retrain_marks_what_it_confirms_on_the_leaderboard(tmp_path: Path) -> None:
    made = study(tmp_path, [trial(0, 253)], "mine")
    where = ["--runs-dir", str(tmp_path)]
    done = run("retrain", "mine", "--seeds", "2", "--epochs", "1", *where)
    assert done.exit_code == 0, done.stderr
    (confirmation,) = Confirmations(made.folder).read()
    assert (confirmation.epochs, len(confirmation.seeds), confirmation.full_training_set) == (1, 2, True)
    (row,) = json.loads(run("leaderboard", "mine", "--format", "json", *where).stdout)
    assert (row["confirmed"], row["test_seeds"], row["test_images"]) == (False, 2, 350)
    assert "not confirmed for val_accuracy >= 0.95 on test" in done.stderr
    unknown = run("retrain", "mine", "--trial", "4", *where)
    assert unknown.exit_code == 1
    assert "expected a finished trial of mine, got 4" in unknown.stderr


def test_quickstart_ends_in_pictures_and_goes_on_when_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_DIR", "")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "no-cache"))
    monkeypatch.setattr("commands.quickstart.EXAMPLE", "val_accuracy >= 0.01")
    monkeypatch.setattr("commands.quickstart.MAX_EPOCHS", {"digits": 1})
    monkeypatch.setattr("commands.quickstart.RETRAIN_EPOCHS", {"digits": 1})
    for _ in range(2):
        done = run("quickstart", "--time-limit", "0.1", "--runs-dir", str(tmp_path))
        assert done.exit_code == 0, done.stderr
        assert done.stdout.startswith("Data: MNIST was not found on this machine")
        assert "yes" in done.stdout
    assert re.search(r"going on after \d+ finished trial", done.stderr)
    folder = tmp_path / "quickstart-digits"
    assert all((folder / name).read_bytes().startswith(b"\x89PNG") for name in ("pareto.png", "losses.png"))
    assert len(list(folder.glob("models/*/*.keras"))) >= 3


def test_on_a_terminal_the_search_shows_what_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    terminal = Console(file=out, force_terminal=True, width=160, color_system=None)
    monkeypatch.setattr("commands.progress.messages", lambda: terminal)
    done, running = trial(0, 253), trial(1, 100)
    with SearchProgress(1000) as progress:
        progress.search_started([], Budget(trials=5, seconds=3600))
        progress.trial_started(done.info)
        progress.trial_finished(done, done)
        progress.trial_started(running.info)
        progress.evaluated(running.info, msgspec.structs.replace(running.result.curve[0], correct=(900, 950)))
    text = out.getvalue()
    assert "1 of 5 trials, 1 h 00 min left" in text
    assert "incumbent trial 0, 253 parameters, 95.77 % (95.10 - 96.50) on 4 x 1,000" in text
    assert "training  trial 1, 100 parameters" in text
    assert "epoch 12 of 24, 92.50 % on 2 x 1,000" in text
