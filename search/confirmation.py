"""Confirmations: what fresh trainings of a trial's architecture scored on the test set, each training once.

They stand in `confirmations.jsonl` beside the ledger, as durable as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, stdev

import msgspec

from search.jsonl import VERSION, JsonLines, Record

CONFIDENCE = 0.95


class Confirmation(msgspec.Struct, frozen=True):
    """One retraining of a trial's architecture with fresh seeds, judged on the test set.

    `correct` test answers of each seed out of `total`; `confirmed` says whether their mean reaches the bar, counted in
    whole numbers. `lower_bound` is that of `lower_bound()`, None for a single seed. `models` are paths from the
    study's folder, one a seed; `history` is the CSV of the training losses.
    """

    trial: int
    seeds: tuple[int, ...]
    correct: tuple[int, ...]
    total: int
    epochs: int
    full_training_set: bool
    confirmed: bool
    lower_bound: float | None
    seconds: float
    models: tuple[str, ...]
    history: str

    @property
    def mean_accuracy(self) -> float:
        """Mean test accuracy of the seeds."""
        return sum(self.correct) / (self.total * len(self.correct))


class _Line(Record, frozen=True):
    confirmation: Confirmation


class Confirmations(JsonLines):
    """The confirmations of a study, on disk."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the study's."""
        super().__init__(folder / "confirmations.jsonl", "a confirmation")

    def append(self, confirmation: Confirmation) -> None:
        """Writes one confirmation; it is on disk when this returns. Raises LedgerError."""
        self.write(_Line(VERSION, confirmation))

    def read(self) -> list[Confirmation]:
        """All confirmations in the order in which they were made. Raises LedgerError."""
        return [line.confirmation for line in self.lines(_Line)]


def latest(confirmations: Sequence[Confirmation]) -> dict[int, Confirmation]:
    """The last confirmation of each trial, by the trial's number."""
    return {confirmation.trial: confirmation for confirmation in confirmations}


def lower_bound(correct: Sequence[int], total: int) -> float | None:
    """A one-sided 95% lower confidence bound of the expected test accuracy of one more training, as a share.

    Student's t over the seeds (Student, "The probable error of a mean", Biometrika 6, 1908):
    mean - t(0.95, K - 1) * s / sqrt(K). It covers the chance of the seeds on these `total` test images, not the choice
    of the images. None for a single seed, which says nothing of the spread.
    """
    if len(correct) < 2:
        return None
    from scipy.special import stdtrit  # here, for the commands that only read need no SciPy

    accuracies = [count / total for count in correct]
    quantile = float(stdtrit(len(correct) - 1, CONFIDENCE))
    return fmean(accuracies) - quantile * stdev(accuracies) / len(accuracies) ** 0.5
