"""Evaluates one trial: trains its replicas, decides early where that is safe, adds replicas near the bar.

This is what a worker does; it sees training and validation data, never the test set.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import tensorflow as tf

from datasets.dataset import Split
from search.constraint import Constraint
from search.early_decisions import Decision, EarlyDecisions, standard_error
from search.feeds import EpochFeed
from search.few_examples import evaluate_on_few
from search.training import Evaluation, Trainer
from search.trial import CurvePoint, TrialInfo, TrialResult, TrialStatus
from spaces.recipe import cycle_ends

NEAR = 1.0  # standard errors from the bar within which a mean is too close to call
MOST_SEATS = 2  # times the replicas asked for, at most, when it is

OnPoint = Callable[[CurvePoint], None]


class Evaluator:
    """Trains and validates trials on data that stays in memory."""

    def __init__(self, train: Split, validation: Split, constraint: Constraint) -> None:
        """`constraint` includes the margin."""
        self._train, self._validation, self._constraint = train, validation, constraint
        self._train_images, self._train_labels = tf.constant(train.images), tf.constant(train.labels)
        self._images = tf.constant(validation.images)
        self._labels = tf.constant(validation.labels)
        self._total = len(validation)

    def evaluate(self, info: TrialInfo, decisions: EarlyDecisions | None, on_point: OnPoint) -> TrialResult:
        """Trains the trial's replicas; near the bar as many again, with seeds that follow on. `decisions` None: all of
        them to the end.

        Whatever goes wrong in one trial becomes its status and reason here, and nowhere else. A replica that diverges
        counts with the answers it gives; a trial of which all diverge has failed.
        """
        start = time.perf_counter()
        try:
            if info.examples is not None:
                return evaluate_on_few(info, self._train, self._validation, on_point)
            result = self._train_replicas(info, info.seeds, decisions, on_point, start)
            if result.status is TrialStatus.FAILED:
                return msgspec.structs.replace(result, correct=(), qualified=False)
            while self._is_near(result) and len(result.correct) < MOST_SEATS * len(info.seeds):
                more = [seed + len(result.correct) for seed in info.seeds]
                # To the end, like the first ones: what stopped early says nothing about where these would have ended.
                added = self._train_replicas(info, more, None, on_point, start)
                result = _pooled(result, added, more, self._constraint)
        except OSError:  # training touches no file and no line: whoever listens could not be told, no trial's fault
            raise
        except Exception as error:  # noqa: BLE001 - a space of one's own may hold anything; the search outlives it
            seconds = time.perf_counter() - start
            reason = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}"
            return TrialResult(TrialStatus.FAILED, (), self._total, False, 0, seconds, reason=reason)
        finally:
            gc.collect()  # a trainer and its graph refer to each other: only the collector frees them
        return result

    def _is_near(self, result: TrialResult) -> bool:
        if result.status is not TrialStatus.COMPLETED:
            return False
        mean = sum(result.correct) / (len(result.correct) * self._total)
        return abs(mean - float(self._constraint.bar)) < NEAR * standard_error(result.correct, self._total)

    def _train_replicas(
        self, info: TrialInfo, seeds: Sequence[int], decisions: EarlyDecisions | None, on_point: OnPoint, start: float
    ) -> TrialResult:
        recipe = info.recipe
        feed = EpochFeed(self._train_images, self._train_labels, recipe.batch_size, recipe.input_scale, seeds[0])
        trainer = Trainer(info.architecture, recipe, feed, seeds, recipe.epochs * feed.steps_per_epoch)
        curve: list[CurvePoint] = []
        status, reason, done = TrialStatus.COMPLETED, "", 0
        ends = cycle_ends(recipe)
        for epoch in checkpoints(ends):
            loss = trainer.train((epoch - done) * feed.steps_per_epoch)
            done = epoch
            scored = trainer.evaluate(self._images, self._labels)
            point = _point(epoch, scored, loss, time.perf_counter() - start)
            curve.append(point)
            on_point(point)
            reason = _divergence(point)
            if _diverged(point) == len(seeds):
                status = TrialStatus.FAILED
                break
            if decisions is not None and epoch in ends[:-1]:
                decision = decisions.decide(point, recipe.epochs)
                if decision is not Decision.GO_ON:
                    status = TrialStatus.ACCEPTED if decision is Decision.ACCEPT else TrialStatus.REJECTED
                    reason = _joined(f"{decision.value}ed after {epoch} of {recipe.epochs} epochs", reason)
                    break
        last = curve[-1]
        qualified = self._constraint.is_met_by_mean(last.correct, self._total)
        seconds = time.perf_counter() - start
        return TrialResult(status, last.correct, self._total, qualified, last.epoch, seconds, tuple(curve), reason)


def checkpoints(ends: Sequence[int]) -> list[int]:
    """After which epochs a training is evaluated: at the end and in the middle of each cycle."""
    middles = {(start + end) // 2 for start, end in zip([0, *ends], ends, strict=False)}
    return sorted({*ends, *middles} - {0})


def _point(epoch: int, scored: Evaluation, train_loss: Any, seconds: float) -> CurvePoint:
    return CurvePoint(
        epoch, scored.correct, _rounded(scored.loss), _rounded([float(loss) for loss in train_loss]), round(seconds, 3)
    )


def _diverged(point: CurvePoint) -> int:
    return sum(loss is None for loss in point.val_loss)


def _divergence(point: CurvePoint) -> str:
    """Says how many replicas diverged, nothing where none did."""
    count, replicas = _diverged(point), len(point.val_loss)
    if count == 0:
        return ""
    return f"{count} of {replicas} replicas diverged: no finite loss after {point.epoch} epochs"


def _joined(*reasons: str) -> str:
    return "; ".join(reason for reason in reasons if reason)


def _rounded(losses: Sequence[float]) -> tuple[float | None, ...]:
    return tuple(round(loss, 5) if math.isfinite(loss) else None for loss in losses)


def _pooled(first: TrialResult, second: TrialResult, seeds: Sequence[int], constraint: Constraint) -> TrialResult:
    """Both sets of replicas as one result; the curve stays that of the first."""
    correct = (*first.correct, *second.correct)
    return msgspec.structs.replace(
        first,
        correct=correct,
        qualified=constraint.is_met_by_mean(correct, first.total),
        seconds=second.seconds,
        reason=_joined(
            f"too close to call with {len(first.correct)} replicas: {len(second.correct)} more",
            first.reason,
            second.reason,
        ),
        more_seeds=(*first.more_seeds, *seeds),
    )
