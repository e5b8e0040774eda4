"""An append-only file of records, one JSON line each.

A line is written, flushed and fsynced before `write` returns. The only damage an interruption can do is a torn last
line; it is dropped with a warning, and cut off by `repair` before the next line is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

VERSION = 1
# Beside its own errors the decoder lets through what text that is no UTF-8, or nested too deep, brings up.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class LedgerError(Exception):
    """Records that cannot be read or written: one line with what was expected, what came, what to do."""


class Record(msgspec.Struct, frozen=True):
    """What every line has: the version of the format it was written in."""

    version: int


R = TypeVar("R", bound=Record)


class JsonLines:
    """A file of records that only ever grows."""

    def __init__(self, path: Path, what: str) -> None:
        """`path` need not exist yet; `what` is one record, as error messages call it ("a finished trial")."""
        self.path, self.what = path, what
        self.warnings: list[str] = []

    def write(self, record: Record) -> None:
        """Adds one record; it is on disk when this returns. Raises LedgerError."""
        line = msgspec.json.encode(record) + b"\n"
        new = not self.path.exists()
        try:
            with self.path.open("ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
            if new:
                _sync_folder(self.path.parent)
        except OSError as error:
            raise LedgerError(
                f"expected to write to {self.path}, got: {error.strerror}; make room and go on"
            ) from error

    def lines(self, kind: type[R]) -> Iterator[R]:
        """Every whole line, decoded as `kind`, a record of only the fields wanted. Raises LedgerError.

        Lines are read one at a time: memory grows with what is kept of them, not with the file.
        """
        decoder = msgspec.json.Decoder(kind)
        for number, line in enumerate(self._whole_lines(), start=1):
            try:
                record = decoder.decode(line)
            except UNREADABLE as error:
                raise LedgerError(self._describe(line, number, str(error))) from error
            if record.version > VERSION:  # it decodes, but nobody knows yet what it will mean
                raise LedgerError(self._describe(line, number, ""))
            yield record

    def repair(self) -> None:
        """Cuts off a torn last line, so that the next one starts on a line of its own. Raises LedgerError."""
        if not self.path.exists():
            return
        try:
            with self.path.open("rb+") as file:
                size = whole = file.seek(0, os.SEEK_END)
                while whole > 0:
                    start = max(0, whole - 2**16)
                    file.seek(start)
                    end = file.read(whole - start).rfind(b"\n")
                    whole = start + end + 1
                    if end >= 0:
                        break
                if whole < size:
                    file.truncate(whole)
        except OSError as error:
            raise LedgerError(f"expected to write to {self.path}, got: {error.strerror}; check its rights") from error

    def _whole_lines(self) -> Iterator[bytes]:
        self.warnings = []
        try:
            with self.path.open("rb") as file:
                for line in file:
                    if not line.endswith(b"\n"):
                        self.warnings.append(f"{self.path}: the last line was torn by an interruption and is left out")
                    elif line.strip():
                        yield line
        except FileNotFoundError:
            return
        except OSError as error:
            raise LedgerError(f"expected to read {self.path}, got: {error.strerror}; check its rights") from error

    def _describe(self, line: bytes, number: int, problem: str) -> str:
        place = f"{self.path}, line {number}"
        try:
            version = msgspec.json.decode(line, type=Record).version
        except UNREADABLE:
            version = VERSION
        if version > VERSION:
            return f"{place}: expected version {VERSION}, got a newer one ({version}); update this tool to read it"
        return f"{place}: expected {self.what}, got: {problem}; restore or remove that line"


def _sync_folder(folder: Path) -> None:
    """A new file outlives a power failure only once its name is on disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
