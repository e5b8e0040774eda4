"""How a running study of overfitting reports: a bar a stage on a terminal, one plain line a task elsewhere."""

from __future__ import annotations

import time
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from baselines.overfit.tasks import Done
from commands.console import duration, message, messages, percent

STAGES = 8  # of `baselines.overfit.stages`


class OverfitProgress:
    """A `baselines.overfit.laboratory.Watcher` for people, on standard error. Use it in a `with` block."""

    def __init__(self) -> None:
        """Shows nothing yet."""
        console = messages()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        last = TextColumn("{task.fields[latest]}")
        self._bars = Progress(*columns, last, console=console) if console.is_terminal else None
        self._bar: TaskID | None = None
        self._stage, self._planned, self._finished = 0, 0, 0
        self._started = time.monotonic()

    def __enter__(self) -> OverfitProgress:
        """Starts the bars, where there is a terminal."""
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Ends the bars."""
        if self._bars is not None:
            self._bars.stop()

    def stage(self, title: str) -> None:
        """A stage of the study begins."""
        self._stage += 1
        self._planned = self._finished = 0
        text = f"{self._stage} of {STAGES}: {title}"
        if self._bars is not None:
            self._bar = self._bars.add_task(text, total=None, latest="")
        else:
            message(f"{text} ({duration(time.monotonic() - self._started)} so far)")

    def planned(self, tasks: int, finished: int) -> None:
        """So many tasks come next, of which so many are finished already."""
        self._planned += tasks
        self._finished += finished
        self._update("")

    def finished(self, done: Done) -> None:
        """A task is done and on disk."""
        self._finished += 1
        last = [score for score in done.scores if score.iteration == done.scores[-1].iteration]
        right = percent(sum(one.held_out for one in last) / sum(one.held_out_total for one in last))
        trainings = "1 training" if len(last) == 1 else f"{len(last)} trainings"
        latest = f"{done.task.configuration.network.name}: {right} ({trainings})"
        self._update(latest)
        if self._bars is None:
            message(f"  {self._finished} of {self._planned}: {latest}, {done.seconds:.1f} s")

    def _update(self, latest: str) -> None:
        if self._bars is not None and self._bar is not None:
            self._bars.update(self._bar, total=self._planned, completed=self._finished, latest=latest)
