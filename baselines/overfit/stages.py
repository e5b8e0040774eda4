"""The study, stage by stage: each choice is made on validation images, and the test images come last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from baselines.overfit.laboratory import Laboratory
from baselines.overfit.settings import TUTORIAL_RATE, Configuration, Network, OverfitSettings
from baselines.overfit.tasks import Done, Kind, Score, Task
from spaces.overfit_networks import KEEP_ALL, Keep

WITHIN = 0.01  # of accuracy: a size that loses no more than this on validation still counts as good

Runs = dict[Configuration, tuple[Score, ...]]


@dataclass(frozen=True)
class Chosen:
    """The configurations that validation chose; only these are tested."""

    original: Configuration
    size: Configuration
    size_ratio: Configuration
    size_within: Configuration
    dropout: Configuration
    dropout_ratio: Configuration
    per_layer: Configuration
    both: Configuration

    @property
    def all(self) -> tuple[Configuration, ...]:
        """Each once."""
        return tuple(dict.fromkeys(vars(self).values()))


@dataclass(frozen=True, eq=False)
class Outcome:
    """Everything a study measured: scores of single trainings, by what they were for.

    `folds` holds the scores of all folds of all subsets; `curves` those of all points.
    """

    settings: OverfitSettings
    full_curves: tuple[Done, ...]
    few_curves: tuple[Done, ...]
    selection: Runs
    sizes: tuple[Configuration, ...]
    shared: tuple[Configuration, ...]
    layered: tuple[Configuration, ...]
    grid: tuple[Configuration, ...]
    folds: Runs
    final: Runs
    chosen: Chosen
    speed: tuple[Done, ...]
    seconds: float
    trainings: int


def run_study(laboratory: Laboratory, settings: OverfitSettings) -> Outcome:
    """Runs all stages, or what is left of them."""
    return _Study(laboratory, settings).run()


class _Study:
    def __init__(self, laboratory: Laboratory, settings: OverfitSettings) -> None:
        self._laboratory, self._settings = laboratory, settings
        self._watcher = laboratory.watcher
        self._selection: Runs = {}
        self._tuned: dict[Network, Configuration] = {}
        self._all: dict[Task, Done] = {}

    def run(self) -> Outcome:
        settings = self._settings
        self._watcher.stage("the original on all examples and on few")
        base = settings.sizes[0]
        curve = Configuration(base, TUTORIAL_RATE)
        full = self._do(Task("curve-full", curve, seed, ()) for seed in range(settings.curve_seeds))
        few = self._do(Task("curve-few", curve, 0, (number,)) for number in range(settings.subsets))
        self._watcher.stage("size")
        sizes = self._evaluated(settings.sizes)
        original = sizes[0]
        size = max(sizes[1:], key=self._accuracy)
        self._watcher.stage("dropout, one keep probability for all layers")
        shared = self._evaluated(base.with_keep((keep, keep, keep)) for keep in settings.keeps)
        best = max(shared, key=self._accuracy)
        self._watcher.stage("dropout, one keep probability a layer")
        layered = self._evaluated(base.with_keep(keep) for keep in per_layer(_least(best, shared)))
        self._watcher.stage("size and dropout")
        grid_sizes = dict.fromkeys((base, *settings.grid_sizes, size.network))
        cells = product(grid_sizes, settings.grid_keeps)
        grid = self._evaluated(network.with_keep((keep, keep, keep)) for network, keep in cells)
        chosen = Chosen(
            original=original,
            size=size,
            size_ratio=max(sizes[1:], key=self._ratio),
            size_within=min(
                (one for one in sizes if self._accuracy(one) >= self._accuracy(original) - WITHIN), key=_size_order
            ),
            dropout=best,
            dropout_ratio=max(shared, key=self._ratio),
            per_layer=max(layered, key=self._accuracy),
            both=max(self._smaller_with_dropout(grid, base), key=self._accuracy),
        )
        self._watcher.stage("cross-validation within the few examples")
        folds = self._cross_validate(self._evaluated(settings.fold_networks))
        self._watcher.stage("speed of training side by side")
        speed = self._speed()
        self._watcher.stage("the chosen ones, fresh subsets and seeds, on test")
        final = self._runs("final", chosen.all, range(settings.final_seeds))
        return Outcome(
            settings=settings,
            full_curves=full,
            few_curves=few,
            selection=dict(self._selection),
            sizes=sizes,
            shared=shared,
            layered=layered,
            grid=grid,
            folds=folds,
            final=final,
            chosen=chosen,
            speed=speed,
            seconds=sum(done.seconds for done in self._all.values()),
            trainings=sum(_trainings(done) for done in self._all.values()),
        )

    def _do(self, tasks: Iterable[Task]) -> tuple[Done, ...]:
        done = self._laboratory.run(tasks)
        self._all.update(done)
        return tuple(done.values())

    def _evaluated(self, networks: Iterable[Network]) -> tuple[Configuration, ...]:
        """Each network with the learning rate that suits it, scored on all subsets and seeds."""
        wanted = tuple(dict.fromkeys(networks))
        self._tune([network for network in wanted if network not in self._tuned])
        configurations = tuple(self._tuned[network] for network in wanted)
        new = [one for one in configurations if one not in self._selection]
        everything = tuple(range(self._settings.subsets))
        # What picked a learning rate is part of the measurement and not trained again.
        parts = {one: [everything] if len(self._rates(one.network)) == 1 else list(self._halves()) for one in new}
        tasks = [Task("selection", one, 0, part) for one in new for part in parts[one]]
        tasks += [Task("selection", one, seed, everything) for one in new for seed in range(1, self._settings.seeds)]
        self._selection.update(_by_configuration(self._do(tasks)))
        return configurations

    def _tune(self, networks: Sequence[Network]) -> None:
        """Picks the learning rate of each network, where there is a choice, on the first subsets."""
        tried = {network: [Configuration(network, rate) for rate in self._rates(network)] for network in networks}
        screen, _ = self._halves()
        tasks = [Task("selection", one, 0, screen) for ones in tried.values() if len(ones) > 1 for one in ones]
        scored = _by_configuration(self._do(tasks))
        for network, ones in tried.items():
            self._tuned[network] = max(ones, key=lambda one: sum(score.held_out for score in scored.get(one, ())))

    def _halves(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The subsets that pick learning rates, and the others."""
        screen = self._settings.screen
        return tuple(range(screen)), tuple(range(screen, self._settings.subsets))

    def _rates(self, network: Network) -> tuple[float, ...]:
        # Sizes are compared as MNIST's images have them; what a network bears hardly depends on the input.
        return self._settings.rates(network.architecture((28, 28, 1), 10).parameters)

    def _cross_validate(self, configurations: Sequence[Configuration]) -> Runs:
        numbers = tuple(range(self._settings.subsets))
        tasks = [Task("fold", one, 0, numbers, fold) for one in configurations for fold in range(self._settings.folds)]
        return _by_configuration(self._do(tasks))

    def _speed(self) -> tuple[Done, ...]:
        numbers = tuple(range(self._settings.subsets))
        picked = dict.fromkeys((self._settings.sizes[0], *self._settings.grid_sizes[-2:]))
        return self._do(Task("speed", self._tuned[network], 0, numbers) for network in picked)

    def _runs(self, kind: Kind, configurations: Sequence[Configuration], seeds: Iterable[int]) -> Runs:
        numbers = tuple(range(self._settings.subsets))
        return _by_configuration(
            self._do(Task(kind, one, seed, numbers) for one, seed in product(configurations, seeds))
        )

    def _smaller_with_dropout(self, grid: Sequence[Configuration], base: Network) -> list[Configuration]:
        return [one for one in grid if one.network.keep != KEEP_ALL and one.network.with_keep(KEEP_ALL) != base]

    def _accuracy(self, configuration: Configuration) -> float:
        """Mean validation accuracy."""
        scores = self._selection[configuration]
        return sum(score.held_out for score in scores) / sum(score.held_out_total for score in scores)

    def _ratio(self, configuration: Configuration) -> float:
        """Mean of validation / training accuracy."""
        scores = self._selection[configuration]
        return sum(ratio(score) for score in scores) / len(scores)


