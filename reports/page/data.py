"""What the page shows of a study, read from its folder: trials, confirmations, and what retraining kept of the winners.

Neither TensorFlow nor a data set is needed: the test set is known from what `retrain` wrote down alone.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from reports.curves import LossCurves, loss_curves
from search.artifacts import ArtifactError, Predictions, read_predictions, read_weights
from search.confirmation import Confirmation, Confirmations, latest
from search.leaderboard import Row, incumbent, rank
from search.study import Study, StudyConfig
from search.trial import Trial

MOST_WINNERS = 3
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Details:
    """A trial worth a section of its own: `curves` with those of its retraining, where it kept them.

    What retraining did not keep is None; `notes` says what cannot be read.
    """

    trial: Trial
    row: Row
    confirmation: Confirmation | None
    curves: LossCurves
    predictions: Predictions | None
    weights: list[list[np.ndarray]] | None
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class StudyData:
    """A study as it stands: `trials` in the order in which they finished, `rows` as the leaderboard ranks them."""

    name: str
    config: StudyConfig
    trials: tuple[Trial, ...]
    rows: tuple[Row, ...]
    details: tuple[Details, ...]
    warnings: tuple[str, ...]


def gather(study: Study) -> StudyData:
    """Reads a study's folder. Raises LedgerError for a ledger that cannot be read."""
    records = Confirmations(study.folder)
    confirmations = records.read()
    trials = study.ledger.read()
    rows = rank(trials, confirmations)
    last, of = latest(confirmations), {trial.info.trial: trial for trial in trials}
    details = [_details(study.folder, of[row.trial], row, last.get(row.trial)) for row in shown_in_detail(rows)]
    warnings = (*study.ledger.warnings, *records.warnings)
    return StudyData(study.name, study.config, tuple(trials), tuple(rows), tuple(details), warnings)


def shown_in_detail(rows: Sequence[Row]) -> list[Row]:
    """The smallest confirmed trials, and the incumbent, confirmed or not; smallest first."""
    winners = [row for row in rows if row.confirmed][:MOST_WINNERS]
    best = incumbent(rows)
    if best is not None and best.trial not in {row.trial for row in winners}:
        winners.append(best)
    return sorted(winners, key=lambda row: (row.parameters, row.trial))


def _details(folder: Path, trial: Trial, row: Row, confirmation: Confirmation | None) -> Details:
    alone = loss_curves(trial)
    if confirmation is None:
        return Details(trial, row, None, alone, None, None, ())
    history = folder / confirmation.history
    if not history.resolve().is_relative_to(folder.resolve()):  # a record read from a file may name any path
        return Details(trial, row, confirmation, alone, None, None, ("the files of its retraining lie elsewhere",))
    notes: list[str] = []

    def kept(read: Callable[[], T | None]) -> T | None:
        try:
            return read()
        except ArtifactError as error:
            notes.append(str(error))
            return None

    curves = kept(lambda: _curves(trial, history))
    predictions = kept(lambda: read_predictions(history.parent))
    weights = kept(lambda: read_weights(history.parent, confirmation.seeds))
    return Details(trial, row, confirmation, curves or alone, predictions, weights, tuple(notes))


def _curves(trial: Trial, history: Path) -> LossCurves | None:
    try:
        return loss_curves(trial, history)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError, csv.Error) as error:
        got = f"{type(error).__name__}: {error}"
        raise ArtifactError(f"expected training losses in {history}, got: {got}; restore or remove it") from error
