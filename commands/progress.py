"""How a running search reports: live on a terminal, one plain line per finished trial elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.text import Text

from commands.console import basis, duration, message, messages, percent, spread
from search.leaderboard import incumbent, rank
from search.trial import CurvePoint, Trial, TrialInfo

if TYPE_CHECKING:
    from search.tuner import Budget


class SearchProgress:
    """A `search.tuner.Reporter` for people, on standard error. Use it in a `with` block."""

    def __init__(self, validation_images: int) -> None:
        """`validation_images`: how many the accuracies of a running trial rest on."""
        self._images = validation_images
        self._budget: Budget | None = None
        self._started = time.monotonic()
        self._done = 0
        self._incumbent: Trial | None = None
        self._running: dict[int, tuple[TrialInfo, CurvePoint | None]] = {}
        console = messages()
        self._live = Live(console=console, get_renderable=self._render, transient=True) if console.is_terminal else None

    def __enter__(self) -> SearchProgress:
        """Starts the live display, where there is a terminal."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Ends the live display."""
        if self._live is not None:
            self._live.stop()

    def search_started(self, finished: Sequence[Trial], budget: Budget) -> None:
        """The trials that earlier runs of the study finished, and what this one may use."""
        self._budget, self._done, self._started = budget, len(finished), time.monotonic()
        best = incumbent(rank(finished))
        self._incumbent = next((t for t in finished if best is not None and t.info.trial == best.trial), None)
        if finished:
            self._line(
                f"going on after {_count(len(finished), 'finished trial')}; incumbent: {_named(self._incumbent)}"
            )

    def trial_started(self, info: TrialInfo) -> None:
        """A trial begins to train."""
        self._running[info.trial] = (info, None)

    def evaluated(self, info: TrialInfo, point: CurvePoint) -> None:
        """A running trial was evaluated on the validation images."""
        if info.trial in self._running:  # word from another process may come after the trial's end
            self._running[info.trial] = (info, point)

    def trial_finished(self, trial: Trial, incumbent: Trial | None) -> None:
        """A trial is in the ledger; `incumbent` is the smallest qualifying one so far."""
        self._running.pop(trial.info.trial, None)
        self._done += 1
        new = incumbent is not None and incumbent.info.trial == trial.info.trial
        self._incumbent = incumbent
        # A terminal shows the incumbent all the time; above it only what changed is worth a lasting line.
        if self._live is None:
            best = (
                f"trial {incumbent.info.trial}, {incumbent.info.parameters:,} parameters" if incumbent else "none yet"
            )
            self._line(f"{self._progress()}: {_finished(trial)}; incumbent: {best}")
        elif new:
            self._line(f"new incumbent after {_count(self._done, 'trial')}: {_finished(trial)}")

    def _line(self, text: str) -> None:
        if self._live is None:
            message(text)
        else:
            self._live.console.print(text, markup=False)

    def _progress(self) -> str:
        trials = _count(self._done, "trial")
        if self._budget is not None and self._budget.trials is not None:
            trials = f"{self._done} of {self._budget.trials} trials"
        spent = time.monotonic() - self._started
        if self._budget is not None and self._budget.seconds is not None:
            return f"{trials}, {duration(self._budget.seconds - spent)} left"
        return f"{trials}, {duration(spent)} so far"

    def _share_done(self) -> float:
        """Of the budget, whichever part of it runs out first."""
        shares = [0.0]
        if self._budget is not None and self._budget.trials is not None:
            shares.append(self._done / self._budget.trials)
        if self._budget is not None and self._budget.seconds is not None:
            shares.append((time.monotonic() - self._started) / self._budget.seconds)
        return min(1.0, max(shares))

    def _render(self) -> RenderableType:
        parts: list[RenderableType] = [
            ProgressBar(total=1.0, completed=self._share_done(), width=40),
            Text(f"done      {self._progress()}"),
            Text(f"incumbent {_named(self._incumbent)}"),
        ]
        parts.extend(Text(f"training  {self._current(info, point)}") for info, point in list(self._running.values()))
        return Group(*parts)

    def _current(self, info: TrialInfo, point: CurvePoint | None) -> str:
        what = f"trial {info.trial}, {info.parameters:,} parameters, {info.name}"
        if point is None or not point.correct:
            return f"{what}: starting"
        mean = sum(point.correct) / (len(point.correct) * self._images)
        on = basis(len(point.correct), self._images)
        return f"{what}: epoch {point.epoch} of {info.recipe.epochs}, {percent(mean)} on {on}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _named(trial: Trial | None) -> str:
    if trial is None:
        return "none yet"
    return f"trial {trial.info.trial}, {trial.info.parameters:,} parameters, {_accuracy(trial)}, {trial.info.name}"


def _finished(trial: Trial) -> str:
    result = trial.result
    verdict = "qualifies" if result.qualified else "does not qualify"
    outcome = f"failed: {result.reason}" if not result.correct else f"{_accuracy(trial)}, {verdict}"
    return f"trial {trial.info.trial}, {trial.info.parameters:,} parameters, {trial.info.name}: {outcome}"


def _accuracy(trial: Trial) -> str:
    correct, total = trial.result.correct, trial.result.total
    if not correct or not total:
        return "not measured"
    figures = spread(min(correct) / total, sum(correct) / (total * len(correct)), max(correct) / total)
    return f"{figures} on {basis(len(correct), total)}"
