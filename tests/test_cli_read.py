"""The commands that read: what the leaderboard and show print, in every format and on every width."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from commands.leaderboard import read_rows
from commands.tables import MOST_ROWS, print_leaderboard
from search.leaderboard import Row
from search.study import load_study
from tests.trials import NETWORK, mixed_runs, run, study, trial

ROOT = Path(__file__).parent.parent


@pytest.fixture
def runs(tmp_path: Path) -> str:
    return mixed_runs(tmp_path)


def test_the_leaderboard_lists_what_qualifies_smallest_first(runs: str) -> None:
    text = run("leaderboard", "mixed", "--runs-dir", runs).stdout
    lines = [line for line in text.splitlines() if line.startswith("│")]
    assert [line.split("│")[2].strip() for line in lines] == ["1", "0"]
    assert "95.77 % (95.10 - 96.50)" in lines[0]
    assert "4 x 1,000" in lines[0]
    assert "95.15 % (95.00 - 95.30)" in lines[0]
    assert "2 x 1,000" in lines[0]
    assert "ResourceExhausted" not in text
    everything = run("leaderboard", "mixed", "--runs-dir", runs, "--all").stdout
    assert "failed: ResourceExhaustedError: no memory" in everything
    assert "94.95 % (94.90 - 95.00)" in everything


def test_the_leaderboard_as_json_is_a_list_without_nan(runs: str) -> None:
    done = run("leaderboard", "mixed", "--runs-dir", runs, "--all", "--format", "json")
    assert "NaN" not in done.stdout
    rows = json.loads(done.stdout)
    assert [row["trial"] for row in rows] == [1, 0, 2, 3]
    assert all(list(row) == list(Row.__struct_fields__) for row in rows)
    assert (rows[0]["rank"], rows[0]["confirmed"], rows[0]["test_accuracy_mean"]) == (1, True, 0.9515)
    assert (rows[3]["rank"], rows[3]["val_accuracy_mean"], rows[3]["confirmed"]) == (None, None, None)
    assert (
        len(json.loads(run("leaderboard", "mixed", "--runs-dir", runs, "--top", "1", "--format", "json").stdout)) == 1
    )


def test_the_leaderboard_as_csv_has_a_header_and_a_line_a_row(runs: str) -> None:
    lines = run("leaderboard", "mixed", "--runs-dir", runs, "--format", "csv").stdout.splitlines()
    assert lines[0] == ",".join(Row.__struct_fields__)
    assert [line.split(",")[:3] for line in lines[1:]] == [["1", "1", "200"], ["2", "0", "300"]]


@pytest.mark.parametrize(("form", "stdout"), [("json", "[]\n"), ("csv", ",".join(Row.__struct_fields__) + "\n")])
def test_an_empty_leaderboard_exits_0_and_says_why_beside_the_data(runs: str, form: str, stdout: str) -> None:
    done = run("leaderboard", "empty", "--runs-dir", runs, "--format", form)
    assert (done.exit_code, done.stdout) == (0, stdout)
    assert "no finished trial yet" in done.stderr


def test_an_empty_leaderboard_names_the_nearest_trial(tmp_path: Path) -> None:
    study(tmp_path, [trial(0, 300, correct=(900,)), trial(1, 20, correct=(940, 944))], "below")
    done = run("leaderboard", "below", "--runs-dir", str(tmp_path))
    assert done.exit_code == 0
    assert "no trial qualifies for val_accuracy >= 0.95, of 2 finished" in done.stdout
    assert "nearest: trial 1 with 94.20 % (94.00 - 94.40) on 2 x 1,000 images" in done.stdout


def test_show_counts_by_hand_and_shows_every_replica(runs: str) -> None:
    done = run("show", "mixed", "1", "--runs-dir", runs)
    assert done.exit_code == 0
    for part in (
        "5*4*1*3 + 3 = 63",
        "18*10 + 10 = 190",
        "960 / 1,000",
        "95.10 %",
        "confirmed: yes",
        "0.2500",
    ):
        assert part in done.stdout
    assert re.search(rf"total .* {NETWORK.parameters} ", done.stdout)


def test_show_copes_with_failed_trials(tmp_path: Path) -> None:
    study(tmp_path, [trial(0, correct=())], "odd")
    done = run("show", "odd", "0", "--runs-dir", str(tmp_path))
    assert done.exit_code == 0
    assert "no replica was evaluated" in done.stdout


def test_a_torn_ledger_is_read_with_a_warning(runs: str) -> None:
    with (Path(runs) / "mixed" / "trials.jsonl").open("ab") as file:
        file.write(b'{"version":1')
    done = run("leaderboard", "mixed", "--runs-dir", runs, "--format", "json")
    assert (done.exit_code, len(json.loads(done.stdout))) == (0, 2)
    assert "warning: " in done.stderr
    assert "torn" in done.stderr


def test_a_reader_that_stops_early_is_no_error(runs: str) -> None:
    command = f"{sys.executable} search_cli.py leaderboard mixed --all --format json --runs-dir {runs} | head -c 1"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[", "")


def test_on_a_narrow_terminal_no_figure_is_cut_off(runs: str) -> None:
    out = io.StringIO()
    opened = load_study(Path(runs), "mixed")
    print_leaderboard(Console(file=out, width=80, color_system=None), opened, read_rows(opened), with_status=True)
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    for part in ("95.77 %", "95.10 - 96.50", "4 x 1,000", "95.15 %", ">= 94.20 %", "confirmed yes"):
        assert part in text


def test_a_big_table_says_what_it_leaves_out(tmp_path: Path) -> None:
    study(tmp_path, [trial(number) for number in range(MOST_ROWS + 3)], "big")
    text = run("leaderboard", "big", "--runs-dir", str(tmp_path)).stdout
    assert text.endswith(f"3 more: see them with --top {MOST_ROWS + 3}, or --format csv\n")
    text = run("leaderboard", "big", "--runs-dir", str(tmp_path), "--top", str(MOST_ROWS + 3)).stdout
    assert f"│ {MOST_ROWS + 3:>4} │" in text
