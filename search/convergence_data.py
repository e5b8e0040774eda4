"""What a measurement of training speed consists of, as data: curves of validation accuracy, and seconds per step.

No TensorFlow here: the readers of a comparison need none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from search.jsonl import VERSION, JsonLines, Record
from spaces.architecture import Architecture
from spaces.recipe import Recipe

# own: its own recipe, as the search found it; length: the same over fewer epochs; constant: one rate for all networks.
Protocol = Literal["own", "length", "constant"]


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A trial whose training speed is measured: where it comes from, its layers, its own recipe."""

    study: str
    trial: int
    name: str
    parameters: int
    macs: int
    architecture: Architecture
    recipe: Recipe


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """After `iteration` steps: correct validation answers of each seed, mean loss in nats (None where not finite)."""

    iteration: int
    correct: tuple[int, ...]
    val_loss: tuple[float | None, ...]


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One network trained from scratch once with each seed, on the training split alone, under one recipe.

    `points` are in order of iterations, the first before any training, the last at the end of the schedule; each rests
    on `validation_images`. `batch_size` images make a step; `training_images` an epoch.
    """

    study: str
    trial: int
    protocol: Protocol
    dataset: str
    recipe: Recipe
    seeds: tuple[int, ...]
    batch_size: int
    training_images: int
    validation_images: int
    points: tuple[Point, ...]

    @property
    def iterations(self) -> int:
        """How many steps the whole training has."""
        return self.points[-1].iteration

    def accuracies(self, seed: int) -> list[float]:
        """The share of correct answers at each point, of the seed at this place in `seeds`."""
        return [point.correct[seed] / self.validation_images for point in self.points]


class Timing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds of a training step of one network trained alone: one figure a block of `steps` steps.

    Measured without evaluations, after a block to warm up, on `cores` cores; blocks of the networks that are compared
    alternate, so that what else the machine does slows all of them alike. `cpu_share` is the processor time this
    process got in the blocks, as a share of the time on the clock: well below 1, the machine had other work.
    """

    study: str
    trial: int
    dataset: str
    batch_size: int
    steps: int
    cores: int
    seconds_per_step: tuple[float, ...]
    cpu_share: float

    @property
    def median(self) -> float:
        """The median of the blocks: what else ran on the machine disturbs it least."""
        ordered = sorted(self.seconds_per_step)
        middle = len(ordered) // 2
        return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


class _Line(Record, frozen=True):
    run: Run | None = None
    timing: Timing | None = None


class Runs(JsonLines):
    """Everything that was ever measured for a comparison, on disk as soon as it is finished."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the comparison's."""
        super().__init__(folder / "runs.jsonl", "a measured training")

    def append(self, finished: Run | Timing) -> None:
        """Writes one; it is on disk when this returns. Raises LedgerError."""
        if isinstance(finished, Run):
            self.write(_Line(VERSION, run=finished))
        else:
            self.write(_Line(VERSION, timing=finished))

    def read(self) -> tuple[list[Run], list[Timing]]:
        """All of them in the order in which they were made. Raises LedgerError."""
        lines = list(self.lines(_Line))
        return [line.run for line in lines if line.run is not None], [
            line.timing for line in lines if line.timing is not None
        ]
