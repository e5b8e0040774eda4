"""A trial: what was asked (TrialInfo), apart from what was observed (TrialResult).

    running --> completed   trained to the end of its schedule
            --> accepted    stopped early: already safely over the bar
            --> rejected    stopped early: no gain seen so far could lift it over the bar
            --> failed      could not be trained; the reason says why

Whether a trial qualifies is not a status: it follows from its counts and the study's constraint.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from spaces.architecture import Architecture
from spaces.recipe import Recipe

Value = bool | int | float | str
Values = dict[str, Value]


class TrialStatus(Enum):
    """Where a trial stands in its lifecycle."""

    RUNNING = "running"
    COMPLETED = "completed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FAILED = "failed"

    def is_finished(self) -> bool:
        """Everything but running is final."""
        return self is not TrialStatus.RUNNING


class TrialInfo(msgspec.Struct, frozen=True):
    """What was asked: one architecture, how to train it, and the seeds of its replicas.

    `origin` says why the oracle proposed it. With `examples` each replica is trained on so many images of its own, the
    class-balanced subset of its seed in `subset_seeds`; else all share the training split.
    """

    trial: int
    values: Values
    architecture: Architecture
    name: str
    parameters: int
    macs: int
    recipe: Recipe
    seeds: tuple[int, ...]
    origin: str
    examples: int | None = None
    subset_seeds: tuple[int, ...] = ()


class CurvePoint(msgspec.Struct, frozen=True):
    """One evaluation: after how many epochs, correct validation answers and losses of each replica.

    The loss of a replica that diverged is None: JSON has no word for what it is.
    """

    epoch: int
    correct: tuple[int, ...]
    val_loss: tuple[float | None, ...]
    train_loss: tuple[float | None, ...]
    seconds: float


class TrialResult(msgspec.Struct, frozen=True):
    """What was observed: validation answers of each replica out of `total`, at the end of training.

    `qualified` is what the study's constraint, margin included, said of them; `reason` is one line for an early
    decision or a failure; `more_seeds` are those of replicas added because the first ones were too close to call.
    `train_correct` out of `train_total`: each replica's answers on its own few examples, where it has some.
    """

    status: TrialStatus
    correct: tuple[int, ...]
    total: int
    qualified: bool
    epochs: int
    seconds: float
    curve: tuple[CurvePoint, ...] = ()
    reason: str = ""
    more_seeds: tuple[int, ...] = ()
    train_correct: tuple[int, ...] = ()
    train_total: int = 0


class Trial(msgspec.Struct, frozen=True):
    """A finished trial, one line of the ledger.

    `elapsed` is how many seconds the study had been searched when it finished, pauses between runs not counted; None
    in ledgers written before it was kept.
    """

    info: TrialInfo
    result: TrialResult
    elapsed: float | None = None

    @property
    def mean_accuracy(self) -> float:
        """Mean validation accuracy of the replicas; NaN when none was measured."""
        correct, total = self.result.correct, self.result.total
        return sum(correct) / (total * len(correct)) if correct and total else float("nan")


def better_incumbent(incumbent: Trial | None, trial: Trial) -> Trial | None:
    """The incumbent once `trial` has finished: the smaller qualifying one, of equal ones the more accurate."""
    if not trial.result.qualified:
        return incumbent
    if incumbent is None:
        return trial
    return min(incumbent, trial, key=lambda one: (one.info.parameters, -one.mean_accuracy, one.info.trial))


def more_accurate(incumbent: Trial | None, trial: Trial) -> Trial | None:
    """The best trial of a study that maximises accuracy, once `trial` has finished; of equal ones the smaller."""
    if not trial.result.correct:
        return incumbent
    if incumbent is None:
        return trial
    return min(incumbent, trial, key=lambda one: (-one.mean_accuracy, one.info.parameters, one.info.trial))
