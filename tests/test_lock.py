"""Locks: the second search on a study is refused with the first one's process, a dead one holds nothing."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from search.lock import StudyLock
from search.study import StudyError
from tests.trials import CONFIG, run, study, trial

ROOT = Path(__file__).parent.parent
HOLD = """
import sys, time
from pathlib import Path
from search.lock import StudyLock

StudyLock(Path(sys.argv[1]), "search").acquire()
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    """Another process that holds the search lock of `tmp_path`."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_is_refused_with_the_first_ones_process(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    try:
        with pytest.raises(StudyError, match=rf"got process {holder.pid} on \S+; wait") as caught:
            StudyLock(tmp_path, "search").acquire()
        assert "\n" not in str(caught.value)
        with StudyLock(tmp_path, "retrain"):
            pass
    finally:
        holder.kill()
        holder.wait()


def test_a_process_that_was_killed_holds_nothing(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    assert (tmp_path / "search.lock").read_text().startswith(f"{holder.pid} ")
    with StudyLock(tmp_path, "search"):
        assert (tmp_path / "search.lock").read_text().startswith(f"{os.getpid()} ")
    assert (tmp_path / "search.lock").read_text() == ""


@pytest.mark.parametrize("left", ["1 on elsewhere\n", "\x1b[2J\x00", "", "9" * 10_000])
def test_what_stands_in_the_file_decides_nothing(tmp_path: Path, left: str) -> None:
    (tmp_path / "search.lock").write_text(left)
    with StudyLock(tmp_path, "search"):
        pass


def test_it_can_be_taken_twice_by_its_owner_and_after_it_was_given_back(tmp_path: Path) -> None:
    lock = StudyLock(tmp_path / "new", "search").acquire()
    assert lock.acquire() is lock
    with pytest.raises(StudyError, match=f"process {os.getpid()} "):
        StudyLock(tmp_path / "new", "search").acquire()
    lock.release()
    lock.release()
    with StudyLock(tmp_path / "new", "search"):
        pass


def test_where_there_are_no_locks_it_warns_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with StudyLock(tmp_path, "search") as lock:
        assert lock.warning is not None
        assert "without locks" in lock.warning


def test_where_nothing_can_be_written_it_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StudyError, match="expected to write into"):
        StudyLock(tmp_path / "file", "search").acquire()


@pytest.mark.parametrize("work", ["search", "retrain"])
def test_a_study_that_is_worked_on_is_neither_searched_nor_overwritten(tmp_path: Path, work: str) -> None:
    made = study(tmp_path, [trial(0)], "mine")
    before = made.ledger.path.read_bytes()
    config = ["--dataset", CONFIG.dataset, "--max-epochs", str(CONFIG.max_epochs), "--study", "mine"]
    command = ["search", "shallow", *config, "--runs-dir", str(tmp_path), "--trials", "1"]
    with StudyLock(made.folder, "search" if work == "search" else "retrain"):
        for arguments in ([*command, "--overwrite"], *([command] if work == "search" else [])):
            done = run(*arguments)
            assert done.exit_code == 1, done.stderr
            last = done.stderr.splitlines()[-1]
            assert last.startswith(f"error: expected no other {work} on the study mine, got process {os.getpid()} on")
    assert made.ledger.path.read_bytes() == before


def test_a_study_is_retrained_by_one_at_a_time(tmp_path: Path) -> None:
    made = study(tmp_path, [trial(0)], "mine")
    with StudyLock(made.folder, "retrain"):
        done = run("retrain", "mine", "--runs-dir", str(tmp_path), "--seeds", "1", "--epochs", "1")
    assert done.exit_code == 1
    assert "error: expected no other retrain on the study mine" in done.stderr.splitlines()[-1]


def test_overwriting_empties_the_study_and_nothing_is_taken_for_it(tmp_path: Path) -> None:
    from search.study import open_study

    made = study(tmp_path, [trial(0)], "mine")
    (made.folder / "models").mkdir()
    (made.folder / "models" / "one.keras").touch()
    (made.folder / "study.json").unlink()  # as an interruption between the two leaves it
    with pytest.raises(StudyError, match=r"expected study.json beside trials.jsonl .*--overwrite"):
        open_study(tmp_path, "mine", CONFIG)
    assert open_study(tmp_path, "mine", CONFIG, overwrite=True).ledger.read() == []
    assert sorted(path.name for path in made.folder.iterdir()) == ["study.json"]
