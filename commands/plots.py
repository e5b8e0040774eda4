"""The plots a study gets beside its ledger, as PNG and SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from search.confirmation import Confirmations, latest
from search.constraint import Constraint
from search.leaderboard import Row, incumbent, qualifying
from search.study import Study
from search.trial import Trial


def draw_search(study: Study, rows: Sequence[Row]) -> list[Path]:
    """Draws parameters against accuracy of all trials, and the incumbent against trials and minutes."""
    from reports import figures
    from reports.pareto import pareto
    from reports.progress_data import progress
    from reports.progress_figures import progress_figure

    config = study.config
    course = progress(study.ledger.read())
    title = f"{study.name}: smallest network with {config.constraint} ({config.space} on {config.dataset})"
    incumbents = [one.trial for one in course.improvements]
    front, path = study.folder / "pareto.png", study.folder / "progress.png"
    figures.draw_pareto(pareto(rows, Constraint.parse(config.constraint), incumbents), front, title)
    figures.save(progress_figure(course, title), path)
    return [front, path]


def draw_winner(study: Study, rows: Sequence[Row]) -> list[Path]:
    """Draws the curves of the winner and the count of its parameters; no files where no trial qualifies.

    The winner is the smallest confirmed trial, and as long as none is confirmed the incumbent.
    """
    from reports import figures
    from reports.counting_figures import counting_figure
    from reports.curves import loss_curves

    trial = _winner(study, rows)
    if trial is None:
        return []
    confirmation = latest(Confirmations(study.folder).read()).get(trial.info.trial)
    history = study.folder / confirmation.history if confirmation is not None else None
    curves, count = study.folder / "losses.png", study.folder / "counting.png"
    figures.draw_losses(loss_curves(trial, history if history is not None and history.is_file() else None), curves)
    title = f"Counting the free parameters of trial {trial.info.trial} of {study.name}"
    figures.save(counting_figure(trial.info.architecture, title), count)
    return [curves, count]


def _winner(study: Study, rows: Sequence[Row]) -> Trial | None:
    confirmed = incumbent(row for row in qualifying(rows) if row.confirmed)
    best = confirmed if confirmed is not None else incumbent(rows)
    return study.ledger.find(best.trial) if best is not None else None
