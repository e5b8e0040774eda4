"""Gathers what the report tells of: every result folder, read once; what is missing or damaged is named."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from baselines.comparison import Comparison, compare
from baselines.results import Result
from baselines.results import read as read_baseline
from baselines.settings import BASELINES, BaselineError, BaselineName
from reports.answers.results import Checked, ChecksError, read_checks
from reports.comparison_data import ConvergenceComparison, read_comparison
from reports.document.studies import StudyFacts, facts, preferred, study_folders
from reports.overfit_data import OverfitError, OverfitSummary, read_overfit
from search.jsonl import LedgerError
from search.study import StudyError, load_study
from spaces.convolutions import Conv, DepthwiseConv, SeparableConv

BASELINES_FOLDER, COMPARISONS_FOLDER, OVERFIT_FOLDER, THEORY_FOLDER = "baselines", "comparisons", "overfit", "theory"
SPACES = ("shallow", "deep", "deep-open")
CONVOLUTIONS = (Conv, SeparableConv, DepthwiseConv)
Content = TypeVar("Content")
# What a damaged file, or a folder without rights, raises: the report is made all the same and says what is wrong.
DAMAGED = (BaselineError, OverfitError, ChecksError, StudyError, LedgerError, msgspec.MsgspecError, ValueError, OSError)


@dataclass(frozen=True)
class Sources:
    """Everything the report rests on.

    Attributes:
        runs_dir: where it was read from, as it was named.
        baselines: the results of questions 1, 2 and 5 that are there.
        sums: both strategies of question 5, None unless they were measured alike.
        studies: of each space those that could be read, best first.
        convergence: question 3.3, None without a comparison of a shallow with a deep network.
        convergence_folder: where its pictures lie.
        overfit: question 4; `overfit_folder` holds its pictures.
        checks: of the theoretical answers, None where they were not carried out.
        problems: what could not be read, one line each.
    """

    runs_dir: Path
    baselines: dict[BaselineName, Result] = field(default_factory=dict)
    sums: Comparison | None = None
    studies: dict[str, tuple[StudyFacts, ...]] = field(default_factory=dict)
    convergence: ConvergenceComparison | None = None
    convergence_folder: Path | None = None
    overfit: OverfitSummary | None = None
    overfit_folder: Path | None = None
    checks: list[Checked] | None = None
    problems: tuple[str, ...] = ()

    def chosen(self, space: str) -> StudyFacts | None:
        """The study whose winner answers the question, None without a study of that space."""
        return next(iter(self.studies.get(space, ())), None)

    def command(self, *words: str, option: str = "--runs-dir", folder: str = "") -> str:
        """A command line that puts its results where this report looks for them."""
        place = self.runs_dir / folder
        given = () if self.runs_dir == Path("runs") else (option, str(place))
        return shlex.join(("python", "search_cli.py", *words, *given))

    def baseline_command(self, name: BaselineName) -> str:
        """The command that measures a baseline."""
        return self.command("baseline", name, option="--out", folder=BASELINES_FOLDER)


def gather(runs_dir: Path, only: Sequence[str] = ()) -> Sources:
    """Reads a folder of results.

    Args:
        runs_dir: need not exist: then everything is missing.
        only: names of the studies to take; empty for all there are.

    Raises:
        StudyError: a study that was named and is not there.
    """
    reader = _Reader()
    overfit, theory = runs_dir / OVERFIT_FOLDER, runs_dir / THEORY_FOLDER
    baselines: dict[BaselineName, Result] = {}
    for name in BASELINES:
        place = runs_dir / BASELINES_FOLDER / name
        result = reader.attempt(partial(read_baseline, place), place)
        if result is not None and result.curves:
            baselines[name] = result
    studies = _studies(reader, runs_dir, only)
    folder, convergence = _convergence(reader, runs_dir / COMPARISONS_FOLDER, studies)
    return Sources(
        runs_dir=runs_dir,
        baselines=baselines,
        sums=compare(baselines.get("sum-direct"), baselines.get("sum-pair")),
        studies=studies,
        convergence=convergence,
        convergence_folder=folder,
        overfit=reader.attempt(partial(read_overfit, overfit), overfit),
        overfit_folder=overfit,
        checks=reader.attempt(partial(read_checks, theory), theory),
        problems=tuple(reader.problems),
    )


class _Reader:
    """Reads what can be read and remembers what could not."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def attempt(self, read: Callable[[], Content], place: Path) -> Content | None:
        """What is read from a place; None, and a problem more, where it is damaged."""
        try:
            return read()
        except DAMAGED as damage:
            said = " ".join(str(damage).split())
            named = place.name in said
            self.problems.append(said if named else f"expected a whole result in {place}, got: {said}")
            return None


def _studies(reader: _Reader, runs_dir: Path, only: Sequence[str]) -> dict[str, tuple[StudyFacts, ...]]:
    """The studies of each space, best first; those that were named must be there."""
    if only:
        opened = [load_study(runs_dir, name) for name in only]
    else:
        read = (
            reader.attempt(partial(load_study, runs_dir, name), runs_dir / name) for name in study_folders(runs_dir)
        )
        opened = [study for study in read if study is not None]
    found = [one for study in opened if (one := reader.attempt(partial(facts, study), study.folder)) is not None]
    return {space: preferred(one for one in found if one.study.config.space == space) for space in SPACES}


def _convergence(
    reader: _Reader, folder: Path, studies: dict[str, tuple[StudyFacts, ...]]
) -> tuple[Path | None, ConvergenceComparison | None]:
    """The comparison of a network with one convolution with a deeper one; best that of the two chosen winners."""
    chosen = [one for space in ("shallow", "deep") for one in studies.get(space, ())[:1]]
    winners = {(one.study.name, one.winner.trial) for one in chosen if one.winner is not None}
    best: tuple[int, Path | None, ConvergenceComparison | None] = (-1, None, None)
    for place in sorted(folder.glob("*/")) if folder.is_dir() else []:
        comparison = reader.attempt(partial(read_comparison, place), place)
        if comparison is None:
            continue
        layers = [one.architecture.layers for one in comparison.networks]
        depths = [sum(isinstance(layer, CONVOLUTIONS) for layer in network) for network in layers]
        matches = sum((one.study, one.trial) in winners for one in comparison.networks)
        if min(depths) == 1 < max(depths) and matches > best[0]:
            best = (matches, place, comparison)
    return best[1], best[2]
