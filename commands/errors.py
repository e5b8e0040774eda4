"""The errors the project expects: each says in one line what was expected, what came, and what to do."""

from __future__ import annotations

from datasets.errors import DataError
from search.constraint import ConstraintError
from search.errors import ExecutorError, ExportError, SearchError
from search.jsonl import LedgerError
from search.study import StudyError
from spaces.registry import SpaceError


class CommandError(Exception):
    """A command that cannot do what it was asked: one line with what was expected, what came, what to do."""


# OSError: a full disk, a folder without rights - the system's own line says it better than "a defect" would.
EXPECTED: tuple[type[Exception], ...] = (
    CommandError,
    DataError,
    SpaceError,
    StudyError,
    LedgerError,
    ExecutorError,
    ExportError,
    SearchError,
    ConstraintError,
    OSError,
)
