"""Drawing: plot data -> PNG files. Colours are Okabe and Ito's (2008), told apart by the colour-blind too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, PercentFormatter, StrMethodFormatter

from reports.curves import Band, LossCurves
from reports.pareto import Pareto, Point

BLUE, ORANGE, GREEN, GREY, BLACK = "#0072B2", "#D55E00", "#009E73", "#999999", "#000000"
SIZE, DPI = (8.0, 5.0), 150


def draw_pareto(data: Pareto, path: Path, title: str) -> None:
    """Parameters (log axis) against accuracy, as a PNG at `path`; bars reach from the worst to the best training."""
    figure = Figure(figsize=SIZE, layout="constrained")  # no pyplot: nothing global, no display needed
    axes = figure.subplots()
    _points(axes, data.others, GREY, "o", "does not qualify (bar plus margin)")
    _points(axes, data.qualifying, BLUE, "s", "qualifies")
    if data.front:
        # Stairs: between two models nothing better than the smaller one is known.
        sizes, means = [point.parameters for point in data.front], [point.mean for point in data.front]
        axes.step(sizes, means, where="post", color=BLACK, linewidth=1, label="Pareto front")
    _points(axes, data.tested, ORANGE, "^", "retrained with fresh seeds, on test")
    axes.axhline(float(data.bar), color=GREEN, linestyle="--", linewidth=1.5, label=f"bar: {float(data.bar):.2%}")
    if data.incumbent is not None:
        place = ([data.incumbent.parameters], [data.incumbent.mean])
        axes.plot(*place, "o", markersize=14, fillstyle="none", color=BLACK, label="incumbent: smallest that qualifies")
        title += f"\nincumbent: {data.incumbent.parameters:,} parameters (trial {data.incumbent.trial})"
    axes.set_xscale("log")
    _label_log_axis(axes.xaxis, "{x:,.0f}")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("free parameters (log scale)")
    axes.set_ylabel(f"accuracy: mean, worst to best{_basis(data)}")
    axes.set_title(title, fontsize=10)
    axes.legend(loc="lower right", fontsize=9)
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=DPI)


def draw_losses(data: LossCurves, path: Path) -> None:
    """Training and validation loss by epoch, as a PNG at `path`; the bands reach from the lowest to the highest."""
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.subplots()
    _band(axes, data.training, BLUE, "-", "o", f"training, {data.replicas} replicas")
    _band(axes, data.validation, ORANGE, "--", "s", f"validation, {data.replicas} replicas")
    if data.retraining is not None:
        _band(axes, data.retraining, GREEN, ":", "^", f"training, retrained with {data.seeds} fresh seeds")
    if any(loss > 0 for loss in (*data.training.mean, *data.validation.mean)):
        axes.set_yscale("log")
        _label_log_axis(axes.yaxis, "{x:g}")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("epochs")
    axes.set_ylabel("loss: cross-entropy in nats, mean and range (log scale)")
    axes.set_title(f"Losses of trial {data.trial}: {data.parameters:,} parameters\n{data.name}", fontsize=10)
    axes.legend()
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=DPI)


def _label_log_axis(axis: Axis, form: str) -> None:
    """Labels within the decades too: many searches stay within one, where a log axis would label next to nothing."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 3, 5, 7)))
    axis.set_major_formatter(StrMethodFormatter(form))
    axis.set_minor_formatter(NullFormatter())


def _points(axes: Axes, points: Sequence[Point], colour: str, marker: str, label: str) -> None:
    if not points:
        return
    means = [point.mean for point in points]
    below = [point.mean - point.low for point in points]
    above = [point.high - point.mean for point in points]
    sizes = [point.parameters for point in points]
    axes.errorbar(
        sizes,
        means,
        yerr=[below, above],
        fmt=marker,
        color=colour,
        markersize=5,
        elinewidth=0.8,
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
