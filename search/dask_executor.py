"""Trials side by side on Dask workers: processes on this machine, or a scheduler that already runs."""

from __future__ import annotations

import logging
import os
import queue
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import dask
import msgspec
from distributed import Client, KilledWorker, LocalCluster
from distributed.system import MEMORY_LIMIT

from datasets.dataset import Split
from search.constraint import Constraint
from search.dask_worker import Evaluated, WorkersData, evaluate_trial
from search.early_decisions import EarlyDecisions
from search.errors import ExecutorError
from search.trial import CurvePoint, TrialInfo, TrialResult, TrialStatus

if TYPE_CHECKING:
    from search.executors import OnPoint

LOOPBACK = "127.0.0.1"
KILLED_WORKERS = 3  # a trial that takes so many workers with it is recorded as failed
LEAST_MEMORY = 2 * 2**30  # bytes a worker may use at least: TensorFlow alone takes half a gigabyte
# TensorFlow's kernels keep what they compiled for every new shape, some 5 MB a network: a worker of ours that has come
# to so many bytes starts afresh between two trials.
WORN_OUT = 1200 * 2**20
SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_TO_CLOSE = 3.0
SECONDS_TO_RESTART = 60.0
SETTINGS = {
    "distributed.scheduler.allowed-failures": KILLED_WORKERS - 1,
    # A trial holds its memory while it trains; pausing or spilling would wait for ever, so a worker that takes
    # too much is ended, which its trial is told as any other death.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
}


