"""The ledger: the append-only file of finished trials, on disk before the next trial starts."""

from __future__ import annotations

from pathlib import Path

from search.jsonl import VERSION, JsonLines, LedgerError, Record
from search.trial import Trial

__all__ = ["VERSION", "Ledger", "LedgerError"]


class _Line(Record, frozen=True):
    trial: Trial


class Ledger(JsonLines):
    """The finished trials of a study, on disk."""

    def __init__(self, path: Path) -> None:
        """`path` need not exist yet."""
        super().__init__(path, "a finished trial")

    def append(self, trial: Trial) -> None:
        """Writes one finished trial; it is on disk when this returns. Raises LedgerError."""
        self.write(_Line(VERSION, trial))

    def read(self) -> list[Trial]:
        """All finished trials in the order in which they finished, each once. Raises LedgerError."""
        seen: dict[int, Trial] = {}
        for line in self.lines(_Line):
            seen.setdefault(line.trial.info.trial, line.trial)
        return list(seen.values())

    def find(self, trial: int) -> Trial | None:
        """The finished trial of that number, None where there is none. Raises LedgerError."""
        return next((line.trial for line in self.lines(_Line) if line.trial.info.trial == trial), None)
