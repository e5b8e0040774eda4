"""Recipe: how an architecture is trained. Part of the trial, since at a few hundred parameters it decides."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import msgspec
import numpy as np

ScheduleName = Literal["cosine", "one-cycle", "constant"]
OptimizerName = Literal["adam", "soap"]
InitializerName = Literal["glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_normal"]

USUAL_BATCH = 128
FIRST_CYCLE = 780  # steps of the first cycle of a search, less in a short training
SEARCH_CYCLES = 3  # at least: a search decides at the end of each; what is retrained has a single cycle
SHORTEST = 5_400  # steps of the shortest training that a search gives a network to qualify in
ONE_CYCLE_RISE = 0.3
ONE_CYCLE_START = 0.04


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An optimiser (Adam, or Adam in the gradients' eigenbasis: "soap") with a learning-rate schedule over epochs.

    `learning_rate` is the peak; `warmup` the share of a cycle over which a cosine schedule first rises linearly;
    pixels are scaled to `[0, input_scale]`. With several `cycles` the schedule restarts, each cycle twice as long as
    the one before: accuracy at the end of a short cycle is then already that of a finished, if shorter, training.
    """

    epochs: int
    learning_rate: float = 0.06
    schedule: ScheduleName = "one-cycle"
    cycles: int = 1
    warmup: float = 0.05
    batch_size: int = USUAL_BATCH
    beta_1: float = 0.9
    beta_2: float = 0.99
    input_scale: float = 3.0
    initializer: InitializerName = "glorot_uniform"
    optimizer: OptimizerName = "adam"

    def __post_init__(self) -> None:
        for name in ("epochs", "cycles", "batch_size", "learning_rate", "input_scale"):
            if not getattr(self, name) > 0:
                raise ValueError(f"recipe: {name} must be above 0, got {getattr(self, name)}")
        for name in ("warmup", "beta_1", "beta_2"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"recipe: {name} must be in [0, 1), got {getattr(self, name)}")

    @property
    def name(self) -> str:
        """The short form: `soap, cosine 0.1, 14 epochs in 3 cycles, batches of 128`."""
        cycles = f" in {self.cycles} cycles" if self.cycles > 1 else ""
        rate = f"{self.optimizer}, {self.schedule} {self.learning_rate:.3g}"
        return f"{rate}, {self.epochs} epochs{cycles}, batches of {self.batch_size}"


def usual_epochs(images: int) -> int:
    """How long to train on so many images at most where nobody says: about 24,000 steps of 128, 30 to 100 epochs."""
    return max(30, min(100, round(24_000 * USUAL_BATCH / images)))


def search_cycles(epochs: int, images: int) -> int:
    """In how many cycles a search trains: SEARCH_CYCLES, and one more each time a longer training is twice as long.

    So the first decision falls after about FIRST_CYCLE steps, however long the training may go on.
    """
    steps = epochs * images / USUAL_BATCH
    return max(SEARCH_CYCLES, round(math.log2(steps / FIRST_CYCLE + 1)))


class Length(NamedTuple):
    """How long a search trains a network, and in how many cycles."""

    epochs: int
    cycles: int


def search_lengths(epochs: int, images: int) -> list[Length]:
    """The trainings of a search that may take `epochs` epochs at most, each about twice as long as the one before.

    A network is first given the shortest, of no less than SHORTEST steps; what nearly qualifies may be given more.
    """
    lengths = [epochs]
    while (half := round(lengths[0] / 2)) * images / USUAL_BATCH >= SHORTEST:
        lengths.insert(0, half)
    return [Length(length, search_cycles(length, images)) for length in lengths]


def cycle_ends(recipe: Recipe) -> list[int]:
    """After which epochs a cycle ends; each cycle is twice as long as the one before, rounded to whole epochs.

    Fewer cycles than asked for where there are too few epochs to give each one.
    """
    whole = 2**recipe.cycles - 1
    ends = {round(recipe.epochs * (2 ** (index + 1) - 1) / whole) for index in range(recipe.cycles)}
    return sorted(end for end in ends if end > 0)


def learning_rates(recipe: Recipe, steps: int) -> np.ndarray:
    """The learning rate of each of `steps` steps, float32 [steps], cycle by cycle.

    cosine: linear warm-up, then half a cosine down to zero; restarts after Loshchilov and Hutter (2017).
    one-cycle: half a cosine up over the first 30% from 4% of the peak, then half a cosine down to zero (Smith, 2018).
    """
    ends = [round(end * steps / recipe.epochs) for end in cycle_ends(recipe)]
    return np.concatenate([_cycle(recipe, end - start) for start, end in zip([0, *ends], ends, strict=False)])


def _cycle(recipe: Recipe, steps: int) -> np.ndarray:
    position = (np.arange(steps) + 0.5) / steps
    if recipe.schedule == "constant":
        factor = np.ones(steps)
    elif recipe.schedule == "cosine":
        warmup = max(recipe.warmup, 1e-9)
        factor = np.minimum(position / warmup, _fall((position - warmup) / (1 - warmup)))
    else:
        rise = ONE_CYCLE_START + (1 - ONE_CYCLE_START) * (1 - _fall(position / ONE_CYCLE_RISE))
        fall = _fall((position - ONE_CYCLE_RISE) / (1 - ONE_CYCLE_RISE))
        factor = np.where(position < ONE_CYCLE_RISE, rise, fall)
    return np.asarray(recipe.learning_rate * factor, dtype=np.float32)


def _fall(position: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.cos(math.pi * np.clip(position, 0, 1)))
