"""Draws how a search went: the incumbent's size against finished trials and against minutes."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reports.figures import BLUE, GREY, ORANGE, label_log_axis
from reports.progress_data import Progress


def progress_figure(data: Progress, title: str) -> Figure:
    """Two panels, both on a log axis of parameters: over finished trials, over minutes."""
    figure = Figure(figsize=(11, 5), layout="constrained")
    figure.suptitle(f"{title}\n{_result(data)}", fontsize=10)
    left, right = figure.subplots(1, 2, sharey=True)
    _panel(left, data, data.finished, [one.finished for one in data.improvements], data.trials)
    left.set_xlabel("finished trials")
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    left.set_ylabel("free parameters (log scale)")
    _panel(right, data, data.at_minutes, [one.minutes for one in data.improvements], data.minutes)
    right.set_xlabel("minutes of search" if data.is_wall_time else "minutes of training, all workers' together")
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=9)
    return figure


def _panel(axes: Axes, data: Progress, at: Sequence[float], improved: Sequence[float], end: float) -> None:
    if data.parameters:
        axes.set_yscale("log")
        label_log_axis(axes.yaxis, "{x:,.0f}")
    for wanted, colour, marker, label in (
        (False, GREY, "x", "a trial that does not qualify"),
        (True, BLUE, "s", "a trial that qualifies"),
    ):
        chosen = [place for place, qualified in enumerate(data.qualified) if qualified is wanted]
        axes.plot(
            [at[place] for place in chosen],
            [data.parameters[place] for place in chosen],
            marker,
            color=colour,
            markersize=4,
            alpha=0.8,
            label=label,
        )
    if data.improvements:
        sizes = [one.parameters for one in data.improvements]
        axes.step(
            [*improved, end], [*sizes, sizes[-1]], where="post", color=ORANGE, linewidth=2, label="incumbent", zorder=3
        )
        axes.plot(improved, sizes, "o", color=ORANGE, markersize=5, zorder=4)
    axes.set_xlim(left=0)
    axes.grid(alpha=0.3)


def _result(data: Progress) -> str:
    if not data.improvements:
        return f"{data.trials} finished trials, none qualifies"
    first, last = data.improvements[0], data.improvements[-1]
    return (
        f"{data.trials} finished trials; incumbent: from {first.parameters:,} parameters (trial {first.trial}) "
        f"to {last.parameters:,} (trial {last.trial}, after {last.finished} trials, {last.minutes:.1f} min)"
    )
