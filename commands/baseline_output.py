"""What `baseline` prints: tables for people, one JSON object for programs."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import Any

import msgspec
from rich.table import Table
from rich.text import Text

from baselines.comparison import Comparison, Sample, explain, samples
from baselines.curves import Spread
from baselines.linearity import Linearity
from baselines.results import Result
from baselines.tables import count_rows, final_rows
from commands.console import basis, percent, results, spread

TEXT_WIDTH = 110  # a paragraph as wide as a table is hard to read


def show(result: Result, comparison: Comparison | None) -> None:
    """Prints the count by hand, the accuracies, what they say, and the comparison where there is one."""
    console = results()
    console.print(f"data: {result.source}", markup=False)
    console.print(_counts(result, result.baseline))
    console.print(_finals(result))
    for text in (result.explanation, *([explain(comparison)] if comparison is not None else [])):
        if text:
            console.print(f"\n{fill(text, min(TEXT_WIDTH, console.width))}\n", markup=False, soft_wrap=True)
    if comparison is not None:
        console.print(_samples(comparison))


def summary(result: Result, comparison: Comparison | None, folders: list[Path]) -> str:
    """The same as JSON: one object."""
    content: dict[str, Any] = {
        "baseline": result.baseline,
        "settings": result.settings,
        "source": result.source,
        "interrupted": result.interrupted,
        "folders": [str(folder) for folder in folders],
        "counts": {model: count_rows(result, model) for model in result.models},
        "accuracies": [_with_names(row) for row in final_rows(result)],
        "linearity": None if result.linearity is None else _linearity(result.linearity),
        "explanation": result.explanation,
        "comparison": None if comparison is None else comparison_content(comparison),
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode()


def comparison_content(comparison: Comparison) -> dict[str, Any]:
    """Question 5.3 as data: the explanation and the sample efficiency of both strategies."""
    return {
        "explanation": explain(comparison),
        "accuracies": [_with_names(row) for result in comparison.results for row in final_rows(result)],
        "sample_efficiency": [_with_names(row) for result in comparison.results for row in samples(result)],
    }


def _with_names(row: msgspec.Struct) -> dict[str, Any]:
    """A row's values, spreads as `{mean, low, high}` rather than three nameless numbers."""
    values = {name: getattr(row, name) for name in row.__struct_fields__}
    return {name: value._asdict() if isinstance(value, Spread) else value for name, value in values.items()}


def _linearity(found: Linearity) -> dict[str, Any]:
    return {**msgspec.structs.asdict(found), "holds": found.holds}


def _counts(result: Result, model: str) -> Table:
    table = _table(f"The free parameters of {model}, counted", ("layer", "output", "steps", "parameters"), 3)
    for row in count_rows(result, model):
        table.add_row(Text(row.layer), row.output, row.steps if row.steps else "-", f"{row.parameters:,}")
    table.add_section()
    table.add_row("total", "", "", f"{result.architectures[model].parameters:,}")
    return table


def _finals(result: Result) -> Table:
    names = ("model", "what is right", "parameters", "iterations", "training", "on", "test", "on", "s per network")
    table = _table("Accuracy at the end of training: mean (smallest - largest) of the seeds, rounded down", names, 2)
    for row in final_rows(result):
        table.add_row(
            row.model,
            row.measure,
            f"{row.parameters:,}",
            f"{row.iterations:,}",
            _spread(row.train_accuracy),
            basis(row.seeds, row.train_images),
            _spread(row.test_accuracy),
            basis(row.seeds, row.test_images),
            f"{row.seconds:.0f}",
        )
    return table


def _samples(comparison: Comparison) -> Table:
    names = ("training pairs seen", *(result.baseline for result in comparison.results))
    table = _table("Sample efficiency: test accuracy of the sum, mean (smallest - largest) of the seeds", names, 0)
    columns: list[list[Sample]] = [samples(result) for result in comparison.results]
    for row in zip(*columns, strict=True):
        table.add_row(f"{row[0].pairs:,}", *(_spread(sample.accuracy) for sample in row))
    return table


def _spread(values: Spread) -> str:
    if values.low == values.high:
        return percent(values.mean)
    return spread(values.low, values.mean, values.high)


def _table(title: str, names: tuple[str, ...], left: int) -> Table:
    """A table whose first `left` columns hold words."""
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(names):
        table.add_column(name, justify="left" if place < left else "right")
    return table
