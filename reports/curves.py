"""The curves of a trial as data: what its replicas did in the search, what its retraining did seed by seed."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from search.trial import Trial, TrialStatus
from spaces.recipe import cycle_ends


@dataclass(frozen=True)
class Band:
    """Mean, lowest and highest value (loss: cross-entropy in nats) after each of `epochs`; all are equally long."""

    epochs: tuple[int, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Lines:
    """One curve a seed: `values[seed][epoch]`, NaN where there is none; accuracies rest on `images` images each."""

    epochs: tuple[int, ...]
    values: tuple[tuple[float, ...], ...]
    images: int = 0

    @property
    def band(self) -> Band:
        """Mean and range over the seeds."""
        return _band([(epoch, column) for epoch, *column in zip(self.epochs, *self.values, strict=True)])


@dataclass(frozen=True)
class Decision:
    """An early decision of the search: after `epoch`, `outcome` is `accepted`, `rejected` or `went on`."""

    epoch: int
    outcome: str


@dataclass(frozen=True)
class LossCurves:
    """Training and validation loss of a trial's `replicas`; training loss of its `seeds` retrainings, if there are.

    `accuracy` is the replicas' on `images` validation images; `decisions` are those the search took on the way. The
    retraining comes seed by seed too: `losses`, and accuracies where its history has them: on a fixed sample of the
    training images, and on the validation images where those were left out of training.
    """

    trial: int
    name: str
    parameters: int
    replicas: int
    training: Band
    validation: Band
    seeds: int = 0
    retraining: Band | None = None
    accuracy: Band | None = None
    images: int = 0
    decisions: tuple[Decision, ...] = ()
    losses: Lines | None = None
    train_accuracy: Lines | None = None
    val_accuracy: Lines | None = None


def loss_curves(trial: Trial, history: Path | None = None) -> LossCurves:
    """The curves of a finished trial, and of its retraining from the CSV `history` that retraining wrote.

    Evaluations where no training has a finite loss are left out. A history from before accuracies were kept has none.
    """
    curve, total = trial.result.curve, trial.result.total
    rows = _rows(history) if history is not None else []
    losses = _lines(rows, "train_loss")
    return LossCurves(
        trial=trial.info.trial,
        name=trial.info.name,
        parameters=trial.info.parameters,
        replicas=max((len(point.correct) for point in curve), default=0),
        training=_band([(point.epoch, point.train_loss) for point in curve]),
        validation=_band([(point.epoch, point.val_loss) for point in curve]),
        seeds=len(losses.values) if losses is not None else 0,
        retraining=losses.band if losses is not None else None,
        accuracy=_band([(point.epoch, [count / total for count in point.correct]) for point in curve]),
        images=total,
        decisions=decisions(trial),
        losses=losses,
        train_accuracy=_lines(rows, "train_correct", "train_images"),
        val_accuracy=_lines(rows, "val_correct", "val_images"),
    )


def decisions(trial: Trial) -> tuple[Decision, ...]:
    """Where the search could have ended the trial, and what it did: at the end of every cycle but the last."""
    outcomes = {TrialStatus.ACCEPTED: "accepted", TrialStatus.REJECTED: "rejected"}
    last = trial.result.epochs
    return tuple(
        Decision(epoch, outcomes.get(trial.result.status, "went on") if epoch == last else "went on")
        for epoch in cycle_ends(trial.info.recipe)[:-1]
        if epoch <= last
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _lines(rows: Sequence[dict[str, str]], column: str, images: str | None = None) -> Lines | None:
    """A column of a history as one curve a seed, divided by the column `images`; None where it is missing or empty."""
    if not rows or not all(row.get(column) for row in rows):
        return None
    epochs = tuple(dict.fromkeys(int(row["epoch"]) for row in rows))
    curves: dict[str, dict[int, float]] = {}
    for row in rows:
        value = float(row[column]) / (int(row[images]) if images is not None else 1)
        curves.setdefault(row["seed"], {})[int(row["epoch"])] = value
    values = tuple(tuple(curve.get(epoch, math.nan) for epoch in epochs) for curve in curves.values())
    return Lines(epochs, values, int(rows[0][images]) if images is not None else 0)


def _band(points: Sequence[tuple[int, Sequence[float | None]]]) -> Band:
    finite = [
        (epoch, [value for value in values if value is not None and math.isfinite(value)]) for epoch, values in points
    ]
    kept = [(epoch, values) for epoch, values in finite if values]
    return Band(
        epochs=tuple(epoch for epoch, _ in kept),
        mean=tuple(math.fsum(values) / len(values) for _, values in kept),
        low=tuple(min(values) for _, values in kept),
        high=tuple(max(values) for _, values in kept),
    )
