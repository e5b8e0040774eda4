"""`make results`: every command it would run is one the command line understands, and it goes on where it stopped."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
import pytest

from benchmarks.results import Flags, Limits, plan, searched
from search_cli import cli
from tests import trials as invented

LIMITS = Limits(60, 120, 180)


def test_every_step_is_a_command_with_options_that_exist(tmp_path: Path) -> None:
    flags = Flags("--workers 1 --constraint 'val_accuracy >= 0.9'", "--seeds 3", "--epochs 9", "--seeds 1", "")
    steps = plan(tmp_path, "digits", LIMITS, flags, tmp_path)
    assert len({step.name for step in steps}) == len(steps)
    for step in steps:
        name, *arguments = step.arguments
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        command.make_context(name, list(arguments))  # raises UsageError for an option it does not know
    assert [step.arguments[0] for step in steps][:8] == ["search"] * 3 + ["retrain"] * 3 + ["compare"] * 2


@pytest.mark.parametrize(("elapsed", "left"), [(20.0, "40s"), (59.5, None), (None, "60s")])
def test_a_search_is_given_what_is_left_of_its_time(tmp_path: Path, elapsed: float | None, left: str | None) -> None:
    done = [msgspec.structs.replace(invented.trial(number), elapsed=elapsed) for number in range(2)]
    study = invented.study(tmp_path, done, "shallow-digits")
    assert searched(study.folder) == (elapsed if elapsed is not None else 0)
    steps = plan(tmp_path, "digits", LIMITS, Flags())
    found = [step.arguments for step in steps if step.name == "search shallow-digits"]
    assert [one[one.index("--time-limit") + 1] for one in found] == ([left] if left is not None else [])
