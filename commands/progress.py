"""How a running search reports: live on a terminal, one plain line per finished trial elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import count
from threading import Lock
from types import TracebackType

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.text import Text

from commands.console import basis, duration, message, messages, percent, spread
from search.budget import Budget
from search.leaderboard import incumbent, rank
from search.objective import Objective
from search.trial import CurvePoint, Trial, TrialInfo, TrialStatus

ENOUGH = 3  # trials, before their speed means anything


class SearchProgress:
    """A `search.tuner.Reporter` for people, on standard error. Use it in a `with` block."""

    def __init__(self, validation_images: int, objective: Objective = "parameters") -> None:
        """`validation_images`: how many the accuracies of a running trial rest on."""
        self._images, self._objective = validation_images, objective
        self._budget: Budget | None = None
        self._started = time.monotonic()
        self._done = self._earlier = self._failed = 0
        self._incumbent: Trial | None = None
        # By place: a worker each. Word of a trial may come from another thread, and after its end.
        self._running: dict[int, tuple[TrialInfo, CurvePoint | None]] = {}
        self._changing = Lock()
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
        self._budget, self._started = budget, time.monotonic()
        self._done = self._earlier = len(finished)
        self._failed = sum(trial.result.status is TrialStatus.FAILED for trial in finished)
        rows = rank(finished, objective=self._objective)
        best = incumbent(rows) if self._objective == "parameters" else next(iter(rows), None)
        self._incumbent = next((t for t in finished if best is not None and t.info.trial == best.trial), None)
        if finished:
            self._line(
                f"going on after {_count(len(finished), 'finished trial')}; incumbent: {_named(self._incumbent)}"
            )

    def trial_started(self, info: TrialInfo) -> None:
        """A trial begins to train."""
        with self._changing:
            place = next(place for place in count(1) if place not in self._running)
            self._running[place] = (info, None)

    def evaluated(self, info: TrialInfo, point: CurvePoint) -> None:
        """A running trial was evaluated on the validation images."""
        with self._changing:
            place = self._place(info.trial)
            if place is not None:
                self._running[place] = (info, point)

    def trial_finished(self, trial: Trial, incumbent: Trial | None) -> None:
        """A trial is in the ledger; `incumbent` is the smallest qualifying one so far."""
        with self._changing:
            place = self._place(trial.info.trial)
            if place is not None:
                del self._running[place]
        self._done += 1
        self._failed += trial.result.status is TrialStatus.FAILED
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

    def _place(self, trial: int) -> int | None:
        return next((place for place, (info, _) in self._running.items() if info.trial == trial), None)

    def note(self, text: str) -> None:
        """A lasting line: above the live display where there is one."""
        self._line(text)

    def _line(self, text: str) -> None:
        if self._live is None:
            message(text)
        else:
            self._live.console.print(text, markup=False)

    def _progress(self) -> str:
        """Trials, failures among them, time left and speed, as far as they are known."""
        budget = self._budget or Budget()
        trials = f"{self._done} of {budget.trials} trials" if budget.trials is not None else _count(self._done, "trial")
        failed = f"{self._failed} failed" if self._failed else ""
        spent = time.monotonic() - self._started
        here = self._done - self._earlier
        per_second = here / spent if here >= ENOUGH and spent > 0 else 0.0
        left = [] if budget.seconds is None else [budget.seconds - spent]
        if budget.trials is not None and per_second > 0:
            left.append((budget.trials - self._done) / per_second)
        time_left = f"{duration(min(left))} left" if left else f"{duration(spent)} so far"
        speed = f"{60 * per_second:.1f} trials a minute" if per_second > 0 else ""
        return ", ".join(part for part in (trials, failed, time_left, speed) if part)

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
        with self._changing:
            running = sorted(self._running.items())
        several = len(running) > 1 or any(place > 1 for place, _ in running)
        parts.extend(
            Text(f"{f'worker {place}' if several else 'training':9} {self._current(info, point)}")
            for place, (info, point) in running
        )
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
    # Where networks see few examples there is no bar to qualify for.
    measured = f"{_accuracy(trial)}, {verdict}" if trial.info.examples is None else _accuracy(trial)
    outcome = f"failed: {result.reason}" if result.status is TrialStatus.FAILED else measured
    return f"trial {trial.info.trial}, {trial.info.parameters:,} parameters, {trial.info.name}: {outcome}"


def _accuracy(trial: Trial) -> str:
    correct, total = trial.result.correct, trial.result.total
    if not correct or not total:
        return "not measured"
    figures = spread(min(correct) / total, sum(correct) / (total * len(correct)), max(correct) / total)
    return f"{figures} on {basis(len(correct), total)}"
