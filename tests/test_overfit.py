"""The study of overfitting, small and whole, on real handwriting: what it chooses by, what it keeps, what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest

from baselines.overfit.examples import FINAL, SELECTION, Examples, fold_of
from baselines.overfit.laboratory import Laboratory
from baselines.overfit.settings import Network, OverfitSettings
from baselines.overfit.stages import Outcome, per_layer, run_study
from baselines.overfit.tasks import Done, Task, TaskLedger
from baselines.overfit.training import execute
from datasets.dataset import Dataset
from datasets.digits import load_digits
from reports.overfit_data import SUMMARY_FILE, OverfitError, OverfitSummary, read_overfit
from reports.overfit_figures import write_figures
from reports.overfit_summary import summarise
from reports.overfit_tables import write_tables

TINY = OverfitSettings(
    "digits",
    examples=50,
    subsets=3,
    seeds=2,
    final_seeds=1,
    screen=1,
    iterations=8,
    batch_size=25,
    validation_images=60,
    curve_iterations=(0, 4),
    curve_seeds=1,
    curve_probe=60,
    folds=2,
    sizes=(Network((3, 4), 12), Network((2, 3), 8)),
    keeps=(0.5, 1.0),
    grid_sizes=(Network((3, 4), 12), Network((2, 3), 8)),
    grid_keeps=(0.5, 1.0),
    fold_networks=(Network((2, 3), 8), Network((3, 4), 12)),
    small_rates=(0.01, 0.02),
)


class Silent:
    """A watcher that counts."""

    def __init__(self) -> None:
        self.done: list[Task] = []

    def stage(self, title: str) -> None:
        pass

    def planned(self, tasks: int, finished: int) -> None:
        pass

    def finished(self, done: Done) -> None:
        self.done.append(done.task)


@cache
def digits() -> Dataset:
    return load_digits()


def run(path: Path, stop_after: int | None = None) -> tuple[Outcome, Silent]:
    examples, watcher = Examples(digits(), TINY), Silent()

    def runner(tasks: Sequence[Task]) -> Iterator[Done]:
        for task in tasks:
            if stop_after is not None and len(watcher.done) >= stop_after:
                raise KeyboardInterrupt
            yield execute(task, examples)

    return run_study(Laboratory(TaskLedger(path), runner, watcher), TINY), watcher


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome, OverfitSummary, list[Task]]:
    """A whole study, interrupted once, with its files."""
    folder = tmp_path_factory.mktemp("overfit")
    with pytest.raises(KeyboardInterrupt):
        run(folder / "ledger.jsonl", stop_after=5)
    outcome, watcher = run(folder / "ledger.jsonl")
    summary = summarise(outcome, digits(), "command")
    tables, figures = write_tables(outcome, summary, digits(), folder), write_figures(outcome, digits(), folder)
    summary = msgspec.structs.replace(summary, tables=tables, figures=figures)
    (folder / SUMMARY_FILE).write_bytes(msgspec.json.encode(summary))
    return folder, outcome, summary, watcher.done


Studied = tuple[Path, Outcome, OverfitSummary, list[Task]]


def test_what_was_finished_is_not_done_again(studied: Studied) -> None:
    folder, _, _, later = studied
    kept = TaskLedger(folder / "ledger.jsonl").read()
    assert len(kept) == len(later) + 5
    again, watcher = run(folder / "ledger.jsonl")
    assert watcher.done == []
    assert again.chosen == studied[1].chosen


def test_test_images_judge_only_what_was_chosen_and_come_last(studied: Studied) -> None:
    folder, outcome, _, _ = studied
    tasks = [task for task in TaskLedger(folder / "ledger.jsonl").read() if not task.kind.startswith("curve")]
    kinds = [task.kind for task in tasks]
    assert "final" not in kinds[: kinds.index("final")]
    assert set(kinds[kinds.index("final") :]) == {"final"}
    assert {task.configuration for task in tasks if task.kind == "final"} == set(outcome.chosen.all)


def test_choices_follow_the_mean_validation_accuracy(studied: Studied) -> None:
    _, outcome, summary, _ = studied
    for candidates, chosen in ((summary.size.after, outcome.sizes[1:]), (summary.dropout.best, outcome.shared)):
        means = [np.mean([score.held_out / score.held_out_total for score in outcome.selection[one]]) for one in chosen]
        assert candidates.validation.mean == pytest.approx(max(means))
        assert candidates.validation.images == TINY.validation_images
        assert (candidates.validation.subsets, candidates.validation.seeds) == (TINY.subsets, TINY.seeds)


def test_the_answers_can_be_read_back_and_rest_on_the_tables(studied: Studied) -> None:
    folder, _, summary, _ = studied
    assert read_overfit(folder) == summary
    for name in (*summary.tables.values(), *summary.figures.values()):
        assert (folder / name).is_file()
    assert {path.stem for path in folder.glob("*.svg")} == set(summary.figures)
    chosen = pd.read_csv(folder / summary.tables["chosen"]).set_index("chosen")
    after = summary.size.after
    assert after.test is not None
    assert chosen.loc["size", "network"] == after.name
    assert chosen.loc["size", "test_mean"] == pytest.approx(after.test.mean)
    assert f"{after.parameters:,} parameters" in summary.size.sentence
    trainings = pd.read_csv(folder / summary.tables["trainings"])
    tested = trainings[(trainings.scored_on == "test") & (trainings.network == summary.both.chosen.name)]
    means = tested.groupby("subset").held_out_accuracy.mean()
    assert summary.both.chosen.test is not None
    assert means.mean() == pytest.approx(summary.both.chosen.test.mean)
    before = trainings[(trainings.scored_on == "test") & (trainings.network == summary.size.before.name)]
    gain = (means - before.groupby("subset").held_out_accuracy.mean()).mean()
    assert gain == pytest.approx(summary.both.over_original.mean)
    assert f"{100 * gain:+.2f} points" in summary.both.sentence


def test_a_task_gives_the_same_scores_again(studied: Studied) -> None:
    folder, _, _, _ = studied
    kept = TaskLedger(folder / "ledger.jsonl").read()
    examples = Examples(digits(), TINY)
    for kind in ("curve-few", "selection", "fold", "final"):
        task, done = next((task, done) for task, done in kept.items() if task.kind == kind)
        assert execute(task, examples).scores == done.scores


def test_subsets_are_balanced_and_apart_from_validation() -> None:
    examples = Examples(digits(), TINY)
    validation = {image.tobytes() for image in examples.validation.images}
    for stream in (SELECTION, FINAL):
        for number in range(TINY.subsets):
            taken = examples.subset(stream, number)
            assert np.array_equal(np.bincount(taken.labels), [5] * 10)
            assert not validation & {image.tobytes() for image in taken.images}
    assert not np.array_equal(examples.subset(SELECTION, 0).images, examples.subset(FINAL, 0).images)


def test_folds_are_equally_large_and_balanced() -> None:
    labels = np.repeat(np.arange(10), 25)
    fold = fold_of(labels, 5, seed=3)
    assert np.array_equal(np.bincount(fold), [50] * 5)
    for label in range(10):
        assert np.array_equal(np.bincount(fold[labels == label]), [5] * 5)


def test_each_layer_gets_a_keep_probability_of_its_own() -> None:
    tried = per_layer(0.5)
    assert len(set(tried)) == len(tried) >= 4
    assert all(len(set(keep)) > 1 and all(0 < share <= 1 for share in keep) for keep in tried)


def test_a_damaged_summary_is_one_line(tmp_path: Path) -> None:
    assert read_overfit(tmp_path) is None
    (tmp_path / SUMMARY_FILE).write_text("{}")
    with pytest.raises(OverfitError) as caught:
        read_overfit(tmp_path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("expected ")
