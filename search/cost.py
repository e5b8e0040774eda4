"""What a trial costs, known before it runs."""

from __future__ import annotations

from math import prod

from search.candidates import Candidate

# Fitted once to the seconds of real trials: a value computed, with its gradient, takes about as long as ten
# multiply-accumulates, and a trial of no size at all as long as 20,000 of them per image. Measured seconds are left
# out on purpose: the same seed must give the same trials on a slower machine.
MACS_PER_VALUE = 10
FIXED_MACS = 20_000


def relative_cost(candidate: Candidate) -> float:
    """Time for a trial of the candidate, in units of one of no size at all."""
    values = sum(prod(shape) for shape in candidate.architecture.shapes()[1:])
    return 1 + (candidate.macs + MACS_PER_VALUE * values) / FIXED_MACS
