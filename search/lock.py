"""Locks: who may write into a study. One search and one retraining at a time, each under a lock of its own.

The lock is the operating system's (`flock`), so it goes with the process that held it however that ended, and a number
that another process got since then means nothing. What stands in the file is for people: who holds it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from search.study import StudyError

Work = Literal["search", "retrain", "compare", "overfit"]
SUFFIX = ".lock"
_MOST_READ = 200
# What a file system says that has no such locks, as some of clusters do not.
_WITHOUT_LOCKS = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK}


class StudyLock:
    """The right to do one kind of work in a study's folder, from `acquire` to `release` or the end of the process."""

    def __init__(self, folder: Path, work: Work) -> None:
        """Takes nothing yet."""
        self.path, self._work = folder / f"{work}{SUFFIX}", work
        self._descriptor: int | None = None
        self.warning: str | None = None

    def acquire(self) -> Self:
        """Takes the lock, once; makes the folder where there is none. Raises StudyError when another process has it.

        Where the file system knows no locks it goes on without one, and `warning` says so.
        """
        while self._descriptor is None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            except OSError as error:
                raise StudyError(
                    f"expected to write into {self.path.parent}, got: {error.strerror}; check its rights or make room"
                ) from error
            try:
                self._lock(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            if _is_file(descriptor, self.path):
                self._descriptor = descriptor
            else:  # the folder was deleted between opening and locking: the lock is on a file that nobody sees
                os.close(descriptor)
        return self

    def release(self) -> None:
        """Gives the lock back; without one it does nothing."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            _write(descriptor, b"")
            os.close(descriptor)

    def __enter__(self) -> Self:
        """Takes the lock. Raises StudyError."""
        return self.acquire()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Gives it back."""
        self.release()

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StudyError(self._refusal(os.pread(descriptor, _MOST_READ, 0))) from None
        except OSError as error:
            if error.errno not in _WITHOUT_LOCKS:
                raise StudyError(f"expected to lock {self.path}, got: {error.strerror}; check its rights") from error
            self.warning = f"{self.path.parent} is on a file system without locks: see that nobody else writes there"
        _write(descriptor, f"{os.getpid()} on {socket.gethostname()}\n".encode())

    def _refusal(self, holder: bytes) -> str:
        # Between taking the lock and writing who took it there is a moment in which the file is empty.
        words = "".join(filter(str.isprintable, holder.decode(errors="replace"))).strip()
        return (
            f"expected no other {self._work} on the study {self.path.parent.name}, got process {words or 'unknown'}; "
            "wait until it ends, interrupt it, or use another study"
        )


def _write(descriptor: int, text: bytes) -> None:
    """Says who holds the lock. The lock holds without: a full disk is told where a trial cannot be written."""
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text, 0)
    except OSError:
        return


def _is_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
