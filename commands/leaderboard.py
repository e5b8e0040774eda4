"""`leaderboard`: the smallest qualifying models of a study."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from commands.console import message, results
from commands.options import debug_option, runs_dir_option, study_argument
from commands.tables import MOST_ROWS, how_many_failed, print_leaderboard, why_empty
from search.confirmation import Confirmations
from search.leaderboard import Row, qualifying, read_leaderboard, to_frame
from search.study import Study, load_study


def read_rows(study: Study) -> list[Row]:
    """All rows of a study, confirmations included; warnings go to standard error. Raises LedgerError."""
    confirmations = Confirmations(study.folder)
    rows = read_leaderboard(study.ledger, confirmations.read(), study.config.objective)
    for warning in (*study.ledger.warnings, *confirmations.warnings):
        message(f"warning: {warning}")
    return rows


@click.command("leaderboard")
@study_argument
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Only the first N rows.")
@click.option("--all", "everything", is_flag=True, help="Also the trials that do not qualify, and why some failed.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    help="A table, a JSON list of objects, or CSV.",
)
@runs_dir_option
@debug_option
def command(study: str, top: int | None, everything: bool, form: str, runs_dir: Path) -> None:
    """List the models that meet the constraint, smallest first.

    STUDY is the name of a study in --runs-dir, or the path of its folder. Validation accuracy is what the search
    selected on; test accuracy, from fresh seeds, is there once retrain has run. A study of overfit-size or
    overfit-dropout has no constraint: its most accurate model comes first.
    """
    opened = load_study(runs_dir, study)
    rows = read_rows(opened)
    empty = why_empty(opened, rows)
    shown = (rows if everything else qualifying(rows))[:top]
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode())
    elif form == "csv":
        click.echo(to_frame(shown).to_csv(index=False), nl=False)
    elif shown:
        laid_out = shown[: MOST_ROWS if top is None else top]
        print_leaderboard(results(), opened, laid_out, with_status=everything)
        if len(laid_out) < len(shown):
            click.echo(f"{len(shown) - len(laid_out):,} more: see them with --top {len(shown)}, or --format csv")
    if empty is not None:
        # Whoever reads JSON or CSV gets nothing else on standard output.
        click.echo(empty, err=form != "table")
    failed = how_many_failed(rows)
    if failed is not None and form == "table":
        click.echo(failed if everything else f"{failed}; see why with --all")
