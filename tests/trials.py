"""Trials and studies with invented metrics: what the readers of a ledger are tested with, no training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from click.testing import CliRunner, Result
from hypothesis import strategies as st

from search.confirmation import Confirmation, Confirmations
from search.study import Study, StudyConfig, open_study
from search.trial import CurvePoint, Trial, TrialInfo, TrialResult, TrialStatus
from search_cli import cli
from spaces.architecture import Architecture
from spaces.layers import Activation, AveragePool, Conv, Dense, Flatten
from spaces.recipe import Recipe

NETWORK = Architecture(
    (28, 28, 1), (Conv(3, (5, 4)), Activation("relu"), AveragePool((8, 12), (8, 12)), Flatten(), Dense(10))
)
CONFIG = StudyConfig("shallow", "digits", "val_accuracy >= 0.95", 4, 24, 0, "smallest")
TOTAL = 1000


def trial(
    number: int = 0,
    parameters: int = NETWORK.parameters,
    correct: Sequence[int] = (960, 955, 965, 951),
    qualified: bool | None = None,
) -> Trial:
    """A finished trial on 1,000 validation images; without correct answers a failed one."""
    if qualified is None:
        qualified = bool(correct) and sum(correct) * 100 >= 95 * TOTAL * len(correct)
    seeds = tuple(range(number * 1000, number * 1000 + (len(correct) or 4)))
    info = TrialInfo(number, {"filters": 3}, NETWORK, NETWORK.name, parameters, 36180, Recipe(24), seeds, "random")
    curve = (CurvePoint(12, tuple(correct), (0.2, 0.3), (0.1, 0.4), 1.5),) if correct else ()
    status = TrialStatus.COMPLETED if correct else TrialStatus.FAILED
    reason = "" if correct else "ResourceExhaustedError: no memory"
    return Trial(info, TrialResult(status, tuple(correct), TOTAL, qualified, 24, 3.25, curve, reason))


def study(runs_dir: Path, trials: Sequence[Trial], name: str = "invented", config: StudyConfig = CONFIG) -> Study:
    """A study on disk with these trials."""
    made = open_study(runs_dir, name, config)
    for one in trials:
        made.ledger.append(one)
    return made


trials = st.builds(
    trial,
    number=st.integers(0, 50),
    parameters=st.integers(1, 60),
    correct=st.one_of(st.just(()), st.lists(st.integers(900, TOTAL), min_size=1, max_size=5).map(tuple)),
)


def mixed_runs(runs_dir: Path) -> str:
    """A runs folder, as the command line takes it, with the study `mixed` (trials 0 - 3) and the study `empty`."""
    mixed = [trial(0, 300), trial(1, 200), trial(2, 100, correct=(949, 950)), trial(3, 50, correct=())]
    folder = study(runs_dir, mixed, "mixed").folder
    Confirmations(folder).append(Confirmation(1, (7, 8), (953, 950), 1000, 72, True, True, 0.942, 9.0, ("a", "b"), "h"))
    study(runs_dir, [], "empty")
    return str(runs_dir)


def run(*arguments: str) -> Result:
    """Runs the command line in this process."""
    return CliRunner().invoke(cli, list(arguments))
