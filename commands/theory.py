"""`theory`: carries out the checks of the theoretical answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.console import message
from commands.errors import CommandError
from commands.options import debug_option, runs_dir_option

if TYPE_CHECKING:
    from reports.answers.results import Checked


@click.command("theory")
@click.argument("number", required=False)
@runs_dir_option
@debug_option
def command(number: str | None, runs_dir: Path) -> None:
    """Check the answers to the theoretical questions by computation.

    NUMBER is that of a question, such as 3.2, or of a group of them, such as 3; without one all are checked, and what
    was found is written to theory/checks.json in --runs-dir, from which the report takes it.
    """
    from reports.answers import theory_answers
    from reports.answers.results import carry_out, save_checks
    from reports.document.sources import THEORY_FOLDER

    every = theory_answers()
    answers = [one for one in every if number is None or f"{one.number}.".startswith(f"{number.rstrip('.')}.")]
    if not answers:
        numbers = ", ".join(one.number for one in every)
        raise CommandError(f"expected the number of a theoretical question ({numbers}), got {number!r}; choose one")
    if number is None or any(answer.number[0] in "234" for answer in answers):
        message("checking; TensorFlow takes some seconds to start")
    checked = carry_out(answers, _show)
    wrong = [one for one in checked if not one.holds]
    if number is None:
        click.echo(f"results: {save_checks(checked, runs_dir / THEORY_FOLDER)}")
    if wrong:
        raise CommandError(f"expected every claim to hold, got {len(wrong)} of {len(checked)} that do not; see above")


def _show(checked: Checked) -> None:
    click.echo(f"{checked.number:6} {'holds' if checked.holds else 'FAILS'}  {checked.claim}")
    click.echo(f"{'':13} {checked.observed}")
