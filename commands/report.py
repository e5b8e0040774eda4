"""`report`: one page about studies that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from commands.console import message
from commands.errors import CommandError
from commands.options import debug_option, runs_dir_option
from commands.pdf import pdf_file, write_pdf
from reports.page.data import StudyData, gather
from search.jsonl import LedgerError
from search.study import StudyError, load_study

PAGE = "report.html"


@click.command("report")
@click.argument("studies", nargs=-1, metavar="[STUDY]...")
@runs_dir_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help=f"Where to write the page.  [default: {PAGE} in the runs dir]",
)
@click.option(
    "--pdf",
    is_flag=False,
    flag_value="",
    callback=pdf_file,
    metavar="[FILE.pdf]",
    help="Instead of the page the answers to the whole assignment as one PDF.  [default: report.pdf in the runs dir]",
)
@click.option(
    "--author", "authors", multiple=True, metavar="NAME", help="A student's name for the PDF; may be given twice."
)
@debug_option
def command(
    studies: tuple[str, ...], runs_dir: Path, out: Path | None, pdf: str | None, authors: tuple[str, ...]
) -> None:
    """Write one HTML page about the studies: leaderboards, plots, curves, what the winners learned and misread.

    STUDY is the name of a study in --runs-dir, or the path of its folder; without any, all of --runs-dir. The page
    needs neither network nor anything beside it; what it says of the test set is what retrain wrote down.
    """
    if pdf is not None:
        if out is not None:
            raise click.UsageError("--out is for the page; give the PDF's place as --pdf FILE.pdf")
        write_pdf(pdf, runs_dir, studies, authors)
        return
    if authors:
        raise click.UsageError("--author is for the PDF; add --pdf")
    found = [gather(load_study(runs_dir, name)) for name in studies] if studies else _all(runs_dir)
    for warning in (warning for data in found for warning in data.warnings):
        message(f"warning: {warning}")
    path = out if out is not None else runs_dir / PAGE
    from reports.page.render import write_page

    try:
        write_page(path, found)
    except OSError as error:
        raise CommandError(f"expected to write {path}, got: {error.strerror or error}; choose another --out") from error
    size = path.stat().st_size / 1e6
    click.echo(f"page: {path} ({size:.1f} MB; {_named(found)})")


def _all(runs_dir: Path) -> list[StudyData]:
    """Every study of the folder that can be read; one that cannot is left out with a warning."""
    names = sorted(path.parent.name for path in runs_dir.glob("*/study.json"))
    found: list[StudyData] = []
    for name in names:
        try:
            found.append(gather(load_study(runs_dir, name)))
        except (StudyError, LedgerError) as error:
            message(f"warning: {name} is left out: {error}")
    if not found:
        there = "none that can be read" if names else "none"
        raise CommandError(
            f"expected studies in {runs_dir}, got: {there}; start one with: search_cli.py search shallow"
        )
    return found


def _named(found: Sequence[StudyData]) -> str:
    return ", ".join(data.name for data in found)
