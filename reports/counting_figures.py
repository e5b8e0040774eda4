"""Draws an architecture so that the count of its parameters explains itself: maps to scale, windows, steps, sum."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reports.counting_data import Stage, Window, stages, total
from reports.figures import BLACK, BLUE, ORANGE
from spaces.architecture import Architecture
from spaces.layers import Shape

# All in inches: the axes are laid out so that one unit of data is one inch.
WIDTH, ROW, TOP, BOTTOM = 11.0, 1.3, 0.85, 0.75
MAP, PLANES, SHIFT = 0.95, 5, 0.055
MAP_AT, SHAPE_AT, TEXT_AT, STEP_AT = 0.25, 1.75, 3.0, 10.8
MOST_CELLS, CELL = 48, 0.09
SOFT = "#D6E6F2"
KEY = (
    "orange: what the next layer looks at in one place: the weights of a kernel (cells), or a pooling window (outline)"
)


def counting_figure(architecture: Architecture, title: str) -> Figure:
    """One row a layer: what comes out of it drawn to scale, what it is, and the step that counts its parameters.

    Orange cells are what a convolution's kernel looks at in one place, an orange outline is a pooling window; both are
    drawn in the map they look at.
    """
    found = stages(architecture)
    height = TOP + ROW * (len(found) + 1) + BOTTOM
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    axes.text(MAP_AT, 0.3, title, fontsize=12, va="center", weight="bold")
    axes.text(MAP_AT, 0.58, KEY, fontsize=9, va="center", color="#444444")
    windows = [*(stage.window for stage in found), None]
    scale = MAP / max(architecture.input_shape[:2])
    _row(axes, TOP, "image", architecture.input_shape, ["what goes in"], (), windows[0], scale)
    for place, stage in enumerate(found, start=1):
        _row(axes, TOP + place * ROW, _label(stage), stage.after, _words(stage), stage.steps, windows[place], scale)
    line = TOP + (len(found) + 1) * ROW
    axes.plot([TEXT_AT, STEP_AT], [line, line], color=BLACK, linewidth=1)
    axes.text(TEXT_AT, line + 0.32, "free parameters altogether", fontsize=12, va="center", weight="bold")
    axes.text(STEP_AT, line + 0.32, total(architecture), fontsize=12, va="center", ha="right", weight="bold")
    return figure


def _label(stage: Stage) -> str:
    return " - ".join((stage.label, *stage.activations))


def _words(stage: Stage) -> list[str]:
    return wrap(stage.words, 80, break_on_hyphens=False)


def _row(
    axes: Axes,
    top: float,
    label: str,
    shape: Shape,
    words: Sequence[str],
    steps: Sequence[str],
    window: Window | None,
    scale: float,
) -> None:
    middle = top + ROW / 2
    if len(shape) == 3:
        _maps(axes, middle, (shape[0], shape[1], shape[2]), window, scale)
    else:
        _units(axes, middle, shape[0])
    axes.text(SHAPE_AT, middle, " x ".join(map(str, shape)), fontsize=10, va="center")
    axes.text(TEXT_AT, middle - 0.16, label, fontsize=11, va="center", weight="bold" if steps else "normal")
    axes.text(TEXT_AT, middle + 0.14, "\n".join(words), fontsize=9, va="center", color="#444444")
    counted = "\n".join(steps) if steps else "" if label == "image" else "0"
    axes.text(STEP_AT, middle, counted, fontsize=12, va="center", ha="right", color=BLACK if steps else "#777777")
    axes.plot([MAP_AT, STEP_AT], [top, top], color="#DDDDDD", linewidth=0.6, zorder=0)


def _maps(axes: Axes, middle: float, shape: tuple[int, int, int], window: Window | None, scale: float) -> None:
    """The planes of a feature map, one a channel (at most PLANES), the first in front with the next layer's window."""
    rows, columns, channels = shape
    planes = min(channels, PLANES)
    width, height = columns * scale, rows * scale
    top = middle - height / 2 + (planes - 1) * SHIFT / 2
    for plane in reversed(range(planes)):
        corner = (MAP_AT + plane * SHIFT, top - plane * SHIFT)
        axes.add_patch(Rectangle(corner, width, height, facecolor=SOFT, edgecolor=BLUE, linewidth=0.8))
    if window is None:
        return
    inside = [(row, column) for row, column in window.cells if row < rows and column < columns]
    if window.weighted:
        cells = [Rectangle((MAP_AT + column * scale, top + row * scale), scale, scale) for row, column in inside]
        axes.add_collection(PatchCollection(cells, facecolor=ORANGE, edgecolor="white", linewidth=0.3))
    elif inside:
        size = max(column for _, column in inside) + 1, max(row for row, _ in inside) + 1
        outline = Rectangle(
            (MAP_AT, top), size[0] * scale, size[1] * scale, fill=False, edgecolor=ORANGE, linewidth=1.6
        )
        axes.add_patch(outline)


def _units(axes: Axes, middle: float, units: int) -> None:
    """A vector as a block of squares, one a value; of a long one the first MOST_CELLS and dots."""
    shown = min(units, MOST_CELLS)
    columns = 12 if shown > 12 else shown
    rows = -(-shown // columns)
    top = middle - rows * CELL / 2
    for unit in range(shown):
        corner = (MAP_AT + unit % columns * CELL, top + unit // columns * CELL)
        axes.add_patch(Rectangle(corner, CELL, CELL, facecolor=SOFT, edgecolor=BLUE, linewidth=0.6))
    if units > shown:
        axes.text(MAP_AT, top + rows * CELL + 0.1, "...", fontsize=10, va="center", color=BLUE)
