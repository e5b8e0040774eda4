"""Options the commands share, and the readers that refuse wrong usage before anything is written or imported."""

from __future__ import annotations

import re
from pathlib import Path

import click

from search.constraint import Constraint, ConstraintError
from spaces.registry import SpaceError, check_name

LARGEST_SEED = 2**32 - 1
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.ASCII)
_SECONDS = re.compile(r"\d+(\.\d+)?", re.ASCII)


def duration(text: str) -> float:
    """Seconds above 0 from a time such as `30m`, `90s`, `1h30m` or plain seconds. Raises BadParameter."""
    match = _DURATION.fullmatch(text)
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    elif match is not None and text:
        hours, minutes, rest = (int(part) if part else 0 for part in match.groups())
        seconds = float(3600 * hours + 60 * minutes + rest)
    else:
        raise click.BadParameter(f"expected a time such as 30m, 90s, 1h30m or seconds, got {text!r}")
    if not seconds > 0:
        raise click.BadParameter(f"expected a time above 0, got {text!r}")
    return seconds


def constraint(sentence: str) -> str:
    """A constraint such as `val_accuracy >= 0.95`, the same for every way to write it. Raises BadParameter."""
    try:
        parsed = Constraint.parse(sentence)
    except ConstraintError as error:
        raise click.BadParameter(str(error)) from error
    # The short form rounds a bar of many digits; the bar is exact, so such a sentence stays as it was written.
    return str(parsed) if Constraint.parse(str(parsed)) == parsed else " ".join(sentence.split())


def space(name: str) -> str:
    """The name of a built-in space, or FILE.py:CLASS with a file that exists. Raises BadParameter."""
    try:
        check_name(name)
    except SpaceError as error:
        raise click.BadParameter(str(error)) from error
    return name


def _remember_debug(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.meta["debug"] = ctx.meta.get("debug", False) or value


debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, callback=_remember_debug, help="Show the traceback of an error."
)
runs_dir_option = click.option(
    "--runs-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("runs"),
    help="The folder that holds the studies.",
)
data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Where MNIST lies: a folder with its four IDX files, or an .npz. Else MNIST_DIR, the Keras cache, a download.",
)
study_argument = click.argument("study")
