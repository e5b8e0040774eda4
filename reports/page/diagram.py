"""An architecture as a diagram (SVG): the image, then each layer with the feature maps it leaves, drawn to scale."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from math import prod
from xml.etree import ElementTree

from spaces.architecture import Architecture
from spaces.layers import WEIGHTED, Activation, Dropout, Shape

WIDTH, PICTURE, GAP, LINE = 340, 96, 14, 16
LARGEST, SMALLEST, SHIFT, MOST_SHEETS = 72.0, 3.0, 3.0, 8
CHARACTERS = 30  # of a line of text beside the picture


@dataclass(frozen=True)
class _Stage:
    words: tuple[str, ...]
    shape: Shape


def diagram(architecture: Architecture) -> str:
    """The diagram as an SVG element that takes its colours from the text around it; its title is the short name."""
    stages, side = _stages(architecture), max(architecture.input_shape[:2])
    svg = ElementTree.Element("svg", {"class": "diagram", "role": "img"})
    ElementTree.SubElement(svg, "title").text = f"Architecture: {architecture.name}"
    top = float(GAP)
    for index, stage in enumerate(stages):
        height = _draw(svg, stage, top, LARGEST / side)
        if index + 1 < len(stages):
            _arrow(svg, top + height + 3, top + height + GAP - 2)
        top += height + GAP + 4
    svg.set("viewBox", f"0 0 {WIDTH} {top:.0f}")
    svg.set("width", str(WIDTH))
    return ElementTree.tostring(svg, encoding="unicode")


def _stages(architecture: Architecture) -> list[_Stage]:
    stages = [_Stage(("input", _shape(architecture.input_shape)), architecture.input_shape)]
    for layer, row in zip(architecture.layers, architecture.counts(), strict=True):
        if isinstance(layer, Activation | Dropout) and len(stages) > 1:  # changes no shape: a word more on the last one
            *words, size = stages.pop().words
            stages.append(_Stage((*words, layer.label, size), row.output_shape))
            continue
        weights = f", {row.parameters:,} parameters" if isinstance(layer, WEIGHTED) else ""
        stages.append(_Stage((row.label, f"{_shape(row.output_shape)}{weights}"), row.output_shape))
    return stages


def _draw(svg: ElementTree.Element, stage: _Stage, top: float, scale: float) -> float:
    """Draws one stage, its upper edge at `top`; returns its height."""
    lines = [line for words in stage.words for line in textwrap.wrap(words, CHARACTERS, break_on_hyphens=False) or [""]]
    rows, columns, sheets = (*stage.shape, 1)[:3] if len(stage.shape) == 3 else (1, stage.shape[0], 1)
    high, wide = (max(SMALLEST, min(LARGEST, size * scale)) for size in (rows, columns))
    drawn = min(sheets, MOST_SHEETS)
    height = max(high + SHIFT * (drawn - 1), LINE * len(lines))
    left = (PICTURE - wide - SHIFT * (drawn - 1)) / 2
    upper = top + (height - high - SHIFT * (drawn - 1)) / 2
    for sheet in range(drawn):
        x, y = left + SHIFT * (drawn - 1 - sheet), upper + SHIFT * sheet
        place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{wide:.1f}", "height": f"{high:.1f}"}
        ElementTree.SubElement(svg, "rect", {"class": "sheet", **place})
    first = top + (height - LINE * len(lines)) / 2 + LINE * 0.75
    for number, line in enumerate(lines):
        place = {"x": str(PICTURE + 12), "y": f"{first + LINE * number:.1f}"}
        # What a layer is stands first, what it leaves last and paler.
        kind = "what" if number < len(lines) - 1 else "size"
        ElementTree.SubElement(svg, "text", {"class": kind, **place}).text = line
    return height


def _arrow(svg: ElementTree.Element, start: float, end: float) -> None:
    middle = PICTURE / 2
    path = f"M{middle:.1f} {start:.1f}V{end:.1f}m-3 -3l3 3l3 -3"
    ElementTree.SubElement(svg, "path", {"class": "arrow", "d": path})


def _shape(shape: Shape) -> str:
    return " x ".join(map(str, shape)) if len(shape) > 1 else f"{prod(shape)} values"
