"""The margin a search aims above its bar with, from the noise of its own selection."""

from __future__ import annotations

from fractions import Fraction

from search.constraint import Constraint
from search.noise import SEED_SPREAD
from search.study import StudyConfig

# The incumbent is the smallest of many that read over the bar, so it is one whose noise was kind. Where candidates lie
# evenly around the bar, the truth of one that just passes is lower than its reading by about half a standard error.
WINNERS_CURSE = Fraction(1, 2)


def aimed_at(config: StudyConfig, images: int) -> Constraint:
    """The constraint of a study raised by its margin: what a trial must meet on `images` validation images."""
    asked = Constraint.parse(config.constraint)
    if config.margin is None:
        return Constraint(asked.bar + default_margin(asked.bar, config.replicas, images))
    return Constraint(asked.bar + Fraction(str(config.margin)))


def default_margin(bar: Fraction, replicas: int, images: int) -> Fraction:
    """By how much validation accuracy must exceed `bar`, in whole hundredths of a per cent.

    Half a standard error of the mean over `replicas` seeds (their spread at this size) and of the share of `images`
    answered correctly (binomial). Never from the test set.
    """
    error = 1 - float(bar)
    seeds = (SEED_SPREAD * error) ** 2 / replicas
    sampling = error * (1 - error) / images
    margin = Fraction(round(float(WINNERS_CURSE) * (seeds + sampling) ** 0.5 * 10_000), 10_000)
    return min(margin, (1 - bar) / 2)
