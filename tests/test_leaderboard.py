"""The leaderboard: order, incumbent, front, and that the lean reading of a ledger equals the full one."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.confirmation import Confirmation
from search.leaderboard import Row, incumbent, nearest, pareto_front, qualifying, rank, read_leaderboard, to_frame
from search.ledger import Ledger, LedgerError
from search.trial import Trial, better_incumbent
from tests.trials import TOTAL, trial, trials

PUBLISHED = ["rank", "trial", "parameters", "macs", "architecture", "qualified", "val_accuracy_mean"]
PUBLISHED += ["val_accuracy_min", "replicas", "epochs", "seconds", "confirmed", "test_accuracy_mean"]
PUBLISHED += ["test_accuracy_min", "test_seeds"]


def confirmation(number: int, correct: tuple[int, ...], confirmed: bool) -> Confirmation:
    return Confirmation(number, (1, 2), correct, TOTAL, 72, True, confirmed, 0.94, 9.0, ("a", "b"), "h")


def mean(row: Row) -> float:
    return -1.0 if row.val_accuracy_mean is None else row.val_accuracy_mean


def test_rows_begin_with_the_published_columns() -> None:
    assert list(Row.__struct_fields__[: len(PUBLISHED)]) == PUBLISHED


def test_a_row_says_what_its_figures_rest_on() -> None:
    (row,) = rank([trial(7, parameters=253)], [confirmation(7, (940, 960), True)])
    assert (row.rank, row.trial, row.parameters, row.macs) == (1, 7, 253, 36180)
    assert row.architecture == "conv 5x4 x3 relu - avgpool 8x12/8x12 - dense 10"
    assert (row.val_accuracy_min, row.val_accuracy_mean, row.val_accuracy_max) == (0.951, 0.95775, 0.965)
    assert (row.replicas, row.val_images, row.epochs, row.seconds) == (4, TOTAL, 24, 3.25)
    assert (row.confirmed, row.test_accuracy_min, row.test_accuracy_mean, row.test_accuracy_max) == (
        True,
        0.94,
        0.95,
        0.96,
    )
    assert (row.test_seeds, row.test_images, row.test_lower_bound) == (2, TOTAL, 0.94)


def test_the_order_is_qualifying_smallest_first_then_the_others_and_failed_ones_last() -> None:
    rows = rank(
        [
            trial(0, 300),
            trial(1, 200, correct=(955,)),
            trial(2, 200, correct=(960,)),
            trial(3, 200, correct=(955,)),
            trial(4, 100, correct=(900,)),
            trial(5, 10, correct=()),
        ]
    )
    assert [row.trial for row in rows] == [2, 1, 3, 0, 4, 5]
    assert [row.rank for row in rows] == [1, 2, 3, 4, None, None]
    assert rows[-1].reason == "ResourceExhaustedError: no memory"
    assert rows[-1].val_accuracy_mean is None


def test_the_last_confirmation_counts() -> None:
    first, second = confirmation(0, (960, 960), True), confirmation(0, (900, 900), False)
    (row,) = rank([trial(0)], [first, second])
    assert (row.confirmed, row.test_accuracy_mean) == (False, 0.9)


@given(st.lists(trials, max_size=20))
def test_the_incumbent_is_the_one_the_search_held(finished: list[Trial]) -> None:
    held: Trial | None = None
    first = {one.info.trial: one for one in reversed(finished)}
    for one in first.values():
        held = better_incumbent(held, one)
    best = incumbent(rank(finished))
    assert (best.trial if best else None) == (held.info.trial if held else None)


@given(st.lists(trials, max_size=20))
def test_nothing_beats_the_front_and_the_front_beats_all_else(finished: list[Trial]) -> None:
    rows = rank(finished)
    front = pareto_front(rows)
    assert [row.parameters for row in front] == sorted({row.parameters for row in front})
    assert [mean(row) for row in front] == sorted({mean(row) for row in front})
    for row in rows:
        if row.val_accuracy_mean is not None:
            assert any(one.parameters <= row.parameters and mean(one) >= mean(row) for one in front)


@given(st.lists(trials, max_size=20))
def test_every_trial_stands_once_and_ranks_count_from_one(finished: list[Trial]) -> None:
    rows = rank(finished)
    assert sorted(row.trial for row in rows) == sorted({one.info.trial for one in finished})
    good = qualifying(rows)
    assert [row.rank for row in good] == list(range(1, len(good) + 1))
    assert [row.parameters for row in good] == sorted(row.parameters for row in good)
    closest = nearest(rows)
    assert closest is None or mean(closest) == max(mean(row) for row in rows)


@given(st.lists(trials, max_size=8))
def test_the_lean_reading_of_a_ledger_equals_the_full_one(finished: list[Trial]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "trials.jsonl")
        for one in finished:
            ledger.append(one)
        assert read_leaderboard(ledger) == rank(ledger.read())


def test_a_damaged_ledger_is_not_half_a_leaderboard(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "trials.jsonl")
    ledger.append(trial(0))
    with ledger.path.open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(LedgerError, match="line 2"):
        read_leaderboard(ledger)


def test_the_frame_has_the_columns_and_types_of_the_rows() -> None:
    frame = to_frame(rank([trial(0), trial(1, correct=())]))
    assert list(frame.columns) == list(Row.__struct_fields__)
    assert frame["rank"].tolist()[0] == 1
    assert frame["rank"].isna().tolist() == [False, True]
    assert frame["confirmed"].isna().all()
    assert list(to_frame([]).columns) == list(Row.__struct_fields__)
