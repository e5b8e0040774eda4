"""The figures of the sections, sized for a page of A4."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from baselines.comparison import Comparison
from baselines.results import Result
from reports.curves import LossCurves
from reports.document.blocks import Picture
from reports.document.studies import StudyFacts

# Inches: figures are drawn for screens; narrower ones keep their letters readable in print.
WIDEST = 9.4


def figure_of(result: Result, name: str) -> Figure:
    """One of the figures of a baseline."""
    from reports.baseline_figures import baseline_figures

    return _sized(baseline_figures(result)[name], titled=name == "accuracy")


def comparison_figure(comparison: Comparison, name: str) -> Figure:
    """One of the figures of question 5.3."""
    from reports.baseline_figures import comparison_figures

    return _sized(comparison_figures(comparison)[name], titled=name == "accuracy")


def pareto_plot(study: StudyFacts) -> Figure:
    """Parameters against accuracy of all trials of a study."""
    from reports.figures import pareto_figure
    from reports.pareto import pareto
    from reports.progress_data import progress

    incumbents = [one.trial for one in progress(study.study.ledger.read()).improvements]

    # As wide as it is: the legend below it needs the room.
    return _untitled(pareto_figure(pareto(study.rows, study.constraint, incumbents), study.study.name))


def losses(curves: LossCurves) -> Figure:
    """The loss curves of a trial."""
    from reports.figures import losses_figure

    return _sized(losses_figure(curves))


def picture(folder: Path, file: str, caption: str, width: float = 1.0) -> Picture | None:
    """A figure that was drawn when it was measured, as vectors where they are there; None without the file."""
    for path in ((folder / file).with_suffix(".svg"), (folder / file).with_suffix(".png"), folder / file):
        if path.is_file():
            return Picture(path.read_bytes(), path.suffix[1:], caption, width)
    return None


def _sized(figure: Figure, titled: bool = False) -> Figure:
    """No wider than is readable, and without its title.

    `titled` figures keep theirs: it holds the room in which they say what they rest on.
    """
    width, height = figure.get_size_inches()
    if width > WIDEST:
        figure.set_size_inches(WIDEST, height * (1 + WIDEST / width) / 2)
    return figure if titled else _untitled(figure)


def _untitled(figure: Figure) -> Figure:
    """Without the title that says what the caption says; panels keep theirs."""
    figure.suptitle("")
    if len(figure.axes) == 1:
        figure.axes[0].set_title("")
    return figure
