"""The command `compare`: what it writes can be read back, what it cannot do is one line."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from reports.comparison_data import MEASURES, convergence, read_comparison, speeds
from reports.comparison_words import explain
from search.confirmation import Confirmation, Confirmations
from tests import trials as invented
from tests.trials import run


def test_the_command_writes_what_can_be_read_back(tmp_path: Path) -> None:
    for name in ("one", "two"):
        study = invented.study(tmp_path, [invented.trial(3)], name)
        Confirmations(study.folder).append(
            Confirmation(3, (7, 8), (953, 950), 1000, 72, True, True, 0.942, 9.0, ("a", "b"), "h")
        )
    arguments = [
        "compare",
        "one",
        "two",
        "--seeds",
        "2",
        "--epochs",
        "1",
        "--rate",
        "0.01",
        "--runs-dir",
        str(tmp_path),
    ]
    done = run(*arguments)
    assert done.exit_code == 0, done.stderr
    folder = tmp_path / "comparisons" / "one-vs-two"
    comparison = read_comparison(folder)
    assert comparison is not None
    assert [one.study for one in comparison.networks] == ["one", "two"]
    assert comparison.explanation == explain(comparison)
    for picture in comparison.pictures:
        assert (folder / f"{picture.file}.png").read_bytes().startswith(b"\x89PNG")
        assert b"<svg" in (folder / f"{picture.file}.svg").read_bytes()
    with (folder / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(len(one.points) * len(one.seeds) for one in comparison.runs)
    assert {row["total"] for row in rows} == {"350"}
    again = run(*arguments, "--format", "json")
    assert again.exit_code == 0
    content = json.loads(again.stdout)
    assert len(content["times_to_convergence"]) == len(speeds(comparison))
    assert set(MEASURES) <= set(content["times_to_convergence"][0])
    assert read_comparison(folder) == comparison
    assert convergence(comparison.runs[0], Fraction(0)) == [0, 0]


def test_there_is_no_comparison_before_the_end(tmp_path: Path) -> None:
    assert read_comparison(tmp_path) is None
    assert read_comparison(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["one", "one", "--trial", "0", "0"], "error: expected two different networks, got trial 0 of one twice"),
        (["one", "two"], "error: expected a confirmed trial in one, got none; run: search_cli.py retrain one --until"),
        (["one", "two", "--trial", "0", "9"], "error: expected a finished trial of two, got 9"),
        (["one", "other"], "error: expected two studies of the same dataset, got digits (one) and mnist (other)"),
        (["one", "nosuch"], "error: expected a study named nosuch"),
    ],
)
def test_what_cannot_be_compared_is_one_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    for name in ("one", "two"):
        invented.study(tmp_path, [invented.trial(0)], name)
    invented.study(tmp_path, [], "other", msgspec.structs.replace(invented.CONFIG, dataset="mnist"))
    done = run("compare", *arguments, "--runs-dir", str(tmp_path))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "comparisons").exists()
