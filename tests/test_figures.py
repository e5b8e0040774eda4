"""Plots: their data holds what the trials said, and drawing gives a picture for every kind of study."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.curves import loss_curves
from reports.figures import draw_losses, draw_pareto
from reports.pareto import pareto
from search.confirmation import Confirmation
from search.constraint import EXAMPLE, Constraint
from search.leaderboard import rank
from search.trial import Trial
from tests.trials import trial, trials

PNG = b"\x89PNG"
BAR = Constraint.parse(EXAMPLE)


@given(st.lists(trials, max_size=12))
def test_every_measured_trial_is_one_point(finished: list[Trial]) -> None:
    rows = rank(finished)
    data = pareto(rows, BAR)
    measured = sorted(row.trial for row in rows if row.val_accuracy_mean is not None)
    assert sorted(point.trial for point in (*data.qualifying, *data.others)) == measured
    assert {point.trial for point in data.front} <= set(measured)
    assert all(point.low <= point.mean + 1e-12 and point.mean <= point.high + 1e-12 for point in data.qualifying)
    smallest = min((point.parameters for point in data.qualifying), default=None)
    assert (data.incumbent.parameters if data.incumbent else None) == smallest


def test_tested_trials_stand_with_their_test_accuracy() -> None:
    confirmed = Confirmation(0, (1, 2), (900, 940), 1000, 72, True, False, None, 1.0, ("a", "b"), "h")
    (point,) = pareto(rank([trial(0), trial(1)], [confirmed]), BAR).tested
    assert (point.trial, point.mean, point.low, point.high, point.runs, point.images) == (0, 0.92, 0.9, 0.94, 2, 1000)


def test_loss_curves_are_mean_and_range_and_leave_out_what_diverged() -> None:
    curves = loss_curves(trial(4))
    assert (curves.trial, curves.replicas) == (4, 4)
    assert curves.training.epochs == (12,)
    assert curves.training.mean == pytest.approx((0.25,))
    assert (curves.validation.low, curves.validation.high) == ((0.2,), (0.3,))


def test_a_retraining_is_read_from_its_history(tmp_path: Path) -> None:
    history = tmp_path / "history.csv"
    history.write_text("epoch,seed,train_loss\n1,7,0.5\n1,8,0.3\n2,7,nan\n2,8,0.2\n")
    curves = loss_curves(trial(0), history)
    assert curves.seeds == 2
    assert curves.retraining is not None
    assert curves.retraining.epochs == (1, 2)
    assert curves.retraining.mean == pytest.approx((0.4, 0.2))
    draw_losses(curves, tmp_path / "losses.png")
    assert (tmp_path / "losses.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("finished", [[], [trial(0, correct=())], [trial(0), trial(1, 40, correct=(900, 910))]])
def test_every_study_gives_a_picture(tmp_path: Path, finished: list[Trial]) -> None:
    draw_pareto(pareto(rank(finished), BAR), tmp_path / "pareto.png", "a study")
    assert (tmp_path / "pareto.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("one", [trial(0), trial(0, correct=())])
def test_every_trial_gives_loss_curves(tmp_path: Path, one: Trial) -> None:
    draw_losses(loss_curves(one), tmp_path / "losses.png")
    assert (tmp_path / "losses.png").read_bytes().startswith(PNG)
