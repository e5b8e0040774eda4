"""Workers: trials side by side give the same kind of ledger, and a worker that dies costs no more than a retry."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import psutil
import pytest

from datasets.registry import load
from search.budget import Budget
from search.dask_executor import OnDask
from search.early_decisions import EarlyDecisions
from search.errors import ExecutorError
from search.margin import aimed_at
from search.study import StudyConfig, open_study
from search.trial import CurvePoint, Trial, TrialInfo, TrialStatus
from search.tuner import run_search
from spaces.recipe import Recipe
from spaces.registry import load_space

ROOT = Path(__file__).parent.parent
CONFIG = StudyConfig("shallow", "digits", "val_accuracy >= 0.6", 2, 7, 3, "smallest")


class Listener:
    """Remembers what it hears; may call back when the first trial has been evaluated."""

    def __init__(self) -> None:
        self.started: list[int] = []
        self.evaluated_trials: set[int] = set()
        self.finished: list[Trial] = []
        self.most_at_once = 0

    def search_started(self, finished: Sequence[Trial], budget: Budget) -> None:
        pass

    def trial_started(self, info: TrialInfo) -> None:
        self.started.append(info.trial)
        self.most_at_once = max(self.most_at_once, len(self.started) - len(self.finished))

    def evaluated(self, info: TrialInfo, point: CurvePoint) -> None:
        self.evaluated_trials.add(info.trial)

    def trial_finished(self, trial: Trial, incumbent: Trial | None) -> None:
        self.finished.append(trial)


def test_two_workers_train_side_by_side_and_every_trial_is_in_the_ledger_once(tmp_path: Path) -> None:
    digits, heard = load("digits"), Listener()
    study = open_study(tmp_path, "study", CONFIG)
    trials = run_search(study, digits, load_space("shallow", (28, 28, 1), 10), Budget(trials=6), heard, workers=2)
    assert heard.most_at_once == 2
    assert sorted(trial.info.trial for trial in trials) == list(range(6))
    assert open_study(tmp_path, "study", CONFIG).ledger.read() == trials
    assert all(trial.result.status is not TrialStatus.FAILED for trial in trials)
    assert len({(trial.info.name, trial.info.recipe) for trial in trials}) == 6
    assert heard.evaluated_trials <= set(range(6))


def test_a_worker_that_is_killed_costs_its_trial_a_retry(tmp_path: Path) -> None:
    from search.candidates import CandidateSource
    from search.oracle import ConstrainedOracle

    digits = load("digits")
    constraint = aimed_at(CONFIG, len(digits.validation))
    candidate = ConstrainedOracle(CandidateSource(load_space("shallow", (28, 28, 1), 10), 60), 0.6, 0).propose([])
    assert candidate is not None
    # A single cycle has no early decisions, and many epochs last until the worker is killed.
    c = msgspec.structs.replace(candidate, recipe=Recipe(epochs=400, cycles=1))
    info = TrialInfo(0, c.values, c.architecture, c.name, c.parameters, c.macs, c.recipe, (1, 2), c.origin)
    with OnDask(digits.train, digits.validation, constraint, lambda info, point: None, workers=1) as workers:
        victim = next(iter(workers.process_ids()))
        threading.Timer(1.0, os.kill, (victim, signal.SIGKILL)).start()
        workers.submit(info, EarlyDecisions(0.6, len(digits.validation)))
        start = time.monotonic()
        finished, result = workers.next_finished()
        assert time.monotonic() - start > 1.0
    assert finished == info
    assert result.status is not TrialStatus.FAILED
    assert len(result.correct) >= 2


def test_a_scheduler_that_is_not_there_is_one_line() -> None:
    digits = load("digits")
    constraint = aimed_at(CONFIG, len(digits.validation))
    workers = OnDask(
        digits.train, digits.validation, constraint, lambda info, point: None, 1, "tcp://127.0.0.1:1", patience=1.0
    )
    with pytest.raises(ExecutorError, match="expected a Dask scheduler") as caught, workers:
        pass
    assert "\n" not in str(caught.value)


def _long_trial() -> TrialInfo:
    """A trial of many epochs in a single cycle: no early decision, and it lasts until something happens to it."""
    from search.candidates import CandidateSource

    c = CandidateSource(load_space("shallow", (28, 28, 1), 10), 60).draw(random.Random(0))
    recipe = Recipe(epochs=4000, cycles=1)
    return TrialInfo(0, c.values, c.architecture, c.name, c.parameters, c.macs, recipe, (1, 2), c.origin)


def test_a_trial_that_kills_three_workers_has_failed_and_workers_listen_on_loopback_alone() -> None:
    digits = load("digits")
    constraint = aimed_at(CONFIG, len(digits.validation))
    killed: set[int] = set()
    with OnDask(digits.train, digits.validation, constraint, lambda info, point: None, workers=1) as workers:
        (first,) = workers.process_ids()
        assert listening(os.getpid()) | listening(first) == {"127.0.0.1"}
        workers.submit(_long_trial(), EarlyDecisions(0.6, len(digits.validation)))
        over = threading.Event()

        def kill_whoever_trains() -> None:
            while not over.wait(0.2):
                with suppress(Exception):  # whoever is asked while it dies
                    for process in set(workers.process_ids()) - killed:
                        time.sleep(0.5)
                        killed.add(process)
                        os.kill(process, signal.SIGKILL)

        threading.Thread(target=kill_whoever_trains, daemon=True).start()
        try:
            _, result = workers.next_finished()
        finally:
            over.set()
    assert (result.status, result.reason) == (TrialStatus.FAILED, "3 workers died in this trial")
    assert len(killed) == 3


def listening(process: int) -> set[str]:
    """The addresses a process listens on."""
    connections = psutil.Process(process).net_connections()
    return {connection.laddr.ip for connection in connections if connection.status == psutil.CONN_LISTEN}


def dask_command(*arguments: str) -> subprocess.Popen[bytes]:
    """One of Dask's own tools, in the project's folder, as README says."""
    command = [sys.executable, "-m", "dask", *arguments]
    there = {**os.environ, "PYTHONPATH": "."}
    return subprocess.Popen(command, cwd=ROOT, env=there, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_a_scheduler_that_goes_away_and_workers_that_do_are_one_line(tmp_path: Path) -> None:
    digits, port = load("digits"), free_port()
    constraint = aimed_at(CONFIG, len(digits.validation))
    address = f"tcp://127.0.0.1:{port}"
    scheduler = dask_command("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    place = ("--local-directory", str(tmp_path), "--no-dashboard", "--no-nanny", "--nthreads", "1")
    worker = dask_command("worker", address, "--host", "127.0.0.1", *place)
    try:
        training = (digits.train, digits.validation, constraint, lambda info, point: None, 1, address)
        with OnDask(*training, patience=120, longest_wait=120) as workers:
            workers.submit(_long_trial(), EarlyDecisions(0.6, len(digits.validation)))
            workers._longest_wait = 2.0
            worker.kill()
            with pytest.raises(ExecutorError, match=r"expected workers at .*, got none for 2 s; start some") as alone:
                workers.next_finished()
            scheduler.kill()
            with pytest.raises(ExecutorError, match=rf"expected the scheduler {address} to go on, .*kept") as lost:
                workers.next_finished()
        assert "\n" not in str(alone.value) + str(lost.value)
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.wait()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
