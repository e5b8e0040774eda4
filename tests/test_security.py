"""A study or data from somebody else is data: looking at it runs no code, unpickles nothing, commands no terminal."""

from __future__ import annotations

import pickle
from pathlib import Path

import msgspec
import numpy as np
import pytest

from datasets.errors import DataError
from datasets.registry import load
from search.trial import Trial
from tests.trials import CONFIG, run, study, trial


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def test_looking_at_a_study_does_not_import_its_space(tmp_path: Path) -> None:
    own = tmp_path / "own.py"
    own.write_text(f"from pathlib import Path\nPath({str(tmp_path / 'ran')!r}).touch()\n")
    study(tmp_path, [trial(0)], "theirs", msgspec.structs.replace(CONFIG, space=f"{own}:Own"))
    commands = (["leaderboard", "theirs", "--all"], ["show", "theirs", "0"], ["report", "theirs"])
    for command in commands:
        assert run(*command, "--runs-dir", str(tmp_path)).exit_code in (0, 2)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("key", ["x_train", "y_test"])
def test_a_pickle_in_an_npz_is_refused_and_not_opened(tmp_path: Path, key: str) -> None:
    images, labels = np.zeros((4, 8, 8), np.uint8), np.array([0, 1, 0, 1])
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    trap = np.empty(1, object)
    trap[0] = Touch(tmp_path / "ran")
    np.savez(tmp_path / "data.npz", **{**arrays, key: trap})  # type: ignore[arg-type]
    with pytest.raises(DataError, match=f"{key} in .*object"):
        load(str(tmp_path / "data.npz"))
    assert not (tmp_path / "ran").exists()
    pickle.loads(pickle.dumps(trap))  # the trap works
    assert (tmp_path / "ran").exists()


def test_a_studys_words_command_no_terminal(tmp_path: Path) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\r\x9b31m"
    one = trial(0)
    info = msgspec.structs.replace(one.info, name=f"conv {evil}", origin=evil)
    result = msgspec.structs.replace(one.result, reason=evil)
    made = study(tmp_path, [Trial(info, result)], "theirs", msgspec.structs.replace(CONFIG, space=f"x{evil}.py:X"))
    assert evil in made.ledger.read()[0].info.name
    for command in (["leaderboard", "theirs", "--all"], ["show", "theirs", "0"]):
        done = run(*command, "--runs-dir", str(tmp_path))
        assert done.exit_code == 0
        assert "owned" in done.output
        assert not set(done.output) & set("\x1b\x07\r\x9b")
