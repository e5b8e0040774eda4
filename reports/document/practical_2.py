"""Practical question 2: the network without its non-linear parts."""

from __future__ import annotations

from functools import partial
from math import prod

from baselines.architectures import linearised, original, softmax_regression
from baselines.results import Result
from baselines.tables import final_rows
from reports.document.blocks import Block, Heading, Missing, Plot, Question, Strong, items, paragraph
from reports.document.drawing import figure_of
from reports.document.practical_1 import CLASSES, MNIST_SHAPE
from reports.document.sources import Sources
from reports.document.wording import accuracy_table, count_table, data_line
from spaces.layers import Activation, MaxPool


def question_2(sources: Sources) -> list[Block]:
    """Question 2 with its parts 2.1 to 2.3."""
    network = original(MNIST_SHAPE, CLASSES)
    linear = linearised(network)
    regression = softmax_regression(MNIST_SHAPE, CLASSES)
    pixels = prod(MNIST_SHAPE)
    activations = sum(isinstance(layer, Activation) for layer in network.layers)
    poolings = sum(isinstance(layer, MaxPool) for layer in network.layers)
    result = sources.baselines.get("linear")
    missing = [Missing("The linear network has not been trained.", (sources.baseline_command("linear"),))]
    return [
        Heading(2, "2", "Linear against non-linear"),
        Heading(3, "2.1", "The non-linear components, and the network without them"),
        Question("Identify what is non-linear in the network and remove it."),
        paragraph("Two kinds of components are not linear (the softmax in the loss stays, as the assignment says):"),
        items(
            (
                Strong(f"The {activations} ReLUs"),
                ", after both convolutions and the first fully-connected layer. They are left out.",
            ),
            (
                Strong(f"The {poolings} max poolings"),
                ": the largest of four values is not a linear function of them. They become a uniform stride: of every "
                "2 × 2 window the first value is kept. A convolution followed by that is the same as the convolution "
                "with a stride of 2, which is how it is computed here.",
            ),
        ),
        paragraph(
            "Convolutions, strides, flattening and fully-connected layers are affine maps, and a chain of affine maps "
            f"is one affine map. The linear network has as many parameters as before, {linear.parameters:,}, but all "
            "it can compute is what softmax regression computes, one matrix and one bias: "
            f"{pixels:,} × {CLASSES} + {CLASSES} = {regression.parameters:,} numbers.",
        ),
        count_table(linear, "The network of question 2: the same parameters without the non-linear parts."),
        *(_measured_linearity(result) if result is not None else []),
        Heading(3, "2.2", "Comparison with the original network"),
        Question("Compare the performance of the linear network with that of the non-linear one."),
        *(_comparison(result) if result is not None else missing),
        Heading(3, "2.3", "The effect on training and final test accuracy"),
        Question("What is the effect on the training and the final test accuracy?"),
        *(_effect(result) if result is not None else missing),
    ]


def _measured_linearity(result: Result) -> list[Block]:
    found = result.linearity
    if found is None:
        return []
    return [
        paragraph(
            f"That the trained network is indeed affine was measured: the matrix and the bias read off from it "
            f"reproduce its logits on {found.images:,} test images to {found.matrix:.1e} of the largest one, and "
            f"f(ax + by) - f(0) is additive on random inputs to {found.additivity:.1e}, both "
            f"{'within the rounding of' if found.holds else 'MORE than the rounding of'} 32-bit numbers."
        )
    ]


def _comparison(result: Result) -> list[Block]:
    rows = final_rows(result)
    seeds = min(row.seeds for row in rows)
    return [
        data_line(result),
        accuracy_table(rows, "Question 2.2: accuracy at the end of training"),
        Plot(
            partial(figure_of, result, "accuracy"),
            "Question 2.2: training and test accuracy of the original network, of the linear one and of softmax "
            f"regression, all trained alike ({'one seed' if seeds == 1 else f'{seeds} seeds'} of each; "
            f"{rows[0].test_images:,} test images).",
        ),
    ]


def _effect(result: Result) -> list[Block]:
    if not result.explanation:
        return [paragraph("Not all three networks have been trained, so there is nothing to compare yet.")]
    return [
        paragraph(result.explanation),
        paragraph(
            "A ReLU after a layer lets the next one build features of features: strokes from edges, loops from "
            "strokes. Without it every layer after the first only mixes the pixels anew, and the classes are separated "
            "by hyperplanes in the space of pixels, one template a digit. Depth and width then add parameters to "
            "train, but no function that one matrix would not do."
        ),
    ]
