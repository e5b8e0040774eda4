"""Everything the results folder rests on, one command after another: searches, confirmations, comparisons, reports.

    python -m benchmarks.results --out results

What is finished is not done again: run it once more and it goes on. What each step took stands in `costs.json`.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec

from commands.console import duration
from commands.options import duration as seconds_of
from search.ledger import Ledger

SPACES = ("shallow", "deep", "deep-open")
BASELINES = ("original", "linear", "sum-direct", "sum-pair")
INTERRUPTED = 130


class Limits(msgspec.Struct, frozen=True):
    """How long to search each space, in seconds."""

    shallow: float
    deep: float
    deep_open: float

    def of(self, space: str) -> float:
        """The limit of a space."""
        return float(getattr(self, space.replace("-", "_")))


class Flags(msgspec.Struct, frozen=True):
    """Further options of each command, as they are typed."""

    search: str = ""
    retrain: str = ""
    compare: str = ""
    baseline: str = ""
    overfit: str = ""


@dataclass(frozen=True)
class Step:
    """One command line. `done` is a file whose presence says that there is nothing left to do."""

    name: str
    arguments: tuple[str, ...]
    done: Path | None = None


def plan(out: Path, dataset: str, limits: Limits, flags: Flags, data_dir: Path | None = None) -> list[Step]:
    """The steps in order. A search is given what is left of its limit; with nothing left it is not among them."""
    data = () if data_dir is None else ("--data-dir", str(data_dir))
    runs, chosen = ("--runs-dir", str(out)), ("--dataset", dataset)
    names = {space: f"{space}-{Path(dataset).stem}" for space in SPACES}
    steps: list[Step] = []
    for space, name in names.items():
        left = limits.of(space) - searched(out / name)
        if left >= 1:
            limit = ("--time-limit", f"{left:.0f}s")
            steps.append(_step(name, "search", (space, "--study", name, *limit, *chosen, *runs, *data), flags.search))
    for name in names.values():
        steps.append(_step(name, "retrain", (name, "--until-confirmed", *runs, *data), flags.retrain))
    for other in ("deep", "deep-open"):
        pair = (names["shallow"], names[other])
        steps.append(_step(" ".join(pair), "compare", (*pair, *runs, *data), flags.compare))
    baselines = out / "baselines"
    for baseline in BASELINES:
        arguments = (baseline, "--out", str(baselines), *chosen, *data)
        done = baselines / baseline / "result.json"
        steps.append(_step(baseline, "baseline", arguments, flags.baseline, done))
    steps.append(_step("", "overfit", ("--out", str(out / "overfit"), *chosen, *data), flags.overfit))
    steps.append(_step("", "theory", runs, ""))
    steps.append(_step("as a page", "report", runs, ""))
    steps.append(_step("as a PDF", "report", (*runs, "--pdf"), ""))
    return steps


def searched(study: Path) -> float:
    """How many seconds a study was searched, 0 where it was not. Raises LedgerError."""
    trials = Ledger(study / "trials.jsonl").read()
    return max((trial.elapsed for trial in trials if trial.elapsed is not None), default=0.0)


def _step(name: str, command: str, arguments: tuple[str, ...], flags: str, done: Path | None = None) -> Step:
    return Step(f"{command} {name}".strip(), (command, *arguments, *shlex.split(flags)), done)


def _run(step: Step) -> tuple[int, float]:
    """The command's exit code and seconds; what it prints goes where this process prints."""
    started = time.monotonic()
    done = subprocess.run([sys.executable, "search_cli.py", *step.arguments], check=False)
    return done.returncode, time.monotonic() - started


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("results"), show_default=True)
@click.option("--dataset", default="mnist", show_default=True)
@click.option("--data-dir", type=click.Path(path_type=Path))
@click.option("--shallow-time", type=seconds_of, default="60m", show_default=True)
@click.option("--deep-time", type=seconds_of, default="90m", show_default=True)
@click.option("--open-time", type=seconds_of, default="90m", show_default=True)
@click.option("--search-flags", default="", help="Further options of each search, in one word.")
@click.option("--retrain-flags", default="")
@click.option("--compare-flags", default="")
@click.option("--baseline-flags", default="")
@click.option("--overfit-flags", default="")
@click.option("--dry-run", is_flag=True, help="Print the commands only.")
def main(
    out: Path,
    dataset: str,
    data_dir: Path | None,
    shallow_time: float,
    deep_time: float,
    open_time: float,
    search_flags: str,
    retrain_flags: str,
    compare_flags: str,
    baseline_flags: str,
    overfit_flags: str,
    dry_run: bool,
) -> None:
    """Make everything in the results folder; run again, it goes on."""
    flags = Flags(search_flags, retrain_flags, compare_flags, baseline_flags, overfit_flags)
    steps = plan(out, dataset, Limits(shallow_time, deep_time, open_time), flags, data_dir)
    ledger = out / "costs.json"
    costs: dict[str, float] = msgspec.json.decode(ledger.read_bytes()) if ledger.exists() else {}
    failed: list[str] = []
    for step in steps:
        print(f"$ search_cli.py {shlex.join(step.arguments)}", flush=True)
        if dry_run or (step.done is not None and step.done.exists()):
            continue
        code, seconds = _run(step)
        costs[step.name] = round(costs.get(step.name, 0.0) + seconds, 1)
        out.mkdir(parents=True, exist_ok=True)
        ledger.write_bytes(msgspec.json.format(msgspec.json.encode(costs), indent=1) + b"\n")
        if code == INTERRUPTED or code < 0:
            sys.exit(INTERRUPTED)
        if code:  # what does not rest on this step can still be made
            failed.append(f"{step.name} (exit code {code})")
    for name, seconds in costs.items():
        print(f"{duration(seconds):>12}  {name}")
    print(f"{duration(sum(costs.values())):>12}  altogether")
    if failed:
        print(f"failed: {', '.join(failed)}; the same command goes on", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
