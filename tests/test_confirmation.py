"""Confirmations: they come back from disk, the last one counts, and the lower bound is Student's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.confirmation import Confirmation, Confirmations, latest, lower_bound
from search.jsonl import LedgerError

counts = st.lists(st.integers(0, 1000), min_size=2, max_size=8)


def confirmation(number: int, confirmed: bool = True) -> Confirmation:
    return Confirmation(
        number, (1, 2), (960, 955), 1000, 72, True, confirmed, 0.93, 9.0, ("a.keras", "b.keras"), "h.csv"
    )


def test_they_come_back_in_order_and_a_torn_one_is_cut_off(tmp_path: Path) -> None:
    confirmations = Confirmations(tmp_path)
    assert confirmations.read() == []
    confirmations.append(confirmation(1))
    with confirmations.path.open("ab") as file:
        file.write(b'{"version":1,"confir')
    assert confirmations.read() == [confirmation(1)]
    assert len(confirmations.warnings) == 1
    confirmations.repair()
    confirmations.append(confirmation(2))
    assert Confirmations(tmp_path).read() == [confirmation(1), confirmation(2)]
    assert confirmations.path == tmp_path / "confirmations.jsonl"


def test_damage_names_what_was_expected(tmp_path: Path) -> None:
    confirmations = Confirmations(tmp_path)
    confirmations.path.write_text('{"version":1,"trial":{}}\n')
    with pytest.raises(LedgerError, match="line 1: expected a confirmation"):
        confirmations.read()


def test_the_last_of_a_trial_counts() -> None:
    assert latest([confirmation(1), confirmation(2), confirmation(1, False)]) == {
        1: confirmation(1, False),
        2: confirmation(2),
    }


def test_the_mean_is_over_all_seeds() -> None:
    assert confirmation(1).mean_accuracy == 0.9575


def test_the_lower_bound_is_that_of_the_printed_tables() -> None:
    # t(0.95, 4) = 2.1318; of 0.94, 0.95, 0.95, 0.96, 0.95 the mean is 0.95 and s = sqrt(0.00005).
    assert lower_bound([940, 950, 950, 960, 950], 1000) == pytest.approx(0.95 - 2.1318 * (0.00005 / 5) ** 0.5, abs=1e-6)


@given(counts)
def test_the_lower_bound_never_exceeds_the_mean_and_equals_it_without_spread(correct: list[int]) -> None:
    bound = lower_bound(correct, 1000)
    mean = sum(correct) / (1000 * len(correct))
    assert bound is not None
    assert bound <= mean + 1e-12
    assert lower_bound([correct[0]] * 3, 1000) == pytest.approx(correct[0] / 1000)


def test_one_seed_has_no_bound() -> None:
    assert lower_bound([950], 1000) is None
