"""The plots of the page as Plotly figures in plain data; colours are names (`@blue`) that the page's script fills in.

Every text in them is written by Plotly as a little HTML, so what comes from a study is escaped here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from reports.progress_data import Progress
from reports.words import basis, percent, spread
from search.constraint import Constraint
from search.leaderboard import Row, incumbent, pareto_front

Figure = dict[str, Any]
BLUE, ORANGE, GREEN, GREY, TEXT = "@blue", "@orange", "@green", "@grey", "@text"
# How much of the error at the bar the plot shows at first: below lies what nobody compares.
ERRORS_SHOWN = 2.0
MANY_DECADES = 3.0


def pareto_plot(rows: Sequence[Row], asked: Constraint, aimed: Constraint) -> Figure | None:
    """Parameters against accuracy of all measured trials; None where nothing was measured.

    `aimed` is the constraint with the margin a search asks for. The numbers of trials are the points' `customdata`.
    """
    measured = [row for row in rows if row.val_accuracy_mean is not None]
    if not measured:
        return None
    front, best = pareto_front(measured), incumbent(measured)
    tested = sorted((row for row in rows if row.confirmed is not None), key=lambda row: row.parameters)
    traces = [
        _trials([row for row in measured if not row.qualified], "does not qualify", GREY, "circle"),
        _trials([row for row in measured if row.qualified], "qualifies", BLUE, "square", bars=True),
        _line(front),
        _retrained([row for row in tested if row.confirmed], "confirmed, on test", "triangle-up"),
        _retrained([row for row in tested if not row.confirmed], "not confirmed, on test", "triangle-down-open"),
    ]
    if best is not None:
        ring = {"symbol": "circle-open", "size": 18, "color": TEXT, "line": {"width": 2}}
        place = {"x": [best.parameters], "y": [best.val_accuracy_mean]}
        traces.append({"name": "incumbent", "mode": "markers", "marker": ring, "hoverinfo": "skip", **place})
    bar, goal = float(asked.bar), float(aimed.bar)
    lowest = min(row.val_accuracy_mean or 0.0 for row in measured)
    highest = max([row.val_accuracy_max or 0.0 for row in measured] + [row.test_accuracy_max or 0.0 for row in tested])
    shown_from = max(lowest, lowest_shown(bar))
    room = max(0.05 * (max(highest, goal) - shown_from), 0.002)
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": {
            "xaxis": {
                "title": {"text": "free parameters (log scale)"},
                **log_axis([row.parameters for row in measured]),
            },
            "yaxis": {
                "title": {"text": "accuracy, mean"},
                "tickformat": ".1%",
                "range": [shown_from - room, max(highest, goal) + room],
            },
            "shapes": [_level(bar, "solid"), *([_level(goal, "dot")] if goal > bar else [])],
            "annotations": [_at_level(bar, f"bar {bar:.2%}", "top")]
            + ([_at_level(goal, f"to qualify {goal:.2%}", "bottom")] if goal > bar else []),
        },
    }


def lowest_shown(bar: float) -> float:
    """The accuracy from which on a plot shows anything at first."""
    return bar - ERRORS_SHOWN * (1 - bar)


def progress_plots(found: Progress) -> tuple[Figure, Figure] | None:
    """The incumbent's size against finished trials and against minutes; None while there is no incumbent."""
    if not found.improvements:
        return None
    sizes = [one.parameters for one in found.improvements]
    words = [f"trial {one.trial}<br>{one.parameters:,} parameters" for one in found.improvements]

    def stairs(steps: Sequence[float], end: float, title: str) -> Figure:
        trace = {
            "x": [*steps, end],
            "y": [*sizes, sizes[-1]],
            "mode": "lines+markers",
            "line": {"shape": "hv", "color": BLUE},
            # The last point is only where the search stands.
            "marker": {"color": BLUE, "symbol": ["square"] * len(sizes) + ["line-ns"], "size": 8},
            "text": [*words, words[-1]],
            "hovertemplate": f"%{{text}}<br>%{{x:,.1~f}} {title}<extra></extra>",
            "showlegend": False,
        }
        across = {"title": {"text": title}, "rangemode": "tozero"}
        upwards = {"title": {"text": "parameters (log scale)"}, **log_axis(sizes)}
        return {"data": [trace], "layout": {"xaxis": across, "yaxis": upwards}}

    minutes = "minutes of searching" if found.is_wall_time else "minutes of training"
    return (
        stairs([one.finished for one in found.improvements], found.trials, "finished trials"),
        stairs([one.minutes for one in found.improvements], found.minutes, minutes),
    )


