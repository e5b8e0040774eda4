"""The main results in one table, for the first page."""

from __future__ import annotations

from baselines.architectures import original
from baselines.comparison import final
from baselines.results import Result
from baselines.tables import FinalRow, final_rows
from reports.comparison_data import speed
from reports.document.practical_1 import CLASSES, MNIST_SHAPE
from reports.document.sources import Sources
from reports.document.studies import StudyFacts
from reports.document.wording import spread_of
from reports.words import basis, percent, spread

NOT_YET = "not run yet"
Row = tuple[str, str, str]


def summary_rows(sources: Sources) -> tuple[Row, ...]:
    """Question, what it asks, the figure; what has not been run yet says so."""
    network = original(MNIST_SHAPE, CLASSES)
    return (
        ("1.1", "free parameters of the given network", f"{network.parameters:,}"),
        ("1.2", "its test accuracy", _accuracy(sources.baselines.get("original"), "original")),
        ("2.2", "test accuracy of the linear network", _accuracy(sources.baselines.get("linear"), "linear")),
        ("3.1", "smallest shallow network", _winner(sources.chosen("shallow"))),
        ("3.2", "smallest deep network", _winner(sources.chosen("deep"))),
        ("3.3", "convergence, shallow against deep", _speed(sources)),
        ("4.1", "test accuracy with 250 examples", _overfit(sources)),
        ("5.3", "test accuracy of the sum", _sums(sources)),
    )


def _accuracy(result: Result | None, model: str) -> str:
    row = _row(result, model)
    if row is None:
        return NOT_YET
    return f"{spread_of(row.test_accuracy)}, {basis(row.seeds, row.test_images)} images"


def _row(result: Result | None, model: str) -> FinalRow | None:
    rows = final_rows(result) if result is not None else []
    return next((row for row in rows if row.model == model), None)


def _winner(study: StudyFacts | None) -> str:
    if study is None:
        return NOT_YET
    row = study.winner
    if row is None:
        return "none qualifies so far"
    if row.confirmed is None:
        found = spread(row.val_accuracy_min, row.val_accuracy_mean, row.val_accuracy_max)
        return (
            f"{row.parameters:,} parameters, validation accuracy {found}, {basis(row.replicas, row.val_images)} "
            "images; not judged on test yet"
        )
    found = spread(row.test_accuracy_min, row.test_accuracy_mean, row.test_accuracy_max)
    verdict = "" if row.confirmed else ", not confirmed"
    on = basis(row.test_seeds, row.test_images)
    return f"{row.parameters:,} parameters, test accuracy {found}, {on} images{verdict}"


def _speed(sources: Sources) -> str:
    comparison = sources.convergence
    if comparison is None:
        return NOT_YET
    parts = []
    for network in comparison.networks:
        run = next(iter(comparison.of(network, "own")), None)
        found = speed(comparison, run, comparison.bar) if run is not None else None
        if found is None or found.iterations is None:
            parts.append(f"{network.study}: the bar was not reached to stay")
            continue
        taken = f"{found.iterations.mean:,.0f} iterations"
        if found.seconds is not None:
            taken += f", {found.seconds.mean:.1f} s"
        parts.append(f"{network.study}: {taken} ({found.reached} of {found.seeds} seeds)")
    return "; ".join(parts)


def _overfit(sources: Sources) -> str:
    summary = sources.overfit
    if summary is None:
        return NOT_YET
    listed = (
        ("original", summary.size.before),
        ("smaller", summary.size.after),
        ("dropout", summary.dropout.chosen),
        ("both", summary.both.chosen),
    )
    return ", ".join(f"{name} {percent(one.test.mean)}" for name, one in listed if one.test is not None)


def _sums(sources: Sources) -> str:
    comparison = sources.sums
    if comparison is None:
        return NOT_YET
    return "; ".join(f"{result.baseline} {spread_of(final(result))}" for result in comparison.results)
