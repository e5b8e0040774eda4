"""`overfit-size`: the assignment's original network and every smaller version of it (question 4)."""

from __future__ import annotations

from spaces.architecture import Architecture
from spaces.overfit_networks import FILTERS, HIDDEN, LEARNING_RATES, overfit_recipe, shrunk_original
from spaces.recipe import Recipe
from spaces.space import ArchitectureSpace, HyperParameters

FIRST_FILTERS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
SECOND_FILTERS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]
HIDDEN_UNITS = [2, 4, 8, 12, 16, 24, 32, 48, 64, 128, 256, 512, 1024]


class OverfitSizeSpace(ArchitectureSpace):
    """Filters of both convolutions and hidden units: from a few hundred parameters to the original's 1.1 million."""

    def architecture(self, hp: HyperParameters) -> Architecture:
        filters = (
            hp.Choice("first_filters", FIRST_FILTERS, ordered=True, default=FILTERS[0]),
            hp.Choice("second_filters", SECOND_FILTERS, ordered=True, default=FILTERS[1]),
        )
        hidden = hp.Choice("hidden_units", HIDDEN_UNITS, ordered=True, default=HIDDEN)
        return shrunk_original(self.input_shape, self.classes, filters, hidden)

    def recipe(self, hp: HyperParameters, epochs: int) -> Recipe:
        return overfit_recipe(hp.Choice("learning_rate", LEARNING_RATES, ordered=True, default=0.001), epochs)
