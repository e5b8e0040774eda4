"""Plots: their data holds what the trials said, and drawing gives a picture for every kind of study."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from reports.counting_data import stages, total
from reports.counting_figures import counting_figure
from reports.curves import decisions, loss_curves
from reports.figures import draw_losses, draw_pareto, save
from reports.pareto import pareto
from reports.progress_data import progress
from reports.progress_figures import progress_figure
from search.candidates import Candidate
from search.confirmation import Confirmation
from search.constraint import EXAMPLE, Constraint
from search.leaderboard import incumbent, rank
from search.trial import Trial, TrialStatus
from spaces.recipe import Recipe
from tests.strategies import SPACES, candidates
from tests.trials import NETWORK, trial, trials

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


def test_a_history_gives_every_seed_its_curve_and_an_old_one_has_no_accuracies(tmp_path: Path) -> None:
    history = tmp_path / "history.csv"
    history.write_text(
        "epoch,seed,train_loss,train_correct,train_images,val_correct,val_images\n"
        "1,7,0.5,80,100,7,10\n1,8,0.3,90,100,8,10\n2,7,0.4,85,100,8,10\n2,8,0.2,95,100,9,10\n"
    )
    curves = loss_curves(trial(0), history)
    assert curves.losses is not None
    assert curves.losses.values == ((0.5, 0.4), (0.3, 0.2))
    assert curves.train_accuracy is not None
    assert (curves.train_accuracy.values, curves.train_accuracy.images) == (((0.8, 0.85), (0.9, 0.95)), 100)
    assert curves.train_accuracy.band.mean == pytest.approx((0.85, 0.9))
    assert curves.val_accuracy is not None
    assert curves.val_accuracy.values == ((0.7, 0.8), (0.8, 0.9))
    history.write_text("epoch,seed,train_loss,train_correct,train_images,val_correct,val_images\n1,7,0.5,80,100,,\n")
    assert loss_curves(trial(0), history).val_accuracy is None
    history.write_text("epoch,seed,train_loss\n1,7,0.5\n")
    assert loss_curves(trial(0), history).train_accuracy is None


@pytest.mark.parametrize(
    ("status", "epochs", "outcomes"),
    [
        (TrialStatus.ACCEPTED, 3, [(3, "accepted")]),
        (TrialStatus.REJECTED, 9, [(3, "went on"), (9, "rejected")]),
        (TrialStatus.COMPLETED, 21, [(3, "went on"), (9, "went on")]),
    ],
)
def test_early_decisions_stand_where_the_search_took_them(
    status: TrialStatus, epochs: int, outcomes: list[tuple[int, str]]
) -> None:
    made = trial(0)
    info = msgspec.structs.replace(made.info, recipe=Recipe(21, cycles=3))
    result = msgspec.structs.replace(made.result, status=status, epochs=epochs)
    assert [(one.epoch, one.outcome) for one in decisions(Trial(info, result))] == outcomes


def test_progress_follows_the_incumbent_in_trials_and_minutes() -> None:
    finished = [
        trial(0, 300),
        trial(1, 400),
        trial(2, 200, correct=(900, 910)),
        trial(3, 100),
        trial(4, 50, correct=()),
    ]
    timed = [msgspec.structs.replace(one, elapsed=60.0 * place) for place, one in enumerate(finished, 1)]
    data = progress(timed)
    assert data.is_wall_time
    assert [(one.finished, one.minutes, one.parameters) for one in data.improvements] == [(1, 1, 300), (4, 4, 100)]
    assert data.parameters == (300, 400, 200, 100)
    assert data.qualified == (True, True, False, True)
    assert (data.trials, data.minutes) == (5, 5)


def test_progress_of_a_ledger_without_times_counts_minutes_of_training() -> None:
    data = progress([trial(0, 300), trial(1, 200)])
    assert not data.is_wall_time
    assert data.at_minutes == pytest.approx((3.25 / 60, 6.5 / 60))


@given(st.lists(trials, max_size=12))
def test_incumbents_over_time_only_get_better_and_end_with_the_leaderboards(finished: list[Trial]) -> None:
    unique = list({one.info.trial: one for one in finished}.values())
    course = progress(unique)
    sizes = [one.parameters for one in course.improvements]
    assert sizes == sorted(sizes, reverse=True)
    rows = rank(unique)
    best = incumbent(rows)
    assert (course.improvements[-1].trial if course.improvements else None) == (best.trial if best else None)
    data = pareto(rows, BAR, [one.trial for one in course.improvements])
    assert [point.trial for point in data.incumbents] == [one.trial for one in course.improvements]


def test_a_confirmed_trial_is_told_from_one_that_failed_to_confirm() -> None:
    found = [
        Confirmation(number, (1, 2), (960, 970), 1000, 72, True, good, None, 1.0, ("a", "b"), "h")
        for number, good in ((0, True), (1, False))
    ]
    data = pareto(rank([trial(0), trial(1), trial(2)], found), BAR)
    assert [point.trial for point in data.confirmed] == [0]
    assert [point.trial for point in data.unconfirmed] == [1]


@given(st.sampled_from(SPACES).flatmap(candidates))
def test_the_counting_figure_adds_up_to_the_parameters(candidate: Candidate) -> None:
    architecture = candidate.architecture
    found = stages(architecture)
    assert sum(stage.parameters for stage in found) == architecture.parameters
    assert total(architecture).split(" = ")[-1] == f"{architecture.parameters:,}"
    assert all(bool(stage.steps) == bool(stage.parameters) for stage in found)
    assert found[0].before == architecture.input_shape
    assert found[-1].after == architecture.output_shape
    for before, after in pairwise(found):
        assert after.before == before.after


def test_progress_and_counting_give_pictures(tmp_path: Path) -> None:
    draws: list[Callable[[], Figure]] = [
        lambda: progress_figure(progress([trial(0), trial(1, 40, correct=(900, 910))]), "a study"),
        lambda: progress_figure(progress([]), "an empty study"),
        lambda: counting_figure(NETWORK, "a network"),
    ]
    for draw in draws:
        png, svg = save(draw(), tmp_path / "figure.png")
        assert png.read_bytes().startswith(PNG)
        content = svg.read_bytes()
        assert b"<svg" in content
        save(draw(), png)
        assert svg.read_bytes() == content
