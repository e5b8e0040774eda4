"""Trials side by side on Dask workers: processes on this machine, or a scheduler that already runs."""

from __future__ import annotations

import logging
import os
import signal
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import dask
import msgspec
from distributed import Client, KilledWorker, LocalCluster, WorkerPlugin, as_completed, get_worker

from datasets.dataset import Split
from search.constraint import Constraint
from search.early_decisions import EarlyDecisions
from search.errors import ExecutorError
from search.runtime import configure
from search.trial import CurvePoint, TrialInfo, TrialResult, TrialStatus

if TYPE_CHECKING:
    from search.executors import OnPoint  # a worker unpickles this module before TensorFlow is configured

POINTS = "curve-points"
EVALUATOR = "evaluator"
LOOPBACK = "127.0.0.1"
KILLED_WORKERS = 3  # a trial that takes so many workers with it is recorded as failed


class _WorkersData(WorkerPlugin):
    """What each worker keeps for all its trials: the data travels once, the evaluator is made once."""

    name = EVALUATOR

    def __init__(self, train: Split, validation: Split, constraint: Constraint) -> None:
        self.train, self.validation, self.constraint = train, validation, constraint
        self.evaluator: Any = None

    def setup(self, worker: Any) -> None:
        # Ctrl-C reaches every process of the terminal; the one that holds the ledger decides what it means.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        configure(threads=1)
        from search.evaluate import Evaluator

        self.evaluator = Evaluator(self.train, self.validation, self.constraint)


def _evaluate(info: TrialInfo, decisions: EarlyDecisions) -> TrialResult:
    """Runs on a worker."""
    worker = get_worker()
    evaluator = worker.plugins[EVALUATOR].evaluator

    def tell(point: CurvePoint) -> None:
        worker.log_event(POINTS, [info.trial, msgspec.json.encode(point).decode()])

    return evaluator.evaluate(info, decisions, tell)


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
    ) -> None:
        """`scheduler` is the address of one that runs (`tcp://host:port`), to be reached within `patience` seconds;
        None starts `workers` processes here.
        """
        self.slots = workers
        self._data = _WorkersData(train, validation, constraint)
        self._on_point, self._scheduler, self._patience = on_point, scheduler, patience
        self._cluster: Any = None
        self._client: Any = None
        self._running: dict[str, TrialInfo] = {}
        self._completed: Any = None

    def __enter__(self) -> Self:
        dask.config.set({"distributed.scheduler.allowed-failures": KILLED_WORKERS - 1})
        try:
            if self._scheduler is None:
                self._cluster = LocalCluster(
                    n_workers=self.slots,
                    threads_per_worker=1,
                    processes=True,
                    host=LOOPBACK,
                    dashboard_address=f"{LOOPBACK}:0",
                    memory_limit=0,
                    # What goes wrong reaches us as a future's error; Dask's own log is about connections it closes.
                    silence_logs=logging.CRITICAL,
                )
            self._client = Client(self._cluster if self._scheduler is None else self._scheduler, timeout=self._patience)
        except OSError as error:
            raise ExecutorError(
                f"expected a Dask scheduler at {self._scheduler}, got: {' '.join(str(error).split())}; "
                "start one with: dask scheduler"
            ) from error
        if self._scheduler is not None:
            self._client.wait_for_workers(1, timeout=60)
            self.slots = max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))
        self._client.register_plugin(self._data)
        self._client.subscribe_topic(POINTS, self._heard)
        self._completed = as_completed(raise_errors=False)
        return self

    def process_ids(self) -> list[int]:
        """The process of each worker."""
        return list(self._client.run(os.getpid).values())

    def _heard(self, event: tuple[float, tuple[int, str]]) -> None:
        trial, point = event[1]
        for info in list(self._running.values()):
            if info.trial == trial:  # word of a trial that has finished in the meantime is old news
                self._on_point(info, msgspec.json.decode(point, type=CurvePoint))

    def submit(self, info: TrialInfo, decisions: EarlyDecisions) -> None:
        future = self._client.submit(_evaluate, info, decisions, pure=False)
        self._running[future.key] = info
        self._completed.add(future)

    def next_finished(self) -> tuple[TrialInfo, TrialResult]:
        future = next(self._completed)
        info = self._running.pop(future.key)
        if future.status == "finished":
            return info, future.result()
        error = future.exception()
        if isinstance(error, KilledWorker):
            return info, _failed(f"{KILLED_WORKERS} workers died in this trial")
        if future.status == "error":
            return info, _failed(f"{type(error).__name__}: {error}")
        raise ExecutorError(f"expected a result for trial {info.trial}, the scheduler was lost; run the command again")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for part in (self._client, self._cluster):
            if part is not None:
                part.close()


def _failed(reason: str) -> TrialResult:
    line = " ".join(reason.split())
    return TrialResult(TrialStatus.FAILED, (), 0, False, 0, 0.0, reason=line)
