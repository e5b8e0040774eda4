"""The studies of question 3: what each found, and which of them answers for its space."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from reports.curves import LossCurves, loss_curves
from search.confirmation import Confirmation, Confirmations, latest
from search.constraint import Constraint
from search.leaderboard import Row, incumbent, qualifying, read_leaderboard
from search.study import Study
from search.trial import Trial

ASKED = Fraction(95, 100)  # what question 3 asks for
ASSIGNED_DATASET = "mnist"


@dataclass(frozen=True)
class StudyFacts:
    """A study as the report needs it.

    `winner` is the smallest confirmed trial, the smallest qualifying one where none is confirmed, None where none
    qualifies; `trial` is the same with its layers and curves, `confirmation` its last retraining.
    """

    study: Study
    rows: tuple[Row, ...]
    winner: Row | None
    trial: Trial | None
    confirmation: Confirmation | None

    @property
    def confirmed(self) -> bool:
        """Whether the winner reached the bar on the test set."""
        return self.winner is not None and self.winner.confirmed is True

    @property
    def constraint(self) -> Constraint:
        """What the study asked for."""
        return Constraint.parse(self.study.config.constraint)

    @property
    def refuted(self) -> tuple[Row, ...]:
        """Qualifying trials that were retrained and did not reach the bar on the test set."""
        return tuple(row for row in self.rows if row.qualified and row.confirmed is False)

    @cached_property
    def losses(self) -> LossCurves | None:
        """The loss curves of the winner, with those of its retraining where its history is kept."""
        if self.trial is None:
            return None
        history = self.study.folder / self.confirmation.history if self.confirmation is not None else None
        return loss_curves(self.trial, history if history is not None and history.is_file() else None)


def facts(study: Study) -> StudyFacts:
    """Reads a study. Raises LedgerError, ConstraintError."""
    confirmations = Confirmations(study.folder).read()
    rows = tuple(read_leaderboard(study.ledger, confirmations))
    confirmed = [row for row in qualifying(rows) if row.confirmed]
    winner = incumbent(confirmed) if confirmed else incumbent(rows)
    if winner is None:
        return StudyFacts(study, rows, None, None, None)
    number = winner.trial
    return StudyFacts(study, rows, winner, study.ledger.find(number), latest(confirmations).get(number))


def preferred(found: Iterable[StudyFacts]) -> tuple[StudyFacts, ...]:
    """Studies in the order in which they may answer: on MNIST, asking for 95%, confirmed, smallest winner first."""
    return tuple(sorted(found, key=_order))


def study_folders(runs_dir: Path) -> list[str]:
    """The names of the studies in a folder."""
    return sorted(path.parent.name for path in runs_dir.glob("*/study.json")) if runs_dir.is_dir() else []


def _order(one: StudyFacts) -> tuple[bool, bool, bool, float, str]:
    return (
        one.study.config.dataset != ASSIGNED_DATASET,
        one.constraint.bar < ASKED,
        not one.confirmed,
        one.winner.parameters if one.winner is not None else float("inf"),
        one.study.name,
    )
