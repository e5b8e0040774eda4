"""A baseline's result as rows of a table, for the terminal, JSON and the report."""

from __future__ import annotations

import msgspec

from baselines.curves import Curve, Spread
from baselines.results import Result


class FinalRow(msgspec.Struct, frozen=True):
    """Accuracy at the last point of one model's curves: mean, smallest and largest over the seeds.

    `train_images` and `test_images` are how many images (or pairs) each accuracy rests on, `seconds` the mean spent on
    training one network.
    """

    model: str
    architecture: str
    parameters: int
    measure: str
    seeds: int
    iterations: int
    train_accuracy: Spread
    train_images: int
    test_accuracy: Spread
    test_images: int
    seconds: float


class CountRow(msgspec.Struct, frozen=True):
    """One layer of the count by hand."""

    layer: str
    output: str
    steps: str
    parameters: int


def final_rows(result: Result) -> list[FinalRow]:
    """One row a model and measure, in the order of training."""
    return [
        _final_row(result, model, measure, result.of(model))
        for model in result.models
        for measure in result.of(model)[0].measures
    ]


def _final_row(result: Result, model: str, measure: str, curves: list[Curve]) -> FinalRow:
    architecture = result.architectures[model]
    return FinalRow(
        model=model,
        architecture=architecture.name,
        parameters=architecture.parameters,
        measure=measure,
        seeds=len(curves),
        iterations=min(curve.iterations[-1] for curve in curves),
        train_accuracy=Spread.of(curve.final("train", measure) for curve in curves),
        train_images=curves[0].train_total,
        test_accuracy=Spread.of(curve.final("test", measure) for curve in curves),
        test_images=curves[0].test_total,
        seconds=Spread.of(curve.points[-1].seconds for curve in curves).mean,
    )


def count_rows(result: Result, model: str) -> list[CountRow]:
    """The parameters of a model counted by hand; their sum is what Keras counts."""
    return [
        CountRow(
            layer=row.label,
            output="x".join(map(str, row.output_shape)),
            steps="; ".join(step.text for step in row.steps),
            parameters=row.parameters,
        )
        for row in result.architectures[model].counts()
    ]
