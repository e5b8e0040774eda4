"""Practical question 1: the network of the assignment, its parameters counted, its accuracy while it trains."""

from __future__ import annotations

from functools import partial

from baselines.architectures import original
from baselines.results import Result
from baselines.tables import final_rows
from baselines.words import percent, with_range
from reports.baseline_data import accuracy_lines
from reports.document.blocks import Block, Heading, Missing, Plot, Question, Strong, paragraph
from reports.document.drawing import figure_of
from reports.document.sources import Sources
from reports.document.wording import count_table, how_counted, result_blocks

MNIST_SHAPE, CLASSES = (28, 28, 1), 10
EXPECTED = 0.97  # what the assignment says this network can do


def question_1(sources: Sources) -> list[Block]:
    """Question 1 with its parts 1.1 and 1.2."""
    network = original(MNIST_SHAPE, CLASSES)
    blocks: list[Block] = [
        Heading(2, "1", "Train and test error"),
        Heading(3, "1.1", "How many free parameters does the network have?"),
        Question("Count the free parameters of the given network by hand and show the steps."),
        paragraph(
            "The network has ",
            Strong(f"{network.parameters:,} free parameters"),
            ". Each layer is counted from the shape that goes into it. The convolutions keep only the places where "
            "their kernel lies inside the image, so a kernel of 5 takes 4 rows and 4 columns away; each pooling halves "
            "rows and columns.",
        ),
        count_table(network, "The free parameters of the network of question 1, counted layer by layer."),
        how_counted(network),
        paragraph(
            "The last layer has no ReLU: it gives the logits of the softmax in the loss, which must be able to be "
            "negative. That changes nothing in the count."
        ),
        Heading(3, "1.2", "Training and test accuracy while the network trains"),
        Question("Plot the training and the test accuracy against the number of training iterations."),
    ]
    result = sources.baselines.get("original")
    if result is None:
        return [*blocks, Missing("The network of question 1 has not been trained.", (_command(sources),))]
    return [*blocks, *result_blocks(result, "Question 1: accuracy at the end of training"), *_curves(result)]


def _curves(result: Result) -> list[Block]:
    (row,) = final_rows(result)
    gap = (row.train_accuracy.mean - row.test_accuracy.mean) * 100
    sign = "above" if gap >= 0 else "below"
    reached = row.test_accuracy.mean >= EXPECTED
    return [
        Plot(
            partial(figure_of, result, "accuracy"),
            "Question 1.2: training and test accuracy against training iterations (left: the whole range, right: the "
            f"same enlarged); {_seeds(row.seeds)}; test accuracy on {row.test_images:,} images, training accuracy on "
            f"{row.train_images:,} images of the training set that are the same at every point.",
        ),
        paragraph(
            f"After {row.iterations:,} iterations the test accuracy is {with_range(row.test_accuracy, row.seeds)}, "
            f"{'above' if reached else 'below'} the {EXPECTED:.0%} the assignment speaks of{_when(result)}. The "
            f"training accuracy is {with_range(row.train_accuracy, row.seeds)}, {abs(gap):.2f} points {sign} it: ",
            _generalisation(gap),
        ),
    ]


def _generalisation(gap: float) -> str:
    if gap <= 0:
        return "the network does no better on the images it was trained on than on new ones."
    return (
        "the network fits the images it was trained on somewhat better than new ones, which is the distance between "
        "the two curves. Both curves rise steeply at first and then flatten; what training still gains on the training "
        "images then hardly reaches the test images any more."
    )


def _when(result: Result) -> str:
    """At which point the mean test accuracy first reached what the assignment expects."""
    line = next(line for line in accuracy_lines(result) if line.split == "test")
    over = [int(at) for at, mean in zip(line.iterations, line.mean, strict=True) if mean >= 100 * EXPECTED]
    if not over:
        return f" (highest: {percent(line.mean.max() / 100)})"
    return f"; its mean first reached that at iteration {over[0]:,}"


def _seeds(seeds: int) -> str:
    return "one seed" if seeds == 1 else f"mean of {seeds} seeds, band from the smallest to the largest"


def _command(sources: Sources) -> str:
    return sources.baseline_command("original")
