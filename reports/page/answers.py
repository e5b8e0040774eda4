"""What retrained networks answered on the test set: the confusion of classes, and the images that were misread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.artifacts import Predictions

MOST_CLASSES = 30  # a larger table of counts is not read any more
MOST_CONFUSIONS = 20
MOST_MISREAD = 40


@dataclass(frozen=True)
class Misread:
    """An image of the test set, its class, and the wrong answer most of the `wrong` of `seeds` networks gave."""

    index: int
    label: int
    answer: int
    wrong: int
    seeds: int
    image: np.ndarray


def confusion(found: Predictions) -> np.ndarray:
    """How often class [row] was taken for class [column], over all networks: int64 [classes, classes]."""
    classes = int(max(found.labels.max(initial=0), found.answers.max(initial=0))) + 1
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (np.broadcast_to(found.labels, found.answers.shape), found.answers), 1)
    return counts


def commonest(counts: np.ndarray, most: int = MOST_CONFUSIONS) -> list[tuple[int, int, int]]:
    """The commonest mistakes as (class, answer, count), most often first."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    places = [np.unravel_index(int(place), wrong.shape) for place in order]
    return [(int(row), int(column), int(wrong[row, column])) for row, column in places if wrong[row, column]]


def misread(found: Predictions, most: int = MOST_MISREAD) -> list[Misread]:
    """The kept images in their order: those most networks misread come first."""
    return [
        _misread(found, int(index), image) for index, image in zip(found.misread[:most], found.images, strict=False)
    ]


def _misread(found: Predictions, index: int, image: np.ndarray) -> Misread:
    label, answers = int(found.labels[index]), found.answers[:, index]
    wrong = answers[answers != label]
    answer = int(np.bincount(wrong).argmax()) if len(wrong) else label
    return Misread(index, label, answer, len(wrong), len(answers), image)
