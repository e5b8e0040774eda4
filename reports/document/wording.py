"""Figures in words and tables, shared by the sections: every one with what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from baselines.curves import Spread
from baselines.results import Result
from baselines.tables import FinalRow, final_rows
from reports.document.blocks import Block, Code, Items, Paragraph, Table, Words, items, paragraph
from reports.words import basis, percent, spread
from spaces.architecture import Architecture, LayerCount
from spaces.convolutions import Conv, DepthwiseConv, SeparableConv
from spaces.layers import Dense

NONE = "-"


def spread_of(values: Spread) -> str:
    """Mean and range as `95.04 % (94.91 - 95.20)`, rounded down; the mean alone where all are alike."""
    if values.low == values.high:
        return percent(values.mean)
    return spread(values.low, values.mean, values.high)


def shape(values: Sequence[int]) -> str:
    """A shape: `28 × 28 × 1`."""
    return " × ".join(map(str, values))


def steps(row: LayerCount) -> str:
    """The steps of a layer's count, `5 × 5 × 1 × 32 + 32 = 832`; a dash for a layer without parameters."""
    return "; ".join(str(step).replace("*", " × ") for step in row.steps) or NONE


def count_table(architecture: Architecture, caption: str) -> Table:
    """The count by hand, layer by layer."""
    rows = [
        (row.label, shape(row.input_shape), shape(row.output_shape), steps(row), f"{row.parameters:,}")
        for row in architecture.counts()
    ]
    total = ("total", "", "", "", f"{architecture.parameters:,}")
    return Table(caption, ("layer", "in", "out", "steps", "parameters"), (*rows, total), words=(0, 3), total=True)


def how_counted(architecture: Architecture, again: bool = False) -> Items:
    """How the kinds of layers in this network are counted, and where most parameters are; `again`: said before."""
    kinds = {type(layer) for layer in architecture.layers}
    lines: list[Words] = []
    if Conv in kinds:
        lines.append(
            "A convolution has one weight for every place of its kernel, input channel and filter (rows × columns × "
            "input channels × filters), and one bias a filter."
            + ("" if again else " The size of the image does not matter: the same filters are used at every place.")
        )
    if DepthwiseConv in kinds or SeparableConv in kinds:
        lines.append(
            "A depthwise convolution has one kernel for each input channel; a separable one adds a 1 × 1 convolution "
            "over the channels (input channels × filters) and one bias a filter."
        )
    if Dense in kinds:
        lines.append(
            "A fully-connected layer has one weight for every pair of an input and an output (inputs × outputs), and "
            "one bias an output."
        )
    lines += [
        text for word, text in EXTRAS.items() if any(word in layer.label.split() for layer in architecture.layers)
    ]
    if not again:
        lines.append("Activations, pooling and flattening have no parameters: there is nothing in them to learn.")
    largest = max(architecture.counts(), key=lambda row: row.parameters)
    share = largest.parameters / architecture.parameters
    lines.append(f"The largest part, {largest.parameters:,} or {share:.0%}, is in {largest.label}.")
    return items(*lines)


EXTRAS = {
    "no-bias": "A layer marked no-bias has no biases.",
    "dilated": "Dilation spreads the places of a kernel apart; how many they are stays the same.",
}


def data_line(result: Result) -> Paragraph:
    """Which data, and how the networks were trained."""
    settings = result.settings
    what = "pairs" if settings.axis is not None else "images"
    said = [
        f"Data: {result.source} Every network was trained for {settings.iterations:,} iterations of"
        f" {settings.batch_size} {what} with Adam, its rate falling to zero; accuracy was measured every"
        f" {settings.eval_every:,} iterations."
    ]
    if result.interrupted:
        said.append(
            " The run was interrupted, so some curves are missing or end early: run the command to the end with "
        )
        return paragraph(*said, Code(f"python search_cli.py baseline {result.baseline}"), ".")
    return paragraph(*said)


def accuracy_table(rows: Sequence[FinalRow], caption: str) -> Table:
    """Accuracies at the end of training, with what each rests on."""
    several = len({row.measure for row in rows}) > 1
    header = ("network", *(("what is right",) if several else ()), "parameters", "training", "on", "test", "on")
    cells = [
        (
            row.model,
            *((MEASURES.get(row.measure, row.measure),) if several else ()),
            f"{row.parameters:,}",
            spread_of(row.train_accuracy),
            basis(row.seeds, row.train_images),
            spread_of(row.test_accuracy),
            basis(row.seeds, row.test_images),
        )
        for row in rows
    ]
    words = (0, 1) if several else (0,)
    note = ": mean (range), rounded down; on: seeds x images"
    return Table(caption + note, header, tuple(cells), words=words)


MEASURES = {"sum": "the sum", "pair": "both digits", "first": "first digit", "second": "second digit", "digit": "digit"}


def result_blocks(result: Result, caption: str, models: Sequence[str] | None = None) -> list[Block]:
    """The data line and the table of a baseline."""
    rows = [row for row in final_rows(result) if models is None or row.model in models]
    return [data_line(result), accuracy_table(rows, caption)]
