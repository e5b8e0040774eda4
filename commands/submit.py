"""`submit`: the ZIP the assignment asks for."""

from __future__ import annotations

from pathlib import Path

import click

from commands.errors import CommandError
from commands.options import debug_option, runs_dir_option
from commands.pdf import typeset_report

MEGABYTE = 1_000_000


@click.command("submit")
@click.argument("names", nargs=-1, required=True, metavar="NAME [NAME]")
@runs_dir_option
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="The folder to write the ZIP to."
)
@debug_option
def command(names: tuple[str, ...], runs_dir: Path, out: Path) -> None:
    """Pack what is handed in: Ex1_NAME_NAME.zip with the code, the report as a PDF, and a compact main file.

    NAME is a student's, in quotation marks: "Yann LeCun". The report is typeset from what is in --runs-dir; what has
    not been run yet is named in it. File names are in plain ASCII, without spaces; the names in the PDF stay as given.
    """
    from commands.submission.archive import SubmissionError, pack
    from reports.document.authors import StudentError, students

    try:
        found = students(names)
        report = typeset_report(runs_dir, (), [student.name for student in found])
        path, contents = pack(found, report, out)
    except (StudentError, SubmissionError) as error:
        raise CommandError(str(error)) from error
    click.echo(f"{path}: {len(contents)} files, {path.stat().st_size / MEGABYTE:.1f} MB")
    for name in contents:
        if "/" not in name:
            click.echo(f"  {name}")
    click.echo(f"  and the code in {', '.join(sorted({name.split('/')[0] for name in contents if '/' in name}))}")
