"""Candidates: points of a space whose size is known before anything is trained."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import keras_tuner as kt
import msgspec

from search.trial import TrialInfo, Value, Values
from spaces.architecture import Architecture
from spaces.keras_reader import architecture_of
from spaces.recipe import SEARCH_CYCLES, Length, Recipe
from spaces.registry import SpaceError
from spaces.space import ArchitectureSpace, search_recipe

SEEDS = 2**31
MOST_ATTEMPTS = 200  # values drawn in a row that the space cannot make a network of, before it is given up
KEPT_PARENTS = 64
FLOAT_NOTCH = 1 / 8  # of the range of a number without steps


class Candidate(msgspec.Struct, frozen=True):
    """A point of a space: the values asked for, and what they come to. `origin` says why it was proposed."""

    values: Values
    architecture: Architecture
    name: str
    parameters: int
    macs: int
    recipe: Recipe
    origin: str

    @property
    def key(self) -> tuple[str, Recipe]:
        """Two candidates with the same key would train the same network in the same way."""
        return self.name, self.recipe

    @property
    def key_of_any_length(self) -> tuple[str, Recipe]:
        """Two candidates with the same would train the same network in the same way but for the length of it."""
        return self.name, msgspec.structs.replace(self.recipe, epochs=1, cycles=1)


def as_candidate(info: TrialInfo) -> Candidate:
    """The candidate a trial was asked with."""
    return Candidate(info.values, info.architecture, info.name, info.parameters, info.macs, info.recipe, info.origin)


def lengthened(candidate: Candidate, length: Length) -> Candidate:
    """The same network with another length of its training."""
    cycles = length.cycles if candidate.recipe.cycles > 1 else 1
    recipe = msgspec.structs.replace(candidate.recipe, epochs=length.epochs, cycles=cycles)
    return msgspec.structs.replace(candidate, recipe=recipe, origin="longer")


class Unbuilt(msgspec.Struct, frozen=True):
    """Values of a space that it could not make a network of, and why not, in one line."""

    values: Values
    reason: str


class UnbuiltError(SpaceError):
    """A space that could not make a network of some values."""

    def __init__(self, unbuilt: Unbuilt) -> None:
        """`unbuilt` says of which and why."""
        self.unbuilt = unbuilt
        super().__init__(f"expected the space to make a network of {unbuilt.values}, got {unbuilt.reason}; mend it")


class _Drawing(kt.HyperParameters):
    """Hyperparameters that take a given value where there is one and draw it at random where there is none.

    Keeps the hyperparameter objects that were asked for, so that neighbours can be told from strangers.
    """

    def __init__(self, given: Mapping[str, Value], rng: random.Random) -> None:
        super().__init__()
        self._given, self._rng = given, rng

    def _register(self, hyperparameter: Any, overwrite: bool = False) -> Any:
        self._hps[hyperparameter.name].append(hyperparameter)
        self._space.append(hyperparameter)
        if not self.is_active(hyperparameter):
            return None
        name = hyperparameter.name
        if name not in self.values:
            value = self._given.get(name)
            known = value is not None and _allowed(hyperparameter, value)
            self.values[name] = value if known else hyperparameter.random_sample(self._rng.randrange(SEEDS))
        return self.values[name]


def _allowed(hyperparameter: Any, value: Value) -> bool:
    values = getattr(hyperparameter, "values", None)
    if values is not None:
        return value in values
    low, high = getattr(hyperparameter, "min_value", None), getattr(hyperparameter, "max_value", None)
    return low is None or high is None or low <= value <= high


class CandidateSource:
    """Makes candidates of a space: at random, next to a known one, or from given values.

    A space of one's own may raise for some values. Where it may choose, it then draws others; `unbuilt` holds the
    failures since `take_unbuilt` was last called.
    """

    def __init__(self, space: Any, epochs: int, cycles: int = SEARCH_CYCLES) -> None:
        """`space` is a kt.HyperModel; `epochs` the length of a full training, in `cycles` where its recipe has any."""
        self.space, self.epochs, self.cycles = space, epochs, cycles
        self._parents: dict[tuple[tuple[str, Value], ...], _Drawing] = {}
        self.unbuilt: list[Unbuilt] = []

    def take_unbuilt(self) -> list[Unbuilt]:
        """What could not be built since the last call."""
        taken, self.unbuilt = self.unbuilt, []
        return taken

    @property
    def is_cheap(self) -> bool:
        """Whether a candidate's size is known without building a Keras model."""
        return isinstance(self.space, ArchitectureSpace)

    @property
    def dimensions(self) -> int:
        """How many hyperparameters a candidate has; 0 where only building a Keras model would tell."""
        return len(self.draw(random.Random(0)).values) if self.is_cheap else 0

    def hyperparameters(self, rng: random.Random) -> Any:
        """The hyperparameters of the space (kt.HyperParameters), as one random candidate asks for them."""
        found = kt.HyperParameters()
        for hp in self._drawn(rng)[0].space:
            found.merge([hp])
        return found

    def draw(self, rng: random.Random, origin: str = "random") -> Candidate:
        """A candidate drawn at random from the whole space. Raises SpaceError when none can be built."""
        return self._candidate(*self._drawn(rng), origin)

    def from_values(self, values: Values, rng: random.Random, origin: str) -> Candidate:
        """The candidate of given values; what they leave open is drawn. Raises UnbuiltError."""
        return self._candidate(*self._draw(values, rng), origin)

    def neighbour(self, values: Values, rng: random.Random, changes: int, origin: str) -> Candidate:
        """A candidate `changes` notches away: that many hyperparameters moved to a next value, or to another one.

        Where the space cannot build that one, a random one takes its place.
        """
        drawing = self._parent(values, rng)
        active = [hp for hp in drawing.space if drawing.is_active(hp) and len(_others(hp, drawing.values[hp.name])) > 0]
        moved = dict(drawing.values)
        for hp in rng.sample(active, min(changes, len(active))):
            moved[hp.name] = rng.choice(_others(hp, moved[hp.name]))
        try:
            return self._candidate(*self._draw(moved, rng), origin)
        except UnbuiltError:
            return self.draw(rng, origin)

    def _parent(self, values: Values, rng: random.Random) -> _Drawing:
        """The hyperparameters behind known values; parents are asked for again and again."""
        key = tuple(values.items())
        if key not in self._parents:
            if len(self._parents) >= KEPT_PARENTS:
                self._parents.clear()
            self._parents[key] = self._draw(values, rng)[0]
        return self._parents[key]

    def _drawn(self, rng: random.Random) -> tuple[_Drawing, Architecture]:
        """Values drawn at random until the space can make a network of them."""
        for _ in range(MOST_ATTEMPTS):
            try:
                return self._draw({}, rng)
            except UnbuiltError as error:
                last = error
        raise SpaceError(
            f"expected the space to build a network, it failed {MOST_ATTEMPTS} times in a row, the last: "
            f"{last.unbuilt.reason}; mend it and run the command again"
        )

    def _candidate(self, drawing: _Drawing, built: Architecture, origin: str) -> Candidate:
        recipe = self.space.recipe(drawing, self.epochs) if self.is_cheap else search_recipe(self.epochs)
        if recipe.cycles > 1:
            recipe = msgspec.structs.replace(recipe, cycles=self.cycles)
        values = dict(drawing.values)
        return Candidate(values, built, built.name, built.parameters, built.macs, recipe, origin)

    def _draw(self, values: Mapping[str, Value], rng: random.Random) -> tuple[_Drawing, Architecture]:
        drawing = _Drawing(values, rng)
        try:
            architecture = self._architecture(drawing)
            if architecture.parameters == 0:
                raise ValueError("a network without parameters")
            return drawing, architecture
        except Exception as error:  # a user's space may raise anything
            self.unbuilt.append(Unbuilt(dict(drawing.values), " ".join(f"{type(error).__name__}: {error}".split())))
            raise UnbuiltError(self.unbuilt[-1]) from error

    def _architecture(self, drawing: _Drawing) -> Architecture:
        if isinstance(self.space, ArchitectureSpace):
            architecture = self.space.architecture(drawing)
            self.space.recipe(drawing, self.epochs)
            return architecture
        try:
            return architecture_of(self.space.build(drawing))
        finally:
            keras.backend.clear_session()


def _others(hp: Any, value: Value) -> Sequence[Value]:
    """The values one notch away; for a hyperparameter without an order, all others."""
    if isinstance(hp, kt.engine.hyperparameters.Boolean):
        return [not value]
    if isinstance(hp, kt.engine.hyperparameters.Choice):
        if not hp.ordered:
            return [other for other in hp.values if other != value]
        position = hp.values.index(value)
        return [hp.values[i] for i in (position - 1, position + 1) if 0 <= i < len(hp.values)]
    if isinstance(value, str) or not hasattr(hp, "min_value"):
        return []
    if hp.step is None and isinstance(hp, kt.engine.hyperparameters.Float):
        share = hp.value_to_prob(value)
        moved = [hp.prob_to_value(min(max(share + notch, 0.0), 1.0)) for notch in (-FLOAT_NOTCH, FLOAT_NOTCH)]
    elif hp.sampling == "log" and hp.step is not None and hp.step > 1:
        moved = [type(value)(value / hp.step), type(value)(value * hp.step)]
    else:
        step = hp.step or 1
        moved = [value - step, value + step]
    return [other for other in moved if hp.min_value <= other <= hp.max_value and other != value]
