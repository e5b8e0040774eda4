"""Bad input of every kind: never a traceback, always a documented exit code, one line for what cannot be done."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from commands.errors import CommandError
from tests.trials import mixed_runs, run

FUZZED = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
FILES = ("study.json", "trials.jsonl", "confirmations.jsonl")
# What a shell can pass on: any text without NUL; what the operating system can hold in an environment variable.
texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12)
odd = st.sampled_from(
    ["", "-1", "0", "1e9", "nan", "inf", "--", "-", "..", "/", ".", "~", "1h30", "\x1b[31m", "9" * 40]
)
words = st.one_of(odd, texts, st.integers().map(str), st.floats().map(str))
numbers = st.one_of(st.integers(-3, 10).map(str), words)
OPTIONS: dict[str, dict[str, st.SearchStrategy[str]]] = {
    "leaderboard": {"--top": numbers, "--format": st.sampled_from(["json", "csv", "table", "xml"])},
    "show": {},
    "retrain": {"--top": numbers, "--trial": numbers, "--seeds": numbers, "--epochs": numbers, "--data-dir": words},
    "search": {
        "--study": words,
        "--dataset": words,
        "--data-dir": words,
        "--constraint": st.one_of(words, st.sampled_from(["val_accuracy >= 0.9", "val_accuracy >= 1e400"])),
        "--margin": numbers,
        "--trials": numbers,
        "--time-limit": words,
        "--replicas": numbers,
        "--max-epochs": numbers,
        "--seed": numbers,
        "--oracle": words,
        "--workers": numbers,
        "--scheduler": words,
    },
}


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """A command with some of its options and arguments, sensible or not."""
    name = draw(st.sampled_from([*OPTIONS, *OPTIONS, "compare", "export", "nosuch"]))
    line = [name]
    usual = st.sampled_from(["mixed", "empty", "shallow", "deep", "0", "1", "3", "nosuch.py:X"])
    line += draw(st.lists(st.one_of(usual, usual, words), max_size=2))
    for option, values in OPTIONS.get(name, {}).items():
        if draw(st.integers(0, 3)) == 0:
            line += [option, draw(values)]
    return line + draw(st.lists(st.sampled_from(["--all", "--overwrite", "--nosuch", "--until-confirmed"]), max_size=1))


def assert_documented(done: Result) -> None:
    """Exit code 0, 1 or 2; nothing that looks like Python; one line of error where something could not be done."""
    assert done.exit_code in (0, 1, 2), done.output
    assert "Traceback" not in done.output
    assert "this is a defect" not in done.output, done.output
    if done.exit_code == 1:
        (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
        assert line == done.stderr.splitlines()[-1]
    if done.exit_code == 2:
        assert "Error: " in done.stderr
    assert "\x1b" not in done.output


@contextmanager
def nothing_trained(**environment: str) -> Iterator[None]:
    """Stops each command where it would begin to train."""

    def enough(*_: object, **__: object) -> None:
        raise CommandError("expected nothing to be trained in this test, got this far; well done")

    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        for name in ("search.run", "retrain.run"):
            patch.setattr(f"commands.{name}", enough)
        patch.setenv("MNIST_DIR", folder)
        for variable, value in environment.items():
            patch.setenv(variable, value)
        patch.chdir(folder)
        yield


@given(command_lines())
@FUZZED
def test_no_command_line_breaks_the_tool(line: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, nothing_trained():
        where = ["--runs-dir", mixed_runs(Path(folder))] if line[0] != "nosuch" else []
        assert_documented(run(*line, *where))


@given(words.filter(bool))
@example("\x1b]0;title\x07")
@settings(FUZZED, max_examples=8)
def test_no_environment_breaks_the_tool(value: str) -> None:
    with tempfile.TemporaryDirectory() as folder, nothing_trained(MNIST_DIR=value, COLUMNS=value, LINES=value):
        assert_documented(run("search", "shallow", "--runs-dir", folder))
        assert_documented(run("leaderboard", "mixed", "--runs-dir", mixed_runs(Path(folder))))


def read_everything(runs: str) -> None:
    """Every command that reads, and the ones that write up to where they would begin to train."""
    for form in ("table", "json"):
        assert_documented(run("leaderboard", "mixed", "--all", "--format", form, "--runs-dir", runs))
    for number in ("0", "3"):
        assert_documented(run("show", "mixed", number, "--runs-dir", runs))
    assert_documented(run("retrain", "mixed", "--runs-dir", runs))


@given(st.sampled_from(FILES), st.binary(max_size=40), st.integers(0, 5000), st.integers(0, 50), st.booleans())
@example("study.json", b"\x80", 5, 0, False)
@example("trials.jsonl", b"\x80", 20, 0, False)
@example("trials.jsonl", b"[" * 10_000 + b"\n", 0, 0, False)
@FUZZED
def test_no_bytes_in_a_studys_files_break_the_tool(name: str, junk: bytes, at: int, cut: int, all_of_it: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, nothing_trained():
        runs = mixed_runs(Path(folder))
        path = Path(runs) / "mixed" / name
        content = path.read_bytes()
        at %= len(content) + 1
        path.write_bytes(junk if all_of_it else content[:at] + junk + content[at + cut :])
        read_everything(runs)


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 3),
        st.sampled_from([2**31, 2**63, 2**64 - 1, -(2**63), 10**30, 1e308, -1e-308, 0.5]),
        texts,
        st.sampled_from(["failed", "running", "conv", "\x1b[2J", "a\nb", "[red]", "../../x"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=2)),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every part of a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inside for place in places(part, (*path, key)))]


@given(st.sampled_from(FILES), st.randoms(use_true_random=False), st.lists(values, min_size=1, max_size=3))
@settings(FUZZED, max_examples=50)
def test_no_values_in_a_studys_files_break_the_tool(name: str, rng: random.Random, new: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, nothing_trained():
        runs = mixed_runs(Path(folder))
        path = Path(runs) / "mixed" / name
        text = path.read_text()
        parts = [json.loads(part) for part in ([text] if name == "study.json" else text.splitlines())]
        for value in new:
            index = rng.randrange(len(parts))
            place = rng.choice(places(parts[index]))
            if not place:
                parts[index] = value
                continue
            holder = parts[index]
            for key in place[:-1]:
                holder = holder[key]
            holder[place[-1]] = value
        path.write_text("".join(json.dumps(part) + "\n" for part in parts))
        read_everything(runs)


@given(st.binary(max_size=64), st.sampled_from(["data.npz", "train-images-idx3-ubyte", "train-images-idx3-ubyte.gz"]))
@example(b"PK\x05\x06" + bytes(18), "data.npz")
@example(b"\x1f\x8b\x08\x00", "train-images-idx3-ubyte.gz")
@FUZZED
def test_no_bytes_in_data_files_break_the_tool(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder, nothing_trained():
        place = Path(folder) / "data"
        place.mkdir()
        for other in ("train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
            (place / other).write_bytes(content[::-1])
        (place / name).write_bytes(content)
        for data in (place, place / name):
            done = run("search", "shallow", "--dataset", str(data), "--study", "own", "--runs-dir", f"{folder}/runs")
            assert done.exit_code == 1
            assert_documented(done)
            assert_documented(run("search", "shallow", "--data-dir", str(data), "--runs-dir", f"{folder}/runs"))