class OnDask:
    """Trials side by side on Dask workers of one thread each: a local cluster, or a scheduler that already runs."""

    def __init__(
        self,
        train: Split,
        validation: Split,
        constraint: Constraint,
        on_point: OnPoint,
        workers: int,
        scheduler: str | None = None,
        patience: float = 20.0,
        longest_wait: float = 300.0,
    ) -> None:
        """`scheduler` is the address of one that runs (`tcp://host:port`), to be reached within `patience` seconds;
        None starts `workers` processes here. Without any worker it gives up after `longest_wait` seconds.
        """
        self.slots = workers
        self._data = WorkersData(train, validation, constraint)
        self._on_point, self._scheduler = on_point, scheduler
        self._patience, self._longest_wait = patience, longest_wait
        self._cluster: Any = None
        self._client: Any = None
        # The futures are kept: the scheduler forgets what nobody holds.
        self._running: dict[str, tuple[TrialInfo, Any]] = {}
        self._completed: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        dask.config.set(SETTINGS)
        _silence()
        try:
            if self._scheduler is None:
                with _interruptions_blocked():
                    self._cluster = LocalCluster(
                        n_workers=self.slots,
                        threads_per_worker=1,
                        processes=True,
                        host=LOOPBACK,
                        dashboard_address=f"{LOOPBACK}:0",
                        scheduler_kwargs={"dashboard": False},
                        memory_limit=max(MEMORY_LIMIT // self.slots, LEAST_MEMORY),
                        silence_logs=logging.CRITICAL,
                    )
            self._client = Client(self._cluster if self._scheduler is None else self._scheduler, timeout=self._patience)
            self._client.wait_for_workers(1, timeout=self._longest_wait)
        except (OSError, RuntimeError, ValueError) as error:
            self._close()
            raise ExecutorError(self._missing(error)) from error
        try:
            self._client.register_plugin(self._data)
            self._client.subscribe_topic(self._data.name, self._heard)
        except Exception as error:  # whatever a worker raises arrives here, some of it as a bare Exception
            self._close()
            raise ExecutorError(
                f"expected workers with this project's code and what it needs, got: {_line(error)}; start them in its "
                "folder with: PYTHONPATH=. dask worker ADDRESS --nthreads 1"
            ) from error
        self._count_workers()
        return self

    def process_ids(self) -> list[int]:
        """The process of each worker."""
        return list(self._client.run(os.getpid).values())

    def submit(self, info: TrialInfo, decisions: EarlyDecisions) -> None:
        try:
            future = self._client.submit(evaluate_trial, self._data.name, info, decisions, pure=False)
        except (OSError, RuntimeError) as error:
            raise ExecutorError(self._lost()) from error
        self._running[future.key] = info, future
        future.add_done_callback(self._completed.put)

    def next_finished(self) -> tuple[TrialInfo, TrialResult]:
        future = self._next_completed()
        if future.status == "finished":
            with self._or_lost():
                evaluated: Evaluated = future.result()
            self._renew_if_worn_out(evaluated)
            return self._running.pop(future.key)[0], evaluated.result
        if future.status != "error":
            raise ExecutorError(self._lost())
        error = future.exception()
        info, _ = self._running.pop(future.key)
        if isinstance(error, KilledWorker):
            # One's own scheduler may have been told another number.
            return info, _failed(f"{error.allowed_failures + 1} workers died in this trial")
        # What goes wrong in a trial comes as its result; this is about the worker.
        raise ExecutorError(
            f"expected workers that can train trial {info.trial}, got: {_line(error)}; start them and the scheduler in "
            "the project's folder with PYTHONPATH=. and what requirements.txt names"
        ) from error

    def _next_completed(self) -> Any:
        """Waits for the next future that is done, and sees that there is somebody to wait for."""
        seen = time.monotonic()
        while True:
            with suppress(queue.Empty):
                return self._completed.get(timeout=SECONDS_BETWEEN_LOOKS)
            with self._or_lost():
                if self._client.status != "running":
                    raise ExecutorError(self._lost())
                if self._count_workers():
                    seen = time.monotonic()
            if time.monotonic() - seen > self._longest_wait:
                raise ExecutorError(
                    f"expected workers at {self._client.scheduler.address}, got none for {self._longest_wait:g} s; "
                    "start some and run the command again: it goes on where it stopped"
                )

    def _renew_if_worn_out(self, evaluated: Evaluated) -> None:
        """Only here: somebody else's workers may be doing other work, too."""
        if self._cluster is not None and evaluated.memory > WORN_OUT:
            with suppress(Exception):  # a worker that is gone in the meantime starts afresh all the same
                self._client.restart_workers([evaluated.worker], timeout=SECONDS_TO_RESTART)

    def _count_workers(self) -> int:
        """How many workers there are now; they come and go, and a trial is submitted for each."""
        count = len(self._client.scheduler_info(n_workers=-1)["workers"])
        self.slots = max(1, count)
        return count

    @contextmanager
    def _or_lost(self) -> Iterator[None]:
        """Turns what Dask raises when the scheduler goes into one line."""
        try:
            yield
        except ExecutorError:
            raise
        except Exception as error:
            raise ExecutorError(self._lost()) from error

    def _heard(self, event: tuple[float, tuple[int, str]]) -> None:
        trial, point = event[1]
        for info, _ in list(self._running.values()):
            if info.trial == trial:  # word of a trial that has finished in the meantime is old news
                self._on_point(info, msgspec.json.decode(point, type=CurvePoint))

    def _missing(self, error: Exception) -> str:
        if self._scheduler is None:
            return f"expected {self.slots} workers to start here, got: {_line(error)}; try with --workers 1"
        if self._client is not None:
            return (
                f"expected workers at the scheduler {self._scheduler}, got: {_line(error)}; start some in the "
                f"project's folder with: PYTHONPATH=. dask worker {self._scheduler} --nthreads 1"
            )
        return (
            f"expected a Dask scheduler at {self._scheduler}, got: {_line(error)}; start one in the project's folder "
            "with: PYTHONPATH=. dask scheduler"
        )

    def _lost(self) -> str:
        where = "of the workers here" if self._scheduler is None else self._scheduler
        return (
            f"expected the scheduler {where} to go on, got no more answers from it; finished trials are kept, run the "
            "command again to go on"
        )

    def _close(self) -> None:
        for part in (self._client, self._cluster):
            if part is not None:
                with suppress(Exception):  # what is being given up may be gone already; there is nothing left to lose
                    part.close(timeout=SECONDS_TO_CLOSE)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._scheduler is not None and self._client.status == "running":
            with suppress(Exception):  # courtesy to others' workers: they could keep the data
                self._client.cancel([future for _, future in self._running.values()])
                self._client.unregister_worker_plugin(self._data.name)
        self._close()


def _silence() -> None:
    """What goes wrong reaches us as a future's error; Dask's own log is about connections it closes."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)


@contextmanager
def _interruptions_blocked() -> Iterator[None]:
    """Threads and processes that start in here never see Ctrl-C, which a terminal sends to all of them: the process
    that holds the ledger decides what it means.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _failed(reason: str) -> TrialResult:
    return TrialResult(TrialStatus.FAILED, (), 0, False, 0, 0.0, reason=reason)


def _line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
