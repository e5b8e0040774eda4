"""Question 1: the network of the assignment, its parameters counted by hand, its accuracy while it trains."""

from __future__ import annotations

import numpy as np

from baselines.architectures import original
from baselines.results import Result
from baselines.settings import BaselineError, Settings
from baselines.training import Plan, Probe, Score, Watcher, confusion_matrix, train_all
from datasets.dataset import Dataset, full_training_set, subset
from search.feeds import EpochFeed
from spaces.architecture import Architecture

MODEL = "original"
MEASURE = "digit"
# Training accuracy is measured on as many images as test accuracy, the same ones in every run.
TRAIN_PROBE = 10_000
TRAIN_PROBE_SEED = 67_103


def run(dataset: Dataset, settings: Settings, watcher: Watcher) -> Result:
    """Trains the network of question 1.1 on train and validation images together and measures it on test.

    Raises:
        BaselineError: a batch larger than the training set.
        ImpossibleShapeError: images too small for the network.
    """
    architecture = original(dataset.input_shape, dataset.classes)
    outcome = train_all([digit_plan(MODEL, architecture, dataset, settings)], settings, watcher)
    return Result("original", settings, dataset.source, {MODEL: architecture}, outcome.curves, outcome.interrupted)


def digit_plan(model: str, architecture: Architecture, dataset: Dataset, settings: Settings) -> Plan:
    """How a network that classifies single digits is trained and measured. Raises BaselineError."""
    training = full_training_set(dataset)
    if settings.batch_size > len(training):
        raise BaselineError(
            f"expected a batch of at most {len(training)} training images, got {settings.batch_size}; "
            "choose a smaller --batch-size"
        )
    probe = subset(training, min(TRAIN_PROBE, len(training)), TRAIN_PROBE_SEED, balanced=False)

    def feed(seed: int) -> EpochFeed:
        return EpochFeed(training.images, training.labels, settings.batch_size, input_scale=1.0, seed=seed)

    def score(answers: np.ndarray, labels: np.ndarray) -> Score:
        confusion = confusion_matrix(labels, answers, dataset.classes)
        return Score({MEASURE: int(np.trace(confusion))}, confusion)

    train, test = (Probe(split.images, split.labels) for split in (probe, dataset.test))
    return Plan(model, architecture, 1, feed, train, test, score)
