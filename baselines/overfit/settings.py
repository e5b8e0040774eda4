"""What a study of overfitting does: how many subsets, seeds and iterations, which sizes, which dropout."""

from __future__ import annotations

import msgspec

from spaces.architecture import Architecture
from spaces.overfit_networks import FILTERS, HIDDEN, KEEP_ALL, Keep, shrunk_original

TUTORIAL_RATE = 0.001  # the learning rate of the tutorial the assignment starts from: that of the curves
LARGE = 100_000  # parameters from which on a network takes the smaller learning rates


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version of the original: filters of both convolutions, hidden units, what dropout keeps after each of them."""

    filters: tuple[int, int] = FILTERS
    hidden: int = HIDDEN
    keep: Keep = KEEP_ALL

    def architecture(self, input_shape: tuple[int, int, int], classes: int) -> Architecture:
        """Its layers. Raises ImpossibleShapeError for images too small for it."""
        return shrunk_original(input_shape, classes, self.filters, self.hidden, self.keep)

    @property
    def size_name(self) -> str:
        """`32-64-1024`: filters, filters, hidden units."""
        return f"{self.filters[0]}-{self.filters[1]}-{self.hidden}"

    @property
    def keep_name(self) -> str:
        """`0.5`, or `1/0.5/0.5` where layers differ."""
        shares = [f"{share:g}" for share in self.keep]
        return shares[0] if len(set(shares)) == 1 else "/".join(shares)

    @property
    def name(self) -> str:
        """`32-64-1024`, and where there is dropout `32-64-1024 keep 0.5`."""
        return self.size_name if self.keep == KEEP_ALL else f"{self.size_name} keep {self.keep_name}"

    def with_keep(self, keep: Keep) -> Network:
        """The same size with other dropout."""
        return Network(self.filters, self.hidden, keep)


class Configuration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A network and the learning rate it is trained with."""

    network: Network
    learning_rate: float


ORIGINAL = Network()
# Halved again and again, and the original's filters with ever fewer hidden units, where nine tenths of the weights lie.
FAMILY = (
    ORIGINAL,
    Network((32, 64), 256),
    Network((32, 64), 64),
    Network((16, 32), 256),
    Network((16, 32), 64),
    Network((8, 16), 128),
    Network((8, 16), 32),
    Network((4, 8), 32),
    Network((4, 8), 12),
    Network((2, 4), 16),
    Network((2, 4), 8),
    Network((1, 2), 8),
)
KEEPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class OverfitSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that decides what the study measures.

    Choices are made on `subsets` class-balanced subsets of `examples` training images with `seeds` seeds each; the
    chosen ones are trained again on as many fresh subsets with `final_seeds` fresh seeds, and tested. Learning rates
    are picked on the first `screen` subsets. `grid_sizes` and `grid_keeps` span the table of size and dropout, beside
    the size chosen before; cross-validation picks among `fold_networks`. `large_rates` are the learning rates of
    networks of LARGE parameters and more, `small_rates` those of the others.
    """

    dataset: str
    seed: int = 0
    examples: int = 250
    subsets: int = 10
    seeds: int = 2
    final_seeds: int = 3
    screen: int = 3
    iterations: int = 150
    batch_size: int = 50
    validation_images: int = 2_000
    curve_iterations: tuple[int, ...] = (0, 10, 25, 50, 100, 200, 400, 600)
    curve_seeds: int = 3
    curve_probe: int = 2_500
    folds: int = 5
    sizes: tuple[Network, ...] = FAMILY
    keeps: tuple[float, ...] = KEEPS
    grid_sizes: tuple[Network, ...] = (ORIGINAL, Network((8, 16), 32), Network((2, 4), 16))
    grid_keeps: tuple[float, ...] = (0.3, 0.5, 0.7, 0.9, 1.0)
    large_rates: tuple[float, ...] = (0.002, 0.004)
    small_rates: tuple[float, ...] = (0.004, 0.008, 0.016)
    fold_networks: tuple[Network, ...] = (
        ORIGINAL,
        ORIGINAL.with_keep((0.5, 0.5, 0.5)),
        Network((8, 16), 128),
        Network((8, 16), 32),
        Network((4, 8), 32),
        Network((2, 4), 16),
    )

    def rates(self, parameters: int) -> tuple[float, ...]:
        """The learning rates tried for a network of so many parameters: a larger one bears only smaller ones."""
        return self.large_rates if parameters >= LARGE else self.small_rates


def quick_settings(dataset: str, seed: int) -> OverfitSettings:
    """The same study with fewer and smaller networks and shorter trainings: it shows the way, it proves little."""
    small = (Network((8, 16), 64), Network((4, 8), 16), Network((2, 4), 8))
    return OverfitSettings(
        dataset,
        seed,
        seeds=1,
        final_seeds=1,
        screen=2,
        iterations=40,
        validation_images=300,
        curve_iterations=(0, 10, 30, 60),
        curve_seeds=1,
        curve_probe=500,
        folds=2,
        small_rates=(0.012,),
        sizes=(Network((16, 32), 64), *small),
        keeps=(0.5, 0.75, 0.9, 1.0),
        grid_sizes=small[:2],
        grid_keeps=(0.75, 0.9, 1.0),
        fold_networks=small,
    )
