"""Tasks side by side in processes of one thread each; what comes of a task does not depend on how many there are."""

from __future__ import annotations

import multiprocessing
import multiprocessing.process
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import TYPE_CHECKING, Self

from baselines.overfit.settings import OverfitSettings
from baselines.overfit.tasks import Done, Task
from datasets.dataset import Dataset
from search.errors import ExecutorError

if TYPE_CHECKING:
    from baselines.overfit.examples import Examples

_examples: Examples | None = None  # of a worker process: given once, used by all its tasks


class Here:
    """Tasks one after another in this process."""

    def __init__(self, dataset: Dataset, settings: OverfitSettings) -> None:
        """Imports TensorFlow; one thread, so that the figures are those of any number of workers."""
        _start(dataset, settings)

    def __call__(self, tasks: Sequence[Task]) -> Iterator[Done]:
        """Does them in order."""
        return map(_execute, tasks)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass


class SideBySide:
    """Tasks in several processes. Use it in a `with` block: whatever ends it, the processes end too."""

    def __init__(self, dataset: Dataset, settings: OverfitSettings, workers: int) -> None:
        """Starts nothing yet."""
        context = multiprocessing.get_context("spawn")  # TensorFlow does not survive a fork
        self._pool = ProcessPoolExecutor(workers, context, _start_worker, (dataset, settings))

    def __call__(self, tasks: Sequence[Task]) -> Iterator[Done]:
        """Does them; each comes when it is finished. Raises ExecutorError when a process died."""
        try:
            for future in as_completed([self._pool.submit(_execute, task) for task in tasks]):
                yield future.result()
        except BrokenProcessPool as error:
            raise ExecutorError(
                "expected the worker processes to live, one died (memory?); run again to go on, with --workers 1"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(wait=kind is None, cancel_futures=True)
        if kind is not None:
            for process in multiprocessing.active_children():
                process.terminate()


def _start_worker(dataset: Dataset, settings: OverfitSettings) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the one of the command decides
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    _start(dataset, settings)


def _follow(parent: multiprocessing.process.BaseProcess) -> None:
    """Ends this process when the one of the command has ended, however that came about."""
    parent.join()
    os._exit(1)


def _start(dataset: Dataset, settings: OverfitSettings) -> None:
    global _examples
    from search.runtime import configure

    configure(threads=1)
    from baselines.overfit.examples import Examples

    _examples = Examples(dataset, settings)


def _execute(task: Task) -> Done:
    from baselines.overfit.training import execute

    if _examples is None:
        raise RuntimeError("expected the worker to have been started with its examples")
    return execute(task, _examples)
