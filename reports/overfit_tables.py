"""The tables of the study of overfitting as CSV: the same seed gives the same files, `speed.csv` excepted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from baselines.overfit.settings import Configuration
from baselines.overfit.stages import Outcome, ratio
from baselines.overfit.tasks import Score
from datasets.dataset import Dataset
from reports.overfit_data import Configured, Difference, Estimate, OverfitSummary
from reports.overfit_statistics import accuracy, train_accuracy
from reports.overfit_summary import configured, cross_validated

Record = dict[str, Any]


def write_tables(outcome: Outcome, summary: OverfitSummary, dataset: Dataset, folder: Path) -> dict[str, str]:
    """Writes all tables; returns their names by what they hold."""
    tables = {
        "curves": curve_records(outcome),
        "size": _all(outcome.sizes, outcome, dataset),
        "dropout": _all((*outcome.shared, *outcome.layered), outcome, dataset),
        "grid": _all(outcome.grid, outcome, dataset),
        "chosen": chosen_records(outcome, dataset),
        "differences": difference_records(summary),
        "cross-validation": cross_validation_records(outcome),
        "trainings": training_records(outcome),
        "speed": [msgspec.structs.asdict(row) for row in summary.speed],
    }
    for name, records in tables.items():
        pd.DataFrame(records).to_csv(folder / f"{name}.csv", index=False)
    return {name: f"{name}.csv" for name in tables}


def curve_records(outcome: Outcome) -> list[Record]:
    """One row a training and point; `subset` is empty for the full training set."""
    return [
        {
            "examples": "all" if done.task.kind == "curve-full" else outcome.settings.examples,
            "subset": done.task.subsets[0] if done.task.subsets else None,
            "seed": done.task.seed,
            "iteration": score.iteration,
            **_accuracies(score, "test"),
        }
        for done in (*outcome.full_curves, *outcome.few_curves)
        for score in done.scores
    ]


def chosen_records(outcome: Outcome, dataset: Dataset) -> list[Record]:
    """The chosen configurations by what they were chosen for, with their test accuracy."""
    return [
        {"chosen": role, **_record(configured(one, outcome, dataset))} for role, one in vars(outcome.chosen).items()
    ]


def difference_records(summary: OverfitSummary) -> list[Record]:
    """All paired differences of the answers, in points of accuracy or of the ratio."""
    size, dropout, both = summary.size, summary.dropout, summary.both
    rows: tuple[tuple[str, str, str, Difference], ...] = (
        ("test accuracy", size.after.name, size.before.name, size.test_gain),
        ("ratio", size.after.name, size.before.name, size.ratio_gain),
        ("test accuracy", size.within.name, size.before.name, size.within_gain),
        ("test accuracy", dropout.chosen.name, dropout.before.name, dropout.test_gain),
        ("ratio", dropout.chosen.name, dropout.before.name, dropout.ratio_gain),
        ("test accuracy", dropout.per_layer.name, dropout.best.name, dropout.per_layer_gain),
        ("test accuracy", both.chosen.name, size.before.name, both.over_original),
        ("test accuracy", both.chosen.name, size.after.name, both.over_size),
        ("test accuracy", both.chosen.name, dropout.chosen.name, both.over_dropout),
        ("ratio", both.chosen.name, size.before.name, both.ratio_gain),
    )
    return [
        {"measure": measure, "first": first, "second": second, **msgspec.structs.asdict(less)}
        for measure, first, second, less in rows
    ]


def cross_validation_records(outcome: Outcome) -> list[Record]:
    """What cross-validation picked in each subset, and what it is worth."""
    return [
        {
            "subset": number,
            "pick": pick.network.name,
            "promised": promised,
            "validation_accuracy": truth,
            "validation_accuracy_of_best": best,
        }
        for number, pick, promised, truth, best in cross_validated(outcome)
    ]


def training_records(outcome: Outcome) -> list[Record]:
    """Every single training of selection and of the final test."""
    found = []
    for what, runs in (("validation", outcome.selection), ("test", outcome.final)):
        for configuration, scores in runs.items():
            for place, score in enumerate(scores):
                found.append(
                    {
                        "scored_on": what,
                        "network": configuration.network.name,
                        "learning_rate": configuration.learning_rate,
                        "subset": score.subset,
                        "seed": sum(one.subset == score.subset for one in scores[:place]),
                        **_accuracies(score, "held_out"),
                    }
                )
    return found


def _all(configurations: Sequence[Configuration], outcome: Outcome, dataset: Dataset) -> list[Record]:
    return [_record(configured(one, outcome, dataset)) for one in configurations]


def _record(one: Configured) -> Record:
    record: Record = {
        "network": one.name,
        "first_filters": one.filters[0],
        "second_filters": one.filters[1],
        "hidden_units": one.hidden,
        "keep_first": one.keep[0],
        "keep_second": one.keep[1],
        "keep_hidden": one.keep[2],
        "parameters": one.parameters,
        "learning_rate": one.learning_rate,
    }
    for name in ("train", "validation", "validation_ratio", "test", "ratio"):
        found: Estimate | None = getattr(one, name)
        for field in ("mean", "low", "high", "least", "most"):
            record[f"{name}_{field}"] = None if found is None else getattr(found, field)
    return record


def _accuracies(score: Score, held_out: str) -> Record:
    return {
        "train_correct": score.train,
        "train_images": score.train_total,
        f"{held_out}_correct": score.held_out,
        f"{held_out}_images": score.held_out_total,
        "train_accuracy": train_accuracy(score),
        f"{held_out}_accuracy": accuracy(score),
        "ratio": ratio(score),
    }
