"""The learning curves of a trial and of its retraining as Plotly figures: every training thin, the mean thick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from reports.curves import Lines
from reports.page.data import Details
from reports.page.plots import BLUE, GREEN, GREY, ORANGE, TEXT, Figure, log_axis, lowest_shown
from reports.words import basis
from search.constraint import Constraint
from search.trial import TrialStatus

Values = Sequence[float | None]
DECIDED = {TrialStatus.ACCEPTED: "accepted early", TrialStatus.REJECTED: "rejected early"}


class Style(NamedTuple):
    """How a curve looks: colour, dashes, and what marks its points."""

    colour: str
    dash: str
    symbol: str | None = None


TRAINING, VALIDATION = Style(BLUE, "solid", "circle"), Style(ORANGE, "dash", "square")


def loss_plot(details: Details) -> Figure | None:
    """Training and validation loss by epoch, and the training loss of the retraining; None where none was recorded."""
    curve = details.trial.result.curve
    epochs = [point.epoch for point in curve]
    traces = _runs(epochs, [point.train_loss for point in curve], "training, replicas", TRAINING)
    traces += _runs(epochs, [point.val_loss for point in curve], "validation, replicas", VALIDATION)
    traces += _retrained(details.curves.losses, "training, retrained", Style(GREEN, "solid"))
    if not traces:
        return None
    scale = log_axis((value for trace in traces for value in trace["y"]), "~g")
    axes = {"xaxis": {"title": {"text": "epochs"}}, "yaxis": {"title": {"text": "cross-entropy, nats (log)"}, **scale}}
    return {"data": traces, "layout": {**axes, **_decision(details)}}


def accuracy_plot(details: Details, asked: Constraint) -> Figure | None:
    """Validation accuracy by epoch, and the test accuracy of the retrained networks; None where none was measured."""
    result, confirmation = details.trial.result, details.confirmation
    if not result.curve or not result.total:
        return None
    rows = [[count / result.total for count in point.correct] for point in result.curve]
    epochs = [point.epoch for point in result.curve]
    traces = _runs(epochs, rows, "validation, replicas", VALIDATION, result.total)
    curves, bar = details.curves, float(asked.bar)
    traces += _retrained(curves.train_accuracy, "training sample, retrained", Style(BLUE, "solid"))
    traces += _retrained(curves.val_accuracy, "validation, retrained", Style(GREY, "dash"))
    ends = [epochs[0], epochs[-1]]
    if confirmation is not None:
        shares = [count / confirmation.total for count in confirmation.correct]
        at, test = [confirmation.epochs] * len(shares), {"color": GREEN, "symbol": "triangle-up", "size": 9}
        traces.append({"name": "test, retrained", "mode": "markers", "x": at, "y": shares, "marker": test, **_TELL})
        ends[-1] = max(ends[-1], confirmation.epochs)
    line = {"color": GREY, "dash": "dot", "width": 1.5}
    traces.append({"name": f"bar {bar:.2%}", "mode": "lines", "x": ends, "y": [bar, bar], "line": line, **_SKIP})
    upwards = {"title": {"text": "accuracy"}, "tickformat": ".1%", "range": _shown(asked, traces)}
    axes = {"xaxis": {"title": {"text": "epochs"}}, "yaxis": upwards}
    return {"data": traces, "layout": {**axes, **_decision(details)}}


def _shown(asked: Constraint, traces: Sequence[Figure]) -> list[float]:
    """The accuracies shown at first: all, but for what lies far below the bar."""
    values = [value for trace in traces for value in trace["y"] if value is not None]
    lowest = max(min(values), lowest_shown(float(asked.bar)))
    room = max(0.05 * (max(values) - lowest), 0.002)
    return [lowest - room, max(values) + room]


_TELL = {"hovertemplate": "%{y:.2%} after %{x} epochs<extra></extra>"}
_SKIP = {"hoverinfo": "skip"}


def _runs(epochs: Sequence[int], rows: Sequence[Values], name: str, style: Style, images: int = 0) -> list[Figure]:
    """Each training as a thin line and their mean as a thick one; `rows` has the values after each epoch.

    `images` is what each value rests on, where they are accuracies.
    """
    if not rows or not rows[0]:
        return []
    colour, dash, symbol = style
    thin: dict[str, Any] = {"mode": "lines", "opacity": 0.35, "showlegend": False, "legendgroup": name, **_SKIP}
    thin["line"] = {"color": colour, "width": 1, "dash": dash}
    count = len(rows[0])
    each = [{"x": list(epochs), "y": [_number(row[run]) for row in rows], **thin} for run in range(count)]
    mean: Figure = {
        "name": f"{name} ({basis(count, images) if images else count})",
        "legendgroup": name,
        "mode": "lines" if symbol is None else "lines+markers",
        "x": list(epochs),
        "y": [_mean(row) for row in rows],
        "line": {"color": colour, "width": 2.5, "dash": dash},
        "hovertemplate": "mean %{y:.4~g} after %{x} epochs<extra></extra>",
    }
    if symbol is not None:
        mean["marker"] = {"color": colour, "symbol": symbol, "size": 7}
    return [*each, mean] if count > 1 else [mean]


def _retrained(lines: Lines | None, name: str, style: Style) -> list[Figure]:
    rows = list(zip(*lines.values, strict=True)) if lines is not None else []
    return _runs(lines.epochs, rows, name, style, lines.images) if lines is not None else []


def _decision(details: Details) -> Figure:
    """The line that marks an early decision of the search."""
    result = details.trial.result
    if result.status not in DECIDED:
        return {}
    line = {"color": GREY, "width": 1, "dash": "dashdot"}
    shape = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": result.epochs, "x1": result.epochs, "line": line}
    text = {"text": DECIDED[result.status], "showarrow": False, "font": {"color": TEXT}}
    place = {"yref": "paper", "y": 0, "yanchor": "bottom", "x": result.epochs, "xanchor": "left", "xshift": 3}
    return {"shapes": [shape], "annotations": [{**text, **place}]}


def _mean(values: Values) -> float | None:
    """The mean of the trainings that did not diverge."""
    finite = [value for value in map(_number, values) if value is not None]
    return math.fsum(finite) / len(finite) if finite else None


def _number(value: float | None) -> float | None:
    return round(value, 6) if value is not None and math.isfinite(value) else None
