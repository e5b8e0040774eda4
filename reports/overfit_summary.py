"""From what a study of overfitting measured to its answers: estimates, paired differences, sentences. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from baselines.overfit.settings import Configuration
from baselines.overfit.stages import WITHIN, Outcome, ratio
from baselines.overfit.tasks import Done, Score
from datasets.dataset import Dataset
from reports import overfit_words as words
from reports.overfit_data import (
    Baseline,
    BothAnswer,
    Configured,
    CrossValidated,
    CurveEnd,
    DropoutAnswer,
    OverfitSummary,
    SizeAnswer,
    Speed,
)
from reports.overfit_statistics import accuracy, by_subset, difference, estimate, paired, train_accuracy


def summarise(outcome: Outcome, dataset: Dataset, command: str) -> OverfitSummary:
    """All answers of a study; the names of figures and tables are filled in by whoever writes them."""
    settings = outcome.settings
    size, dropout = _size(outcome, dataset), _dropout(outcome, dataset)
    speed = tuple(_speed(done, dataset) for done in outcome.speed)
    return OverfitSummary(
        dataset=settings.dataset,
        source=dataset.source,
        seed=settings.seed,
        examples=settings.examples,
        subsets=settings.subsets,
        seeds=settings.seeds,
        iterations=_iterations(outcome),
        validation_images=settings.validation_images,
        test_images=len(dataset.test),
        full_examples=len(dataset.train),
        baseline=_baseline(outcome, dataset),
        size=size,
        dropout=dropout,
        both=_both(outcome, dataset, size, dropout),
        cross_validation=_cross_validation(outcome, dataset),
        speed=speed,
        speed_sentence=words.speed(speed),
        trainings=outcome.trainings,
        seconds=outcome.seconds,
        figures={},
        tables={},
        command=command,
    )


def configured(configuration: Configuration, outcome: Outcome, dataset: Dataset) -> Configured:
    """A configuration with all that was measured of it."""
    network, scores = configuration.network, outcome.selection[configuration]
    final = outcome.final.get(configuration)
    return Configured(
        name=network.name,
        filters=network.filters,
        hidden=network.hidden,
        keep=network.keep,
        parameters=network.architecture(dataset.input_shape, dataset.classes).parameters,
        learning_rate=configuration.learning_rate,
        train=estimate(scores, train_accuracy),
        validation=estimate(scores, accuracy),
        validation_ratio=estimate(scores, ratio),
        test=None if final is None else estimate(final, accuracy),
        ratio=None if final is None else estimate(final, ratio),
    )


def end_points(curves: Sequence[Done], iteration: int) -> list[Score]:
    """The scores at one iteration, numbered by training: each curve is an observation of its own."""
    found = []
    for number, done in enumerate(curves):
        for score in done.scores:
            if score.iteration == iteration:
                found.append(
                    Score(number, score.train, score.train_total, score.held_out, score.held_out_total, iteration)
                )
    return found


def _iterations(outcome: Outcome) -> int:
    return next(iter(outcome.selection.values()))[0].iteration


def _baseline(outcome: Outcome, dataset: Dataset) -> Baseline:
    last = outcome.settings.curve_iterations[-1]
    full, few = (
        CurveEnd(
            examples,
            last,
            estimate(scores := end_points(curves, last), train_accuracy),
            estimate(scores, accuracy),
            estimate(scores, ratio),
        )
        for examples, curves in (
            (len(dataset.train), outcome.full_curves),
            (outcome.settings.examples, outcome.few_curves),
        )
    )
    network = outcome.chosen.original.network
    name = words.base_name(network, network.architecture(dataset.input_shape, dataset.classes).parameters)
    return Baseline(full, few, words.baseline(full, few, name))


def _size(outcome: Outcome, dataset: Dataset) -> SizeAnswer:
    chosen, final = outcome.chosen, outcome.final
    before, after, best_ratio, within = (
        configured(one, outcome, dataset)
        for one in (chosen.original, chosen.size, chosen.size_ratio, chosen.size_within)
    )
    answer = SizeAnswer(
        before=before,
        after=after,
        reduction=before.parameters / after.parameters,
        test_gain=difference(final[chosen.size], final[chosen.original], accuracy),
        ratio_gain=difference(final[chosen.size], final[chosen.original], ratio),
        best_ratio=best_ratio,
        within=within,
        within_gain=difference(final[chosen.size_within], final[chosen.original], accuracy),
        slack=WITHIN,
        sentence="",
    )
    return words.with_sentence(answer, words.size(answer, words.base_name(chosen.original.network, before.parameters)))


def _dropout(outcome: Outcome, dataset: Dataset) -> DropoutAnswer:
    chosen, final = outcome.chosen, outcome.final
    before, best, best_ratio, per_layer = (
        configured(one, outcome, dataset)
        for one in (chosen.original, chosen.dropout, chosen.dropout_ratio, chosen.per_layer)
    )
    picked = chosen.per_layer if per_layer.validation.mean > best.validation.mean else chosen.dropout
    shared = [configured(one, outcome, dataset) for one in outcome.shared]
    answer = DropoutAnswer(
        before=before,
        best=best,
        best_ratio=best_ratio,
        per_layer=per_layer,
        chosen=per_layer if picked == chosen.per_layer else best,
        test_gain=difference(final[picked], final[chosen.original], accuracy),
        ratio_gain=difference(final[picked], final[chosen.original], ratio),
        per_layer_gain=difference(final[chosen.per_layer], final[chosen.dropout], accuracy),
        disagreeing=tuple(
            one.keep[0]
            for one in shared
            if one.validation_ratio.mean > best.validation_ratio.mean and one.validation.mean < best.validation.mean
        ),
        sentence="",
    )
    name = words.base_name(chosen.original.network, before.parameters)
    return words.with_sentence(answer, words.dropout(answer, name))


def _both(outcome: Outcome, dataset: Dataset, size: SizeAnswer, dropout: DropoutAnswer) -> BothAnswer:
    chosen, final = outcome.chosen, outcome.final
    alone = chosen.per_layer if dropout.chosen == dropout.per_layer else chosen.dropout
    answer = BothAnswer(
        chosen=configured(chosen.both, outcome, dataset),
        over_original=difference(final[chosen.both], final[chosen.original], accuracy),
        over_size=difference(final[chosen.both], final[chosen.size], accuracy),
        over_dropout=difference(final[chosen.both], final[alone], accuracy),
        ratio_gain=difference(final[chosen.both], final[chosen.original], ratio),
        sentence="",
    )
    return words.with_sentence(answer, words.both(answer, size, dropout))


def cross_validated(outcome: Outcome) -> list[tuple[int, Configuration, float, float, float]]:
    """By subset: the pick of cross-validation, what it promised, the pick's validation accuracy, and that of the
    candidate with the best validation accuracy over all subsets."""
    scores = outcome.selection
    best = max(outcome.folds, key=lambda one: float(by_subset(scores[one], accuracy).mean()))
    found = []
    for number in range(outcome.settings.subsets):
        promised = {
            one: sum(s.held_out for s in folds if s.subset == number)
            / sum(s.held_out_total for s in folds if s.subset == number)
            for one, folds in outcome.folds.items()
        }
        pick = max(promised, key=lambda one: promised[one])
        truth, truth_best = (float(by_subset(scores[one], accuracy)[number]) for one in (pick, best))
        found.append((number, pick, promised[pick], truth, truth_best))
    return found


def _cross_validation(outcome: Outcome, dataset: Dataset) -> CrossValidated:
    rows = cross_validated(outcome)
    total, settings = 1_000_000, outcome.settings  # shares as whole numbers, so that one estimate serves all

    def as_scores(values: Sequence[float]) -> list[Score]:
        return [Score(number, 1, 1, round(value * total), total, 0) for number, value in enumerate(values)]

    promised, truth = as_scores([row[2] for row in rows]), as_scores([row[3] for row in rows])
    answer = CrossValidated(
        folds=settings.folds,
        candidates=len(outcome.folds),
        picks=dict(Counter(row[1].network.name for row in rows).most_common()),
        estimate=words.on_images(estimate(promised, accuracy), settings.examples, 1),
        truth=words.on_images(estimate(truth, accuracy), settings.validation_images, settings.seeds),
        loss=paired(np.array([row[3] for row in rows]), np.array([row[4] for row in rows])),
        sentence="",
    )
    return words.with_sentence(answer, words.cross_validation(answer, settings.examples))


def _speed(done: Done, dataset: Dataset) -> Speed:
    network, count = done.task.configuration.network, len(done.task.subsets)
    alone, together = done.alone if done.alone is not None else float("nan"), done.seconds / count
    parameters = network.architecture(dataset.input_shape, dataset.classes).parameters
    return Speed(network.name, parameters, count, alone, together, alone / together)
