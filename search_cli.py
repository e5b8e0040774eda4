"""The command line: finds the command, runs it, and turns what goes wrong into one line and an exit code.

0 done; 1 could not; 2 wrong usage; 130 interrupted. A command's module is imported only when it is asked for, and what
it needs of TensorFlow only when it runs.
"""

from __future__ import annotations

import traceback
from importlib import import_module
from typing import Any

import click

from commands.console import again_command, message, one_line
from commands.errors import EXPECTED
from commands.interruption import INTERRUPTED, Interruption
from commands.options import debug_option

COMMANDS = (
    "search",
    "leaderboard",
    "show",
    "retrain",
    "compare",
    "export",
    "report",
    "baseline",
    "overfit",
    "theory",
    "submit",
    "quickstart",
)
COULD_NOT = 1


class LazyGroup(click.Group):
    """The commands of the package `commands`, one a module, each a click command named `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are used, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the command's module."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"commands.{cmd_name}").command
        return command

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Keeps the arguments as they came, to say how to go on after an interruption."""
        given = list(args)
        context = super().make_context(info_name, args, parent, **extra)
        context.meta["arguments"] = given
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; every exception but click's own becomes a line on stderr and an exit code."""
        again = again_command(ctx.meta["arguments"])
        with Interruption(lambda: f"\ninterrupted; what was finished is kept. Go on with:\n  {again}") as interruption:
            try:
                return super().invoke(ctx)
            except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
                raise  # click prints usage errors itself and knows what a closed pipe is
            except KeyboardInterrupt:
                interruption.tell()
                ctx.exit(INTERRUPTED)
            except EXPECTED as error:
                _could_not(ctx, one_line(error))
            except Exception as error:  # noqa: BLE001 - a defect must not look like a crash; --debug shows all of it
                _could_not(ctx, f"{type(error).__name__}: {one_line(error)}; this is a defect; run again with --debug")


def _could_not(ctx: click.Context, line: str) -> None:
    if ctx.meta.get("debug"):
        message(traceback.format_exc().rstrip())
    message(f"error: {line}")
    ctx.exit(COULD_NOT)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@debug_option
def cli() -> None:
    """Find the smallest Keras CNN that still reaches the accuracy you need.

    A search trains small networks and keeps every finished trial in runs/STUDY; the leaderboard lists those that meet
    the constraint on validation images, smallest first; retrain confirms the best ones on the test set, with fresh
    seeds. Start with: search_cli.py quickstart
    """


if __name__ == "__main__":
    cli(prog_name="search_cli.py")
