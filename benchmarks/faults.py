"""Kills a search and its workers at random moments, goes on each time, and checks that nothing was lost.

    python -m benchmarks.faults --searches 30 --workers 30

Each run of `search` on `digits` is ended by SIGKILL after a random time; in some, workers are killed before that. A
trial counts as reported once the search has said on standard error that it finished. In the end every reported trial
is in the ledger exactly once, `study.json` is as it was, and the leaderboard is the one computed from the ledger. Exit
code 1 and the difference where it is not so.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import click
import msgspec

from search.leaderboard import rank
from search.study import load_study

ROOT = Path(__file__).resolve().parent.parent
STUDY = "faults"
PATIENCE = 600.0  # seconds for one trial on a busy machine; an idle one needs a few
REPORTED = re.compile(r": trial (\d+), ")
FLAGS = ["shallow", "--study", STUDY, "--dataset", "digits", "--constraint", "val_accuracy >= 0.9"]
FLAGS += ["--max-epochs", "1", "--replicas", "1", "--trials", "100000"]


@dataclass
class Told:
    """What the searches said: trials that finished, in the order told, and how many kills there were."""

    trials: list[int] = field(default_factory=list)
    searches_killed: int = 0
    workers_killed: int = 0

    def __str__(self) -> str:
        killed = f"{self.searches_killed} searches and {self.workers_killed} workers killed"
        return f"{killed}, {len(self.trials)} trials reported"


def descendants(process: int) -> list[int]:
    """The worker processes below a search."""
    told = subprocess.run(["ps", "-wweo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in told.splitlines()]
    return [int(pid) for pid, parent, *rest in rows if int(parent) == process and "spawn_main" in " ".join(rest)]


class Running:
    """One run of the search; what it reports goes to `told` as it comes."""

    def __init__(self, runs_dir: Path, workers: int, told: Told) -> None:
        """Starts it."""
        command = [sys.executable, str(ROOT / "search_cli.py"), "search", *FLAGS]
        command += ["--workers", str(workers), "--runs-dir", str(runs_dir)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        self.heard, self.last = threading.Event(), ""
        self._told = told
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.last = line.strip() or self.last
            if (match := REPORTED.search(line)) is not None and " of 100000 trials" in line:
                self._told.trials.append(int(match[1]))
                self.heard.set()

    def wait_for_a_trial(self, seconds: float) -> None:
        """Until one more trial was reported. Raises ClickException when none comes."""
        self.heard.clear()
        if not self.heard.wait(seconds):
            said = self.last or "nothing"
            self.end(signal.SIGKILL)
            raise click.ClickException(f"expected a trial within {seconds:.0f} s, got: {said}")

    def end(self, how: signal.Signals) -> int:
        """Ends it and hears it out; its exit code."""
        self.process.send_signal(how)
        code = self.process.wait(60)
        self._reader.join(60)
        return code


def torment(runs_dir: Path, searches: int, workers: int, seed: int) -> Told:
    """Kills `searches` searches and `workers` workers, a few workers in each of some runs; ends with one Ctrl-C."""
    rng, told = random.Random(seed), Told()
    while told.searches_killed < searches or told.workers_killed < workers:
        several = told.searches_killed % 3 == 0 or told.searches_killed >= searches
        side_by_side = told.workers_killed < workers and several
        running = Running(runs_dir, 2 if side_by_side else 1, told)
        if not side_by_side and rng.random() < 0.2:
            time.sleep(rng.uniform(0.0, 8.0))  # before it has begun, too
        else:
            running.wait_for_a_trial(PATIENCE)
            most = -(-3 * workers // max(1, searches))
            for _ in range(min(most, workers - told.workers_killed) if side_by_side else 0):
                time.sleep(rng.uniform(0.0, 1.0))
                victims = descendants(running.process.pid)
                if victims:
                    os.kill(rng.choice(victims), signal.SIGKILL)
                    told.workers_killed += 1
                    running.wait_for_a_trial(PATIENCE)
            time.sleep(rng.uniform(0.0, 2.0))
        running.end(signal.SIGKILL)
        told.searches_killed += 1
        click.echo(f"{told}", err=True)
    running = Running(runs_dir, 1, told)
    running.wait_for_a_trial(PATIENCE)
    if (code := running.end(signal.SIGINT)) != 130:
        raise click.ClickException(f"expected the last search to end with 130, got {code}: {running.last}")
    return told


def differences(runs_dir: Path, told: Told, config: bytes) -> list[str]:
    """What was lost, doubled or changed: one line each, none when all is well."""
    study = load_study(runs_dir, STUDY)
    lines = (study.folder / "trials.jsonl").read_bytes().splitlines()
    recorded = Counter(json.loads(line)["trial"]["info"]["trial"] for line in lines)
    found = [f"trial {trial} was reported and is not in the ledger" for trial in set(told.trials) - set(recorded)]
    found += [f"trial {trial} is in the ledger {count} times" for trial, count in recorded.items() if count > 1]
    found += [f"trial {trial} was reported {n} times" for trial, n in Counter(told.trials).items() if n > 1]
    if (study.folder / "study.json").read_bytes() != config:
        found.append("study.json is not what it was")
    command = [sys.executable, str(ROOT / "search_cli.py"), "leaderboard", STUDY, "--all", "--format", "json"]
    shown = subprocess.run(
        [*command, "--runs-dir", str(runs_dir)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    computed = json.loads(msgspec.json.encode(rank(study.ledger.read())))
    if json.loads(shown.stdout) != computed:
        found.append("the leaderboard is not the one computed from the ledger")
    return found


def expected_config(runs_dir: Path) -> bytes:
    """Starts the study and gives what is in its study.json."""
    running = Running(runs_dir, 1, Told())
    path = runs_dir / STUDY / "study.json"
    while not path.exists() and running.process.poll() is None:
        time.sleep(0.05)
    running.end(signal.SIGKILL)
    return path.read_bytes()


@click.command()
@click.option("--searches", default=30, show_default=True, help="How many searches are killed.")
@click.option("--workers", default=30, show_default=True, help="How many of their workers are killed.")
@click.option("--seed", default=0, show_default=True, help="Of the moments.")
def main(searches: int, workers: int, seed: int) -> None:
    """Prints what was killed and what was found; exit code 1 where anything was lost."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        config = expected_config(Path(folder))
        told = torment(Path(folder), searches, workers, seed)
        found = differences(Path(folder), told, config)
        recorded = len(load_study(Path(folder), STUDY).ledger.read())
    for line in found:
        click.echo(line)
    verdict = "nothing lost" if not found else "LOST"
    click.echo(f"{told}, {recorded} in the ledger, in {time.monotonic() - start:.0f} s: {verdict}")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
