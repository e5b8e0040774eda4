"""How figures are written, wherever people read them."""

from __future__ import annotations

import math


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
