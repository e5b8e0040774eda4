"""How much replicas of one network differ, as far as it must be known before any has been trained."""

from __future__ import annotations

# Standard deviation of the log-error between seeds of one network of a few hundred parameters, as trainings show it.
SEED_SPREAD = 0.08
