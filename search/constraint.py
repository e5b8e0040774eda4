"""The constraint of a study, read as a sentence: `val_accuracy >= 0.95`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

_SENTENCE = re.compile(r"\s*val_accuracy\s*>=\s*(\d*\.?\d+)\s*(%?)\s*")
EXAMPLE = "val_accuracy >= 0.95"


class ConstraintError(ValueError):
    """A sentence that is no constraint: one line with what was expected, what came, what to do."""


@dataclass(frozen=True)
class Constraint:
    """Validation accuracy of at least `bar`, an exact fraction: whole numbers are compared, never rounded floats."""

    bar: Fraction

    @classmethod
    def parse(cls, sentence: str) -> Constraint:
        """Reads `val_accuracy >= 0.95` (or `>= 95%`). Raises ConstraintError."""
        match = _SENTENCE.fullmatch(sentence)
        if match is None:
            raise ConstraintError(f'expected a constraint such as "{EXAMPLE}", got "{sentence}"')
        bar = Fraction(match[1]) / (100 if match[2] else 1)
        if not 0 < bar <= 1:
            raise ConstraintError(
                f'expected an accuracy above 0 and at most 1, got {match[1]}{match[2]} in "{sentence}"'
            )
        return cls(bar)

    def is_met(self, correct: int, total: int) -> bool:
        """Whether `correct` answers out of `total` reach the bar. Raises ValueError without any answers."""
        if total <= 0:
            raise ValueError(f"expected at least one answer to judge, got {total}")
        return correct * self.bar.denominator >= self.bar.numerator * total

    def is_met_by_mean(self, correct: Sequence[int], total: int, margin: Fraction = Fraction(0)) -> bool:
        """Whether the mean of several replicas, each out of `total`, reaches the bar raised by `margin`."""
        return Constraint(self.bar + margin).is_met(sum(correct), total * len(correct))

    def __str__(self) -> str:
        return f"val_accuracy >= {float(self.bar):g}"
