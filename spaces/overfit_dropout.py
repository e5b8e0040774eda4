"""`overfit-dropout`: the original network with dropout after every hidden layer (question 4)."""

from __future__ import annotations

from spaces.architecture import Architecture
from spaces.overfit_networks import FILTERS, HIDDEN, LEARNING_RATES, overfit_recipe, shrunk_original
from spaces.recipe import Recipe
from spaces.space import ArchitectureSpace, HyperParameters

KEEPS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]


class OverfitDropoutSpace(ArchitectureSpace):
    """The keep probability, 0.1 to 1: one for all hidden layers, or one for each."""

    def architecture(self, hp: HyperParameters) -> Architecture:
        shared = hp.Boolean("one_keep_for_all", default=True)
        if shared:
            with hp.conditional_scope("one_keep_for_all", [True]):
                share = hp.Choice("keep", KEEPS, ordered=True, default=1.0)
            keep = (share, share, share)
        else:
            with hp.conditional_scope("one_keep_for_all", [False]):
                first, second, third = (
                    hp.Choice(f"keep_{layer}", KEEPS, ordered=True, default=1.0)
                    for layer in ("first", "second", "hidden")
                )
            keep = (first, second, third)
        return shrunk_original(self.input_shape, self.classes, FILTERS, HIDDEN, keep)

    def recipe(self, hp: HyperParameters, epochs: int) -> Recipe:
        return overfit_recipe(hp.Choice("learning_rate", LEARNING_RATES, ordered=True, default=0.001), epochs)
