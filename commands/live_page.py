"""The page of a running search: written again after finished trials, never so often that it slows the search."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from commands.console import one_line
from search.study import Study
from search.trial import CurvePoint, Trial, TrialInfo

if TYPE_CHECKING:
    from search.budget import Budget
    from search.tuner import Reporter

PAGE = "page.html"
SECONDS_BETWEEN = 10.0
# Writing takes at most one part in so many of the time: big studies are written more rarely.
SHARE = 20


class LivePage:
    """A `search.tuner.Reporter` that hands everything on to another and keeps a page about the study beside its ledger.

    Use it in a `with` block: at its end, however it comes, the page is written once more, no longer to load itself
    again. What goes wrong in writing is said once, by `say`, and never stops the search.
    """

    def __init__(self, study: Study, reporter: Reporter, say: Callable[[str], None]) -> None:
        """`reporter` hears everything first."""
        self.path: Path = study.folder / PAGE
        self._study, self._reporter, self._say = study, reporter, say
        self._due = 0.0
        self._said: set[str] = set()

    def __enter__(self) -> LivePage:
        """Nothing is written before the search starts."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Writes the page as it stays."""
        self._write(running=False)

    def search_started(self, finished: Sequence[Trial], budget: Budget) -> None:
        """Writes the first page, so that there is one to open."""
        self._reporter.search_started(finished, budget)
        self._write(running=True)
        if self.path.exists():
            self._say(f"page: {self.path}; open it in a browser, where it keeps itself up to date")

    def trial_started(self, info: TrialInfo) -> None:
        """Handed on."""
        self._reporter.trial_started(info)

    def evaluated(self, info: TrialInfo, point: CurvePoint) -> None:
        """Handed on."""
        self._reporter.evaluated(info, point)

    def trial_finished(self, trial: Trial, incumbent: Trial | None) -> None:
        """Writes the page again where the last time is long enough ago."""
        self._reporter.trial_finished(trial, incumbent)
        if time.monotonic() >= self._due:
            self._write(running=True)

    def _write(self, running: bool) -> None:
        started = time.monotonic()
        try:
            from reports.page.data import gather
            from reports.page.render import write_page

            write_page(self.path, [gather(self._study)], running)
        except Exception as error:  # noqa: BLE001 - a search must not end for the sake of a page; what went wrong is said
            line = f"warning: the page is not up to date: {type(error).__name__}: {one_line(error)}; the search goes on"
            if line not in self._said:
                self._said.add(line)
                self._say(line)
        ended = time.monotonic()
        self._due = ended + max(SECONDS_BETWEEN, SHARE * (ended - started))
