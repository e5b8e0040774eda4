"""The leaderboard: trials -> ranked rows, the incumbent, the Pareto front. Pure; reads only the fields it shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from search.confirmation import Confirmation, latest
from search.jsonl import Record
from search.ledger import Ledger
from search.objective import Objective
from search.trial import Trial, TrialResult, TrialStatus

if TYPE_CHECKING:
    import pandas as pd


class Row(msgspec.Struct, frozen=True, gc=False):
    """One trial on the leaderboard; None where there is no such figure.

    `rank` counts the qualifying trials from 1, smallest first. Accuracies are shares: of the `replicas` on
    `val_images` validation images each, and of `test_seeds` fresh trainings on `test_images` test images each.
    `confirmed` is None until the trial was retrained; `test_lower_bound` is that of `search.confirmation.lower_bound`.
    `epochs` is how many were trained, `seconds` how long that took. Where replicas have few examples of their own,
    `train_accuracy_mean` is that on them and `ratio` the mean of validation / training accuracy.
    """

    rank: int | None
    trial: int
    parameters: int
    macs: int
    architecture: str
    qualified: bool
    val_accuracy_mean: float | None
    val_accuracy_min: float | None
    replicas: int
    epochs: int
    seconds: float
    confirmed: bool | None
    test_accuracy_mean: float | None
    test_accuracy_min: float | None
    test_seeds: int
    status: str
    reason: str
    val_accuracy_max: float | None
    val_images: int
    test_accuracy_max: float | None
    test_images: int
    test_lower_bound: float | None
    train_accuracy_mean: float | None = None
    ratio: float | None = None


class _Info(msgspec.Struct, frozen=True, gc=False):
    trial: int
    name: str
    parameters: int
    macs: int


class _Result(msgspec.Struct, frozen=True):
    status: TrialStatus
    correct: tuple[int, ...]
    total: int
    qualified: bool
    epochs: int
    seconds: float
    reason: str = ""
    train_correct: tuple[int, ...] = ()
    train_total: int = 0


class TrialSummary(msgspec.Struct, frozen=True):
    """What the leaderboard needs of a `Trial`, under the same names; the rest of a line is not even decoded."""

    info: _Info
    result: _Result


class _Line(Record, frozen=True):
    trial: TrialSummary


def read_leaderboard(
    ledger: Ledger, confirmations: Sequence[Confirmation] = (), objective: Objective = "parameters"
) -> list[Row]:
    """All rows of a ledger, in the order of `rank`. Raises LedgerError."""
    return rank((line.trial for line in ledger.lines(_Line)), confirmations, objective)


def rank(
    trials: Iterable[Trial | TrialSummary],
    confirmations: Sequence[Confirmation] = (),
    objective: Objective = "parameters",
) -> list[Row]:
    """All trials as rows: qualifying ones ranked, smallest first; then the others, smallest first; failed ones last.

    With the objective "val_accuracy" the most accurate comes first, of equal ones the smaller.

    Equal sizes: higher mean accuracy first, then the lower number. A trial that comes twice counts once, as it came
    first. Of several confirmations of a trial the last one counts.
    """
    last = latest(confirmations)
    seen: dict[int, Row] = {}
    for trial in trials:
        if trial.info.trial not in seen:
            seen[trial.info.trial] = _row(trial, last.get(trial.info.trial))
    rows = sorted(seen.values(), key=_order if objective == "parameters" else _order_by_accuracy)
    return [msgspec.structs.replace(row, rank=index) if row.qualified else row for index, row in enumerate(rows, 1)]


def qualifying(rows: Iterable[Row]) -> list[Row]:
    """The rows of the trials that meet the constraint, in the order given."""
    return [row for row in rows if row.qualified]


def incumbent(rows: Iterable[Row]) -> Row | None:
    """The smallest qualifying trial (equal sizes: the more accurate, then the earlier one), None without any."""
    return min(qualifying(rows), key=_order, default=None)


def nearest(rows: Iterable[Row]) -> Row | None:
    """The trial of the highest mean validation accuracy (equal ones: the smallest), None if none was measured."""
    measured = [row for row in rows if row.val_accuracy_mean is not None]
    return max(measured, key=lambda row: (row.val_accuracy_mean or 0.0, -row.parameters, -row.trial), default=None)


def pareto_front(rows: Iterable[Row]) -> list[Row]:
    """The trials that no other one beats in both size and mean validation accuracy, smallest first."""
    measured = [row for row in rows if row.val_accuracy_mean is not None]
    measured.sort(key=lambda row: (row.parameters, -(row.val_accuracy_mean or 0.0), row.trial))
    front: list[Row] = []
    best = -1.0
    for row in measured:
        if row.val_accuracy_mean is not None and row.val_accuracy_mean > best:
            front.append(row)
            best = row.val_accuracy_mean
    return front


def to_frame(rows: Iterable[Row]) -> pd.DataFrame:
    """The rows as a data frame with the columns of `Row`, in order; missing figures are missing values."""
    import pandas as pd  # here: the table on the terminal need not wait for it

    records = [msgspec.structs.astuple(row) for row in rows]
    return pd.DataFrame(records, columns=list(Row.__struct_fields__)).astype(
        {"rank": "Int64", "confirmed": "boolean"},
    )


def _order(row: Row) -> tuple[int, int, float, int]:
    group = 0 if row.qualified else 2 if row.status == TrialStatus.FAILED.value else 1
    return group, row.parameters, -1.0 if row.val_accuracy_mean is None else -row.val_accuracy_mean, row.trial


def _order_by_accuracy(row: Row) -> tuple[int, float, int, int]:
    accuracy = row.val_accuracy_mean
    return int(accuracy is None), 0.0 if accuracy is None else -accuracy, row.parameters, row.trial


def _row(trial: Trial | TrialSummary, confirmation: Confirmation | None) -> Row:
    info, result = trial.info, trial.result
    low, mean, high = _spread(result.correct, result.total)
    test_correct = confirmation.correct if confirmation is not None else ()
    test_total = confirmation.total if confirmation is not None else 0
    test_low, test_mean, test_high = _spread(test_correct, test_total)
    return Row(
        rank=None,
        trial=info.trial,
        parameters=info.parameters,
        macs=info.macs,
        architecture=info.name,
        qualified=result.qualified,
        val_accuracy_mean=mean,
        val_accuracy_min=low,
        replicas=len(result.correct),
        epochs=result.epochs,
        seconds=result.seconds,
        confirmed=confirmation.confirmed if confirmation is not None else None,
        test_accuracy_mean=test_mean,
        test_accuracy_min=test_low,
        test_seeds=len(test_correct),
        status=result.status.value,
        reason=result.reason,
        val_accuracy_max=high,
        val_images=result.total,
        test_accuracy_max=test_high,
        test_images=test_total,
        test_lower_bound=confirmation.lower_bound if confirmation is not None else None,
        train_accuracy_mean=_spread(result.train_correct, result.train_total)[1],
        ratio=_ratio(result),
    )


def _ratio(result: TrialResult | _Result) -> float | None:
    """Mean of validation / training accuracy over the replicas that learned anything; None without few examples."""
    pairs = [pair for pair in zip(result.correct, result.train_correct, strict=False) if pair[1] > 0]
    if not pairs or result.total <= 0:
        return None
    return sum(right * result.train_total / (result.total * trained) for right, trained in pairs) / len(pairs)


def _spread(correct: Sequence[int], total: int) -> tuple[float, float, float] | tuple[None, None, None]:
    """Lowest, mean and highest accuracy; None where nothing was measured."""
    if not correct or total <= 0:
        return None, None, None
    return min(correct) / total, sum(correct) / (total * len(correct)), max(correct) / total