def ratio(score: Score) -> float:
    """Held-out accuracy over training accuracy of one training; 0 where nothing was learned at all."""
    return score.held_out * score.train_total / (score.held_out_total * score.train) if score.train else 0.0


def per_layer(shared: float) -> tuple[Keep, ...]:
    """What is tried where each layer has a keep probability of its own, around the best one for all.

    After the dense layer alone; after convolutions alone; stronger after the dense layer; milder after the first.
    """
    milder = round((1 + shared) / 2, 3)
    return ((1.0, 1.0, shared), (shared, shared, 1.0), (milder, milder, shared), (1.0, shared, shared))


def _least(best: Configuration, shared: Sequence[Configuration]) -> float:
    """The best keep probability for all layers; where none drops anything, the next below 1."""
    keep = best.network.keep[0]
    return keep if keep < 1 else max(one.network.keep[0] for one in shared if one.network.keep[0] < 1)


def _size_order(configuration: Configuration) -> int:
    return configuration.network.architecture((28, 28, 1), 10).parameters


def _by_configuration(done: Iterable[Done]) -> Runs:
    runs: Runs = {}
    for one in done:
        runs[one.task.configuration] = (*runs.get(one.task.configuration, ()), *one.scores)
    return runs


def _trainings(done: Done) -> int:
    return 1 if done.task.kind.startswith("curve") else len(done.scores)
