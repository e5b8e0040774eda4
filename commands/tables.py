"""The leaderboard as a table: one line a row where there is room, stacked cells on a narrow terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from commands.accuracy_table import print_accuracy_leaderboard
from commands.console import basis, percent, shown, spread, visible
from search.leaderboard import Row, nearest, qualifying
from search.margin import aimed_at
from search.study import Study
from search.trial import TrialStatus

# A table is read, not searched, and rich would take half a minute to lay out what a big study holds.
MOST_ROWS = 200
ROOM_FOR_ONE_LINE = 190
CONFIRMED = {True: "yes", False: "no", None: "-"}
CAPTION = (
    "accuracy: mean (min - max), rounded down, on runs x images; test: fresh seeds; "
    "lower bound: 95%, one-sided, over the seeds"
)


def print_leaderboard(console: Console, study: Study, rows: Sequence[Row], with_status: bool = False) -> None:
    """Rows as they come; accuracies with what they rest on: mean (min - max), runs x images."""
    config = study.config
    if config.objective == "val_accuracy":
        print_accuracy_leaderboard(console, study, rows, with_status)
        return
    where = f"in {config.space} on {config.dataset}"
    console.print(shown(f"{study.name}: {config.constraint}{_margin(study, rows)} {where}, smallest first"))
    table = _wide(rows, with_status) if console.width >= ROOM_FOR_ONE_LINE else _narrow(rows, with_status)
    console.print(table)
    console.print(CAPTION, style="dim")


def _margin(study: Study, rows: Sequence[Row]) -> str:
    """What a mean must reach to qualify: the constraint and the margin on top, for the images it was measured on."""
    images = max((row.val_images for row in rows), default=0)
    return f" (with the margin {float(aimed_at(study.config, images).bar):.4f})" if images else ""


def _wide(rows: Sequence[Row], with_status: bool) -> Table:
    table = Table()
    for name in ("rank", "trial", "parameters", "MACs"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("architecture", overflow="fold")
    for name in ("validation", "on", "epochs", "s"):
        table.add_column(name, justify="right")
    table.add_column("confirmed")
    for name in ("test", "on", "lower bound"):
        table.add_column(name, justify="right")
    if with_status:
        table.add_column("status", overflow="fold")
    for row in rows:
        cells = [
            *_identity(row),
            f"{row.macs:,}",
            row.architecture,
            spread(row.val_accuracy_min, row.val_accuracy_mean, row.val_accuracy_max),
            basis(row.replicas, row.val_images),
            str(row.epochs),
            f"{row.seconds:.0f}",
            CONFIRMED[row.confirmed],
            spread(row.test_accuracy_min, row.test_accuracy_mean, row.test_accuracy_max),
            basis(row.test_seeds, row.test_images),
            percent(row.test_lower_bound),
        ]
        table.add_row(*map(shown, cells), *([shown(_status(row))] if with_status else []))
    return table


def _narrow(rows: Sequence[Row], with_status: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 1, 0))
    for name in ("rank", "trial", "parameters\nMACs"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("architecture", overflow="fold", min_width=16)
    for name in ("validation", "test"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        rank, trial, parameters = _identity(row)
        architecture = f"{row.architecture}\n{_status(row)}" if with_status else row.architecture
        validation = _stack(row.val_accuracy_min, row.val_accuracy_mean, row.val_accuracy_max)
        validation.append(basis(row.replicas, row.val_images))
        test = _stack(row.test_accuracy_min, row.test_accuracy_mean, row.test_accuracy_max)
        if row.confirmed is not None:
            lower = [f">= {percent(row.test_lower_bound)}"] if row.test_lower_bound is not None else []
            test += [basis(row.test_seeds, row.test_images), *lower, f"confirmed {CONFIRMED[row.confirmed]}"]
        cells = (rank, trial, f"{parameters}\n{row.macs:,}", architecture, "\n".join(validation), "\n".join(test))
        table.add_row(*map(shown, cells))
    return table


def _identity(row: Row) -> tuple[str, str, str]:
    return str(row.rank) if row.rank is not None else "-", str(row.trial), f"{row.parameters:,}"


def _status(row: Row) -> str:
    return f"{row.status}: {row.reason}" if row.reason else row.status


def _stack(low: float | None, mean: float | None, high: float | None) -> list[str]:
    if low is None or mean is None or high is None:
        return ["-"]
    return [percent(mean), f"{percent(low)[:-2]} - {percent(high)[:-2]}"]


def how_many_failed(rows: Sequence[Row]) -> str | None:
    """One line on the trials that could not be trained, None without any."""
    failed = sum(row.status == TrialStatus.FAILED.value for row in rows)
    return f"{failed:,} of {len(rows):,} finished trials failed" if failed else None


def why_empty(study: Study, rows: Sequence[Row]) -> str | None:
    """One line on why no trial qualifies, None when one does."""
    if qualifying(rows):
        return None
    if not rows:
        return f"{study.name} has no finished trial yet"
    best = nearest(rows)
    if best is None:
        return f"no trial qualifies, of {len(rows)} finished: none could be trained; see why with --all"
    return visible(
        f"no trial qualifies for {study.config.constraint}, of {len(rows)} finished; nearest: trial {best.trial} with "
        f"{spread(best.val_accuracy_min, best.val_accuracy_mean, best.val_accuracy_max)} on "
        f"{basis(best.replicas, best.val_images)} images, {best.parameters:,} parameters, {best.architecture}; "
        "validation must exceed the bar by the margin of the study"
    )
