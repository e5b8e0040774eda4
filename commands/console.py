"""Where results and messages go, and how figures are written."""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Sequence

from rich.console import Console

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
    messages().print(text, markup=False, soft_wrap=True)


def one_line(error: Exception) -> str:
    """An error's text in one line, its type where it has no text."""
    return " ".join(str(error).split()) or type(error).__name__


def again_command(arguments: Sequence[str]) -> str:
    """The command line that goes on with what `arguments` began: as it was typed, without starting over."""
    return next_command(*(word for word in arguments if word != "--overwrite"))


def next_command(*arguments: str) -> str:
    """A command line to try next, started the way this one was started."""
    launcher = sys.orig_argv[: len(sys.orig_argv) - len(sys.argv) + 1]
    return shlex.join([*launcher, *arguments])


def percent(share: float | None) -> str:
    """A share as `95.04 %`, rounded down: nothing that misses the bar may look as if it met it. `-` without one."""
    # The last digits of a float must not push a whole number of correct answers below itself.
    return "-" if share is None else f"{math.floor(share * 1e4 + 1e-6) / 100:.2f} %"


def spread(low: float | None, mean: float | None, high: float | None) -> str:
    """Mean and range as `95.04 % (94.91 - 95.20)`; `-` where nothing was measured."""
    if low is None or mean is None or high is None:
        return "-"
    return f"{percent(mean)} ({percent(low)[:-2]} - {percent(high)[:-2]})"


def basis(runs: int, images: int) -> str:
    """What a figure rests on: `4 x 10,000`, runs times images; `-` for none."""
    return f"{runs} x {images:,}" if runs else "-"


def duration(seconds: float) -> str:
    """`42 s`, `3 min 20 s`, `2 h 05 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
