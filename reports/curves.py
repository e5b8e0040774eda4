"""The loss curves of a trial as data: mean and range of its replicas after each evaluation."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from search.trial import Trial


@dataclass(frozen=True)
class Band:
    """Mean, lowest and highest loss (cross-entropy in nats) after each of `epochs`; all five are equally long."""

    epochs: tuple[int, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class LossCurves:
    """Training and validation loss of a trial's `replicas`; training loss of its `seeds` retrainings, if there are."""

    trial: int
    name: str
    parameters: int
    replicas: int
    training: Band
    validation: Band
    seeds: int = 0
    retraining: Band | None = None


def loss_curves(trial: Trial, history: Path | None = None) -> LossCurves:
    """The curves of a finished trial, and of its retraining from the CSV `history` that retraining wrote.

    Evaluations where no training has a finite loss are left out.
    """
    curve = trial.result.curve
    retrained = _history(history) if history is not None else {}
    return LossCurves(
        trial=trial.info.trial,
        name=trial.info.name,
        parameters=trial.info.parameters,
        replicas=max((len(point.correct) for point in curve), default=0),
        training=_band([(point.epoch, point.train_loss) for point in curve]),
        validation=_band([(point.epoch, point.val_loss) for point in curve]),
        seeds=max((len(losses) for losses in retrained.values()), default=0),
        retraining=_band(list(retrained.items())) if retrained else None,
    )


def _history(path: Path) -> dict[int, list[float]]:
    losses: dict[int, list[float]] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            losses.setdefault(int(row["epoch"]), []).append(float(row["train_loss"]))
    return losses


def _band(points: Sequence[tuple[int, Sequence[float | None]]]) -> Band:
    finite = [
        (epoch, [loss for loss in losses if loss is not None and math.isfinite(loss)]) for epoch, losses in points
    ]
    kept = [(epoch, losses) for epoch, losses in finite if losses]
    return Band(
        epochs=tuple(epoch for epoch, _ in kept),
        mean=tuple(math.fsum(losses) / len(losses) for _, losses in kept),
        low=tuple(min(losses) for _, losses in kept),
        high=tuple(max(losses) for _, losses in kept),
    )
