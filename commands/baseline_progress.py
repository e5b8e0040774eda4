"""How a running baseline reports: a bar on a terminal, one plain line per evaluation elsewhere."""

from __future__ import annotations

from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from baselines.curves import Point
from commands.console import message, messages, percent


class BaselineProgress:
    """A `baselines.training.Watcher` for people, on standard error. Use it in a `with` block."""

    def __init__(self, iterations: int) -> None:
        """`iterations`: how many each network is trained."""
        self._iterations = iterations
        self._task: TaskID | None = None
        self._latest: tuple[str, int] | None = None
        console = messages()
        # Short enough for a terminal of 80 columns: model and seed, iterations, time left, latest test accuracy.
        columns = (TextColumn("{task.description}"), BarColumn(bar_width=None), MofNCompleteColumn())
        rest = (TimeRemainingColumn(compact=True), TextColumn("{task.fields[accuracy]}"))
        self._bars = Progress(*columns, *rest, console=console, expand=True) if console.is_terminal else None

    def __enter__(self) -> BaselineProgress:
        """Starts the bar, where there is a terminal."""
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Ends the bar."""
        if self._bars is not None:
            self._bars.stop()

    def trained(self, model: str, seed: int, iteration: int) -> None:
        """So many iterations of this network are done."""
        if self._bars is None:
            return
        if self._latest != (model, seed):
            self._latest = (model, seed)
            self._task = self._bars.add_task(f"{model}, seed {seed}", total=self._iterations, accuracy="")
        if self._task is not None:
            self._bars.update(self._task, completed=iteration)

    def measured(self, model: str, seed: int, point: Point, test_total: int) -> None:
        """A point of its curve was measured."""
        accuracy = f"test {percent(next(iter(point.test.values())) / test_total)}"
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, accuracy=accuracy)
        else:
            message(f"{model}, seed {seed}: iteration {point.iteration:,} of {self._iterations:,}, {accuracy}")
