"""Where results and messages go; how figures are written comes from `reports/words.py`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from reports.words import basis, duration, percent, spread

__all__ = [
    "again_command",
    "basis",
    "duration",
    "message",
    "messages",
    "next_command",
    "one_line",
    "percent",
    "results",
    "shown",
    "spread",
    "visible",
]

# Wide enough that no row is broken where there is no terminal to fit: pipes, files, logs.
WIDTH_WITHOUT_TERMINAL = 1000


def results() -> Console:
    """Results: standard output."""
    return Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL, highlight=False)


def messages() -> Console:
    """Progress and logs: standard error."""
    return Console(stderr=True, width=None if sys.stderr.isatty() else WIDTH_WITHOUT_TERMINAL, highlight=False)


def message(text: str) -> None:
    """Prints a message as it is, on standard error: no markup, no line breaks of our own."""
    messages().print(visible(text), markup=False, soft_wrap=True)


def visible(text: str) -> str:
    """Text that came from a file, without what a terminal would obey: control characters become `?`."""
    return text if text.isprintable() else "".join(char if char.isprintable() or char == "\n" else "?" for char in text)


def shown(text: str) -> Text:
    """Text for a table: as it is, no markup, nothing a terminal would obey."""
    return Text(visible(text))


def one_line(error: Exception) -> str:
    """An error's text in one line, its type where it has no text; what the system says, with what can be done."""
    text = str(error)
    if isinstance(error, OSError) and error.strerror is not None:
        what = "to read or write" if error.filename is None else f"to read or write {error.filename}"
        text = f"expected {what}, got: {error.strerror}; make room, or check the path and its rights"
    return " ".join(text.split()) or type(error).__name__


def again_command(arguments: Sequence[str]) -> str:
    """The command line that goes on with what `arguments` began: as it was typed, without starting over."""
    return next_command(*(word for word in arguments if word != "--overwrite"))


def next_command(*arguments: str) -> str:
    """A command line to try next, started the way this one was started."""
    launcher = sys.orig_argv[: len(sys.orig_argv) - len(sys.argv) + 1]
    return shlex.join([*launcher, *arguments])
