"""Ctrl-C: the first ends a command in order, a second one ends it at once. What was finished is on disk either way."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

import click

INTERRUPTED = 130
GRACE = 5.0  # seconds for ending in order: a thread deep in TensorFlow hears of Ctrl-C when it comes up again
SHOW_CURSOR = "\x1b[?25h"  # ECMA-48 private mode 25, as every terminal knows it: a live display had hidden it


class Interruption:
    """Raises KeyboardInterrupt at the first Ctrl-C; at the second, or after GRACE seconds, the process is gone.

    Once interrupted it stays in charge until the process ends, so that no Ctrl-C on the way out shows a traceback.
    """

    def __init__(self, text: Callable[[], str]) -> None:
        """`text` is what to tell the user, once."""
        self._text = text
        self._count = 0
        self._told = threading.Lock()
        self._before: Any = None
        self._ends: tuple[socket.socket, socket.socket] | None = None

    def __enter__(self) -> Self:
        """Listens; in the main thread only, as Python has it."""
        if threading.current_thread() is threading.main_thread():
            self._ends = socket.socketpair()
            for end in self._ends:
                end.setblocking(False)
            self._before = signal.signal(signal.SIGINT, self._raise)
            signal.set_wakeup_fd(self._ends[1].fileno(), warn_on_full_buffer=False)
            self._ends[0].setblocking(True)
            threading.Thread(target=self._watch, args=(self._ends[0],), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stops listening, unless it was interrupted."""
        if self._ends is not None and self._count == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGINT, self._before)
            self._ends[1].close()  # ends the watch

    def tell(self) -> None:
        """Tells the user, who may hear it from the watch or from the command, but once."""
        if self._told.acquire(blocking=False):
            cursor = SHOW_CURSOR if sys.stderr.isatty() else ""
            click.echo(f"{cursor}{self._text()}", err=True)

    def _raise(self, _: int, __: FrameType | None) -> None:
        self._count += 1
        if self._count > 1:
            self._leave()
        # Python gives its handlers up before it has ended; from then on Ctrl-C would end it with another exit code.
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    def _watch(self, end: socket.socket) -> None:
        """Runs beside the command, which cannot hear while it computes."""
        heard = 0
        with end:
            while heard < 2:
                try:
                    signals = end.recv(64)
                except TimeoutError:
                    break
                if not signals:
                    return
                heard += signals.count(signal.SIGINT)
                if heard:
                    end.settimeout(GRACE)
            self._leave()

    def _leave(self) -> NoReturn:
        self.tell()
        os._exit(INTERRUPTED)
