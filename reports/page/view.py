"""What the templates fill in: a study and its trials in the words, figures and pictures that the page shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reports.page.answers import MOST_CLASSES, Misread, commonest, confusion, misread
from reports.page.curves import accuracy_plot, loss_plot
from reports.page.data import Details, StudyData
from reports.page.diagram import diagram
from reports.page.pictures import photograph, signed
from reports.page.plots import Figure, pareto_plot, progress_plots
from reports.page.weights import LayerMaps, layer_maps
from reports.progress_data import Progress, progress
from search.artifacts import ArtifactError
from search.confirmation import Confirmation
from search.constraint import Constraint
from search.leaderboard import Row, incumbent
from search.margin import aimed_at
from search.trial import Trial, TrialStatus
from spaces.architecture import LayerCount


@dataclass(frozen=True)
class Picture:
    """An image with what it is for those who do not see it; sizes in pixels of the screen."""

    url: str
    text: str
    caption: str
    width: int
    height: int


@dataclass(frozen=True)
class SeedFilters:
    """The weights of one retrained network as pictures, layer by layer: label, pictures, how many are left out."""

    seed: int
    layers: tuple[tuple[str, tuple[Picture, ...], int], ...]


@dataclass(frozen=True, eq=False)
class TrialView:
    """A section about one trial; a part that is not there is None or empty."""

    trial: Trial
    row: Row
    confirmation: Confirmation | None
    diagram: str
    counts: tuple[LayerCount, ...]
    loss: Figure | None
    accuracy: Figure | None
    filters: tuple[SeedFilters, ...]
    confusion: np.ndarray | None
    confusions: tuple[tuple[int, int, int], ...]
    answers: int
    misread: tuple[Picture, ...]
    ever_misread: int
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class StudyView:
    """A section about one study; `rows` may be fewer than the study has (`finished`)."""

    data: StudyData
    rows: tuple[Row, ...]
    goal: Constraint | None
    incumbent: Row | None
    winner: Row | None
    pareto: Figure | None
    below: int
    progress: tuple[Figure, Figure] | None
    steps: Progress
    trials: tuple[TrialView, ...]

    @property
    def counted(self) -> dict[str, int]:
        """How many trials there are of each kind."""
        rows = self.data.rows
        return {
            "finished": len(rows),
            "failed": sum(row.status == TrialStatus.FAILED.value for row in rows),
            "qualify": sum(row.qualified for row in rows),
            "confirmed": sum(row.confirmed is True for row in rows),
            "not confirmed": sum(row.confirmed is False for row in rows),
        }


def study_view(data: StudyData, most_rows: int) -> StudyView:
    """All that is shown of a study, with at most `most_rows` trials in table and plot: the first of the leaderboard."""
    rows, asked = data.rows[:most_rows], Constraint.parse(data.config.constraint)
    images = max((row.val_images for row in data.rows), default=0)
    goal = aimed_at(data.config, images) if images else None
    plot, steps = pareto_plot(rows, asked, goal or asked), progress(data.trials)
    shown_from = plot["layout"]["yaxis"]["range"][0] if plot is not None else 0.0
    return StudyView(
        data=data,
        rows=rows,
        goal=goal,
        incumbent=incumbent(data.rows),
        winner=next((row for row in data.rows if row.confirmed), None),
        pareto=plot,
        below=sum(row.val_accuracy_mean is not None and row.val_accuracy_mean < shown_from for row in rows),
        progress=progress_plots(steps),
        steps=steps,
        trials=tuple(trial_view(details, asked) for details in data.details),
    )


def trial_view(details: Details, asked: Constraint) -> TrialView:
    """All that is shown of one trial."""
    info, found, notes = details.trial.info, details.predictions, list(details.notes)
    filters: tuple[SeedFilters, ...] = ()
    try:
        filters = tuple(_filters(details))
    except ArtifactError as error:
        notes.append(str(error))
    counts = confusion(found) if found is not None else None
    small = counts is not None and len(counts) <= MOST_CLASSES
    return TrialView(
        trial=details.trial,
        row=details.row,
        confirmation=details.confirmation,
        diagram=diagram(info.architecture),
        counts=info.architecture.counts(),
        loss=loss_plot(details),
        accuracy=accuracy_plot(details, asked),
        filters=filters,
        confusion=counts if small else None,
        confusions=tuple(commonest(counts)) if counts is not None else (),
        answers=0 if counts is None else int(counts.sum()),
        misread=tuple(_digit(one) for one in misread(found)) if found is not None else (),
        ever_misread=0 if found is None else int((found.answers != found.labels).any(0).sum()),
        notes=tuple(notes),
    )


def _filters(details: Details) -> Iterator[SeedFilters]:
    if details.weights is None or details.confirmation is None:
        return
    for seed, weights in zip(details.confirmation.seeds, details.weights, strict=True):
        layers = layer_maps(details.trial.info.architecture, weights)
        drawn = ((layer.label, tuple(_drawn(layer, seed)), layer.left_out) for layer in layers)
        yield SeedFilters(seed, tuple(drawn))


def _drawn(layer: LayerMaps, seed: int) -> Iterator[Picture]:
    for one in layer.maps:
        rows, columns = one.values.shape
        pixels = _zoom(rows, columns)
        low, high = float(one.values.min()), float(one.values.max())
        text = f"{layer.label}, {one.title}, seed {seed}: {rows} x {columns} weights from {low:.2f} to {high:.2f}"
        yield Picture(signed(one.values, layer.scale), text, one.title, columns * pixels, rows * pixels)


def _zoom(rows: int, columns: int) -> int:
    """Pixels of the screen a weight: small kernels large, matrices within reason; a phone shrinks them further."""
    return max(1, min(14, 560 // columns, 280 // rows))


def _digit(one: Misread) -> Picture:
    rows, columns = one.image.shape[:2]
    text = f"test image {one.index}: a {one.label}, read as {one.answer} by most of the {one.wrong} that misread it"
    caption = f"{one.label} read as {one.answer} ({one.wrong} of {one.seeds})"
    larger = max(1, 56 // max(rows, columns, 1))
    return Picture(photograph(one.image), text, caption, columns * larger, rows * larger)


def shares(counts: np.ndarray) -> Sequence[Sequence[float]]:
    """For the colour of each cell: the share of its row, raised so that rare mistakes are seen too."""
    rows = np.maximum(counts.sum(1, keepdims=True), 1)
    coloured: list[list[float]] = np.round((counts / rows) ** 0.4, 3).tolist()
    return coloured
