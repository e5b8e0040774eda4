"""Question 2: what the non-linear components are for - the same network without them, and softmax regression."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from baselines.architectures import linearised, original, softmax_regression
from baselines.curves import Curve, SplitName, Spread
from baselines.linearity import Linearity, linearity
from baselines.question_1 import MEASURE, digit_plan
from baselines.question_1 import MODEL as ORIGINAL
from baselines.results import Result
from baselines.settings import Settings
from baselines.training import Outcome, Watcher, train_all
from baselines.words import beyond_seeds, change, percent, points, with_range
from datasets.dataset import Dataset
from search.feeds import PIXEL_MAX
from spaces.architecture import Architecture
from spaces.stacked import StackedNetwork

LINEAR, SOFTMAX = "linear", "softmax regression"
LINEARITY_IMAGES = 1_000


def run(dataset: Dataset, settings: Settings, watcher: Watcher, counterpart: Result | None = None) -> Result:
    """Trains the linear network and softmax regression, and the original unless `counterpart` has its curves.

    Args:
        dataset: trained on train and validation images together, measured on test.
        settings: of all networks.
        watcher: is told the progress.
        counterpart: a finished result of question 1 with the same settings and data.

    Raises:
        BaselineError: a batch larger than the training set.
        ImpossibleShapeError: images whose size the original's pooling does not divide, or too small for it.
    """
    architecture = original(dataset.input_shape, dataset.classes)
    architectures = {
        ORIGINAL: architecture,
        LINEAR: linearised(architecture),
        SOFTMAX: softmax_regression(dataset.input_shape, dataset.classes),
    }
    kept = counterpart.curves if counterpart is not None else ()
    # The two new ones first: when somebody interrupts, the slow original is the one that question 1 has too.
    wanted = [LINEAR, SOFTMAX, *([] if kept else [ORIGINAL])]
    plans = [digit_plan(model, architectures[model], dataset, settings) for model in wanted]
    outcome = train_all(plans, settings, watcher)
    # Interrupted before anything was measured, there is nothing of this question to show.
    curves = (*kept, *outcome.curves) if outcome.curves else ()
    found = _linearity(outcome, dataset.test.images)
    result = Result("linear", settings, dataset.source, architectures, curves, outcome.interrupted, linearity=found)
    return result.replaced(explanation=explain(result))


def usable(counterpart: Result | None, dataset: Dataset, settings: Settings) -> bool:
    """Whether a result of question 1 measured what this comparison would measure again."""
    if counterpart is None or counterpart.interrupted or counterpart.settings != settings:
        return False
    return all(curve.test_total == len(dataset.test) for curve in counterpart.curves)


def logits_of(network: StackedNetwork) -> Callable[[np.ndarray], np.ndarray]:
    """A network of one replica as a function from float32 images to logits [N, classes]."""

    def logits(images: np.ndarray) -> np.ndarray:
        return np.asarray(network(tf.constant(images)))[0]

    return logits


def _linearity(outcome: Outcome, test_images: np.ndarray) -> Linearity | None:
    """The test on every linear network trained, the largest deviations of all; None without one."""
    images = (test_images[:LINEARITY_IMAGES] / PIXEL_MAX).astype(np.float32)
    found = [
        linearity(logits_of(network), images)
        for curve, network in zip(outcome.curves, outcome.networks, strict=True)
        if curve.model == LINEAR
    ]
    if not found:
        return None
    return Linearity(
        max(one.additivity for one in found), max(one.matrix for one in found), found[0].images, found[0].numbers
    )


def explain(result: Result) -> str:
    """Question 2.3 from the figures of a result; empty where a model was not trained."""
    curves = {model: result.of(model) for model in (ORIGINAL, LINEAR, SOFTMAX)}
    if not all(curves.values()):
        return ""
    train = {model: _final(listed, "train") for model, listed in curves.items()}
    test = {model: _final(listed, "test") for model, listed in curves.items()}
    seeds = min(len(listed) for listed in curves.values())
    sentences = [
        "Without its non-linear components the network's test accuracy"
        f" {change(test[ORIGINAL].mean, test[LINEAR].mean)}"
        f" ({beyond_seeds(test[ORIGINAL], test[LINEAR], seeds)}), and its training accuracy"
        f" {change(train[ORIGINAL].mean, train[LINEAR].mean)}.",
        _fit(train, test),
        _collapse(result.architectures, result.linearity),
        f"Softmax regression, which has no more than that, reaches {with_range(test[SOFTMAX], len(curves[SOFTMAX]))} on"
        f" test; the linear network is {points(test[LINEAR].mean - test[SOFTMAX].mean)}"
        f" {'above' if test[LINEAR].mean >= test[SOFTMAX].mean else 'below'}"
        f" ({beyond_seeds(test[LINEAR], test[SOFTMAX], seeds)}). The extra parameters change the path of"
        " training, not what can be learned.",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _fit(train: dict[str, Spread], test: dict[str, Spread]) -> str:
    """Which part of the linear network's errors on test it already makes on training images."""
    fitting, wrong = 1 - train[LINEAR].mean, 1 - test[LINEAR].mean
    gaps = [f"{(train[model].mean - test[model].mean) * 100:+.2f}" for model in (LINEAR, ORIGINAL)]
    figures = (
        f"It gets {percent(fitting)} of the training images and {percent(wrong)} of the test images wrong (training"
        f" less test accuracy: {gaps[0]} points, {gaps[1]} for the original)"
    )
    if train[LINEAR].mean >= train[ORIGINAL].mean:
        return f"{figures}: as trained here, the original does not fit the training images any better."
    if fitting > 0.5 * wrong:
        return f"{figures}: it loses mostly because it cannot fit even the training images (underfitting)."
    return f"{figures}: it loses mostly on the way from training to test images, not in fitting."


def _collapse(architectures: dict[str, Architecture], found: Linearity | None) -> str:
    if found is None:
        return ""
    parameters = architectures[LINEAR].parameters
    if not found.holds:
        return (
            f"The linearity test fails, with deviations of {found.additivity:.1e} (additivity) and {found.matrix:.1e}"
            " (matrix) of the largest logit."
        )
    return (
        f"A chain of affine maps is one affine map: its {parameters:,} parameters compute what one matrix and one bias"
        f" of {found.numbers:,} numbers together compute. On {found.images:,} test images these two reproduce its"
        f" logits to {found.matrix:.1e} of the largest one, and on random inputs f(ax + by) - f(0) is additive to"
        f" {found.additivity:.1e}."
    )


def _final(curves: list[Curve], split: SplitName) -> Spread:
    return Spread.of(curve.final(split, MEASURE) for curve in curves)
