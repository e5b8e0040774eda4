"""Writes the report as one PDF: what `report --pdf` and `submit` share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from commands.console import message
from commands.errors import CommandError

DEFAULT = "report.pdf"


def pdf_file(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Checks the value of `--pdf [FILE.pdf]`; it is empty where no FILE was named. Raises BadParameter."""
    if value and not value.lower().endswith(".pdf"):
        raise click.BadParameter(f"expected a FILE that ends in .pdf, got {value!r}; name studies before --pdf")
    return value


def typeset_report(runs_dir: Path, studies: Sequence[str], authors: Sequence[str]) -> bytes:
    """The report as a PDF; what is damaged or missing is said on standard error. Raises CommandError, StudyError."""
    from reports.document.report import document, unanswered
    from reports.document.sources import gather
    from reports.document.typeset import TypesetError

    sources = gather(runs_dir, studies)
    for problem in sources.problems:
        message(f"warning: {problem}")
    try:
        report = document(sources, authors)
    except TypesetError as error:
        raise CommandError(str(error)) from error
    missing = unanswered(sources)
    if missing:
        message(f"not run yet, and named so in the report: {', '.join(missing)}")
    return report


def write_pdf(file: str, runs_dir: Path, studies: Sequence[str], authors: Sequence[str]) -> None:
    """Writes the report in one step and says where; an empty `file` is the default in the runs dir.

    Raises:
        CommandError: what cannot be typeset or written.
        StudyError: a study that was named and is not there.
    """
    from search.study import write_whole

    path = Path(file) if file else runs_dir / DEFAULT
    report = typeset_report(runs_dir, studies, authors)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, report)
    except OSError as error:
        raise CommandError(f"expected to write {path}, got: {error.strerror or error}; choose another --pdf") from error
    click.echo(f"report: {path} ({len(report) / 1e6:.1f} MB)")
