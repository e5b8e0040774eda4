"""The leaderboard of a study that maximises accuracy on few examples: most accurate first, with size and ratio."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from commands.console import basis, percent, shown, spread
from search.leaderboard import Row
from search.study import Study

ROOM_FOR_ONE_LINE = 150
COLUMNS = ("rank", "trial", "parameters", "validation", "on", "training", "ratio", "architecture")
CAPTION = (
    "accuracy: mean (min - max), rounded down, on replicas x images; validation: training images that trained nothing; "
    "ratio: validation / training; test: search_cli.py overfit"
)


def print_accuracy_leaderboard(console: Console, study: Study, rows: Sequence[Row], with_status: bool) -> None:
    """Rows as they come."""
    config = study.config
    what = f"highest val_accuracy on {config.examples} examples of each replica's own"
    console.print(shown(f"{study.name}: {what} in {config.space} on {config.dataset}, most accurate first"))
    wide = console.width >= ROOM_FOR_ONE_LINE
    table = Table() if wide else Table(box=box.SIMPLE_HEAD, padding=(0, 1, 1, 0))
    for name in COLUMNS:
        table.add_column(name, justify="left" if name == "architecture" else "right", overflow="fold")
    if with_status:
        table.add_column("status", overflow="fold")
    for row in rows:
        accuracy = spread(row.val_accuracy_min, row.val_accuracy_mean, row.val_accuracy_max)
        cells = [
            "-" if row.rank is None else str(row.rank),
            str(row.trial),
            f"{row.parameters:,}",
            accuracy if wide else accuracy.replace(" (", "\n("),
            basis(row.replicas, row.val_images),
            percent(row.train_accuracy_mean),
            "-" if row.ratio is None else f"{row.ratio:.3f}",
            row.architecture,
        ]
        if with_status:
            cells.append(f"{row.status}: {row.reason}" if row.reason else row.status)
        table.add_row(*map(shown, cells))
    console.print(table)
    console.print(CAPTION, style="dim")
