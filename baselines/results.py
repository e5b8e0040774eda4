"""The result of a baseline, and how it lies on disk: `result.json` (everything) and `points.csv` (the curves)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from baselines.curves import Curve
from baselines.linearity import Linearity
from baselines.settings import BaselineError, BaselineName, Settings
from spaces.architecture import Architecture

if TYPE_CHECKING:
    import pandas as pd

RESULT_FILE = "result.json"
POINTS_FILE = "points.csv"


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a baseline measured.

    Attributes:
        baseline: its name on the command line.
        settings: what was asked.
        source: one sentence that says which data it was.
        architectures: the network of each model.
        curves: seed by seed, in the order of training; the last may be cut short where `interrupted`.
        interrupted: whether Ctrl-C ended it.
        explanation: what the figures say, in sentences made from them.
        linearity: the linear network's test (question 2).
        sum_distribution: how probable each sum of two training digits is (question 5), else empty.
    """

    baseline: BaselineName
    settings: Settings
    source: str
    architectures: dict[str, Architecture]
    curves: tuple[Curve, ...]
    interrupted: bool
    explanation: str = ""
    linearity: Linearity | None = None
    sum_distribution: tuple[float, ...] = ()

    def replaced(self, explanation: str) -> Result:
        """The same result with its explanation."""
        return msgspec.structs.replace(self, explanation=explanation)

    def of(self, model: str) -> list[Curve]:
        """The curves of a model, those cut short left out as long as a whole one is there."""
        curves = [curve for curve in self.curves if curve.model == model]
        whole = [curve for curve in curves if curve.iterations[-1] == self.settings.iterations]
        return whole if whole else curves

    @property
    def models(self) -> list[str]:
        """The models with a curve, in the order of `architectures`."""
        return [model for model in self.architectures if self.of(model)]


def to_frame(result: Result) -> pd.DataFrame:
    """One row a point, split and measure: model, seed, iteration, images, seconds, loss, split, measure, counts."""
    rows = [
        {
            "model": curve.model,
            "seed": curve.seed,
            "iteration": point.iteration,
            "images": point.iteration * result.settings.batch_size,
            "seconds": round(point.seconds, 3),
            "training_loss": point.loss,
            "split": split,
            "measure": measure,
            "correct": correct,
            "total": total,
            "accuracy": correct / total,
        }
        for curve in result.curves
        for point in curve.points
        for split, counts, total in (
            ("train", point.train, curve.train_total),
            ("test", point.test, curve.test_total),
        )
        for measure, correct in counts.items()
    ]
    import pandas as pd  # half a second that `--help` can do without

    return pd.DataFrame(rows)


def save(result: Result, folder: Path) -> None:
    """Writes the result's two files; `result.json` last and in one step, so that where it is, all is there."""
    folder.mkdir(parents=True, exist_ok=True)
    to_frame(result).to_csv(folder / POINTS_FILE, index=False)
    draft = folder / f"{RESULT_FILE}.part"
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1))
    draft.replace(folder / RESULT_FILE)


def read(folder: Path) -> Result | None:
    """The result in a folder, None without one.

    Raises:
        BaselineError: a file that is no result.
    """
    file = folder / RESULT_FILE
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Result)
    except (msgspec.MsgspecError, ValueError) as damage:
        raise BaselineError(f"expected a baseline's result in {file}, got {damage}; delete the file") from damage


def set_aside(result: Result, folder: Path) -> Path | None:
    """Moves a finished earlier result out of the way of this one; returns where to, None where nothing was to keep.

    Hours of training are not overwritten by a short try. A finished repetition with the same settings replaces it.
    """
    file = folder / RESULT_FILE
    if not file.is_file():
        return None
    try:
        earlier = read(folder)
    except BaselineError:
        earlier = None  # damaged: kept too, for whoever wants to look at it
    if earlier is not None:
        repeated = earlier.settings == result.settings and not result.interrupted
        if earlier.interrupted or repeated:
            return None
    number = 1
    while (kept := folder.with_name(f"{folder.name}.earlier-{number}")).exists():
        number += 1
    folder.rename(kept)
    return kept
