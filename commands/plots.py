"""The plots a study gets beside its ledger."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from search.confirmation import Confirmations, latest
from search.constraint import Constraint
from search.leaderboard import Row, incumbent
from search.study import Study


def draw_pareto(study: Study, rows: Sequence[Row]) -> Path:
    """Draws parameters against accuracy of all trials; returns the file."""
    from reports import figures
    from reports.pareto import pareto

    config, path = study.config, study.folder / "pareto.png"
    title = f"{study.name}: smallest network with {config.constraint} ({config.space} on {config.dataset})"
    figures.draw_pareto(pareto(rows, Constraint.parse(config.constraint)), path, title)
    return path


def draw_losses(study: Study, rows: Sequence[Row]) -> Path | None:
    """Draws the loss curves of the incumbent and of its retraining; returns the file, None without an incumbent."""
    from reports import figures
    from reports.curves import loss_curves

    best = incumbent(rows)
    trial = study.ledger.find(best.trial) if best is not None else None
    if trial is None:
        return None
    confirmation = latest(Confirmations(study.folder).read()).get(trial.info.trial)
    history = study.folder / confirmation.history if confirmation is not None else None
    path = study.folder / "losses.png"
    figures.draw_losses(loss_curves(trial, history), path)
    return path
