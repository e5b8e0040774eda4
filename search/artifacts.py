"""What retraining keeps beside its models, as plain arrays: a report needs neither TensorFlow nor the data set.

`predictions.npz` holds what each retrained network answered on the test set, and the images most of them misread;
`weights.npz` holds the networks' weights. Both lie in the folder of the models.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from datasets.dataset import Split
from search.study import write_whole

PREDICTIONS, WEIGHTS = "predictions.npz", "weights.npz"
MOST_IMAGES = 200


class ArtifactError(Exception):
    """A file that cannot be read back: one line with what was expected, what came, what to do."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """The answers of K networks to N test images.

    `labels` int32 [N], `answers` int32 [K, N]; `misread` int32 [M] says which images are kept in `images`, uint8 [M,
    rows, columns, channels]: those most networks misread first, of equal ones the earlier, at most MOST_IMAGES.
    """

    labels: np.ndarray
    answers: np.ndarray
    misread: np.ndarray
    images: np.ndarray


def predictions(test: Split, answers: np.ndarray) -> Predictions:
    """The answers int [K, N] of K networks to a test set, with the images worth looking at."""
    labels = np.asarray(test.labels, np.int32)
    wrong = (answers != labels).sum(0)
    worst = np.argsort(-wrong, kind="stable")[: min(MOST_IMAGES, int((wrong > 0).sum()))]
    return Predictions(labels, np.asarray(answers, np.int32), worst.astype(np.int32), test.images[worst])


def write_predictions(folder: Path, found: Predictions) -> None:
    """Writes `predictions.npz` into `folder`, whole or not at all."""
    arrays = {"labels": found.labels, "answers": found.answers, "misread": found.misread, "images": found.images}
    _write(folder / PREDICTIONS, arrays)


def read_predictions(folder: Path) -> Predictions | None:
    """What `write_predictions` wrote; None where retraining has not kept it. Raises ArtifactError."""
    arrays = _read(folder / PREDICTIONS)
    if arrays is None:
        return None
    try:
        found = Predictions(*(arrays[name] for name in ("labels", "answers", "misread", "images")))
    except KeyError as error:
        raise _broken(folder / PREDICTIONS, f"no array {error}") from None
    shapes = found.labels.shape, found.answers.shape, found.misread.shape, found.images.shape
    fits = [len(shape) for shape in shapes] == [1, 2, 1, 4] and shapes[1][1] == shapes[0][0]
    if not fits or shapes[2][0] != shapes[3][0] or any(np.any(found.misread >= n) for n in shapes[0]):
        raise _broken(folder / PREDICTIONS, f"arrays of the shapes {', '.join(map(str, shapes))}")
    return found


def write_weights(folder: Path, seeds: Sequence[int], weights: Sequence[Sequence[np.ndarray]]) -> None:
    """Writes `weights.npz` into `folder`: for each seed the arrays of Keras' `get_weights()`, in order."""
    named = {
        f"{seed}/{index}": array
        for seed, arrays in zip(seeds, weights, strict=True)
        for index, array in enumerate(arrays)
    }
    _write(folder / WEIGHTS, named)


def read_weights(folder: Path, seeds: Sequence[int]) -> list[list[np.ndarray]] | None:
    """The weights of each seed, as written; None where retraining has not kept them. Raises ArtifactError."""
    arrays = _read(folder / WEIGHTS)
    if arrays is None:
        return None
    found: list[list[np.ndarray]] = []
    for seed in seeds:
        count = sum(name.startswith(f"{seed}/") for name in arrays)
        try:
            found.append([arrays[f"{seed}/{index}"] for index in range(count)])
        except KeyError as error:
            raise _broken(folder / WEIGHTS, f"no array {error}") from None
    return found


def _write(path: Path, arrays: dict[str, Any]) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_whole(path, buffer.getvalue())


def _read(path: Path) -> dict[str, np.ndarray] | None:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise _broken(path, str(error).splitlines()[0] if str(error) else type(error).__name__) from error


def _broken(path: Path, got: str) -> ArtifactError:
    return ArtifactError(f"expected the arrays that retrain wrote in {path}, got: {got}; restore or remove that file")
