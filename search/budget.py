"""How long a search goes on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """When a search ends: at so many finished trials in the study altogether, or after so many seconds of this run."""

    trials: int | None = None
    seconds: float | None = None

    def is_spent(self, trials: int, seconds: float) -> bool:
        """Whether so many trials, or so many seconds of this run, are all there may be."""
        if self.trials is not None and trials >= self.trials:
            return True
        return self.seconds is not None and seconds >= self.seconds