def _trials(rows: Sequence[Row], name: str, colour: str, symbol: str, bars: bool = False) -> Figure:
    trace: Figure = {
        "name": name,
        "mode": "markers",
        "x": [row.parameters for row in rows],
        "y": [_short(row.val_accuracy_mean) for row in rows],
        "customdata": [row.trial for row in rows],
        "text": [hover(row) for row in rows],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"color": colour, "symbol": symbol, "size": 8},
    }
    if bars:
        spreads = [(row.val_accuracy_min, row.val_accuracy_mean, row.val_accuracy_max) for row in rows]
        trace["error_y"] = _bars(spreads, colour)
    return trace


def _retrained(rows: Sequence[Row], name: str, symbol: str) -> Figure:
    return {
        **_trials(rows, name, ORANGE, symbol),
        "y": [row.test_accuracy_mean for row in rows],
        "error_y": _bars(
            [(row.test_accuracy_min, row.test_accuracy_mean, row.test_accuracy_max) for row in rows], ORANGE
        ),
        "marker": {"color": ORANGE, "symbol": symbol, "size": 11},
    }


def _line(front: Sequence[Row]) -> Figure:
    # Stairs: between two networks nothing better than the smaller one is known.
    return {
        "name": "Pareto front",
        "mode": "lines",
        "x": [row.parameters for row in front],
        "y": [row.val_accuracy_mean for row in front],
        "line": {"shape": "hv", "color": TEXT, "width": 1},
        "hoverinfo": "skip",
    }


def _bars(spreads: Sequence[tuple[float | None, float | None, float | None]], colour: str) -> Figure:
    return {
        "type": "data",
        "array": [_short((high or 0.0) - (mean or 0.0)) for _, mean, high in spreads],
        "arrayminus": [_short((mean or 0.0) - (low or 0.0)) for low, mean, _ in spreads],
        "thickness": 1,
        "width": 3,
        "color": colour,
    }


def hover(row: Row) -> str:
    """What a point tells: architecture, counts, replicas, and the test where there was one; as Plotly's HTML."""
    validation = spread(row.val_accuracy_min, row.val_accuracy_mean, row.val_accuracy_max)
    lines = [
        f"<b>trial {row.trial}: {row.parameters:,} parameters</b>, {row.macs:,} MACs",
        *escape(row.architecture, quote=False).split(" - "),
        f"validation {validation}",
        f"on {basis(row.replicas, row.val_images)} images, {row.epochs} epochs",
    ]
    if row.confirmed is not None:
        test = spread(row.test_accuracy_min, row.test_accuracy_mean, row.test_accuracy_max)
        lines += [f"test {test}", f"on {basis(row.test_seeds, row.test_images)} images"]
        if row.test_lower_bound is not None:
            lines[-1] += f", lower bound {percent(row.test_lower_bound)}"
    return "<br>".join(lines)


def log_axis(values: Iterable[float | None], form: str = ",~r") -> Figure:
    """A logarithmic axis for these values, labelled within the decades too unless there are many of them."""
    positive = [value for value in values if value is not None and value > 0]
    decades = math.log10(max(positive) / min(positive)) if positive else 0.0
    return {"type": "log", "dtick": 1 if decades > MANY_DECADES else "D2", "tickformat": form}


def _short(share: float | None) -> float | None:
    return None if share is None else round(share, 6)


def _level(height: float, dash: str) -> Figure:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": height,
        "y1": height,
        "line": {"color": GREEN, "width": 1.5, "dash": dash},
    }


def _at_level(height: float, text: str, side: str) -> Figure:
    # The label of the bar lies under its line, that of the bar with the margin above.
    return {
        "xref": "paper",
        "x": 0,  # small networks stand low: on the left there is room
        "xanchor": "left",
        "y": height,
        "yanchor": side,
        "text": text,
        "showarrow": False,
        "font": {"color": GREEN},
    }
