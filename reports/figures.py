"""Drawing: plot data -> PNG and SVG files. Colours are Okabe and Ito's (2008), told apart by the colour-blind too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, PercentFormatter, StrMethodFormatter

from reports.curves import Band, Lines, LossCurves
from reports.pareto import Pareto, Point

BLUE, ORANGE, GREEN, GREY, BLACK = "#0072B2", "#D55E00", "#009E73", "#999999", "#000000"
PINK = "#CC79A7"
DPI = 150
BESIDE = 1.02  # how far to the right of its validation accuracy a test accuracy stands


def save(figure: Figure, path: Path) -> list[Path]:
    """Writes a figure as `path` (PNG) and beside it as SVG; the same numbers give the same files. Returns both."""
    figure.savefig(path, dpi=DPI)
    vector = path.with_suffix(".svg")
    with mpl.rc_context({"svg.hashsalt": path.stem}):
        figure.savefig(vector, metadata={"Date": None})
    return [path, vector]


def draw_pareto(data: Pareto, path: Path, title: str) -> None:
    """The figure of `pareto_figure` as a PNG at `path`, and as SVG beside it."""
    save(pareto_figure(data, title), path)


def draw_losses(data: LossCurves, path: Path) -> None:
    """The figure of `losses_figure` as a PNG at `path`, and as SVG beside it."""
    save(losses_figure(data), path)


def pareto_figure(data: Pareto, title: str) -> Figure:
    """Parameters (log axis) against accuracy, twice: the whole range, and enlarged about the bar.

    Bars reach from the worst to the best training; test accuracies stand a little to the right of validation.
    """
    figure = Figure(figsize=(11, 5.6), layout="constrained")  # no pyplot: nothing global, no display needed
    if data.incumbent is not None:
        title += f"\nincumbent: {data.incumbent.parameters:,} parameters (trial {data.incumbent.trial})"
    figure.suptitle(title, fontsize=10)
    whole, enlarged = figure.subplots(1, 2, sharex=True)
    for axes in (whole, enlarged):
        _draw_pareto(axes, data)
        axes.set_xscale("log")
        label_log_axis(axes.xaxis, "{x:,.0f}")
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.set_xlabel("free parameters (log scale)")
        axes.grid(alpha=0.3)
    whole.set_title("the whole range", fontsize=9)
    whole.set_ylabel(f"accuracy: mean, worst to best{_basis(data)}")
    enlarged.set_title("enlarged about the bar", fontsize=9)
    enlarged.set_ylim(_about_the_bar(data))
    figure.legend(*whole.get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8)
    return figure


def _draw_pareto(axes: Axes, data: Pareto) -> None:
    _points(axes, data.others, GREY, "o", "does not qualify (bar plus margin)")
    _points(axes, data.qualifying, BLUE, "s", "qualifies")
    if data.front:
        # Stairs: between two models nothing better than the smaller one is known.
        sizes, means = [point.parameters for point in data.front], [point.mean for point in data.front]
        axes.step(sizes, means, where="post", color=BLACK, linewidth=1, label="Pareto front")
    if len(data.incumbents) > 1:
        sizes, means = [point.parameters for point in data.incumbents], [point.mean for point in data.incumbents]
        style: dict[str, Any] = {"color": PINK, "marker": "D", "linestyle": ":", "linewidth": 1.2}
        label = f"incumbents over time ({len(data.incumbents)}), from right to left"
        axes.plot(sizes, means, fillstyle="none", markersize=7, label=label, **style)
    _points(axes, data.confirmed, ORANGE, "^", "confirmed: fresh seeds, on test", on_test=True)
    _points(axes, data.unconfirmed, ORANGE, "v", "retrained, not confirmed: on test", hollow=True, on_test=True)
    axes.axhline(float(data.bar), color=GREEN, linestyle="--", linewidth=1.5, label=f"bar: {float(data.bar):.2%}")
    if data.incumbent is not None:
        place = ([data.incumbent.parameters], [data.incumbent.mean])
        axes.plot(*place, "o", markersize=14, fillstyle="none", color=BLACK, label="incumbent: smallest that qualifies")


def _about_the_bar(data: Pareto) -> tuple[float, float]:
    """The accuracies from three times the errors the bar allows to the best that was measured."""
    bar = float(data.bar)
    points = (*data.qualifying, *data.others, *data.tested)
    highest = max((point.high for point in points), default=bar)
    room = max(1 - bar, 0.01)
    return bar - 2 * room, max(highest, bar) + 0.15 * room


def losses_figure(data: LossCurves) -> Figure:
    """Loss and accuracy by epoch: above of the retraining, every seed thin and the mean thick; below of the search's
    replicas, with the search's early decisions. A row without data is left out.
    """
    rows = [data.losses is not None, bool(data.training.epochs) or data.losses is None]
    figure = Figure(figsize=(11, 0.9 + 3.9 * sum(rows)), layout="constrained")
    name = fill(data.name, 120, break_on_hyphens=False)
    figure.suptitle(f"Training of trial {data.trial}: {data.parameters:,} parameters\n{name}", fontsize=10)
    panels = figure.subplots(sum(rows), 2, squeeze=False)
    if data.losses is not None:
        _retrained(panels[0, 0], panels[0, 1], data, data.losses)
    if rows[1]:
        _searched(panels[-1, 0], panels[-1, 1], data)
    return figure


def _retrained(loss: Axes, accuracy: Axes, data: LossCurves, losses: Lines) -> None:
    title = f"retrained with {data.seeds} fresh seeds (thin), their mean (thick)"
    _lines(loss, losses, BLUE, "-", "training loss")
    _finish_losses(loss, losses.band.mean, title)
    drawn = False
    for lines, colour, style, what in (
        (data.train_accuracy, BLUE, "-", "training images (fixed sample)"),
        (data.val_accuracy, ORANGE, "--", "validation images"),
    ):
        if lines is not None:
            drawn = True
            _lines(accuracy, lines, colour, style, f"{lines.images:,} {what}")
    if drawn:
        _finish_accuracy(accuracy, title)
    else:
        accuracy.set_axis_off()
        accuracy.text(0.5, 0.5, "accuracy was not kept\nby this retraining", ha="center", va="center", color="#555555")


def _searched(loss: Axes, accuracy: Axes, data: LossCurves) -> None:
    title = f"in the search: {data.replicas} replicas, mean and range"
    _band(loss, data.training, BLUE, "-", "o", "training loss")
    _band(loss, data.validation, ORANGE, "--", "s", "validation loss")
    if data.accuracy is not None:
        _band(accuracy, data.accuracy, ORANGE, "--", "s", f"{data.images:,} validation images")
    styles = {"accepted": (GREEN, "-"), "rejected": (BLACK, "-"), "went on": (GREY, ":")}
    for axes in (loss, accuracy):
        for outcome in dict.fromkeys(decision.outcome for decision in data.decisions):
            colour, line = styles[outcome]
            for place, decision in enumerate(one for one in data.decisions if one.outcome == outcome):
                said = f"the search {outcome}" if outcome == "went on" else f"the search {outcome} it"
                axes.axvline(
                    decision.epoch, color=colour, linestyle=line, linewidth=1.5, label=said if place == 0 else None
                )
    _finish_losses(loss, (*data.training.mean, *data.validation.mean), title)
    _finish_accuracy(accuracy, title)


def _finish_losses(axes: Axes, values: Sequence[float], title: str) -> None:
    axes.set_ylabel("cross-entropy (nats)")
    if any(loss > 0 for loss in values):
        axes.set_yscale("log")
        label_log_axis(axes.yaxis, "{x:g}")
        axes.set_ylabel("cross-entropy (nats, log scale)")
    _finish(axes, f"loss, {title}", "upper right")


def _finish_accuracy(axes: Axes, title: str) -> None:
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_ylabel("accuracy")
    _finish(axes, f"accuracy, {title}", "lower right")


def _finish(axes: Axes, title: str, place: Literal["upper right", "lower right"]) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("epochs")
    axes.set_title(title, fontsize=9)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc=place, fontsize=8)
    axes.grid(alpha=0.3)


def _lines(axes: Axes, lines: Lines, colour: str, style: str, label: str) -> None:
    for values in lines.values:
        axes.plot(lines.epochs, values, style, color=colour, linewidth=0.6, alpha=0.5)
    axes.plot(lines.band.epochs, lines.band.mean, style, color=colour, linewidth=2.2, label=label)


class Decades(LogLocator):
    """Labels within the decades too where there are few: many searches stay within one, with next to no label."""

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        """Where the labels are between two limits."""
        self.set_params(subs=(1, 2, 3, 5, 7) if vmax < 100 * vmin else (1,))
        return [float(place) for place in super().tick_values(vmin, vmax)]


def label_log_axis(axis: Axis, form: str) -> None:
    """A logarithmic axis with labels that can be read, however many decades it spans."""
    axis.set_major_locator(Decades())
    axis.set_major_formatter(StrMethodFormatter(form))
    axis.set_minor_formatter(NullFormatter())


def _points(
    axes: Axes,
    points: Sequence[Point],
    colour: str,
    marker: str,
    label: str,
    hollow: bool = False,
    on_test: bool = False,
) -> None:
    if not points:
        return
    means = [point.mean for point in points]
    below = [point.mean - point.low for point in points]
    above = [point.high - point.mean for point in points]
    sizes = [point.parameters * (BESIDE if on_test else 1.0) for point in points]
    axes.errorbar(
        sizes,
        means,
        yerr=[below, above],
        fmt=marker,
        color=colour,
        markersize=5,
        elinewidth=0.8,
        fillstyle="none" if hollow else "full",
        alpha=0.8,
        label=label,
    )


def _band(axes: Axes, band: Band, colour: str, line: str, marker: str, label: str) -> None:
    axes.plot(band.epochs, band.mean, color=colour, linestyle=line, marker=marker, markersize=4, label=label)
    axes.fill_between(band.epochs, band.low, band.high, color=colour, alpha=0.2, linewidth=0)


def _basis(data: Pareto) -> str:
    points = (*data.qualifying, *data.others)
    if not points:
        return ""
    runs = {point.runs for point in points}
    several = f"{min(runs)} - {max(runs)}" if len(runs) > 1 else f"{min(runs)}"
    return f"\n(validation: {several} replicas on {points[0].images:,} images each)"
