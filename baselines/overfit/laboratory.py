"""Where tasks are done: what the ledger holds is not done again, what is finished is on disk at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from baselines.overfit.tasks import Done, Task, TaskLedger


class Watcher(Protocol):
    """Is told how far a study is."""

    def stage(self, title: str) -> None:
        """A stage of the study begins."""

    def planned(self, tasks: int, finished: int) -> None:
        """So many tasks come next, of which so many are finished already."""

    def finished(self, done: Done) -> None:
        """A task is done and on disk."""


Runner = Callable[[Sequence[Task]], Iterable[Done]]


class Laboratory:
    """Does tasks through `runner`, unless the ledger has them."""

    def __init__(self, ledger: TaskLedger, runner: Runner, watcher: Watcher) -> None:
        """Reads the ledger. Raises LedgerError."""
        self._ledger, self._runner, self.watcher = ledger, runner, watcher
        ledger.repair()
        self._done = ledger.read()

    def run(self, tasks: Iterable[Task]) -> dict[Task, Done]:
        """All of `tasks`, done now or earlier, in the order given."""
        wanted = list(dict.fromkeys(tasks))
        missing = [task for task in wanted if task not in self._done]
        self.watcher.planned(len(wanted), len(wanted) - len(missing))
        for done in self._runner(missing):
            self._ledger.append(done)
            self._done[done.task] = done
            self.watcher.finished(done)
        return {task: self._done[task] for task in wanted}
