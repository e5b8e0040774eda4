"""The ledger: what is written comes back, an interruption costs at most the line it tore, damage is told."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.jsonl import JsonLines, Record
from search.ledger import VERSION, Ledger, LedgerError
from search.trial import Trial
from tests.trials import trial, trials


class Note(Record, frozen=True):
    text: str


class LeanInfo(msgspec.Struct):
    parameters: int


class LeanTrial(msgspec.Struct):
    info: LeanInfo


class LeanLine(Record, frozen=True):
    trial: LeanTrial


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "trials.jsonl")


@given(st.lists(trials, max_size=8))
def test_what_is_written_comes_back_each_trial_once_as_it_first_finished(written: list[Trial]) -> None:
    first: dict[int, Trial] = {}
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "trials.jsonl")
        for one in written:
            ledger.append(one)
            first.setdefault(one.info.trial, one)
        assert ledger.read() == list(first.values())
        assert all(ledger.find(number) == one for number, one in first.items())
        assert ledger.find(51) is None


@given(st.lists(st.text(), max_size=6), st.data())
def test_wherever_a_write_is_torn_whole_records_survive_and_writing_goes_on(
    texts: list[str], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        notes = JsonLines(Path(folder) / "notes.jsonl", "a note")
        ends = [0]
        for text in texts:
            notes.write(Note(VERSION, text))
            ends.append(notes.path.stat().st_size)
        notes.path.touch()
        cut = data.draw(st.integers(0, ends[-1]))
        os.truncate(notes.path, cut)
        whole = texts[: sum(end <= cut for end in ends) - 1]
        assert [note.text for note in notes.lines(Note)] == whole
        assert bool(notes.warnings) == (cut not in ends)
        notes.repair()
        notes.write(Note(VERSION, "after"))
        assert [note.text for note in notes.lines(Note)] == [*whole, "after"]
        assert notes.warnings == []


def test_repair_finds_the_last_whole_line_far_behind_a_long_torn_one(tmp_path: Path) -> None:
    notes = JsonLines(tmp_path / "notes.jsonl", "a note")
    notes.write(Note(VERSION, "whole"))
    with notes.path.open("ab") as file:
        file.write(b'{"version":1,"text":"' + b"x" * 300_000)
    notes.repair()
    assert [note.text for note in notes.lines(Note)] == ["whole"]


def test_no_file_and_an_empty_file_hold_no_trials(ledger: Ledger) -> None:
    assert ledger.read() == []
    ledger.repair()
    assert not ledger.path.exists()
    ledger.path.touch()
    assert ledger.read() == []
    assert ledger.warnings == []


def test_a_newer_version_is_named_even_where_its_fields_would_decode(ledger: Ledger) -> None:
    ledger.append(trial(0))
    newer = ledger.path.read_bytes().replace(b'"version":1', b'"version":2')
    with ledger.path.open("ab") as file:
        file.write(newer)
    with pytest.raises(LedgerError, match=r"line 2: .*newer one \(2\).*update"):
        ledger.read()
    ledger.path.write_bytes(b'{"version":7,"something":"else"}\n')
    with pytest.raises(LedgerError, match=r"line 1: .*newer one \(7\)"):
        ledger.read()


@pytest.mark.parametrize("line", [b"nonsense", b"{}", b'{"version":1,"trial":{}}', b"[1]", b"\xff\xfe", b"null"])
def test_damage_inside_is_an_error_of_one_line_that_says_where(ledger: Ledger, line: bytes) -> None:
    ledger.append(trial(0))
    with ledger.path.open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(LedgerError, match=r"line 2: expected a finished trial") as caught:
        ledger.read()
    assert "\n" not in str(caught.value)


def test_a_reader_of_few_fields_skips_the_rest(ledger: Ledger) -> None:
    ledger.append(trial(3, parameters=77))
    assert [line.trial.info.parameters for line in ledger.lines(LeanLine)] == [77]


def test_what_cannot_be_written_or_read_is_said_in_one_line(tmp_path: Path) -> None:
    missing = Ledger(tmp_path / "nowhere" / "trials.jsonl")
    with pytest.raises(LedgerError, match=r"expected to write to .*nowhere"):
        missing.append(trial(0))
    folder = Ledger(tmp_path)
    for call in (folder.read, folder.repair):
        with pytest.raises(LedgerError, match="got: Is a directory"):
            call()
