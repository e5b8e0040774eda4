"""Where trials are trained: in this process, or elsewhere. The oracle and the ledger never leave this process."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from datasets.dataset import Split
from search.constraint import Constraint
from search.early_decisions import EarlyDecisions
from search.evaluate import Evaluator
from search.trial import CurvePoint, TrialInfo, TrialResult

OnPoint = Callable[[TrialInfo, CurvePoint], None]


class Executor(Protocol):
    """Trains trials, several at once where it has the slots."""

    slots: int

    def submit(self, info: TrialInfo, decisions: EarlyDecisions) -> None:
        """Hands in a trial; at most `slots` may be in training."""

    def next_finished(self) -> tuple[TrialInfo, TrialResult]:
        """Waits for the next trial to finish. Raises ExecutorError."""

    def __enter__(self) -> Self:
        """Starts what it needs."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops what it started; trials in training are given up."""


class InProcess:
    """One trial at a time, in this process, with as many threads as it was configured for."""

    slots = 1

    def __init__(self, train: Split, validation: Split, constraint: Constraint, on_point: OnPoint) -> None:
        """`constraint` includes the margin; `on_point` hears of every evaluation."""
        self._evaluator, self._on_point = Evaluator(train, validation, constraint), on_point
        self._waiting: tuple[TrialInfo, EarlyDecisions] | None = None

    def submit(self, info: TrialInfo, decisions: EarlyDecisions) -> None:
        self._waiting = (info, decisions)

    def next_finished(self) -> tuple[TrialInfo, TrialResult]:
        if self._waiting is None:
            raise ValueError("expected a trial to have been submitted")
        (info, decisions), self._waiting = self._waiting, None
        return info, self._evaluator.evaluate(info, decisions, lambda point: self._on_point(info, point))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass
