"""What every space of ours is: a `kt.HyperModel` that describes before it builds."""

from __future__ import annotations

from typing import Any

import keras
import keras_tuner as kt

from spaces.architecture import Architecture
from spaces.keras_builder import build_keras
from spaces.recipe import SEARCH_CYCLES, Recipe

LEARNING_RATES = [0.015, 0.02, 0.03, 0.045, 0.07, 0.1]
USUAL_RATE = 0.045
HyperParameters = Any  # kt.HyperParameters; Keras Tuner ships no types


def search_recipe(epochs: int, learning_rate: float = USUAL_RATE) -> Recipe:
    """How a search trains: what got the most out of networks of 200 to 400 parameters (`benchmarks/recipe.py`)."""
    return Recipe(epochs, learning_rate, "cosine", cycles=SEARCH_CYCLES, optimizer="soap")


class ArchitectureSpace(kt.HyperModel):
    """A space over architectures.

    Subclasses say `architecture(hp)`; its size is then known without building anything. Every combination of values
    gives a possible network: sizes that do not fit are cut down to what does.
    """

    def __init__(self, input_shape: tuple[int, int, int], classes: int) -> None:
        """`input_shape` is `(rows, columns, channels)` of the images, `classes` the number of logits."""
        super().__init__()
        self.input_shape, self.classes = input_shape, classes

    def architecture(self, hp: HyperParameters) -> Architecture:
        """The layers for the values of `hp`."""
        raise TypeError(f"{type(self).__name__} must say its architecture(hp)")

    def recipe(self, hp: HyperParameters, epochs: int) -> Recipe:
        """How to train it: the learning rate belongs to the trial."""
        return search_recipe(epochs, hp.Choice("learning_rate", LEARNING_RATES, default=USUAL_RATE))

    def build(self, hp: HyperParameters) -> keras.Model:
        """The compiled Keras model, for any other Keras tool; its images must be scaled to `[0, input_scale]`."""
        model = build_keras(self.architecture(hp))
        model.compile(
            optimizer=keras.optimizers.Adam(self.recipe(hp, epochs=1).learning_rate, beta_2=Recipe(epochs=1).beta_2),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        return model
