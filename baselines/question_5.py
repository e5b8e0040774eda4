"""Question 5: the sum of two digits in one image, learned as one answer of 19 or as two digits that are added up."""

from __future__ import annotations

import numpy as np

from baselines.architectures import sum_network
from baselines.pair_feed import PairFeed
from baselines.results import Result
from baselines.settings import Axis, BaselineError, Settings
from baselines.sums import DIRECT, MEASURE, Strategy, imbalance
from baselines.training import Plan, Probe, Score, Watcher, confusion_matrix, train_all
from datasets.dataset import Dataset, Split, full_training_set
from datasets.pairs import concatenate, pair_indices, sum_distribution, sum_labels
from spaces.architecture import Architecture

# The same pairs for both strategies, in every run and for every seed: 10,000 each for MNIST.
TEST_PAIRS_SEED, TRAIN_PAIRS_SEED = 67_103, 67_104
MOST_PAIRS = 10_000


def run(strategy: Strategy, dataset: Dataset, settings: Settings, watcher: Watcher) -> Result:
    """Trains a strategy on pairs of training images (train and validation together), measured on pairs of test images.

    Raises:
        BaselineError: settings without an axis.
        ImpossibleShapeError: images too small for the network.
    """
    if settings.axis is None:
        raise BaselineError(f"expected an axis for {strategy}, got none; choose horizontal or vertical")
    training = full_training_set(dataset)
    architecture = architecture_of(strategy, dataset, settings.axis)
    plan = _plan(strategy, architecture, dataset, training, settings, settings.axis)
    outcome = train_all([plan], settings, watcher)
    distribution = tuple(float(share) for share in sum_distribution(training.labels, dataset.classes))
    result = Result(
        strategy,
        settings,
        dataset.source,
        {strategy: architecture},
        outcome.curves,
        outcome.interrupted,
        sum_distribution=distribution,
    )
    return result.replaced(explanation=imbalance(result))


def architecture_of(strategy: Strategy, dataset: Dataset, axis: Axis) -> Architecture:
    """The network of a strategy: one logit a sum, or one a class for each of two heads, nothing else different."""
    rows, columns, channels = dataset.input_shape
    shape = (rows, 2 * columns, channels) if axis == "horizontal" else (2 * rows, columns, channels)
    return sum_network(shape, 2 * dataset.classes - 1 if strategy == DIRECT else 2 * dataset.classes)


def fixed_pairs(split: Split, axis: Axis, seed: int) -> Probe:
    """Pairs of images of one split that never change, as many as it has images, at most 10,000; labels [N, 2]."""
    indices = pair_indices(min(MOST_PAIRS, len(split)), len(split), seed)
    images = concatenate(split.images[indices[:, 0]], split.images[indices[:, 1]], axis)
    return Probe(images, split.labels[indices])


def score_pairs(answers: np.ndarray, labels: np.ndarray, classes: int) -> Score:
    """Counts what is right.

    Args:
        answers: sums [N], or both digits [N, 2]; their sum is then the answer, and the digits are counted too.
        labels: both digits, int32 [N, 2].
        classes: of a single digit.
    """
    truth = sum_labels(labels[:, 0], labels[:, 1])
    if answers.ndim == 1:
        confusion = confusion_matrix(truth, answers, 2 * classes - 1)
        return Score({MEASURE: int(np.trace(confusion))}, confusion)
    right = answers == labels
    confusion = confusion_matrix(truth, answers.sum(1), 2 * classes - 1)
    counts = {"pair": right.all(1), "first": right[:, 0], "second": right[:, 1]}
    return Score(
        {MEASURE: int(np.trace(confusion)), **{name: int(hits.sum()) for name, hits in counts.items()}}, confusion
    )


def _plan(
    strategy: Strategy, architecture: Architecture, dataset: Dataset, training: Split, settings: Settings, axis: Axis
) -> Plan:
    direct = strategy == DIRECT

    def feed(seed: int) -> PairFeed:
        return PairFeed(training.images, training.labels, settings.batch_size, 1.0, seed, axis, summed=direct)

    def score(answers: np.ndarray, labels: np.ndarray) -> Score:
        return score_pairs(answers, labels, dataset.classes)

    train = fixed_pairs(training, axis, TRAIN_PAIRS_SEED)
    test = fixed_pairs(dataset.test, axis, TEST_PAIRS_SEED)
    return Plan(strategy, architecture, 1 if direct else 2, feed, train, test, score)
