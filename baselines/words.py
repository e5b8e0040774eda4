"""Figures in sentences: every number comes from a measurement, and so does the verb."""

from __future__ import annotations

import math

from baselines.curves import Spread


def percent(share: float) -> str:
    """A share as `97.31 %`, rounded down: nothing that misses a bar may look as if it met it."""
    # The last digits of a float must not push a whole number of correct answers below itself.
    return f"{math.floor(share * 1e4 + 1e-6) / 100:.2f} %"


def points(difference: float) -> str:
    """A difference of two shares as `1.25 points`."""
    return f"{abs(difference) * 100:.2f} points"


def with_range(spread: Spread, seeds: int) -> str:
    """Mean and range as `97.31 % (97.20 - 97.40 % over 3 seeds)`."""
    if seeds == 1:
        return f"{percent(spread.mean)} (1 seed)"
    return f"{percent(spread.mean)} ({percent(spread.low)[:-2]} - {percent(spread.high)} over {seeds} seeds)"


def change(before: float, after: float) -> str:
    """`falls from 99.10 % to 92.30 %, by 6.80 points`; rises; or stays."""
    if percent(before) == percent(after):
        return f"stays at {percent(after)}"
    verb = "falls" if after < before else "rises"
    return f"{verb} from {percent(before)} to {percent(after)}, by {points(after - before)}"


def beyond_seeds(first: Spread, second: Spread, seeds: int) -> str:
    """Whether a difference is larger than that between seeds."""
    if seeds == 1:
        return "one seed each; how much seeds differ was not measured"
    if first.overlaps(second):
        return "no more than the seeds differ among themselves"
    return "more than the seeds differ among themselves"


def joined(parts: list[str]) -> str:
    """`a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
