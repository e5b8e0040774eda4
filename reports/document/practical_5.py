"""Practical question 5: the sum of two digits, learned directly or as two digits that are added."""

from __future__ import annotations

from functools import partial

from baselines.comparison import Comparison, explain, samples
from baselines.results import Result
from baselines.settings import BaselineName
from baselines.sums import DIRECT, PAIR
from reports.document.blocks import Block, Heading, Missing, Plot, Question, Table, paragraph
from reports.document.drawing import comparison_figure, figure_of
from reports.document.sources import Sources
from reports.document.wording import count_table, result_blocks, spread_of

ASKED: dict[str, str] = {
    DIRECT: "Design, implement and train a CNN that takes two images as its input and predicts their sum; plot its "
    "training.",
    PAIR: "Design, implement and train a CNN that takes two images as its input and predicts both numbers in a single "
    "forward pass, which are then added; plot its training.",
}
DESIGN: dict[str, str] = {
    DIRECT: "The two images are joined {axis}ly into one. The network is that of question 1 with half the filters and "
    "a smaller hidden layer, and its last layer has one output for each of the {outputs} possible sums: the sum is "
    "learned as a class of its own, with softmax cross-entropy.",
    PAIR: "The input and all layers but the last are the same as in 5.1. The last layer has {outputs} outputs, {half} "
    "for the first digit and {half} for the second, each half with its own softmax: a vector of two labels in one "
    "forward pass. The loss is the sum of both cross-entropies; the predicted sum is that of the two digits.",
}


def question_5(sources: Sources) -> list[Block]:
    """Question 5 with its parts 5.1 to 5.3."""
    return [
        Heading(2, "5", "The sum of two digits"),
        *_strategy(sources, DIRECT, "5.1", "Predicting the sum directly"),
        *_strategy(sources, PAIR, "5.2", "Predicting both digits, then adding"),
        Heading(3, "5.3", "Which strategy works better, and why"),
        Question("Which strategy worked better, and why?"),
        *_comparison(sources),
    ]


def _strategy(sources: Sources, name: BaselineName, number: str, title: str) -> list[Block]:
    opening: list[Block] = [Heading(3, number, title), Question(ASKED[name])]
    plot = Heading(4, f"{number}.1", "Accuracy while it trains")
    result = sources.baselines.get(name)
    if result is None:
        missing = Missing("This network has not been trained.", (sources.baseline_command(name),))
        return [*opening, missing, plot, missing]
    network = result.architectures[name]
    outputs = network.output_shape[-1]
    return [
        *opening,
        paragraph(DESIGN[name].format(axis=result.settings.axis, outputs=outputs, half=outputs // 2)),
        count_table(network, f"The network of question {number} and its {network.parameters:,} free parameters."),
        plot,
        *result_blocks(result, f"Question {number}: accuracy at the end of training"),
        *_plots(result, name, number),
    ]


def _plots(result: Result, name: BaselineName, number: str) -> list[Block]:
    curves = result.of(name)
    seeds = "one seed" if len(curves) == 1 else f"{len(curves)} seeds: mean, smallest and largest"
    blocks: list[Block] = [
        Plot(
            partial(figure_of, result, "accuracy"),
            f"Question {number}.1: training and test accuracy against training iterations ({seeds}; "
            f"{curves[0].test_total:,} test pairs, {curves[0].train_total:,} training pairs that stay the same).",
        ),
        Plot(
            partial(figure_of, result, "sums"),
            f"Question {number}: how often each sum occurs, and how often it is missed on {curves[0].test_total:,} "
            f"test pairs ({len(curves)} seeds together).",
            width=0.8,
        ),
    ]
    return [*blocks, paragraph(result.explanation)] if result.explanation else blocks


def _comparison(sources: Sources) -> list[Block]:
    comparison = sources.sums
    if comparison is not None:
        return _explained(comparison)
    there = [name for name in (DIRECT, PAIR) if name in sources.baselines]
    what = (
        "Both strategies were measured, but not with the same settings to the end, so they cannot be compared."
        if len(there) == 2
        else "Both strategies have to be measured, with the same settings, before they can be compared."
    )
    wanted = [name for name in (DIRECT, PAIR) if name not in there] or [DIRECT, PAIR]
    return [Missing(what, tuple(sources.baseline_command(name) for name in wanted))]


def _explained(comparison: Comparison) -> list[Block]:
    columns = [samples(result) for result in comparison.results]
    rows = tuple(
        (f"{row[0].pairs:,}", *(spread_of(sample.accuracy) for sample in row)) for row in zip(*columns, strict=True)
    )
    pairs = comparison.direct.curves[0].test_total
    seeds = len(comparison.direct.of(DIRECT))
    on = f"{seeds} seed{'' if seeds == 1 else 's'} × {pairs:,} test pairs"
    return [
        paragraph(explain(comparison)),
        Table(
            f"Question 5.3: test accuracy of the sum after so many training pairs; mean (smallest - largest), {on}.",
            ("training pairs seen", *(result.baseline for result in comparison.results)),
            rows,
            words=(),
        ),
        Plot(
            partial(comparison_figure, comparison, "accuracy"),
            f"Question 5.3: accuracy of the sum while both networks train ({on}).",
        ),
        Plot(
            partial(comparison_figure, comparison, "sample-efficiency"),
            f"Question 5.3: wrong sums after so many training pairs ({on}; bars from the smallest to the largest).",
            width=0.72,
        ),
        Plot(
            partial(comparison_figure, comparison, "errors"),
            f"Question 5.3: the share of wrong answers for each true sum ({on}, all seeds together).",
            width=0.8,
        ),
    ]
