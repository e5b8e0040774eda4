"""What is trained in one go, what came of it, and the file that keeps it: a study goes on from there."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from baselines.overfit.settings import Configuration
from search.jsonl import VERSION, JsonLines, Record

Kind = Literal["curve-full", "curve-few", "selection", "fold", "final", "speed"]


class Task(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One configuration, one seed number, some of the subsets (by number).

    curve-full: the original on the full training set, measured on the way; curve-few: the same on a subset;
    selection: scored on validation images; fold: trained without one fold of the subset, scored on it;
    final: fresh subsets and seeds, scored on test; speed: how long one alone and all subsets at once take.
    """

    kind: Kind
    configuration: Configuration
    seed: int
    subsets: tuple[int, ...]
    fold: int | None = None


class Score(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One training: right answers on what it was trained on, and on images that it was not.

    `held_out`: validation images (selection), the fold left out (fold), test images (final, curves).
    """

    subset: int
    train: int
    train_total: int
    held_out: int
    held_out_total: int
    iteration: int


class Done(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finished task: its scores (of a curve, one a point) and how long it took; `alone` of speed: one training."""

    task: Task
    scores: tuple[Score, ...]
    seconds: float
    alone: float | None = None


class _Line(Record, frozen=True):
    done: Done


class TaskLedger(JsonLines):
    """The finished tasks of a study, each on disk before the next begins."""

    def __init__(self, path: Path) -> None:
        """`path` need not exist yet."""
        super().__init__(path, "a finished task of the study of overfitting")

    def append(self, done: Done) -> None:
        """Writes one finished task; it is on disk when this returns. Raises LedgerError."""
        self.write(_Line(VERSION, done))

    def read(self) -> dict[Task, Done]:
        """All finished tasks, each as it was first done. Raises LedgerError."""
        found: dict[Task, Done] = {}
        for line in self.lines(_Line):
            found.setdefault(line.done.task, line.done)
        return found
