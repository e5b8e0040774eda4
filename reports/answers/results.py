"""The checks of the theoretical answers, carried out: what each found, on disk as `checks.json`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from reports.answers.answer import Answer
from search.study import write_whole

CHECKS_FILE = "checks.json"


class ChecksError(Exception):
    """Results of the checks that cannot be read: one line with what was expected, what came, what to do."""


class Checked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A check that was carried out: of which answer, its claim, whether it holds, what was observed (plain text)."""

    number: str
    claim: str
    holds: bool
    observed: str


def carry_out(answers: Sequence[Answer], on_check: Callable[[Checked], None] = lambda checked: None) -> list[Checked]:
    """Runs every check of these answers in order and tells `on_check` of each when it is done."""
    found = []
    for answer in answers:
        for check in answer.checks:
            result = check.run()
            found.append(Checked(answer.number, check.claim, result.holds, result.observed))
            on_check(found[-1])
    return found


def save_checks(checked: Sequence[Checked], folder: Path) -> Path:
    """Writes the results of all checks in one step; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / CHECKS_FILE
    write_whole(file, msgspec.json.format(msgspec.json.encode(list(checked)), indent=1) + b"\n")
    return file


def read_checks(folder: Path) -> list[Checked] | None:
    """The results in a folder, None where there are none. Raises ChecksError for a file that holds something else."""
    file = folder / CHECKS_FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[Checked])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (msgspec.MsgspecError, ValueError) as damage:
        raise ChecksError(
            f"expected the results of the checks in {file}, got: {damage}; delete the file and run theory"
        ) from damage
